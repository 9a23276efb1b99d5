"""A page is one row of the table, one folder, one script and two locale files, and nothing else is touched."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from moe_demo.ui.frame.pages import PAGES, SCRIPTS
from moe_demo.ui.kit.i18n import LANGUAGES, text_in
from tests.new_page import NAME, NAMES, ROOT, TITLES, URL_PATH, copy_with_page

LOOK = """
import json
from streamlit.testing.v1 import AppTest
from moe_demo.ui.frame.pages import page_at

def seen(at):
    assert not at.exception, at.exception
    return {
        "title": at.title[0].value,
        "links": [(link.proto.label, link.proto.page) for link in at.get("page_link")],
        "lines": [line.value for line in at.text],
        "asked": {name: "".join(value) for name, value in at.query_params.items()},
        "told": [warning.value for warning in at.warning],
    }

def opened(**params):
    at = AppTest.from_file("app.py", default_timeout=60)
    for name, value in params.items():
        at.query_params[name] = value
    return at.run().switch_page("pages/entropy.py").run()

at = opened(k="3")
looks = {"first": seen(at)}
looks["clicked"] = seen(at.button(key="more").click().run())
looks["turned"] = seen(at.button(key="lang").click().run())
looks["broken"] = seen(opened(top="9", lang="en"))
looks["start"] = seen(AppTest.from_file("app.py", default_timeout=60).run())
looks["picture"] = page_at("routing-entropy").picture_address
print(json.dumps(looks))
"""


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What visitors of the copy see."""
    root = copy_with_page(tmp_path_factory.mktemp("copy"))
    env = os.environ | {"PYTHONPATH": str(root), "MOE_DEMO_RUNS": str(root / "runs")}
    command = [sys.executable, "-c", LOOK]
    done = subprocess.run(
        command, cwd=root, env=env, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def test_a_new_page_has_title_setting_and_words_in_both_languages(looks: dict[str, Any]):
    assert looks["first"]["title"] == TITLES["zh"]
    assert len(looks["first"]["lines"]) == 2
    assert looks["turned"]["title"] == TITLES["en"]
    assert looks["turned"]["lines"] == looks["clicked"]["lines"]
    assert looks["turned"]["asked"] == {"k": "3", "top": "3", "lang": "en"}


def test_a_new_page_has_an_address_and_an_entry_in_the_head_of_every_page(looks: dict[str, Any]):
    for look, lang in (("start", "zh"), ("first", "zh"), ("turned", "en")):
        assert [NAMES[lang], URL_PATH] in looks[look]["links"]
    assert looks["picture"] == f"/{URL_PATH}?top=3"


def test_a_new_pages_settings_are_written_and_checked(looks: dict[str, Any]):
    assert looks["clicked"]["asked"] == {"k": "3", "top": "3"}
    assert len(looks["clicked"]["lines"]) == 3
    assert looks["broken"]["told"] == [text_in("en", "common.bad_address", names="top")]
    assert len(looks["broken"]["lines"]) == 2


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_row_has_its_folder_script_and_texts_and_an_address_of_its_own(page):
    assert page.script.is_file()
    assert (ROOT / "moe_demo" / "ui" / page.name).is_dir()
    for lang in LANGUAGES:
        assert (ROOT / "moe_demo" / "locales" / lang / f"{page.name}.toml").is_file()
        assert text_in(lang, f"{page.name}.nav")
        assert text_in(lang, f"{page.name}.title")
    addresses = [url for row in PAGES for url in (row.url_path, *row.former_url_paths)]
    assert len(addresses) == len(set(addresses))
    assert page.url_path not in {script.stem for script in SCRIPTS.glob("*.py")}


def test_every_script_is_a_row():
    assert {script.stem for script in SCRIPTS.glob("*.py")} == {page.name for page in PAGES}
    assert NAME not in {page.name for page in PAGES}

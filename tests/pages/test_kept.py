"""No page keeps a run in memory that nobody looks at any more."""

import gc
import shutil
import weakref
from pathlib import Path

import pytest

from moe_demo.runs.catalogue import BUNDLED_RUNS
from moe_demo.ui.frame.pages import PAGES
from moe_demo.ui.kit import views
from tests.pages.app import opened


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_a_run_goes_once_its_reader_has_gone_on_to_another_and_its_room_is_needed(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MOE_DEMO_RUNS", str(tmp_path))
    shutil.copytree(BUNDLED_RUNS / "document", tmp_path / "copied")
    at = opened(page, run="copied")
    for toggle in at.toggle:
        if not toggle.disabled:
            toggle.set_value(True)
    at.run()
    assert not at.exception
    run = weakref.ref(views.opened_run("copied"))
    del at.query_params["run"]
    at.run()
    views._loaded.clear()
    gc.collect()
    assert run() is None

"""A page that the app does not have, made as CONTRIBUTING.md says, in a copy of the app.

root = copy_with_page(folder)       root / "app.py" is an app with one page more
"""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAME, URL_PATH = "entropy", "routing-entropy"
ROW = 'Page(name="entropy", url_path="routing-entropy", settings=EntropySettings, picture="top=3"),'
TITLES = {"zh": "路由有多犹豫？", "en": "How undecided is the router?"}
NAMES = {"zh": "犹豫", "en": "Entropy"}

FILES = {
    "moe_demo/ui/entropy/__init__.py": '"""The entropy page."""\n',
    "moe_demo/ui/entropy/settings.py": '''"""What the address asks of the entropy page."""

from dataclasses import dataclass
from typing import Annotated

from moe_demo.ui.kit.page_settings import Between, PageSettings


@dataclass(frozen=True, kw_only=True)
class EntropySettings(PageSettings):
    """How many experts are shown."""

    top: Annotated[int, Between(1, 4)] = 2
''',
    "moe_demo/ui/entropy/page.py": '''"""The experts with the largest gates for the picked word."""

import streamlit as st

from moe_demo.ui.entropy.settings import EntropySettings
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.views import View


def draw(view: View) -> None:
    """A button that asks for more, and a line each."""
    top, layer = view.selection.of(EntropySettings).top, view.trace.layers[view.selection.layer]
    st.button(t("entropy.more"), key="more", on_click=lambda: selection.update(EntropySettings, top=top + 1))
    for expert in layer.topk_idx_TK[view.selection.token or 0][:top]:
        st.text(f"E{expert}")
''',
    "pages/entropy.py": '''"""Entropy: how undecided is the router?"""

import streamlit as st

from moe_demo.ui.entropy.page import draw
from moe_demo.ui.entropy.settings import EntropySettings
from moe_demo.ui.kit import views
from moe_demo.ui.kit.i18n import t

view = views.view(EntropySettings)
st.title(t("entropy.title"), anchor=False)
draw(view)
''',
} | {
    f"moe_demo/locales/{lang}/entropy.toml": f"""
[entropy]
nav = "{NAMES[lang]}"
title = "{TITLES[lang]}"
more = "+1"
"""
    for lang in TITLES
}


def copy_with_page(folder: Path) -> Path:
    """Copy what the app runs on, and add the page: its files, and its row with the import of its settings."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("app.py", ".streamlit", "pages", "moe_demo"):
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    table = folder / "moe_demo" / "ui" / "frame" / "pages.py"
    before, rows = table.read_text(encoding="utf-8").split("\nPAGES = (\n")
    added = f"\nfrom moe_demo.ui.entropy.settings import EntropySettings\nPAGES = (\n    {ROW}\n"
    table.write_text(before + added + rows, encoding="utf-8")
    return folder

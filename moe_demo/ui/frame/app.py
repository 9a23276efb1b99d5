"""One run of the app: page settings, the head, the class, the lesson, the sentence, the page itself."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from moe_demo.ui.frame import class_bar, head, lesson_bar, navigation
from moe_demo.ui.frame.pages import page_at
from moe_demo.ui.kit import i18n, redraw, selection

SCRIPT = Path(__file__).with_name("script.py")


def draw() -> None:
    """Everything a visitor sees, at every visit and every click."""
    redraw.done()
    selection.settle()
    with i18n.speaking(i18n.language()):  # the address is asked once, not for each text
        head.settings()
        entries = navigation.entries()
        entry = st.navigation(list(entries.values()), position="hidden")
        head.head(entries)
        page = page_at(entry.url_path)
        class_bar.draw(page)
        lesson_bar.draw(page)
        head.sentence(page)
        entry.run()

"""What stands above every page: page settings, the head with its links, the sentence, notices.

`app.draw` calls, in this order: `settings`, `head`, `sentence`, then the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import streamlit as st

from moe_demo.runs.store import RunError
from moe_demo.ui.frame import navigation, strip
from moe_demo.ui.frame.pages import Page
from moe_demo.ui.kit import selection, views
from moe_demo.ui.kit.errors import sentence as sentence_of
from moe_demo.ui.kit.i18n import LANGUAGES, t
from moe_demo.ui.kit.words import plain

STYLE = Path(__file__).with_name("head.css").read_text(encoding="utf-8")
"""Of the frame: sent with the page's first answer too (`ui.server.early_style`)."""


def settings() -> None:
    """Page settings and the style of the frame."""
    st.set_page_config(page_icon="🔀", layout="wide", initial_sidebar_state="collapsed")
    st.html(f"<style>{STYLE}</style>")


def head(pages: Iterable[str]) -> None:
    """One line: the name of the app, its pages, the languages."""
    chosen = selection.current()
    with st.container(key="head", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{t('nav.brand')}**")
        for name in pages:
            navigation.link(name, chosen)
        st.space("stretch")
        for spoken in LANGUAGES:
            if spoken != chosen.lang:
                st.button(t(f"nav.to_{spoken}"), key="lang", type="tertiary", on_click=_speak, args=(spoken,))


def _speak(language: str) -> None:
    selection.update(lang=language)


def sentence(page: Page) -> None:
    """The strip for the run that the page shows, where there is one, and what its address asked for in vain.

    Where no run can be read, one sentence, and nothing more.
    """
    try:
        view = views.view(page.settings, page.run)
        if page.has_sentence:
            strip.draw(view, warns=not page.warns)
    except RunError as error:
        st.error(t("common.run_broken", reason=sentence_of(error)))
        st.stop()
    if view.selection.notices:
        with st.container(key="notices"):
            st.warning(t("common.bad_address", names=plain(", ".join(view.selection.notices))))

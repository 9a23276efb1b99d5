"""The model card of the chosen run, and the checks that go with it, run when somebody asks."""

from __future__ import annotations

import streamlit as st

from moe_demo.insight.kept import RunCache
from moe_demo.insight.model_card import model_card
from moe_demo.insight.run_checks import RunCheck, run_checks
from moe_demo.runs.errors import RunError
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.i18n import language, t
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.waiting import waiting
from moe_demo.ui.workbench.data_card import card_markdown

CHECK, DOWNLOAD = "workbench.check", "workbench.card"
_checked: RunCache[tuple[RunCheck, ...]] = RunCache(16)
_written: RunCache[str] = RunCache(64)


@st.fragment
def draw(view: View) -> None:
    """Two buttons, and the card below them."""
    st.header(t("workbench.card_title"), anchor="card")
    with st.container(key="workbench-card", horizontal=True, vertical_alignment="center", gap="small"):
        asked = st.button(t("workbench.check"), key=CHECK, help=t("workbench.check_help"))
        download = st.empty()
    text, run = view.trace.text, view.run
    if asked:
        with waiting(t("workbench.checking")) as tell:
            _checked.get(run, text, lambda: run_checks(run, view.trace, tell))
    checks = _checked.get(run, text, tuple) if _checked.has(run, text) else None
    try:
        markdown = _markdown(view, checks)
    except RunError as error:
        st.error(sentence(error))
        return
    download.download_button(
        t("workbench.card_download"),
        markdown.encode,
        file_name=f"{run.run_id}-step{run.step}-card.md",
        mime="text/markdown",
        key=DOWNLOAD,
        on_click="ignore",
    )
    with st.container(border=True, key="workbench-card-text"):
        st.markdown(_shown(markdown))


def _markdown(view: View, checks: tuple[RunCheck, ...] | None) -> str:
    key = (language(), view.trace.text if checks else None)
    return _written.get(view.run, key, lambda: card_markdown(model_card(view.run), checks))


def _shown(markdown: str) -> str:
    """The card under a heading of the page; its settings are long, and in the file alone."""
    short = markdown.partition(f"\n## {t('workbench.card.heads.settings')}\n")[0]
    lines = (f"**{line[3:]}**" if line.startswith("## ") else line for line in short.splitlines())
    return "\n".join(f"##{line}" if line.startswith("# ") else line for line in lines)

"""Why load must be balanced: what the loads on show cost in time where every expert has a machine of its own."""

from __future__ import annotations

import streamlit as st

from moe_demo.insight.comparison import ComparedRun, waiting
from moe_demo.ui.balance import page
from moe_demo.ui.balance.settings import BalanceSettings
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.tables import markdown_table
from moe_demo.ui.kit.words import letter, method_word

_COLUMNS = ("run", "busiest", "time", "waiting", "least")


def draw() -> None:
    """The answer in words; with the numbers of the runs above once their loads are shown."""
    st.header(t("balance.cost.title"), anchor="cost")
    st.markdown(t("balance.cost.answer"))
    if not selection.current(BalanceSettings).of(BalanceSettings).reveal:
        st.caption(t("balance.cost.hidden"))
        return
    runs = [run for run in page.shown_runs() if run.evaluations]
    rows = [[f"{letter(place)} · {method_word(run.method)}", *_cells(run)] for place, run in enumerate(runs)]
    st.markdown(markdown_table([t(f"balance.cost.{name}") for name in _COLUMNS], rows))
    explained(t("balance.cost.notes"))


def _cells(run: ComparedRun) -> list[str]:
    return [
        t("balance.cost.shares", load=run.busiest_load),
        t("balance.cost.times", time=run.step_time),
        t("balance.cost.percent", share=waiting(run.step_time)),
        t("balance.cost.percent", share=run.least_load),
    ]

"""What came of each method over the seeds: a table, what of the papers' statements holds in it, the papers' figures."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from moe_demo.insight.comparison import Finding, MethodRow, Spread, findings, method_rows
from moe_demo.insight.papers import FIGURES
from moe_demo.releases.recording import Recording
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import labels, t
from moe_demo.ui.kit.tables import markdown_table, spread_word
from moe_demo.ui.kit.words import method_word

_COLUMNS = ("method", "accuracy", "max_vio", "floor", "floor_clumped", "information", "dead")
_PAPER_COLUMNS = ("source", "model", "method", "setting", "measure", "max_vio")


def draw(recording: Recording) -> None:
    """Table and statements at the left, the papers' figures in a fold below."""
    n_seeds = len(recording.seeds)
    st.header(t("balance.table.title", n=n_seeds), anchor="methods")
    explained(t("balance.table.caption", n=n_seeds))
    rows, found = _judged(recording)
    st.markdown(
        markdown_table([t(f"balance.table.{name}") for name in _COLUMNS], [_cells(row) for row in rows])
    )
    explained(t("balance.table.notes", bias=max(row.information_bias for row in rows)))
    st.subheader(t("balance.findings.title"), anchor=False)
    for finding in found:
        st.markdown(sentence(finding))
    with st.expander(t("balance.papers.title"), expanded=False):
        st.caption(t("balance.papers.caption"))
        st.markdown(_papers())


@lru_cache(maxsize=1)
def _judged(recording: Recording) -> tuple[list[MethodRow], list[Finding]]:
    return method_rows(recording.runs), findings(recording.runs)


def sentence(finding: Finding) -> str:
    """A statement as it stands in our data: with a tick where it holds, with a cross where it does not."""
    answer = "yes" if finding.holds else "no"
    values = dict(finding.values)
    if "gain" in values:  # of accuracy: people read percentage points
        values |= {name: 100 * values[name] for name in ("gain", "error")}
    return t(f"balance.findings.{answer}") + t(f"balance.findings.{finding.name}_{answer}", **values)


def _cells(row: MethodRow) -> list[str]:
    percent = Spread(mean=row.accuracy.mean * 100, low=row.accuracy.low * 100, high=row.accuracy.high * 100)
    return [
        f"**{method_word(row.method)}**",
        spread_word(percent, 1, "%"),
        spread_word(row.max_vio, 2),
        f"{row.floor:.3f}",
        f"{row.noise:.3f}",
        spread_word(row.information, 3),
        spread_word(row.n_dead, 1),
    ]


def _papers() -> str:
    measures = labels("balance.papers.measures")
    rows = [
        [
            figure.source,
            figure.model,
            method_word(figure.method),
            figure.setting or "–",
            f"{measures[figure.measure]} {figure.value}",
            figure.max_vio or "–",
        ]
        for figure in FIGURES
    ]
    return markdown_table([t(f"balance.papers.{name}") for name in _PAPER_COLUMNS], rows)

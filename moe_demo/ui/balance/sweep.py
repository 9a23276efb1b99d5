"""Sliders for alpha and u: what too little, right and too much do, from trainings that were recorded.

sweep.draw(recording)     three methods side by side, one slider each
"""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from moe_demo.figures.balance import sweep_figure
from moe_demo.insight.sweep import (
    SweepPoint,
    WithoutBalancing,
    common_ranges,
    sweep_of,
    verdicts,
    without_balancing,
)
from moe_demo.releases.recording import Recording
from moe_demo.ui.balance.settings import SWEPT, BalanceSettings
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.chart import chart, drawn
from moe_demo.ui.kit.data import Drawn
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import labels, language, speaking, t
from moe_demo.ui.kit.words import method_word


def draw(recording: Recording) -> None:
    """The section."""
    st.header(t("balance.sweep.title"), anchor="ladders")
    explained(t("balance.sweep.caption", n=len(_seeds(recording))))
    st.fragment(_section)(recording)


def _section(recording: Recording) -> None:
    asked = selection.current(BalanceSettings).of(BalanceSettings)
    for place, method in zip(st.columns(len(SWEPT), gap="large"), SWEPT, strict=True):
        with place:
            _one(recording, method, asked.swept(method))


def _one(recording: Recording, method: str, asked: float | None) -> None:
    """One slider, its sentence, its picture."""
    sweeps, without = _sweeps(recording)
    points = sweeps[method]
    verdict = verdicts(points, without)
    right = verdict.index("right") if "right" in verdict else len(points) // 2
    setting, values = SWEPT[method], [point.value for point in points]
    chosen = values.index(asked) if asked in values else right
    key = f"balance.{setting}"
    st.session_state[key] = chosen
    symbol = "u" if method == "loss_free" else "α"
    st.select_slider(
        t("balance.sweep.slider", method=method_word(method), symbol=symbol),
        range(len(points)),
        key=key,
        format_func=lambda place: f"{points[place].value:g}",
        on_change=lambda: selection.update(BalanceSettings, **{setting: values[st.session_state[key]]}),
    )
    point = points[chosen]
    st.markdown(
        t(
            f"balance.sweep.{verdict[chosen]}",
            symbol=symbol,
            value=point.value,
            accuracy=point.accuracy.mean,
            vio=point.max_vio.mean,
            information=point.information.mean,
        )
    )
    figure = _figure(recording, method, chosen, language())
    chart(figure, key=f"balance.sweep.{method}", label=t("balance.sweep.label", method=method_word(method)))


@lru_cache(maxsize=1)
def _sweeps(recording: Recording) -> tuple[dict[str, list[SweepPoint]], WithoutBalancing]:
    """The sweep of each method, and what training without balancing comes to."""
    sweeps = {method: sweep_of(recording.sweep, method) for method in SWEPT}
    return sweeps, without_balancing(recording.runs, _seeds(recording))


def _seeds(recording: Recording) -> set[int]:
    return {run.seed for run in recording.sweep}


@lru_cache(maxsize=64)
def _figure(recording: Recording, method: str, chosen: int, spoken: str) -> Drawn:
    sweeps, without = _sweeps(recording)
    with speaking(spoken):
        words = labels("balance.sweep.measures")
    return drawn(sweep_figure(sweeps[method], chosen, without, common_ranges(sweeps, without), words))

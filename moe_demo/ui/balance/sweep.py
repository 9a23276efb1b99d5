"""Sliders for alpha and u: what too little, right and too much do, from trainings that were recorded.

balance_ladder.draw(recording)     three ladders side by side, one slider each
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from moe_demo.figures.balance import ladder_figure
from moe_demo.insight.comparison import Recording
from moe_demo.insight.sweep import LadderStep, ladder_of, verdicts
from moe_demo.ui.balance.settings import SWEPT, BalanceSettings
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.chart import Drawn, chart, drawn
from moe_demo.ui.kit.i18n import labels, language, speaking, t
from moe_demo.ui.kit.words import method_word

_MEASURES = ("accuracy", "max_vio", "information")


def draw(recording: Recording) -> None:
    """The section."""
    st.header(t("balance.ladder.title"), anchor="ladders")
    st.caption(t("balance.ladder.caption", n=len({rung.seed for rung in recording.rungs})))
    st.fragment(_section)(recording)


def _section(recording: Recording) -> None:
    asked = selection.current(BalanceSettings).of(BalanceSettings)
    for place, method in zip(st.columns(len(SWEPT), gap="large"), SWEPT, strict=True):
        with place:
            _one(recording, method, asked.swept(method))


def _one(recording: Recording, method: str, asked: float | None) -> None:
    """One slider, its sentence, its picture."""
    ladders, without = _ladders(recording)
    steps = ladders[method]
    verdict = verdicts(steps, without["max_vio"], without["information"])
    right = verdict.index("right") if "right" in verdict else len(steps) // 2
    setting, values = SWEPT[method], [step.value for step in steps]
    chosen = values.index(asked) if asked in values else right
    key = f"balance.{setting}"
    st.session_state[key] = chosen
    symbol = "u" if method == "loss_free" else "α"
    st.select_slider(
        t("balance.ladder.slider", method=method_word(method), symbol=symbol),
        range(len(steps)),
        key=key,
        format_func=lambda place: f"{steps[place].value:g}",
        on_change=lambda: selection.update(BalanceSettings, **{setting: values[st.session_state[key]]}),
    )
    step = steps[chosen]
    st.markdown(
        t(
            f"balance.ladder.{verdict[chosen]}",
            symbol=symbol,
            value=step.value,
            accuracy=step.accuracy.mean,
            vio=step.max_vio.mean,
            information=step.information.mean,
        )
    )
    figure = _figure(recording, method, chosen, language())
    chart(figure, key=f"balance.ladder.{method}", label=t("balance.ladder.label", method=method_word(method)))


@lru_cache(maxsize=1)
def _ladders(recording: Recording) -> tuple[dict[str, list[LadderStep]], dict[str, float]]:
    """The ladder of each method, and what training without balancing comes to."""
    return {method: ladder_of(recording.rungs, method) for method in SWEPT}, _without(recording)


@lru_cache(maxsize=64)
def _figure(recording: Recording, method: str, chosen: int, spoken: str) -> Drawn:
    ladders, without = _ladders(recording)
    with speaking(spoken):
        words = labels("balance.ladder.measures")
    return drawn(ladder_figure(ladders[method], chosen, without, _ranges(ladders, without), words))


def _without(recording: Recording) -> dict[str, float]:
    """What training without balancing comes to, over the seeds of the ladders."""
    seeds = {rung.seed for rung in recording.rungs}
    runs = [run for run in recording.runs if run.method == "none" and run.seed in seeds]
    return {
        "accuracy": float(np.mean([run.accuracy for run in runs])),
        "max_vio": float(np.mean([run.max_vio for run in runs])),
        "information": float(np.mean([run.mutual_information for run in runs])),
    }


def _ranges(
    ladders: dict[str, list[LadderStep]], without: dict[str, float]
) -> dict[str, tuple[float, float]]:
    """One axis for all three ladders."""

    def of(name: str) -> tuple[float, float]:
        spreads: list[Any] = [getattr(step, name) for steps in ladders.values() for step in steps]
        low = min([without[name], *(spread.low for spread in spreads)])
        high = max([without[name], *(spread.high for spread in spreads)])
        room = 0.08 * (high - low) or 0.01
        return (low - room if name == "accuracy" else 0.0), high + room

    return {name: of(name) for name in _MEASURES}

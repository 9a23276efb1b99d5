"""Each method's formula with the numbers of one recorded step in it, and what the losses push at that step.

balance_formulas.draw(recording)     choose method, step and layer; formula, experts, headlines against batch
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import streamlit as st

from moe_demo.config import METHODS, BalanceMethod
from moe_demo.insight.balance_terms import RecordedStep, batch_loss, sequence_loss
from moe_demo.releases.recording import Recording, folder_name, read_steps
from moe_demo.ui.balance.data import SHOWN_SEED
from moe_demo.ui.balance.data_formulas import (
    experts_table,
    formulas,
    headline_map_data,
    headlines_sentence,
)
from moe_demo.ui.balance.settings import BalanceSettings
from moe_demo.ui.kit import redraw, selection
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.kit.selection import Selection
from moe_demo.ui.kit.words import layer_name, method_key, method_word

_BESIDE = (1.05, 0.95, 1.5)  # widths of the formulas in one line


@lru_cache(maxsize=len(METHODS))
def _steps(folder: Path, method: str) -> list[RecordedStep]:
    return read_steps(folder / folder_name(method, SHOWN_SEED))


def draw(recording: Recording) -> None:
    """The section."""
    st.header(t("balance.formulas.title"), anchor="formulas")
    explained(t("balance.formulas.caption"))
    st.fragment(_section)(recording)


def _section(recording: Recording) -> None:
    redraw.if_asked()
    method, step, layer = _controls(recording)
    st.markdown(t(f"balance.formulas.about.{method_key(method)}"))
    lines = formulas(step, layer)
    while len(lines) >= len(_BESIDE):
        for place, line in zip(st.columns(_BESIDE), lines, strict=False):
            place.latex(line)
        lines = lines[len(_BESIDE) :]
    for line in lines:
        st.latex(line)
    picture("kit/number_table", data=experts_table(step, layer), key="balance.experts")
    st.subheader(t("balance.terms.title"), anchor=False)
    sequence, batch = sequence_loss(step, layer), batch_loss(step, layer)
    explained(headlines_sentence(sequence, batch))
    picture("balance/headline_map", data=headline_map_data(step, layer, sequence, batch), key="balance.terms")


def _controls(recording: Recording) -> tuple[BalanceMethod, RecordedStep, int]:
    """Method, step and layer. The address is the truth: each widget is set to it before it is drawn."""
    chosen, n_layers = selection.current(BalanceSettings), recording.base.model.n_layers
    asked = chosen.of(BalanceSettings)
    step, layer = shown_step(recording, chosen)
    steps = [one.step for one in _steps(recording.folder, asked.way)]
    widgets = {"balance.way": asked.way, "balance.moment": step.step, "balance.layer": layer}
    st.session_state.update(widgets)
    places = st.columns([3.7, 1.6, 0.7], vertical_alignment="bottom", gap="medium")
    with places[0]:
        st.segmented_control(
            t("balance.formulas.method"),
            METHODS,
            key="balance.way",
            required=True,
            format_func=method_word,
            on_change=lambda: selection.update(BalanceSettings, way=st.session_state["balance.way"]),
        )
    with places[1]:
        st.select_slider(
            t("balance.formulas.step"),
            steps,
            key="balance.moment",
            on_change=lambda: selection.update(BalanceSettings, moment=st.session_state["balance.moment"]),
        )
    if n_layers > 1:
        with places[2]:
            st.segmented_control(
                t("balance.formulas.layer"),
                range(n_layers),
                key="balance.layer",
                required=True,
                format_func=layer_name,
                on_change=lambda: selection.update(layer=int(st.session_state["balance.layer"])),
            )
    return asked.way, step, layer


def shown_step(recording: Recording, chosen: Selection) -> tuple[RecordedStep, int]:
    """The recorded step that is nearest to the one in the address, of its method; and the layer."""
    asked = chosen.of(BalanceSettings)
    found = _steps(recording.folder, asked.way)
    wanted = found[-1].step if asked.moment is None else asked.moment
    step = min(found, key=lambda one: abs(one.step - wanted))
    return step, chosen.layer if chosen.layer < recording.base.model.n_layers else 0

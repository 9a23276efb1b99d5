"""The picture of the training page: one run's training, or two beside each other, over one axis of steps.

The browser fetches the record itself and goes on doing so while the run trains (`server.live`); Python hears of it only
when the state of the run has changed, or when the reader has chosen a checkpoint.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from moe_demo.figures import theme
from moe_demo.insight.load import DEAD_BELOW
from moe_demo.jobs.jobs import Jobs
from moe_demo.ui.kit import selection, views
from moe_demo.ui.kit.base_path import base_path
from moe_demo.ui.kit.i18n import labels, language
from moe_demo.ui.kit.looks import expert_looks
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.server import live

KEY = "lab"
POLL_MS, _IDLE_MS = 400, 5000


def training_lab(view: View, state: str) -> None:
    """Loss and accuracy, load and bias of every expert, and the sentence's routes, over the steps."""
    picture(
        "training/picture",
        data=data_of(view, state),
        key=KEY,
        on_step_change=_to_step,
        on_layer_change=_to_layer,
        on_state_change=lambda: None,
    )


def data_of(view: View, state: str) -> dict[str, Any]:
    """What the component draws first, and where it asks for the rest."""
    chosen = view.selection
    names = [chosen.run] + ([chosen.twin] if chosen.twin and views.is_there(chosen.twin) else [])
    return {
        "runs": [_run(name) for name in names],
        "sentence": view.trace.text,
        "layer": chosen.layer,
        "step": chosen.step,
        "token": chosen.token,
        "state": state,
        "experts": expert_looks(view.run.config.model.n_routed),
        "ramps": {
            "diverging": list(theme.DIVERGING),
            "sequential_light": list(theme.SEQUENTIAL_LIGHT),
            "sequential_dark": list(theme.SEQUENTIAL_DARK),
        },
        "lines": theme.RUN_LINES,
        "dead_below": DEAD_BELOW,
        "poll_ms": POLL_MS,
        "idle_ms": _IDLE_MS,
        "words": labels("lab"),
        "lang": language(),
    }


def _run(name: str) -> dict[str, Any]:
    seed = None if views.is_coming(name) else views.store_of(name).config().seed
    return {
        "id": name,
        "name": name,
        "address": live.address(name, base_path()),
        "live": Jobs().has(name),
        "seed": seed,
    }


def _to_step() -> None:
    step = st.session_state[KEY].step
    if step is None:
        return
    name = selection.current().run
    last = [] if views.is_coming(name) else views.store_of(name).checkpoint_steps()[-1:]
    selection.update(step=None if [int(step)] == last else int(step))  # at its end, a growing run is followed


def _to_layer() -> None:
    layer = st.session_state[KEY].layer
    if layer is not None:
        selection.update(layer=int(layer))

"""The journey's picture: nine stages of one sentence, the article's numbers above the live ones.

stage = journey.draw(view)        draws it and returns the name of the stage in the address
journey.code(stage)               the functions that ran there
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from moe_demo.insight.article import STAGES, TITLE
from moe_demo.model.attention import Attention
from moe_demo.model.classifier import Block, Classifier, TokenEmbedding, mean_pool
from moe_demo.model.experts import RoutedExperts, swiglu
from moe_demo.model.router import Router, affinity, choose, gate_values
from moe_demo.text.segmentation import tokenize
from moe_demo.ui.frame import navigation
from moe_demo.ui.journey.data import picture_data
from moe_demo.ui.journey.settings import JourneySettings
from moe_demo.ui.kit import selection, views
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.picture import event_of, picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import plain

KEY = "journey"
ONWARD = ("router", "training")
"""Pages that the last stage leads on to."""
SERIAL = "journey.serial"  # of the last click that came through

_CODE: dict[str, tuple[Callable[..., Any], ...]] = {
    "tokens": (tokenize,),
    "vectors": (TokenEmbedding,),
    "router": (Router.logits, affinity),
    "choice": (choose,),
    "experts": (RoutedExperts.outputs, swiglu),
    "gates": (gate_values, RoutedExperts.forward),
    "transformer": (Block.forward, Attention.forward),
    "pooling": (mean_pool,),
    "classes": (Classifier.forward,),
}


def draw(view: View) -> str:
    """The rail, the canvas and its panel; clicks go into the selection. Returns the shown stage's name."""

    def go() -> None:
        if place := event_of(KEY, "place"):
            st.session_state[SERIAL] = place["serial"]
            selection.update(JourneySettings, stage=STAGES[place["stage"] - 1], token=place["token"])

    data = picture_data(view, st.session_state.get(SERIAL, 0))
    opened = picture("journey/picture", data=data, key=KEY, on_place_change=go, on_leave_change=lambda: None)
    if opened.leave in ONWARD:
        navigation.go(opened.leave, view.selection)
    return STAGES[data["stage"] - 1]


def caption(view: View) -> str:
    """Which model this page shows and why another than the rest of the app, and what is meant by the article."""
    model, other = view.run.config.model, view.selection.run
    other = other if views.is_there(other) else selection.DEFAULT_RUN
    same = other == view.run.run_id
    facts = {"run": view.run.run_id, "layers": model.n_layers, "routed": model.n_routed, "k": model.top_k}
    model_line = t("journey.model_same", **facts) if same else t("journey.model", **facts, other=plain(other))
    return f"{model_line} {t('journey.article', title=TITLE)}"


def code(stage: str) -> tuple[Callable[..., Any], ...]:
    """The functions that do a stage's work."""
    return _CODE[stage]

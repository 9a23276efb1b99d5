"""The journey's picture: nine stages of one sentence, the article's numbers above the live ones.

stage = journey.draw(view)        draws it and returns the name of the stage in the address
journey.code(stage)               the functions that ran there
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from moe_demo.insight.article import STAGES
from moe_demo.insight.journey import Record, journey
from moe_demo.insight.specialisation import specialisation
from moe_demo.model.classifier import Attention, Block, Classifier, TokenEmbedding, mean_pool
from moe_demo.model.experts import RoutedExperts, swiglu
from moe_demo.model.router import Router, affinity, choose, gate_values
from moe_demo.text.segmentation import tokenize
from moe_demo.ui.journey.settings import JourneySettings
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import class_looks, expert_looks, signed_ramp
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_word

KEY = "journey"
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
        if place := st.session_state[KEY].place:
            st.session_state[SERIAL] = place["serial"]
            selection.update(JourneySettings, stage=STAGES[place["stage"] - 1], token=place["token"])

    data = data_of(view)
    picture("journey/picture", data=data, key=KEY, on_place_change=go)
    return STAGES[data["stage"] - 1]


def code(stage: str) -> tuple[Callable[..., Any], ...]:
    """The functions that do a stage's work."""
    return _CODE[stage]


def data_of(view: View) -> dict[str, Any]:
    """What the component draws: the record, and its words in the reader's language."""
    record = record_of(view)
    for stage in record["stages"]:
        stage["claim"] = _claim(stage)
        stage["note"] = _note(stage, record)
    position = STAGES.index(view.selection.of(JourneySettings).stage) + 1
    return record | {
        "key": f"{view.run.run_id} {view.trace.step} {language()} {view.trace.text}",
        "stage": position,
        "token": view.selection.token,
        "serial": st.session_state.get(SERIAL, 0),
        "lang": language(),
        "text_of": labels("journey.words")
        | {f"class.{name}": word for name, word in labels("classes").items()},
        "experts": expert_looks(record["n_experts"]),
        "classes": class_looks(view.trace.labels),
        "ramps": signed_ramp(),
    }


def record_of(view: View) -> Record:
    """The numbers of the nine stages."""
    run, trace = view.run, view.trace
    evaluation = run.last_eval
    experts = None if evaluation is None else specialisation(evaluation, 0, run.labels)
    return journey(trace, experts, [run.encoder.hasher.ngrams(token) for token in trace.tokens])


def _claim(stage: Record) -> str:
    name, facts = stage["id"], dict(stage["facts"])
    if name == "classes":
        facts["label"] = class_word(facts["label"])
    variants = {
        "vectors": "_unknown" if facts.get("unknown") else "",
        "choice": "_swayed" if facts.get("swayed") else "",
        "transformer": "_one" if facts.get("n") == 1 else "",
        "pooling": "_normed" if stage.get("normed_after") else "_one" if facts.get("n") == 1 else "",
        "tokens": "_one" if facts.get("n") == 1 else "",
    }
    return t(f"journey.claim.{name}{variants.get(name, '')}", **facts)


def _note(stage: Record, record: Record) -> str:
    name, article = stage["id"], record["article"]
    if name == "tokens":
        words = t("common.comma").join(record["words"][i] for i in article["left_out"])
        kind = "other" if not article["same_text"] else "missing" if words else "same"
        return t(f"journey.note.tokens_{kind}", n=len(article["words"]), words=words, text=article["text"])
    if name == "router" and stage["held_out"] is None:
        return t("journey.note.router_bare")
    return t(f"journey.note.{name}", **stage["facts"])

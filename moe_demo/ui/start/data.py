"""What the pictures of the start page are given: one sentence's routes through its MoE layers."""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from moe_demo.config import ModelConfig
from moe_demo.insight.arrivals import Arrivals, arrivals
from moe_demo.insight.sparsity import sparsity
from moe_demo.insight.trace import ForwardTrace, LayerTrace
from moe_demo.ui.kit.gloss import of_word
from moe_demo.ui.kit.glossary import meaning, meanings
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import ClassLook, ExpertLook, class_looks, expert_looks
from moe_demo.ui.kit.unfamiliar import unfamiliar_line
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import badge, badge_hint, class_word, key_help, layer_title


class StartToken(TypedDict):
    """A word of the sentence."""

    text: str
    gloss: str
    known: bool


class StartLayer(TypedDict):
    """Who was chosen in one MoE layer: T x K, in the order in which the router took them."""

    index: int
    experts: list[list[int]]
    gates: list[list[float]]
    scores: list[list[float]]


class StartClass(ClassLook):
    """A class with its probability."""

    p: float


class StartSelection(TypedDict):
    """What is picked on all pages."""

    token: int | None
    expert: int | None
    layer: int


class StartPictureData(TypedDict):
    """One sentence, its routes through the MoE layers, its class."""

    tokens: list[StartToken]
    layers: list[StartLayer]
    layer_names: list[str]
    experts: list[ExpertLook]
    groups: int
    shared: list[str]
    classes: list[StartClass]
    best: int
    """Place of the predicted class."""
    answers: list[list[float]]
    """Probability of each class while words arrive at the average, T x C."""
    arrival_lines: list[str]
    """How that average is made, T lines."""
    unfamiliar: str
    """Why not to rely on the answer; empty where the sentence is familiar."""
    line: str
    """How many of the parameters one word uses."""
    badge: str
    selection: StartSelection
    says: str
    """The whole picture in a sentence, for those who do not see it."""
    words: dict[str, str]
    keys: dict[str, str]
    lang: str


class StartNextStepsData(TypedDict):
    """Three ways on from here."""

    words: dict[str, str]
    lang: str


def next_steps_data() -> StartNextStepsData:
    """What the ways on are called."""
    return {"words": labels("start.next_steps"), "lang": language()}


def picture_data(view: View) -> StartPictureData:
    """Plain numbers of the trace, looks of the theme, words of the locale."""
    trace, model, chosen = view.trace, view.run.config.model, view.selection
    arrived = arrivals(view.run, trace)
    return {
        "tokens": [
            {"text": text, "gloss": of_word(text), "known": bool(known)}
            for text, known in zip(trace.tokens, trace.known_T, strict=True)
        ],
        "layers": [_layer(layer) for layer in trace.layers],
        "layer_names": [layer_title(layer.layer) for layer in trace.layers],
        "experts": expert_looks(model),
        "groups": model.n_groups,
        "shared": [f"S{index}" for index in range(model.n_shared)],
        "classes": _classes(trace),
        "best": trace.labels.index(trace.label),
        "answers": arrived.probabilities_TC.astype(float).round(7).tolist(),
        "arrival_lines": _arrival_lines(arrived, model),
        "unfamiliar": unfamiliar_line(view.run, trace),
        "line": _line(view),
        "badge": badge(view.run),
        "selection": {"token": chosen.token, "expert": chosen.expert, "layer": chosen.layer},
        "says": _says(trace, model),
        "words": labels("flow.words") | _hints(),
        "keys": key_help("flow.keys"),
        "lang": language(),
    }


def _layer(layer: LayerTrace) -> StartLayer:
    scores_TK = np.take_along_axis(layer.scores_TE, layer.topk_idx_TK, axis=1)
    return {
        "index": layer.layer,
        "experts": layer.topk_idx_TK.tolist(),
        "gates": layer.gates_TK.round(5).tolist(),
        "scores": scores_TK.round(5).tolist(),
    }


def _classes(trace: ForwardTrace) -> list[StartClass]:
    return [
        {**look, "p": float(p)}
        for look, p in zip(class_looks(trace.labels), trace.probabilities_C, strict=True)
    ]


def _line(view: View) -> str:
    count = sparsity(view.run.model)
    model = view.run.config.model
    return t(
        "flow.line" if model.n_shared else "flow.line_unshared",
        k=model.top_k,
        shared=model.n_shared,
        routed=model.n_routed,
        used=count.used,
        total=count.total,
        share=count.share,
    )


def _hints() -> dict[str, str]:
    """Of what stands in the picture, and a stranger cannot know."""
    return {
        "layer_hint": meaning("layer"),
        "group_hint": meaning("group"),
        "line_hint": meanings("expert", "shared_expert", "look_up"),
        "badge_hint": badge_hint(),
        "legend_hint": meanings("unknown", "piece"),
    }


def _arrival_lines(arrived: Arrivals, model: ModelConfig) -> list[str]:
    """What is averaged when the first word has come, when two have, and so on."""
    lines = []
    added = model.pooling_pseudocount
    for n, count in enumerate(map(float, arrived.count_T), start=1):
        times = count / (n + added)
        kind = "_few" if times > 1 else "_smoothed" if added else ""
        values = {"n": n, "all": len(arrived.count_T), "added": f"{added:g}", "times": f"{times:.4g}"}
        lines.append(t(f"flow.status_mean{kind}", **values))
    return lines


def _says(trace: ForwardTrace, model: ModelConfig) -> str:
    return t(
        "flow.says",
        n=len(trace.tokens),
        k=model.top_k,
        routed=model.n_routed,
        best=class_word(trace.label),
        p=float(trace.probabilities_C.max()),
    )

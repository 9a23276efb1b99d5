"""The hero of start and router: one sentence, its routes through one MoE layer, its class.

`route_flow(view)` draws it; a click picks a word, an expert or a layer, and the selection takes it to every page.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from moe_demo.config import ModelConfig
from moe_demo.insight.sparsity import sparsity
from moe_demo.insight.trace import ForwardTrace, LayerTrace
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import class_looks, expert_looks
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import badge, class_word, key_help, layer_title

KEY = "flow"


def route_flow(view: View, key: str = KEY) -> None:
    """Tokens to expert seats, ribbons as wide as the gate; a click picks a word or an expert on every page."""

    def pick() -> None:
        picked = st.session_state[key].pick
        if picked:
            selection.update(**{name: picked[name] for name in ("token", "expert", "layer")})

    picture("start/picture")(data=data_of(view), key=key, on_pick_change=pick)


def data_of(view: View) -> dict[str, Any]:
    """What the component draws: plain numbers of the trace, looks of the theme, words of the locale."""
    trace, model, chosen = view.trace, view.run.config.model, view.selection
    return {
        "tokens": [
            {"text": text, "known": bool(known)}
            for text, known in zip(trace.tokens, trace.known_T, strict=True)
        ],
        "layers": [_layer(layer) for layer in trace.layers],
        "layer_names": [layer_title(layer.layer) for layer in trace.layers],
        "experts": expert_looks(model.n_routed),
        "groups": model.n_groups,
        "shared": [f"S{index}" for index in range(model.n_shared)],
        "classes": _classes(trace),
        "best": trace.labels.index(trace.label),
        "line": _line(view),
        "badge": badge(view.run),
        "selection": {"token": chosen.token, "expert": chosen.expert, "layer": chosen.layer},
        "words": labels("flow.words") | _counted_words(trace, model),
        "keys": key_help("flow.keys"),
        "lang": language(),
    }


def _layer(layer: LayerTrace) -> dict[str, Any]:
    scores_TK = np.take_along_axis(layer.scores_TE, layer.topk_idx_TK, axis=1)
    return {
        "index": layer.layer,
        "experts": layer.topk_idx_TK.tolist(),
        "gates": layer.gates_TK.round(5).tolist(),
        "scores": scores_TK.round(5).tolist(),
    }


def _classes(trace: ForwardTrace) -> list[dict[str, Any]]:
    return [
        look | {"p": float(p), "shown": t("flow.percent", p=float(p))}
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


def _counted_words(trace: ForwardTrace, model: ModelConfig) -> dict[str, str]:
    return {
        "label": t(
            "flow.label",
            n=len(trace.tokens),
            k=model.top_k,
            routed=model.n_routed,
            best=class_word(trace.label),
            p=float(trace.probabilities_C.max()),
        )
    }

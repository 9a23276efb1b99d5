"""Captions made from the data: a claim, its evidence, and where to look."""

from __future__ import annotations

from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_word, expert_name, expert_names, plain


def start_caption(view: View) -> str:
    """What the picture shows, in one sentence with this sentence's numbers. Markdown signs in words are escaped."""
    trace, model, chosen = view.trace, view.run.config.model, view.selection
    layer = trace.layers[chosen.layer]
    if chosen.token is not None:
        return t(
            "start.caption_token",
            word=plain(trace.tokens[chosen.token]),
            experts=expert_names(layer.topk_idx_TK[chosen.token]),
            gate=float(layer.gates_TK[chosen.token].max()),
            top=expert_name(layer.topk_idx_TK[chosen.token][layer.gates_TK[chosen.token].argmax()]),
        )
    return t(
        "start.caption",
        n=len(trace.tokens),
        k=model.top_k,
        routed=model.n_routed,
        used=int((layer.load_E > 0).sum()),
        best=class_word(trace.label),
        p=float(trace.probabilities_C.max()),
    )

"""Captions made from the data: a claim, its evidence, and where to look."""

from __future__ import annotations

from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.views import View
from moe_demo.ui.start.page import class_word


def start_caption(view: View) -> str:
    """What the hero shows, in one sentence with this sentence's numbers. Markdown signs in words are escaped."""
    trace, model, chosen = view.trace, view.run.config.model, view.selection
    layer = trace.layers[chosen.layer]
    if chosen.token is not None:
        experts = [f"E{expert}" for expert in layer.topk_idx_TK[chosen.token]]
        return t(
            "start.caption_token",
            word=plain(trace.tokens[chosen.token]),
            experts=t("common.comma").join(experts),
            gate=float(layer.gates_TK[chosen.token].max()),
            top=f"E{layer.topk_idx_TK[chosen.token][layer.gates_TK[chosen.token].argmax()]}",
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


def plain(text: str) -> str:
    """A reader's text as Markdown that shows it and nothing else."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()<>#+-.!|~$:&\"'" else char for char in text)

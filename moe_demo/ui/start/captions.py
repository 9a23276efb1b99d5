"""Captions made from the data: a claim, its evidence, and where to look."""

from __future__ import annotations

from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_word, expert_name, expert_names, plain

MOST_NAMED = 5
"""Classes; of more, the first of them are named, and how many there are."""


def start_lead(view: View) -> str:
    """What the model on show does, in one sentence with its own counts."""
    model = view.run.config.model
    names = [plain(class_word(label)) for label in view.run.labels]
    classes = (
        t("start.classes", first=t("common.comma").join(names[:-1]), last=names[-1])
        if len(names) <= MOST_NAMED
        else t("start.classes_many", first=t("common.comma").join(names[:MOST_NAMED]), n=len(names))
    )
    key = "start.lead_shared" if model.n_shared else "start.lead"
    return t(key, classes=classes, k=model.top_k, routed=model.n_routed, shared=model.n_shared)


def start_caption(view: View) -> str:
    """What the picture shows, in one sentence with this sentence's numbers. Markdown signs in words are escaped."""
    trace, chosen = view.trace, view.selection
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
        best=class_word(trace.label),
        p=float(trace.probabilities_C.max()),
    )

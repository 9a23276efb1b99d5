"""Captions made from the data: a claim, its evidence, and where to look."""

from __future__ import annotations

from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_word, expert_name, expert_names, plain

MOST_NAMED = 5
"""Classes; of more, the first of them are named, and how many there are."""


def start_caption(view: View) -> str:
    """What this model does; of a picked word, where it went. Markdown signs in a reader's words are escaped."""
    return _does(view) if view.selection.token is None else _picked(view, view.selection.token)


def _does(view: View) -> str:
    """In one sentence, with the model's own counts."""
    model = view.run.config.model
    names = [plain(class_word(label)) for label in view.run.labels]
    classes = (
        t("start.classes", first=t("common.comma").join(names[:-1]), last=names[-1])
        if len(names) <= MOST_NAMED
        else t("start.classes_many", first=t("common.comma").join(names[:MOST_NAMED]), n=len(names))
    )
    return t("start.caption", classes=classes, k=model.top_k, routed=model.n_routed)


def _picked(view: View, token: int) -> str:
    layer = view.trace.layers[view.selection.layer]
    experts_K, gates_K = layer.topk_idx_TK[token], layer.gates_TK[token]
    return t(
        "start.caption_token",
        word=plain(view.trace.tokens[token]),
        experts=expert_names(experts_K),
        gate=float(gates_K.max()),
        top=expert_name(experts_K[gates_K.argmax()]),
    )

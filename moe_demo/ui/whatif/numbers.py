"""The numbers of the what-if page that tell where they come from: the answer under what is switched."""

from __future__ import annotations

from moe_demo.insight.lineage import NumberKey, SentenceCase, sentence_case
from moe_demo.insight.switches import Switches, WhatIfError
from moe_demo.insight.trace import ForwardTrace
from moe_demo.insight.whatif import whatif
from moe_demo.ui.kit.lineage import Offer
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_words, expert_name
from moe_demo.ui.whatif.settings import WhatIfSettings

TRAINED = ("trained_probability", "trained_words_taken")
OF_SCATTER = ("gate", "length", "removal")
"""Of the trained model, whatever is switched."""


def offered(view: View) -> Offer:
    """Of each class after the switches, its probability before them, and how many words an expert has.

    Where the switches cannot be had, all are those of the trained model. While the visitor is still to predict the
    answer, only what the scatter says of the trained model.
    """
    asked, chosen = view.selection.of(WhatIfSettings), view.selection
    labels = range(len(view.run.labels))
    of_answer = (
        *(NumberKey(name, (c,)) for name in ("probability", "class_logit") for c in labels),
        *(NumberKey("trained_probability", (c,)) for c in labels),
        NumberKey("words_taken"),
        NumberKey("trained_words_taken"),
    )
    token = chosen.token or 0
    experts = view.trace.layers[chosen.layer].topk_idx_TK[token].tolist()
    answer = int(view.trace.logits_C.argmax())
    return Offer(
        keys=() if asked.predict and asked.verdict is None else of_answer,
        buttons=(
            NumberKey("gate"),
            *(NumberKey("length", (p,)) for p in range(len(experts))),
            *(NumberKey("removal", (p, answer)) for p in range(len(experts))),
        ),
        case=lambda key: _case(view, key),
        word=view.trace.tokens[token],
        layer=chosen.layer,
        expert=_expert(view),
        names={"label": class_words(view.run.labels), "piece": [expert_name(e) for e in experts]},
    )


def _expert(view: View) -> int:
    """The selected one, or the first."""
    return view.selection.expert or 0


def _case(view: View, key: NumberKey) -> SentenceCase:
    is_trained = key.name in (*TRAINED, *OF_SCATTER)
    return sentence_case(
        view.run,
        view.trace if is_trained else _switched(view),
        token=view.selection.token or 0,
        layer=view.selection.layer,
        expert=_expert(view),
    )


def _switched(view: View) -> ForwardTrace:
    switches = view.selection.of(WhatIfSettings).switches(view.run.config.model.n_routed)
    try:
        return whatif(view.run, view.trace.text, switches).after
    except WhatIfError:
        return whatif(view.run, view.trace.text, Switches()).after

"""The numbers of the start page that tell where they come from."""

from __future__ import annotations

from moe_demo.insight.lineage import NumberKey, sentence_case
from moe_demo.ui.kit.lineage import Offer
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_words


def offered(view: View) -> Offer:
    """The class of the sentence, how familiar it is, and a gate: of the selected word and expert, or of the first."""
    chosen = view.selection
    token = chosen.token or 0
    case = sentence_case(view.run, view.trace, token=token, layer=chosen.layer, expert=chosen.expert)
    of_class = [NumberKey("probability", (place,)) for place in range(len(view.run.labels))]
    return Offer(
        keys=(*of_class, NumberKey("gate"), NumberKey("score"), NumberKey("familiarity")),
        case=lambda _: case,
        word=view.trace.tokens[token],
        layer=chosen.layer,
        expert=case.expert,
        names={"label": class_words(view.run.labels)},
    )

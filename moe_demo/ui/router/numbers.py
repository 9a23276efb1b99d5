"""The numbers of the router page that tell where they come from."""

from __future__ import annotations

from moe_demo.insight.interventions import Rerouted
from moe_demo.insight.lineage import NumberKey, sentence_case
from moe_demo.ui.kit.lineage import Offer
from moe_demo.ui.kit.views import View


def offered(view: View, shown: Rerouted) -> Offer:
    """The way of one expert, and the class of the sentence, both under the rule on show."""
    path = shown.path
    case = sentence_case(
        view.run,
        shown.trace,
        token=path.token,
        layer=path.layer,
        expert=view.selection.expert,
        rule=path.rule,
    )
    own = [NumberKey(name) for name in ("gate", "choice", "score", "logit")]
    classes = [NumberKey("probability", (place,)) for place in range(len(view.run.labels))]
    return Offer(
        keys=(*own, *classes),
        case=lambda _: case,
        word=view.trace.tokens[path.token],
        layer=path.layer,
        expert=case.expert,
        labels=view.run.labels,
    )

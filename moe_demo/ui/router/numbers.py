"""The numbers of the router page that tell where they come from."""

from __future__ import annotations

from moe_demo.insight.interventions import Rerouted
from moe_demo.insight.lineage import NumberKey, sentence_case
from moe_demo.ui.kit.lineage import Offer
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_words


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
    trained = sentence_case(view.run, shown.trained_trace, token=path.token, layer=path.layer, expert=None)
    own = [NumberKey(name) for name in ("gate", "choice", "score", "logit")]
    groups = [NumberKey("group_score", (group.group,)) for group in path.groups]
    names = ("probability", "trained_probability") if shown.changed else ("probability",)
    classes = [NumberKey(name, (place,)) for name in names for place in range(len(view.run.labels))]
    return Offer(
        keys=(*own, *classes, NumberKey("cut"), NumberKey("gate_sum"), *groups),
        case=lambda key: trained if key.name == "trained_probability" else case,
        word=view.trace.tokens[path.token],
        layer=path.layer,
        expert=case.expert,
        names={
            "label": class_words(view.run.labels),
            "group": [str(group.group) for group in path.groups],
        },
    )

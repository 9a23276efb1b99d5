"""The numbers of the training page's panels that tell where they come from."""

from __future__ import annotations

from moe_demo.insight.lineage import HeldOutCase, NumberKey
from moe_demo.insight.specialisation import specialisation
from moe_demo.ui.kit.lineage import Offer
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_words
from moe_demo.ui.training.checkpoint import examined


def offered(view: View) -> Offer | None:
    """The checkpoint on held-out headlines; of one expert, the selected or the busiest. None before an evaluation."""
    report, evaluation = examined(view.run)
    if evaluation is None:
        return None
    layer = view.selection.layer
    experts = specialisation(evaluation, layer, view.run.labels)
    busiest = int(experts.load_E.argmax())
    expert = busiest if view.selection.expert is None else view.selection.expert
    case = HeldOutCase(
        evaluation=evaluation, report=report, labels=view.run.labels, layer=layer, expert=expert
    )
    loss = (NumberKey("held_out_loss"),) if report else ()
    of_expert = (NumberKey("relative_load"), *(NumberKey("lift", (c,)) for c in range(len(view.run.labels))))
    return Offer(
        keys=(
            NumberKey("accuracy"),
            *loss,
            NumberKey("max_vio"),
            *(of_expert if experts.load_E[expert] else of_expert[:1]),
        ),
        case=lambda _: case,
        layer=layer,
        expert=expert,
        names={"label": class_words(view.run.labels)},
    )

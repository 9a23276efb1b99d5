"""The numbers of the balance page's formulas that tell where they come from."""

from __future__ import annotations

from moe_demo.insight.balance_terms import batch_loss
from moe_demo.insight.lineage import NumberKey, StepCase
from moe_demo.releases.recording import Recording
from moe_demo.ui.balance.formulas import shown_step
from moe_demo.ui.kit.lineage import Offer
from moe_demo.ui.kit.selection import Selection


def offered(recording: Recording, chosen: Selection) -> Offer:
    """The step whose formulas are on show: of one expert, the selected or the busiest, and of each headline."""
    step, layer = shown_step(recording, chosen)
    n_routed = step.config.model.n_routed
    is_there = chosen.expert is not None and chosen.expert < n_routed
    expert = chosen.expert if is_there else int(batch_loss(step, layer).load_E.argmax())
    assert expert is not None
    case = StepCase(step=step, layer=layer, expert=expert)
    headlines = step.terms.headlines
    of_headline = ("headline_sum", "headline_f", "headline_push", "headline_unevenness")
    whole = ("batch_sum", "batch_f", "batch_push", "batch_unevenness", "sequence_mean", "sequence_unevenness")
    return Offer(
        keys=(
            *(NumberKey(name) for name in (*whole, "bias")),
            *(NumberKey(name, (b,)) for b in range(len(headlines)) for name in of_headline),
        ),
        case=lambda _: case,
        layer=layer,
        expert=expert,
        names={"headline": [headline.text for headline in headlines]},
    )

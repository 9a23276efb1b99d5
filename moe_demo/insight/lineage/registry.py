"""Every quantity with a lineage: what it is asked of, and which places it takes beside those of the selection.

lineage_of(NumberKey("gate"), case)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from moe_demo.insight.lineage import classes, experts, routing, steps, training
from moe_demo.insight.lineage.key import NumberKey
from moe_demo.insight.lineage.record import Lineage
from moe_demo.insight.lineage.sentence import SentenceCase
from moe_demo.insight.lineage.training import HeldOutCase, StepCase

Case = SentenceCase | HeldOutCase | StepCase
PlaceKind = Literal["piece", "label", "headline", "step", "other"]


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One kind of number."""

    build: Callable[..., Lineage]
    """Called with the case and the places."""
    of: type[Case]
    takes: tuple[PlaceKind, ...] = ()


QUANTITIES: dict[str, Quantity] = {
    "token_vector": Quantity(build=classes.token_vector, of=SentenceCase),
    "logit": Quantity(build=routing.logit, of=SentenceCase),
    "score": Quantity(build=routing.score, of=SentenceCase),
    "choice": Quantity(build=routing.choice, of=SentenceCase),
    "gate": Quantity(build=routing.gate, of=SentenceCase),
    "output": Quantity(build=experts.output, of=SentenceCase, takes=("piece",)),
    "piece": Quantity(build=experts.piece, of=SentenceCase, takes=("piece",)),
    "length": Quantity(build=experts.length, of=SentenceCase, takes=("piece",)),
    "layer_output": Quantity(build=experts.layer_output, of=SentenceCase),
    "output_length": Quantity(build=experts.output_length, of=SentenceCase),
    "cosine": Quantity(build=experts.cosine, of=SentenceCase, takes=("piece", "label")),
    "direct": Quantity(build=experts.direct, of=SentenceCase, takes=("piece", "label")),
    "removal": Quantity(build=experts.removal, of=SentenceCase, takes=("piece", "label")),
    "step": Quantity(build=steps.step, of=SentenceCase, takes=("step", "label")),
    "attention": Quantity(build=experts.attention, of=SentenceCase, takes=("other",)),
    "mixed": Quantity(build=experts.mixed, of=SentenceCase),
    "block_output": Quantity(build=experts.block_output, of=SentenceCase),
    "pooled": Quantity(build=classes.pooled, of=SentenceCase),
    "class_logit": Quantity(build=classes.class_logit, of=SentenceCase, takes=("label",)),
    "probability": Quantity(build=classes.probability, of=SentenceCase, takes=("label",)),
    "familiarity": Quantity(build=classes.familiarity, of=SentenceCase),
    "accuracy": Quantity(build=training.accuracy, of=HeldOutCase),
    "held_out_loss": Quantity(build=training.held_out_loss, of=HeldOutCase),
    "max_vio": Quantity(build=training.max_vio, of=HeldOutCase),
    "relative_load": Quantity(build=training.relative_load, of=HeldOutCase),
    "lift": Quantity(build=training.lift, of=HeldOutCase, takes=("label",)),
    "batch_f": Quantity(build=training.batch_f, of=StepCase),
    "batch_push": Quantity(build=training.batch_push, of=StepCase),
    "batch_sum": Quantity(build=training.batch_sum, of=StepCase),
    "headline_f": Quantity(build=training.headline_f, of=StepCase, takes=("headline",)),
    "headline_push": Quantity(build=training.headline_push, of=StepCase, takes=("headline",)),
    "headline_sum": Quantity(build=training.headline_sum, of=StepCase, takes=("headline",)),
    "bias": Quantity(build=training.bias, of=StepCase),
}


def lineage_of(key: NumberKey, case: Case) -> Lineage:
    """Where a number comes from. Raises KeyError for what is no quantity, or not one of this kind of case."""
    quantity = QUANTITIES[key.name]
    if not isinstance(case, quantity.of) or len(key.at) != len(quantity.takes):
        raise KeyError(str(key))
    return quantity.build(case, *key.at)

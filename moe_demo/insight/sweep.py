"""One method's knob from too little to too much: how the same training ended under each setting of alpha or u."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from moe_demo.insight.comparison import Spread, mean_information
from moe_demo.releases.recording import Rung

COSTLY = 0.01
"""A loss of held-out accuracy, against the best rung, from which on a setting is called too much."""
FLATTENED = 0.5
"""Part of the information that is there without balancing below which the division of labour counts as flattened."""
UNEVEN = 0.25
"""Part of MaxVio without balancing above which a load still counts as uneven."""


@dataclass(frozen=True, kw_only=True)
class LadderStep:
    """One setting of a knob: how training ended, over the seeds of the ladder."""

    value: float
    accuracy: Spread
    max_vio: Spread
    information: Spread


def ladder_of(rungs: Sequence[Rung], method: str) -> list[LadderStep]:
    """The rungs of one method, from the smallest setting to the largest."""
    its = [rung for rung in rungs if rung.method == method]
    values = sorted({rung.value for rung in its})
    at = {value: [rung.evaluation for rung in its if rung.value == value] for value in values}
    return [
        LadderStep(
            value=value,
            accuracy=Spread.of(evaluation.accuracy for evaluation in at[value]),
            max_vio=Spread.of(max(evaluation.max_vio_L) for evaluation in at[value]),
            information=Spread.of(mean_information(evaluation) for evaluation in at[value]),
        )
        for value in values
    ]


def verdicts(steps: Sequence[LadderStep], max_vio: float, information: float) -> list[str]:
    """`little`, `right`, `much` or `shaky` for each rung, against MaxVio and information without balancing.

    Too much is what costs accuracy or flattens the division of labour. What leaves the load uneven lies below the
    evenest rung (too little) or above it (steps so large that they swing: shaky).
    """
    evenest = min(range(len(steps)), key=lambda place: steps[place].max_vio.mean)
    best = max(step.accuracy.mean for step in steps)

    def judge(place: int, step: LadderStep) -> str:
        if step.accuracy.mean < best - COSTLY or step.information.mean < FLATTENED * information:
            return "much"
        if step.max_vio.mean > UNEVEN * max_vio:
            return "little" if place < evenest else "shaky"
        return "right"

    return [judge(place, step) for place, step in enumerate(steps)]

"""One method's knob from too little to too much: how the same training ended under each setting of alpha or u."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from moe_demo.config import BalanceMethod
from moe_demo.insight.comparison import ComparedRun, Spread, mean_information
from moe_demo.runs.metrics import EvalMetrics

COSTLY = 0.01
"""A loss of held-out accuracy, against the best setting, from which on a setting is called too much."""
FLATTENED = 0.5
"""Part of the information that is there without balancing below which the division of labour counts as flattened."""
UNEVEN = 0.25
"""Part of MaxVio without balancing above which a load still counts as uneven."""

Measure = Literal["accuracy", "max_vio", "information"]
MEASURES: tuple[Measure, ...] = get_args(Measure)


@dataclass(frozen=True, kw_only=True)
class SweepRun:
    """How training ended under one setting of one method's knob."""

    method: BalanceMethod
    value: float
    """alpha of `aux_loss` and `seq_aux_loss`, u of `loss_free`."""
    seed: int
    evaluation: EvalMetrics


@dataclass(frozen=True, kw_only=True)
class SweepPoint:
    """One setting of a knob: how training ended, over the seeds of the sweep."""

    value: float
    accuracy: Spread
    max_vio: Spread
    information: Spread

    def spread(self, measure: Measure) -> Spread:
        """One of the three."""
        return {"accuracy": self.accuracy, "max_vio": self.max_vio, "information": self.information}[measure]


@dataclass(frozen=True, kw_only=True)
class WithoutBalancing:
    """What the same training comes to with the method `none`: the mean over the seeds of the sweeps."""

    accuracy: float
    max_vio: float
    information: float

    def value(self, measure: Measure) -> float:
        """One of the three."""
        return {"accuracy": self.accuracy, "max_vio": self.max_vio, "information": self.information}[measure]


def sweep_of(runs: Sequence[SweepRun], method: str) -> list[SweepPoint]:
    """The settings of one method, from the smallest to the largest."""
    of_method = [run for run in runs if run.method == method]
    values = sorted({run.value for run in of_method})
    at = {value: [run.evaluation for run in of_method if run.value == value] for value in values}
    return [
        SweepPoint(
            value=value,
            accuracy=Spread.of(evaluation.accuracy for evaluation in at[value]),
            max_vio=Spread.of(max(evaluation.max_vio_L) for evaluation in at[value]),
            information=Spread.of(mean_information(evaluation) for evaluation in at[value]),
        )
        for value in values
    ]


def without_balancing(runs: Iterable[ComparedRun], seeds: Iterable[int]) -> WithoutBalancing:
    """The runs of the method `none` with these seeds, as one."""
    seeds = set(seeds)
    found = [run for run in runs if run.method == "none" and run.seed in seeds]
    return WithoutBalancing(
        accuracy=float(np.mean([run.accuracy for run in found])),
        max_vio=float(np.mean([run.max_vio for run in found])),
        information=float(np.mean([run.mutual_information for run in found])),
    )


def common_ranges(
    sweeps: Mapping[str, Sequence[SweepPoint]], without: WithoutBalancing
) -> dict[Measure, tuple[float, float]]:
    """For each measure one range that holds every sweep, so that they can be compared. Only accuracy leaves out 0."""

    def of(measure: Measure) -> tuple[float, float]:
        spreads = [point.spread(measure) for points in sweeps.values() for point in points]
        low = min([without.value(measure), *(spread.low for spread in spreads)])
        high = max([without.value(measure), *(spread.high for spread in spreads)])
        room = 0.08 * (high - low) or 0.01
        return (low - room if measure == "accuracy" else 0.0), high + room

    return {measure: of(measure) for measure in MEASURES}


def verdicts(points: Sequence[SweepPoint], without: WithoutBalancing) -> list[str]:
    """`little`, `right`, `much` or `shaky` for each setting, against training without balancing.

    Too much is what costs accuracy or flattens the division of labour. What leaves the load uneven lies below the
    evenest setting (too little) or above it (steps so large that they swing: shaky).
    """
    evenest = min(range(len(points)), key=lambda place: points[place].max_vio.mean)
    best = max(point.accuracy.mean for point in points)

    def judge(place: int, point: SweepPoint) -> str:
        if point.accuracy.mean < best - COSTLY or point.information.mean < FLATTENED * without.information:
            return "much"
        if point.max_vio.mean > UNEVEN * without.max_vio:
            return "little" if place < evenest else "shaky"
        return "right"

    return [judge(place, point) for place, point in enumerate(points)]

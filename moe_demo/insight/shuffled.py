"""What luck looks like: expert loads by class with the headlines' labels shuffled.

Words come in headlines and share their headline's class, so luck is larger than if every word drew a class by itself:
whole headlines are shuffled. The seed is fixed; the same run and headlines have the same band.

Letters: B headlines, E routed experts, C classes, R shuffles.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from moe_demo.insight.specialisation import Specialisation

Array = np.ndarray[Any, Any]

N_SHUFFLES = 400
COVERAGE = 0.95


class Band(NamedTuple):
    """Between these lie 95 % of the lifts that shuffled labels give, each of shape (E, C); NaN for a dead expert."""

    low_EC: Array
    high_EC: Array


def shuffled_lifts(
    load_BE: Array, label_ids_B: Array, n_classes: int, n_shuffles: int = N_SHUFFLES, seed: int = 0
) -> Array:
    """Lift of every expert and class under shuffled labels, shape (R, E, C).

    `load_BE` counts each headline's assignments.
    """
    random = np.random.default_rng(seed)
    labels = tuple(map(str, range(n_classes)))
    lifts = []
    for _ in range(n_shuffles):
        member_BC = np.eye(n_classes, dtype=np.int64)[random.permutation(label_ids_B)]
        load_EC = load_BE.T @ member_BC
        lifts.append(
            Specialisation(layer=0, labels=labels, n_headlines=len(load_BE), load_EC=load_EC).lift_EC
        )
    return np.stack(lifts)


def band(lifts_REC: Array, coverage: float = COVERAGE) -> Band:
    """The middle part of each cell's lifts."""
    tail = (1 - coverage) / 2
    dead_EC = np.isnan(lifts_REC).all(axis=0)
    low, high = np.quantile(np.nan_to_num(lifts_REC), [tail, 1 - tail], axis=0)
    return Band(np.where(dead_EC, np.nan, low), np.where(dead_EC, np.nan, high))

"""What luck looks like: expert loads by label with the labels shuffled.

Words come in headlines and share their headline's class, so luck is larger than if every word drew a class by itself:
whole headlines are shuffled. In the same way every occurrence of a word has its kind: kinds are shuffled among whole
words, and only among words that are about as frequent, so that every kind keeps about the tokens it has. The seed is
fixed; the same run and headlines have the same band.

Letters: B blocks (headlines, or different words), E routed experts, C labels, R shuffles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from moe_demo.insight.specialisation import lift

Array = np.ndarray[Any, Any]

N_SHUFFLES = 400
COVERAGE = 0.95


class Band(NamedTuple):
    """Between these lie 95 % of the lifts that shuffled labels give, each of shape (E, C); NaN for a dead expert."""

    low_EC: Array
    high_EC: Array


def lifts(loads: Iterable[Array]) -> Array:
    """Lift of every expert and label in each of these counts of shape (E, C), together of shape (R, E, C)."""
    return np.stack([lift(load_EC) for load_EC in loads])


def shuffled_loads(
    load_BE: Array,
    label_ids_B: Array,
    n_labels: int,
    n_shuffles: int = N_SHUFFLES,
    seed: int = 0,
    strata_B: Array | None = None,
) -> Iterator[Array]:
    """Assignments of every expert and label under shuffled labels, shape (E, C), one shuffle after the other.

    `load_BE` counts each block's assignments; labels are shuffled within each stratum.
    """
    random = np.random.default_rng(seed)
    load_EB = load_BE.T.astype(float)
    for label_ids in shuffles(label_ids_B, n_shuffles, random, strata_B):
        member_BC = np.eye(n_labels)[label_ids]
        yield load_EB @ member_BC


def shuffles(
    label_ids_B: Array, n_shuffles: int, random: np.random.Generator, strata_B: Array | None = None
) -> Iterator[Array]:
    """The labels in another order each time, moved within their strata alone."""
    strata_B = np.zeros(len(label_ids_B), dtype=int) if strata_B is None else strata_B
    places = [np.flatnonzero(strata_B == stratum) for stratum in np.unique(strata_B)]
    for _ in range(n_shuffles):
        shuffled_B = label_ids_B.copy()
        for place in places:
            shuffled_B[place] = random.permutation(label_ids_B[place])
        yield shuffled_B


def frequency_strata(count_B: Array, at_least: int = 20) -> Array:
    """One stratum for each doubling of a count, the most frequent ones together until they are `at_least` blocks.

    A word alone in its stratum could not be shuffled, and what it does would pass for luck.
    """
    strata_B = np.log2(np.maximum(count_B, 1)).astype(int)
    most_frequent = np.sort(strata_B)[-min(at_least, len(strata_B)) :]
    return np.minimum(strata_B, most_frequent[0])


def band(lifts_REC: Array, coverage: float = COVERAGE) -> Band:
    """The middle part of each cell's lifts."""
    tail = (1 - coverage) / 2
    dead_EC = np.isnan(lifts_REC).all(axis=0)
    low, high = np.quantile(np.nan_to_num(lifts_REC), [tail, 1 - tail], axis=0)
    return Band(np.where(dead_EC, np.nan, low), np.where(dead_EC, np.nan, high))

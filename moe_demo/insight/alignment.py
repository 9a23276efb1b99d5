"""Experts of two trainings matched by what words they take: numbers of experts mean nothing across seeds.

    found = matched(load_WE, other_load_WE, count_W)
    found.partner_E[3]             the expert of the other training that takes most nearly the same words as expert 3
    found.overlap_E[3]             how much of what either takes both take

The best one-to-one matching is found exactly (the Hungarian method, Kuhn 1955, in O(E^3) with potentials; for some
dozens of experts that is milliseconds, so no library is needed). Any two lists have a best matching, so chance is a
best matching too: with the words of one side shuffled among words about as frequent.

Letters: W words, E experts, C classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from moe_demo.insight.shuffled import frequency_strata, shuffles
from moe_demo.insight.specialisation import Specialisation

Array = np.ndarray[Any, Any]

N_SHUFFLES = 40


@dataclass(frozen=True, kw_only=True)
class Matched:
    """One layer of two trainings."""

    partner_E: Array
    overlap_E: Array
    """Weighted Jaccard: sum over words of the smaller count / sum of the larger; 1: the very same words."""
    chance: float
    """Mean overlap of pairs matched in the same way after shuffling."""
    luck: float
    """95 % of those pairs have less."""

    @property
    def survives_E(self) -> Array:
        """True where an expert has a partner beyond luck."""
        return np.asarray(self.overlap_E > self.luck)


def matched(load_WE: Array, other_WE: Array, count_W: Array, n_shuffles: int = N_SHUFFLES) -> Matched:
    """Match the experts of two trainings by how often each word went to them."""
    overlap_EE = overlaps(load_WE, other_WE)
    partner_E = best_matching(overlap_EE)
    by_luck = []
    order_W = np.arange(len(load_WE))
    for shuffled_W in shuffles(order_W, n_shuffles, np.random.default_rng(0), frequency_strata(count_W)):
        luck_EE = overlaps(load_WE, other_WE[shuffled_W])
        by_luck.append(luck_EE[_rows(luck_EE), best_matching(luck_EE)])
    return Matched(
        partner_E=partner_E,
        overlap_E=overlap_EE[_rows(overlap_EE), partner_E],
        chance=float(np.mean(by_luck)),
        luck=float(np.quantile(by_luck, 0.95)),
    )


@dataclass(frozen=True, kw_only=True)
class SameLeaning:
    """Matched experts whose farthest class is the same."""

    n_same: int
    by_chance: float
    """How many of any random one-to-one matching."""


def leaning(load_EC: Array) -> Array:
    """The class of the largest lift of each expert, (E,)."""
    lift_EC = Specialisation(
        layer=0, labels=tuple(map(str, range(load_EC.shape[1]))), n_headlines=0, load_EC=load_EC
    ).lift_EC
    return np.asarray(np.nan_to_num(lift_EC).argmax(axis=1))


def same_leaning(load_EC: Array, other_EC: Array, partner_E: Array) -> SameLeaning:
    """Whether what experts lean to survives, too."""
    mine_E, theirs_E, n = leaning(load_EC), leaning(other_EC), load_EC.shape[1]
    both_C = np.bincount(mine_E, minlength=n) * np.bincount(theirs_E, minlength=n)
    return SameLeaning(
        n_same=int((mine_E == theirs_E[partner_E]).sum()), by_chance=float(both_C.sum() / len(mine_E))
    )


def overlaps(load_WE: Array, other_WE: Array) -> Array:
    """Weighted Jaccard of every expert with every expert of the other side, (E, E); 0 where both took nothing."""
    least_EE = np.minimum(load_WE[:, :, None], other_WE[:, None, :]).sum(axis=0).astype(float)
    most_EE = np.maximum(load_WE[:, :, None], other_WE[:, None, :]).sum(axis=0)
    return np.divide(least_EE, most_EE, out=np.zeros_like(least_EE), where=most_EE > 0)


def _rows(square_EE: Array) -> Array:
    """The row numbers."""
    return np.arange(len(square_EE))


def best_matching(value_EE: Array) -> Array:
    """The column of each row such that the sum of their values is the largest that any one-to-one matching has."""
    cost = (-np.asarray(value_EE, dtype=float)).tolist()
    n, infinite = len(cost), float("inf")
    row_price, column_price = [0.0] * n, [0.0] * (n + 1)
    row_of = [-1] * (n + 1)  # of each column; the last column is where a new row starts from
    for new_row in range(n):
        row_of[n], column = new_row, n
        slack, before, is_done = [infinite] * n, [n] * n, [False] * (n + 1)
        while row_of[column] >= 0:
            is_done[column], row = True, row_of[column]
            least, nearest = infinite, n
            for other in range(n):
                if is_done[other]:
                    continue
                reduced = cost[row][other] - row_price[row] - column_price[other]
                if reduced < slack[other]:
                    slack[other], before[other] = reduced, column
                if slack[other] < least:
                    least, nearest = slack[other], other
            for other in range(n + 1):
                if is_done[other]:
                    row_price[row_of[other]] += least
                    column_price[other] -= least
                elif other < n:
                    slack[other] -= least
            column = nearest
        while column != n:
            row_of[column], column = row_of[before[column]], before[column]
    partner = np.empty(n, dtype=np.int64)
    for column in range(n):
        partner[row_of[column]] = column
    return partner

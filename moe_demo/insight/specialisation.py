"""Who handles what: the tokens each expert took on held-out headlines, by class, against chance.

The router is never told a class, so a topic can only show afterwards, in counts. Two questions are kept apart:

    share   of the tokens this expert took, how many stood in headlines of this class   (rows sum to 1)
    taken   of this class's tokens, how many went to this expert                        (columns sum to 1)

Chance is the class's share among all tokens: what an expert would hold that was handed tokens blindly. Lift is
share / chance, so 1 means "no more than chance". Experts of different layers are never pooled.

Letters: L MoE layers, E routed experts, C classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from moe_demo.runs.metrics import EvalMetrics

Array = np.ndarray[Any, Any]

MIN_EXPECTED = 30
"""Below so many tokens expected by chance a cell is marked: counting noise alone moves its lift by 1/sqrt(30), 18%."""


@dataclass(frozen=True, kw_only=True)
class Specialisation:
    """One layer's experts by class, from one evaluation. A share of nothing is NaN, never 0."""

    layer: int
    labels: tuple[str, ...]
    n_headlines: int
    load_EC: Array
    """Assignments per expert, by the class of the headline the token stands in."""

    @property
    def load_E(self) -> Array:
        """Assignments per expert."""
        return np.asarray(self.load_EC.sum(axis=1))

    @property
    def share_EC(self) -> Array:
        """Of an expert's tokens, the part that stood in each class; rows sum to 1, NaN for a dead expert."""
        return _ratio(self.load_EC, self.load_E[:, None])

    @property
    def chance_C(self) -> Array:
        """Each class's part of all assignments; sums to 1."""
        return _ratio(self.load_EC.sum(axis=0), self.load_EC.sum())

    @property
    def lift_EC(self) -> Array:
        """share / chance: 1 is no more than chance."""
        return lift(self.load_EC)

    @property
    def taken_EC(self) -> Array:
        """Of a class's tokens, the part that went to each expert; columns sum to 1."""
        return _ratio(self.load_EC, self.load_EC.sum(axis=0)[None, :])

    @property
    def load_share_E(self) -> Array:
        """Each expert's part of all assignments; sums to 1."""
        return _ratio(self.load_E, self.load_EC.sum())

    @property
    def expected_EC(self) -> Array:
        """Tokens of each class that an expert of this load would hold by chance."""
        return np.asarray(self.load_E[:, None] * self.chance_C[None, :])

    @property
    def small_EC(self) -> Array:
        """True where too few tokens are expected for the lift to mean much."""
        return np.asarray(self.expected_EC < MIN_EXPECTED)


def lift(load_EC: Array) -> Array:
    """Share of each class among an expert's assignments over its share among all; NaN where there is none."""
    share_EC = _ratio(load_EC, load_EC.sum(axis=1)[:, None])
    return _ratio(share_EC, _ratio(load_EC.sum(axis=0), load_EC.sum())[None, :])


def specialisation(evaluation: EvalMetrics, layer: int, labels: tuple[str, ...]) -> Specialisation:
    """The experts of one MoE layer, by class."""
    load_EC = np.asarray(evaluation.load_LEC[layer], dtype=np.int64)
    assert load_EC.shape[1] == len(labels), f"{load_EC.shape[1]} classes were counted, not {len(labels)}"
    return Specialisation(layer=layer, labels=labels, n_headlines=evaluation.n_headlines, load_EC=load_EC)


def _ratio(part: Array, whole: Array) -> Array:
    """part / whole, NaN where there is nothing to divide."""
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=float), np.asarray(whole, dtype=float))
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)

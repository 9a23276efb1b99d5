"""Predict first: what a visitor said before the answer was shown, and whether that beats guessing.

    fall_of(effect)          how much accuracy fell, as one of the answers to choose from
    score(predictions)       how many were right, beside what guessing gives

Two yardsticks, since either alone flatters: guessing at random, which is right once in as many answers as there are to
choose from; and one who always gives the answer that turned out most often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from moe_demo.insight.whatif import Effect, WhatIf

Verdict = Literal["kept", "flips"]
Fall = Literal["none", "little", "some", "much"]
VERDICTS: tuple[Verdict, ...] = ("kept", "flips")
FALLS: tuple[Fall, ...] = ("none", "little", "some", "much")
FALL_FROM = (0.005, 0.02, 0.05)
"""From which loss of accuracy on, as a part of 1, a fall is little, some, much."""


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """One question with its answer, and what came."""

    said: str
    came: str
    n_answers: int
    """How many there were to choose from."""

    @property
    def right(self) -> bool:
        """Whether it came as said."""
        return self.said == self.came


@dataclass(frozen=True, kw_only=True)
class Score:
    """How many predictions were right, beside guessing."""

    n: int
    n_right: int
    by_chance: float
    """Right ones to be expected of guessing at random."""
    chance_of_as_many: float
    """Probability that guessing at random is right at least as often."""
    by_one_answer: int
    """Right ones of someone who always gives the answer that came most often, to each kind of question."""


def verdict_of(found: WhatIf) -> Verdict:
    """Whether the sentence got another class."""
    return "kept" if found.before.label == found.after.label else "flips"


def fall_of(effect: Effect) -> Fall:
    """How much accuracy fell; a gain is no fall."""
    return FALLS[int(np.searchsorted(FALL_FROM, -effect.difference, side="right"))]


def score(predictions: Sequence[Prediction]) -> Score:
    """Guessing is right with probability 1 / answers, each time anew: a Poisson binomial distribution, worked out."""
    chance_N = np.ones(1)  # of 0, 1, ... right guesses
    for one in predictions:
        p = 1 / one.n_answers
        chance_N = np.convolve(chance_N, [1 - p, p])
    n_right = sum(one.right for one in predictions)
    kinds = {one.n_answers for one in predictions}
    came = [Counter(one.came for one in predictions if one.n_answers == kind) for kind in kinds]
    return Score(
        n=len(predictions),
        n_right=n_right,
        by_chance=float(sum(1 / one.n_answers for one in predictions)),
        chance_of_as_many=float(chance_N[n_right:].sum()),
        by_one_answer=sum(max(counts.values()) for counts in came),
    )

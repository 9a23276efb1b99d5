"""How sure is a difference in accuracy? The paired bootstrap, worked out instead of drawn.

Two models answer the same headlines. Where only one of them is right, the headline counts +1 or -1, else 0. The
bootstrap (Efron and Tibshirani 1993, chapter 13) draws as many headlines again, with replacement, and looks at the mean
over and over. The sum of n such draws has an exact distribution: the n-th power of one draw's, which the Fourier
transform takes in one step. So the interval needs no random numbers, and the same question has the same answer.

Letters: B headlines.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]

COVERAGE = 0.95


class Interval(NamedTuple):
    """Percentile interval."""

    low: float
    high: float


def paired_interval(right_before_B: Array, right_after_B: Array, coverage: float = COVERAGE) -> Interval:
    """Of mean(after) - mean(before) over resampled headlines; 0 to 0 where both are right on the same ones."""
    change_B = right_after_B.astype(int) - right_before_B.astype(int)
    n = len(change_B)
    share = [np.mean(change_B == value) for value in (0, 1, -1)]
    angle = 2 * np.pi * np.fft.fftfreq(2 * n + 1)
    one_draw = share[0] + share[1] * np.exp(-1j * angle) + share[2] * np.exp(1j * angle)
    chance = np.fft.fftshift(np.fft.ifft(one_draw**n).real)  # of each sum, from -n to n
    up_to = np.cumsum(chance)
    tail = (1 - coverage) / 2
    low, high = (int(np.searchsorted(up_to, level)) - n for level in (tail, 1 - tail))
    return Interval(low / n, high / n)

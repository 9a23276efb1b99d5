"""Reading loads: when an expert is dead, where a scale of loads ends, and how uneven chance alone looks."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

DEAD_BELOW = 0.05
"""An expert with less than this part of its fair share counts as dead."""


def load_scale_end(n_routed: int, top_k: int) -> int:
    """The load, in fair shares, at which a colour scale ends: E / K is collapse, but a scale holds 2 to 4 of them."""
    return max(2, min(4, n_routed // top_k))


def random_max_vio(n_tokens: int, n_routed: int, top_k: int) -> float:
    """Expected MaxVio where every token picks its K of E experts blindly: the noise floor of `max_vio`.

    Each expert's load is then binomial with mean T K / E and, since K of E are drawn without repetition, variance
    T (K/E)(1 - K/E). For the expected largest of E such loads they are taken as normal and independent; that is
    close for a dozen or more tokens an expert.
    """
    if n_tokens == 0 or top_k == n_routed:
        return 0.0
    chance = top_k / n_routed
    deviation = math.sqrt((1 - chance) / (n_tokens * chance))  # of load / fair share
    return deviation * _expected_largest(n_routed)


@cache
def _expected_largest(n: int) -> float:
    """Expected largest of n standard normal numbers: the integral of 1 - F^n above 0, less that of F^n below."""
    x = np.linspace(0.0, 8.0, 2001)
    below = np.array([0.5 * math.erfc(value / math.sqrt(2)) for value in x])  # F(-x)
    return float(np.trapezoid((1 - (1 - below) ** n) - below**n, x))

"""Ranks of values, as rank correlation and the area under the ROC curve take them."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def mean_ranks(values: Array) -> Array:
    """Rank of each value from 1, the smallest first; equal values share their mean rank."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place])

"""How far trainings from several seeds lie apart, all else being the same: what chance alone does.

spread({1: 0.84, 2: 0.83, 5: 0.85})      SeedSpread(n=3, mean=0.84, sd=0.01, low=0.83, high=0.85, ...)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean, stdev


@dataclass(frozen=True, kw_only=True)
class SeedSpread:
    """One measure of several trainings."""

    n: int
    mean: float
    sd: float | None
    """Of the sample, with n - 1; None of a single training."""
    low: float
    high: float
    from_mean: Mapping[int, float]
    """Seed -> its value less the mean."""


def spread(value_of_seed: Mapping[int, float]) -> SeedSpread | None:
    """Of each seed's value; None without any."""
    values = list(value_of_seed.values())
    if not values:
        return None
    mean = fmean(values)
    return SeedSpread(
        n=len(values),
        mean=mean,
        sd=stdev(values) if len(values) > 1 else None,
        low=min(values),
        high=max(values),
        from_mean={seed: value - mean for seed, value in value_of_seed.items()},
    )

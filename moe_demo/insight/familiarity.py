"""Does a model know what it does not know? Familiar texts against others, and confidence against accuracy.

    separation(run, headlines of the classes, headlines of other topics)
    calibration_error(probabilities, labels)

Letters: B headlines, C classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from moe_demo.insight.ranks import mean_ranks
from moe_demo.insight.run import Run

Array = np.ndarray[Any, Any]

CONFIDENT = 0.9
N_BINS = 15


@dataclass(frozen=True, kw_only=True)
class Separation:
    """How well `familiarity` tells headlines of the classes from other texts."""

    auroc: float
    """Chance that a headline of the classes is more familiar than another text; 0.5 is guessing."""
    over_confident: float
    """Share of the other texts that are given to a class with more than 0.9."""
    called_familiar: float | None
    """Share of the other texts that pass the threshold; None where the run has none."""
    kept: float | None
    """Share of the headlines of the classes that pass it."""


def auroc(higher_B: Array, lower_B: Array) -> float:
    """Area under the ROC curve: the share of pairs in which the one that should be higher is; ties count half."""
    rank = mean_ranks(np.concatenate([higher_B, lower_B]))
    n_higher, n_lower = len(higher_B), len(lower_B)
    return float((rank[:n_higher].sum() - n_higher * (n_higher + 1) / 2) / (n_higher * n_lower))


def calibration_error(probabilities_BC: Array, label_ids_B: Array, n_bins: int = N_BINS) -> float:
    """Expected calibration error: |accuracy - confidence| in bins of equal width, weighted by their size.

    Confidence is the probability of the predicted class. arXiv 1706.04599, Eq. 3.
    """
    confidence_B = probabilities_BC.max(1)
    right_B = probabilities_BC.argmax(1) == label_ids_B
    bin_B = np.minimum((confidence_B * n_bins).astype(int), n_bins - 1)
    gaps = [
        abs(right_B[mine].mean() - confidence_B[mine].mean()) * mine.mean()
        for mine in (bin_B == place for place in range(n_bins))
        if mine.any()
    ]
    return float(sum(gaps))


def separation(run: Run, known: Sequence[str], others: Sequence[str]) -> Separation:
    """Ask the run for both kinds of text."""
    of_known, of_others = run.classify(known), run.classify(others)
    has_threshold = of_known[0].familiar is not None
    return Separation(
        auroc=auroc(*(np.array([one.familiarity for one in answers]) for answers in (of_known, of_others))),
        over_confident=float(np.mean([max(one.probabilities.values()) > CONFIDENT for one in of_others])),
        called_familiar=float(np.mean([bool(one.familiar) for one in of_others])) if has_threshold else None,
        kept=float(np.mean([bool(one.familiar) for one in of_known])) if has_threshold else None,
    )

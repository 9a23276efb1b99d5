"""How much the chosen expert says about a label, with what finite counts feign taken off.

Counted on a sample, mutual information is too large: it is above 0 even where there is nothing to find (Miller 1955;
Treves and Panzeri 1995, "The Upward Bias in Measures of Information Derived from Limited Data Samples", Neural
Computation 7). Miller's formula (`comparison.information_bias`) takes every count for independent, and the words of a
headline are not. So the bias is measured: the mean over shuffled labels, whole headlines or whole words being shuffled.

Letters: B blocks (headlines, or different words), E routed experts, C labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from moe_demo.insight.comparison import mutual_information
from moe_demo.insight.shuffled import shuffled_loads

Array = np.ndarray[Any, Any]

N_SHUFFLES = 200


@dataclass(frozen=True, kw_only=True)
class Information:
    """Bits between expert and label."""

    raw: float
    """As counted."""
    bias: float
    """Mean of shuffled labels."""
    luck: float
    """95 % of shuffled labels have less, their mean taken off."""
    at_most: float
    """Entropy of the labels: what a perfect tell would say."""

    @property
    def corrected(self) -> float:
        """As counted, less the bias; about 0 where there is nothing."""
        return self.raw - self.bias

    @property
    def share(self) -> float:
        """Of what there is to know about the label, the part that the expert tells; 0 where there is one label."""
        return self.corrected / self.at_most if self.at_most > 0 else 0.0

    @property
    def luck_share(self) -> float:
        """The same of the luck."""
        return self.luck / self.at_most if self.at_most > 0 else 0.0


def information(
    load_BE: Array,
    label_ids_B: Array,
    n_labels: int,
    strata_B: Array | None = None,
    n_shuffles: int = N_SHUFFLES,
) -> Information:
    """From each block's assignments and its label; labels are shuffled within their strata."""
    load_EC = load_BE.T.astype(float) @ np.eye(n_labels)[label_ids_B]
    shuffled = [
        mutual_information(shuffled_EC)
        for shuffled_EC in shuffled_loads(load_BE, label_ids_B, n_labels, n_shuffles, strata_B=strata_B)
    ]
    bias = float(np.mean(shuffled))
    return Information(
        raw=mutual_information(load_EC),
        bias=bias,
        luck=float(np.quantile(shuffled, 0.95)) - bias,
        at_most=entropy(load_EC.sum(axis=0)),
    )


def entropy(counts: Array) -> float:
    """Of a distribution given by counts, in bits."""
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log2(share)).sum())

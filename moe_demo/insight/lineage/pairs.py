"""Numbers of two experts that are chosen together: counted again from the experts that every word was sent to."""

from __future__ import annotations

import numpy as np

from moe_demo.insight.coactivation import N_RESAMPLED, CoActivation, pair_weights
from moe_demo.insight.lineage.assigned import AssignedCase
from moe_demo.insight.lineage.record import Array, Lineage

_PAIRS = "moe_demo/insight/coactivation.py"


def pair_count(case: AssignedCase, other: int) -> Lineage:
    """Words that went to both experts."""
    pairs, e = _pairs(case), case.expert
    return Lineage(
        name="pair_count",
        equation=r"n_{ij}",
        source=_PAIRS,
        arrays={"experts": case.experts_TK},
        snippet=f"result = ((experts == {e}).any(1) & (experts == {other}).any(1)).sum()",
        expected=float(pairs.together_EE[e, other]),
    )


def pair_expected(case: AssignedCase, other: int) -> Lineage:
    """As many as a router would send to both that knows nothing but how busy each expert is."""
    pairs, at = _pairs(case), (case.expert, other)
    return Lineage(
        name="pair_expected",
        equation=_EXPECTED,
        source=_PAIRS,
        arrays=_of_pairs(case),
        snippet="\n".join([*_EXPECTED_LINES, f"result = by_chance[{at[0]}, {at[1]}]"]),
        expected=float(pairs.expected_EE[at]),
    )


def pair_lift(case: AssignedCase, other: int) -> Lineage:
    """Words that went to both, over as many as chance would send."""
    pairs, (i, j) = _pairs(case), (case.expert, other)
    n, by_chance, found = pairs.together_EE[i, j], pairs.expected_EE[i, j], float(pairs.lift_EE[i, j])
    return Lineage(
        name="pair_lift",
        equation=rf"\frac{{n_{{ij}}}}{{\hat n_{{ij}}}},\qquad {_EXPECTED}",
        filled=rf"\frac{{{int(n)}}}{{{by_chance:.1f}}} = {found:.4f}",
        source=_PAIRS,
        arrays=_of_pairs(case),
        snippet="\n".join([*_EXPECTED_LINES, f"result = together[{i}, {j}] / by_chance[{i}, {j}]"]),
        expected=found,
    )


def pair_band(case: AssignedCase, other: int) -> Lineage:
    """Its interval over resampled headlines (bootstrap)."""
    pairs, (i, j) = _pairs(case), sorted((case.expert, other))
    lines = [
        "chosen = (experts[:, :, None] == np.arange(len(weights))).any(1).astype(float)",
        "first, second = np.triu_indices(len(weights), 1)",
        "begins = np.flatnonzero(np.diff(headline, prepend=-1))",
        "pairs = np.add.reduceat(chosen[:, first] * chosen[:, second], begins)",
        "load = np.add.reduceat(chosen, begins)",
        "n = len(begins)",
        f"drawn = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size={N_RESAMPLED})",
        "together, load = drawn @ pairs, drawn @ load",
        "by_chance = load[:, first] * load[:, second] * weights[first, second]",
        "by_chance *= together.sum(1, keepdims=True) / by_chance.sum(1, keepdims=True)",
        f"this = (first == {i}) & (second == {j})",
        "result = np.quantile(together[:, this] / by_chance[:, this], [0.025, 0.975])",
    ]
    return Lineage(
        name="pair_band",
        equation=r"[q_{2.5\,\%},\ q_{97.5\,\%}]",
        source="Efron and Tibshirani 1993, An Introduction to the Bootstrap; moe_demo/insight/coactivation.py",
        arrays=_of_pairs(case) | {"headline": case.found.headline_T},
        snippet="\n".join(lines),
        expected=np.array([pairs.low_EE[i, j], pairs.high_EE[i, j]]),
    )


_EXPECTED = r"\hat n_{ij} = N\, \frac{c_i c_j w_{ij}}{\sum_{k<l} c_k c_l w_{kl}}"
_EXPECTED_LINES = [
    "chosen = (experts[:, :, None] == np.arange(len(weights))).any(1).astype(float)",
    "together, load = chosen.T @ chosen, chosen.sum(0)",
    "product = np.outer(load, load) * weights",
    "upper = np.triu(np.ones_like(weights), 1)",
    "by_chance = product * (together * upper).sum() / (product * upper).sum()",
]


def _pairs(case: AssignedCase) -> CoActivation:
    assert case.pairs is not None, "a word has one expert only"
    return case.pairs


def _of_pairs(case: AssignedCase) -> dict[str, Array]:
    return {"experts": case.experts_TK, "weights": pair_weights(case.rule)}

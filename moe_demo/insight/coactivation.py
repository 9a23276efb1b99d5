"""Which experts of a layer are chosen together, against chance under the same rule.

    found = coactivation(assignments, layer, run.config.model.routing_rule)
    found.lift_EE[3, 7]         how many times as often as chance a word goes to both

Chance is a router that knows nothing but how busy each expert is: pairs in proportion to the product of both loads and,
where groups are left out, to how often such a rule brings two experts of one group, or of two groups, together. So a
pair of one group is not called a pair for being one.

Letters: T tokens, B headlines, E routed experts, P pairs, K chosen, R resamplings.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from moe_demo.config import RoutingRule
from moe_demo.insight.assignments import Assignments
from moe_demo.model.router import route

Array = np.ndarray[Any, Any]

N_RANDOM = 40_000
N_RESAMPLED = 200
_HEADLINES = 256  # at a time, so that the pairs of all words are never in memory together


@dataclass(frozen=True, kw_only=True)
class CoActivation:
    """The pairs of one layer; matrices are symmetric, and NaN or 0 on the diagonal."""

    layer: int
    together_EE: Array
    """Words that went to both."""
    expected_EE: Array
    """By chance."""
    low_EE: Array
    high_EE: Array
    """Of the lift: 95 % of resamplings of whole headlines (bootstrap, Efron and Tibshirani 1993)."""

    @property
    def lift_EE(self) -> Array:
        """Observed / by chance; NaN on the diagonal and where nothing is expected."""
        return _ratio(self.together_EE, self.expected_EE)

    @property
    def clear_EE(self) -> Array:
        """True where the interval of the lift leaves 1 out."""
        return np.asarray((self.low_EE > 1) | (self.high_EE < 1))


def coactivation(found: Assignments, layer: int, rule: RoutingRule) -> CoActivation | None:
    """The pairs of a layer; None where a word has one expert only."""
    if found.top_k < 2:
        return None
    first_P, second_P = np.triu_indices(found.n_routed, k=1)
    pairs_BP = _pairs_by_headline(found, layer, first_P, second_P)
    load_BE = found.by_headline(layer).astype(float)
    weight_P = pair_weights(rule)[first_P, second_P]
    random = np.random.default_rng(0)
    n = len(found.texts)
    drawn_RB = random.multinomial(n, np.full(n, 1 / n), size=N_RESAMPLED).astype(float)
    together_RP = drawn_RB @ pairs_BP
    lift_RP = _ratio(together_RP, _expected(drawn_RB @ load_BE, together_RP, weight_P, first_P, second_P))
    low_P, high_P = np.quantile(np.nan_to_num(lift_RP, nan=1.0), [0.025, 0.975], axis=0)
    together_P = pairs_BP.sum(axis=0)
    expected_P = _expected(load_BE.sum(axis=0)[None], together_P[None], weight_P, first_P, second_P)[0]
    n_routed = found.n_routed
    return CoActivation(
        layer=layer,
        together_EE=_square(together_P, n_routed, 0),
        expected_EE=_square(expected_P, n_routed, 0),
        low_EE=_square(low_P, n_routed, np.nan),
        high_EE=_square(high_P, n_routed, np.nan),
    )


@lru_cache(maxsize=32)
def pair_weights(rule: RoutingRule) -> Array:
    """How often two experts are chosen together by random affinities under this rule, over the mean pair, (E, E).

    From 40,000 random words, as two numbers: experts of one group, and of two. Without groups all pairs are equal.
    """
    group_E = np.arange(rule.n_routed) // rule.group_size
    is_same_EE = group_E[:, None] == group_E[None, :]
    if rule.n_groups == 1:
        return np.ones((rule.n_routed, rule.n_routed))
    logits_TE = torch.from_numpy(np.random.default_rng(0).standard_normal((N_RANDOM, rule.n_routed)))
    chosen_TK = route(logits_TE, torch.zeros(rule.n_routed), rule).topk_idx_TK.numpy()
    chosen_TE = np.zeros((N_RANDOM, rule.n_routed), dtype=np.float32)
    np.put_along_axis(chosen_TE, chosen_TK, 1, axis=1)
    together_EE = chosen_TE.T @ chosen_TE
    is_pair_EE = ~np.eye(rule.n_routed, dtype=bool)
    mean = together_EE[is_pair_EE].mean()
    same, other = (together_EE[is_pair_EE & mask].mean() / mean for mask in (is_same_EE, ~is_same_EE))
    return np.where(is_same_EE, same, other)


def _expected(load_RE: Array, together_RP: Array, weight_P: Array, first_P: Array, second_P: Array) -> Array:
    """As many pairs as there are, in proportion to the loads of both and the rule's weight."""
    product_RP = load_RE[:, first_P] * load_RE[:, second_P] * weight_P
    return np.asarray(
        product_RP * (together_RP.sum(axis=1) / np.maximum(product_RP.sum(axis=1), 1e-12))[:, None]
    )


def _pairs_by_headline(found: Assignments, layer: int, first_P: Array, second_P: Array) -> Array:
    """Words of each headline that went to both experts of each pair, (B, P); some headlines at a time."""
    chosen_TE, parts = found.chosen(layer), []
    begin_B = np.concatenate([[0], np.cumsum([len(text.tokens) for text in found.texts])])
    for first in range(0, len(found.texts), _HEADLINES):
        end = min(first + _HEADLINES, len(found.texts))
        begins, here_TE = begin_B[first:end], chosen_TE[begin_B[first] : begin_B[end]]
        parts.append(np.add.reduceat(here_TE[:, first_P] * here_TE[:, second_P], begins - begins[0], axis=0))
    return np.concatenate(parts).astype(float)


def _square(value_P: Array, n: int, diagonal: float) -> Array:
    square = np.full((n, n), diagonal, dtype=float)
    first_P, second_P = np.triu_indices(n, k=1)
    square[first_P, second_P] = square[second_P, first_P] = value_P
    return square


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0)

"""Why these experts: one token's way through one router, expert by expert, as a plain record.

    logit  u . e_i   ->   score s   ->   biased s + b   ->   groups   ->   choice   ->   cut at K   ->   gate

Nothing here routes: who was chosen and with what gate is read from the record of a forward pass; only ranks,
margins and sums are added. Handed the unchanged router's record too, every number stands beside the trained one.

Letters: T tokens, E routed experts, K chosen, G groups, M groups kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from moe_demo.config import RoutingRule
from moe_demo.insight.trace import Array, ForwardTrace, LayerTrace

Fate = Literal["entered", "left", "reweighted", "same"]


@dataclass(frozen=True, kw_only=True)
class ExpertStep:
    """One expert's numbers on the way, for one token under one rule."""

    expert: int
    logit: float
    score: float
    """Affinity s: what the gate is made of."""
    bias: float
    biased: float
    """s + b, before any group is left out: what group scores are made of."""
    choice: float | None
    """s + b of an expert that may be chosen; None (-inf) where its group was left out or the table names others."""
    group: int
    group_kept: bool
    """Whether the expert may be chosen at all."""
    counted: bool
    """Whether the group's score sums this expert's s + b."""
    rank: int | None
    """0 is the best choice score; None where the group was left out."""
    chosen: bool
    gate: float
    """0 for those not chosen."""


@dataclass(frozen=True, kw_only=True)
class GroupStep:
    """One group's place in the choice."""

    group: int
    members: tuple[int, ...]
    counted: tuple[int, ...]
    """Members whose s + b the score sums, best first."""
    score: float
    kept: bool


@dataclass(frozen=True, kw_only=True)
class RouterPath:
    """One token's way from logits to gates."""

    layer: int
    token: int
    rule: RoutingRule
    experts: tuple[ExpertStep, ...]
    """In seat order."""
    groups: tuple[GroupStep, ...]
    """Empty where there is one group only."""
    order: tuple[int, ...]
    """Experts that may be chosen, best choice score first; the first K are the chosen ones."""
    cut: float
    """The K-th choice score: whoever reaches it is in."""
    margin: float | None
    """K-th minus (K+1)-th choice score; None where nobody is left below the cut."""
    score_sum: float
    """Sum of the chosen experts' scores: what a normalised gate is divided by."""
    gate_sum: float
    normalised: bool
    row: tuple[int, ...] = ()
    """The experts that the table names for this word, in its order; empty where scores choose."""

    @property
    def chosen(self) -> tuple[int, ...]:
        """The K chosen experts, best choice score first."""
        return self.order[: self.rule.top_k]

    @property
    def next_in_line(self) -> int | None:
        """The best expert below the cut."""
        return self.order[self.rule.top_k] if self.margin is not None else None


@dataclass(frozen=True, kw_only=True)
class PathChange:
    """What a changed router did to one token, beside the trained one."""

    entered: tuple[int, ...]
    left: tuple[int, ...]
    reweighted: tuple[int, ...]
    """Chosen before and after, with another gate value."""

    def fate(self, expert: int) -> Fate:
        """What happened to one expert."""
        if expert in self.entered:
            return "entered"
        if expert in self.left:
            return "left"
        return "reweighted" if expert in self.reweighted else "same"


@dataclass(frozen=True, kw_only=True)
class ClassShift:
    """One class's probability for the whole sentence, before and after."""

    label: str
    before: float
    after: float
    difference: float


def router_path(layer: LayerTrace, token: int, rule: RoutingRule) -> RouterPath:
    """The record of `token` in `layer`, which was routed under `rule`."""
    topk_idx_K = layer.topk_idx_TK[token]
    assert len(topk_idx_K) == rule.top_k, f"the record has {len(topk_idx_K)} choices, the rule {rule.top_k}"
    choice_E = layer.choice_TE[token]
    order = _order(choice_E, topk_idx_K)
    groups = _groups(layer, token, rule)
    cut, following = choice_E[topk_idx_K[-1]], order[rule.top_k : rule.top_k + 1]
    return RouterPath(
        layer=layer.layer,
        token=token,
        rule=rule,
        experts=_experts(layer, token, rule, order, groups),
        groups=groups,
        order=order,
        cut=float(cut),
        margin=float(cut - choice_E[following[0]]) if following else None,
        score_sum=float(layer.scores_TE[token][topk_idx_K].sum()),
        gate_sum=float(layer.gates_TK[token].sum()),
        normalised=rule.norm_topk and rule.top_k > 1,
        row=() if layer.hash_order_TE is None else tuple(layer.hash_order_TE[token, : rule.top_k].tolist()),
    )


def path_change(now: RouterPath, trained: RouterPath) -> PathChange:
    """Who entered, who left and whose gate value is another one; each in seat order."""
    before, after = set(trained.chosen), set(now.chosen)
    stayed = sorted(before & after)
    return PathChange(
        entered=tuple(sorted(after - before)),
        left=tuple(sorted(before - after)),
        reweighted=tuple(e for e in stayed if now.experts[e].gate != trained.experts[e].gate),
    )


def rerouted_tokens(now: LayerTrace, trained: LayerTrace) -> tuple[int, ...]:
    """Tokens that have other experts under the changed router."""
    pairs = zip(now.topk_idx_TK.tolist(), trained.topk_idx_TK.tolist(), strict=True)
    return tuple(token for token, (after, before) in enumerate(pairs) if set(after) != set(before))


def class_shifts(now: ForwardTrace, trained: ForwardTrace) -> tuple[ClassShift, ...]:
    """Every class's probability under the trained and under the changed router, in the order of the labels."""
    return tuple(
        ClassShift(label=label, before=float(before), after=float(after), difference=float(after - before))
        for label, before, after in zip(now.labels, trained.probabilities_C, now.probabilities_C, strict=True)
    )


def logit_limit(layer: LayerTrace) -> float:
    """A round number that no |logit| of this layer exceeds: the end of one axis for all tokens."""
    return float(math.ceil(np.abs(layer.logits_TE).max()))


def _order(choice_E: Array, topk_idx_K: Array) -> tuple[int, ...]:
    """The chosen as the router chose them, then all others that may be chosen, by falling choice score."""
    chosen = [int(e) for e in topk_idx_K]
    rest = [int(e) for e in np.argsort(-choice_E, kind="stable") if int(e) not in chosen]
    return (*chosen, *(e for e in rest if np.isfinite(choice_E[e])))


def _experts(
    layer: LayerTrace, token: int, rule: RoutingRule, order: tuple[int, ...], groups: tuple[GroupStep, ...]
) -> tuple[ExpertStep, ...]:
    gates_E, scores_E, choice_E = layer.gates_TE[token], layer.scores_TE[token], layer.choice_TE[token]
    bias_E = layer.bias_TE[token]
    biased_E = scores_E + bias_E
    counted = {e for group in groups for e in group.counted}
    rank_of = {e: rank for rank, e in enumerate(order)}
    return tuple(
        ExpertStep(
            expert=e,
            logit=float(layer.logits_TE[token, e]),
            score=float(scores_E[e]),
            bias=float(bias_E[e]),
            biased=float(biased_E[e]),
            choice=float(choice_E[e]) if e in rank_of else None,
            group=e // rule.group_size,
            group_kept=e in rank_of,
            counted=e in counted,
            rank=rank_of.get(e),
            chosen=rank_of.get(e, rule.top_k) < rule.top_k,
            gate=float(gates_E[e]),
        )
        for e in range(layer.n_routed)
    )


def _groups(layer: LayerTrace, token: int, rule: RoutingRule) -> tuple[GroupStep, ...]:
    if layer.group_scores_TG is None or layer.kept_groups_TM is None:
        return ()
    biased_E = layer.scores_TE[token] + layer.bias_TE[token]
    kept = {int(g) for g in layer.kept_groups_TM[token]}
    steps = []
    for g, score in enumerate(layer.group_scores_TG[token]):
        members = tuple(range(g * rule.group_size, (g + 1) * rule.group_size))
        best = sorted(members, key=lambda e: -biased_E[e])[: rule.counted_per_group]
        steps.append(
            GroupStep(group=g, members=members, counted=tuple(best), score=float(score), kept=g in kept)
        )
    return tuple(steps)

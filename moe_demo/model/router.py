"""The router: from a token's vector to the experts it is sent to and how much each one counts.

The path of one token, one function per step, in the order of the papers
(DeepSeekMoE, arXiv 2401.06066, Eq. 9-11; DeepSeek-V3, arXiv 2412.19437, Eq. 12-16 and section 2.1.2):

    logits    u . e_i                      how well token and expert fit, before the score function
    scores    s = softmax, sigmoid, ...    affinity; never biased
    choice    s + b, left-out groups -inf  decides *who*
    topk_idx  the K largest choice scores
    gates     from s of the chosen         decides *how much*

Two later rules change who is chosen and nothing else. In the hash layers of DeepSeek-V4 (report, section 2.1) a table
names the experts of each word, and the scores only weigh them. DeepSeek-V4.1 has a bias for every kind of token.

Letters: T tokens, D width, E routed experts, K chosen, G groups, M groups kept, Z kinds of words, R rows of the table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from moe_demo.config import RoutingRule, ScoreFn
from moe_demo.model.batch import TokenBatch
from moe_demo.model.change import LayerChange
from moe_demo.text.word_kinds import KINDS

_TINY = 1e-20  # keeps 0/0 out of the normalisation, as transformers, torchtitan and Megatron do
HASH_ROWS = 4096
_FEW = 8  # experts of a group up to which, on a CPU, comparing them one by one is faster than torch's partial sort
_MANY = 32  # experts per chosen one from which on, on a CPU, K passes are faster than torch's partial sort


@dataclass(frozen=True, kw_only=True)
class Routing:
    """All the router decided for T tokens. Gradients flow through `scores_TE` and `gates_TK` only."""

    logits_TE: Tensor
    scores_TE: Tensor
    choice_TE: Tensor
    topk_idx_TK: Tensor
    gates_TK: Tensor
    group_scores_TG: Tensor | None = None  # None where there is one group
    kept_groups_TM: Tensor | None = None
    dropped_TK: Tensor | None = None  # True where a full expert dropped the token; None without a capacity
    kind_bias_TE: Tensor | None = None  # what the word's kind adds to the bias; None where kinds have none
    hash_order_TE: Tensor | None = None  # the word's row of the table; None where scores choose

    def first(self, n_tokens: int) -> Routing:
        """What was decided for the first tokens alone."""
        found: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            found[field.name] = None if value is None else value[:n_tokens]
        return Routing(**found)


def affinity(logits_TE: Tensor, score_fn: ScoreFn, temperature: float = 1.0) -> Tensor:
    """Affinity scores s, shape (T, E). DeepSeekMoE Eq. 11 (softmax), DeepSeek-V3 Eq. 15 (sigmoid).

    Softmax scores of a token sum to 1. The others do not: each expert is judged by itself. sqrt(softplus) is that of
    DeepSeek-V4 (report, section 2.1): above 0 like a sigmoid, but without an upper end.
    """
    tempered_TE = logits_TE if temperature == 1.0 else logits_TE / temperature
    if score_fn == "softmax":
        return tempered_TE.softmax(-1)
    if score_fn == "sigmoid":
        return tempered_TE.sigmoid()
    return F.softplus(tempered_TE).clamp(min=_TINY).sqrt()  # at 0 a square root has no gradient


def score_groups(choice_TE: Tensor, rule: RoutingRule) -> Tensor:
    """Score of each group, shape (T, G): the sum of its best K/M choice scores. DeepSeek-V3 section 2.1.2."""
    choice_TGe = choice_TE.unflatten(-1, (rule.n_groups, rule.group_size))
    if choice_TE.is_cpu and rule.counted_per_group == 2 and rule.group_size <= _FEW:
        return sum_of_two_best(choice_TGe)
    return choice_TGe.topk(rule.counted_per_group, dim=-1).values.sum(-1)


def sum_of_two_best(x: Tensor) -> Tensor:
    """The sum of the two largest along the last axis, one look at each: a partial sort costs several times as much."""
    best, *others = x.unbind(-1)
    second = torch.full_like(best, -math.inf)
    for other in others:
        second = torch.maximum(second, torch.minimum(best, other))
        best = torch.maximum(best, other)
    return best + second


def leave_out_groups(choice_TE: Tensor, kept_groups_TM: Tensor, n_groups: int) -> Tensor:
    """Choice scores with every expert outside the kept groups at -inf, shape (T, E).

    -inf and not 0: biased scores may be negative, and then 0 would win.
    """
    n_tokens, n_routed = choice_TE.shape
    left_out_TG = torch.ones(n_tokens, n_groups, dtype=torch.bool, device=choice_TE.device)
    left_out_TG.scatter_(1, kept_groups_TM, False)
    left_out_TE = left_out_TG.repeat_interleave(n_routed // n_groups, dim=1)
    return choice_TE.masked_fill(left_out_TE, -math.inf)


def choose(choice_TE: Tensor, top_k: int) -> Tensor:
    """The K experts with the largest choice scores, best first, shape (T, K). DeepSeekMoE Eq. 10."""
    if choice_TE.is_cpu and choice_TE.shape[1] >= _MANY * top_k:
        return best_one_by_one(choice_TE, top_k)
    return choice_TE.topk(top_k, dim=-1).indices


def best_one_by_one(choice_TE: Tensor, top_k: int) -> Tensor:
    """The same as `topk`, in K passes: the best expert, then the best of those left, ...

    Only an expert already taken stands at -inf: one whose bias or group is -inf is still better than taking
    another one twice.
    """
    left_TE, found_T1 = choice_TE.clamp(min=torch.finfo(choice_TE.dtype).min), []
    for _ in range(top_k):
        found_T1.append(left_TE.max(-1, keepdim=True).indices)
        left_TE.scatter_(1, found_T1[-1], -math.inf)
    return torch.cat(found_T1, dim=1)


def gate_values(scores_TE: Tensor, topk_idx_TK: Tensor, rule: RoutingRule) -> Tensor:
    """Gate value g of each chosen expert, shape (T, K). DeepSeekMoE Eq. 10, DeepSeek-V3 Eq. 13.

    Read from the affinity, never from the biased score that decided the choice: the bias may change who is
    chosen, not how loudly they speak. With K = 1 a normalised gate would be 1 whatever the router says, and
    no gradient of the task could reach it; so normalisation is skipped there.
    """
    gates_TK = scores_TE.gather(1, topk_idx_TK)
    if rule.norm_topk and rule.top_k > 1:
        gates_TK = gates_TK / (gates_TK.sum(-1, keepdim=True) + _TINY)
    return gates_TK if rule.route_scale == 1.0 else gates_TK * rule.route_scale


def hash_table(layer: int, n_routed: int) -> Tensor:
    """Which experts a word of each row has, shape (R, E), int16: all experts in an order, of which the first K are it.

    Drawn evenly, once for all runs. DeepSeek-V4 ships its table and does not say how it was made; torchtitan draws it.
    The order behind the first K is ours: whoever asks for more experts, or for other ones, finds the next there.
    """
    chance = np.random.RandomState(layer)  # its stream is the same in every version of NumPy
    return torch.from_numpy(chance.rand(HASH_ROWS, n_routed).argsort(1).astype(np.int16))


def choose_by_hash(
    choice_TE: Tensor, hash_order_TE: Tensor, top_k: int, forced_TE: Tensor | None = None
) -> Tensor:
    """Choice scores with every expert at -inf but the first K of the word's row, shape (T, E).

    Who stands at -inf already is passed over; who is forced comes before the row.
    """
    n_routed = choice_TE.shape[1]
    places_E = torch.arange(n_routed, device=choice_TE.device)
    place_TE = torch.empty_like(hash_order_TE).scatter_(1, hash_order_TE, places_E.expand_as(hash_order_TE))
    if forced_TE is not None:
        place_TE = place_TE.masked_fill(forced_TE, -1)
    place_TE = place_TE.masked_fill(choice_TE.isneginf(), n_routed)
    first_TK = place_TE.topk(top_k, dim=-1, largest=False).indices
    return torch.full_like(choice_TE, -math.inf).scatter(1, first_TK, choice_TE.gather(1, first_TK))


def route(
    logits_TE: Tensor,
    bias_E: Tensor,
    rule: RoutingRule,
    change: LayerChange | None = None,
    *,
    kind_bias_TE: Tensor | None = None,
    hash_order_TE: Tensor | None = None,
) -> Routing:
    """The whole path from logits to gates, for T tokens at once; `change` may leave experts out or force them."""
    scores_TE = affinity(logits_TE, rule.score_fn, rule.temperature)
    choice_TE = scores_TE.detach() + bias_E
    if kind_bias_TE is not None:
        choice_TE = choice_TE + kind_bias_TE
    if change is not None:
        choice_TE = change.left_out(choice_TE, scores_TE.detach())
    group_scores_TG = kept_groups_TM = None
    if rule.n_groups > 1:
        group_scores_TG = score_groups(choice_TE, rule)
        kept_groups_TM = group_scores_TG.topk(rule.topk_groups, dim=-1).indices
        choice_TE = leave_out_groups(choice_TE, kept_groups_TM, rule.n_groups)
    if hash_order_TE is not None:
        forced_TE = change.forced_TE if change is not None else None
        choice_TE = choose_by_hash(choice_TE, hash_order_TE, rule.top_k, forced_TE)
    if change is not None:
        choice_TE = change.first_choice(choice_TE)
    topk_idx_TK = choose(choice_TE, rule.top_k)
    return Routing(
        logits_TE=logits_TE,
        scores_TE=scores_TE,
        choice_TE=choice_TE,
        topk_idx_TK=topk_idx_TK,
        gates_TK=gate_values(scores_TE, topk_idx_TK, rule),
        group_scores_TG=group_scores_TG,
        kept_groups_TM=kept_groups_TM,
        kind_bias_TE=kind_bias_TE,
        hash_order_TE=hash_order_TE,
    )


class Router(nn.Module):
    """Owns the expert directions e_i (rows of `weight_ED`) and the selection bias b_i (`bias_E`).

    The bias is a buffer: no gradient, no optimizer, no weight decay; saved with the weights; changed only by
    `balance.updated_bias` after an optimizer step (arXiv 2408.15664, Algorithm 1). Where each kind of word has its
    own (`kind_bias_ZE`), those move and this one stays at 0; in a hash layer none does, as there is no choice to move.
    """

    bias_E: Tensor
    kind_bias_ZE: Tensor | None
    hash_table_RE: Tensor | None

    def __init__(
        self,
        dim: int,
        rule: RoutingRule,
        std: float = 0.1,
        *,
        kind_biases: bool = False,
        hash_layer: int | None = None,
    ) -> None:
        """`hash_layer`: which table of `hash_table` chooses the experts; None where their scores do."""
        super().__init__()
        self.rule = rule
        self.weight_ED = nn.Parameter(torch.empty(rule.n_routed, dim))
        self.register_buffer(
            "bias_E", _at_least_fp32(torch.zeros(rule.n_routed))
        )  # whatever the default dtype
        by_kind = kind_biases and hash_layer is None
        zeros_ZE = _at_least_fp32(torch.zeros(len(KINDS), rule.n_routed)) if by_kind else None
        self.register_buffer("kind_bias_ZE", zeros_ZE)
        table_RE = None if hash_layer is None else hash_table(hash_layer, rule.n_routed)
        self.register_buffer("hash_table_RE", table_RE, persistent=False)
        nn.init.normal_(self.weight_ED, std=std)

    @property
    def moving_bias(self) -> Tensor | None:
        """The biases that loss-free balancing moves: shape (E,), or (Z, E) of kinds; None in a hash layer."""
        if self.hash_table_RE is not None:
            return None
        return self.bias_E if self.kind_bias_ZE is None else self.kind_bias_ZE

    @property
    def mean_bias_E(self) -> Tensor:
        """The bias of each expert, shape (E,): the mean over the kinds of words where each has its own."""
        return self.bias_E if self.kind_bias_ZE is None else self.bias_E + self.kind_bias_ZE.mean(0)

    def forward(
        self, x_TD: Tensor, change: LayerChange | None = None, words: TokenBatch | None = None
    ) -> Routing:
        """Route T tokens, by the trained rule, bias and directions unless `change` says otherwise.

        `words` are the tokens themselves: what hash layers and biases by kind look at, and no other router does.
        """
        rule = change.rule if change and change.rule else self.rule
        bias_E = self.bias_E if change is None or change.bias_E is None else change.bias_E
        logits_TE = self.logits(x_TD, change.directions_ED if change else None)
        kind_bias_TE = hash_order_TE = None
        if self.kind_bias_ZE is not None:
            kinds_T = None if words is None else words.kind_ids_T
            assert kinds_T is not None, "biases by kind need the kinds of the words"
            kind_bias_TE = self.kind_bias_ZE[kinds_T]
        if self.hash_table_RE is not None:
            assert words is not None, "a hash layer needs the words"
            hash_order_TE = self.hash_table_RE[words.hash_T % HASH_ROWS].long()
        return route(logits_TE, bias_E, rule, change, kind_bias_TE=kind_bias_TE, hash_order_TE=hash_order_TE)

    def logits(self, x_TD: Tensor, directions_ED: Tensor | None = None) -> Tensor:
        """u . e_i for every token and expert, shape (T, E).

        At least in float32, under autocast too: small score gaps decide who is chosen, and bfloat16 rounds
        them away (Switch Transformer, arXiv 2101.03961, section 2.4).
        """
        weight_ED = self.weight_ED if directions_ED is None else directions_ED
        device = x_TD.device.type
        if torch.is_autocast_enabled(device):
            with torch.autocast(device, enabled=False):
                return F.linear(_at_least_fp32(x_TD), _at_least_fp32(weight_ED))
        return F.linear(_at_least_fp32(x_TD), _at_least_fp32(weight_ED))

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        """Keep the bias out of half precision when the module is cast: a step of 0.001 would round away."""
        before = {name: getattr(self, name) for name in ("bias_E", "kind_bias_ZE")}
        super()._apply(fn, recurse)
        for name, bias in before.items():
            if bias is not None and getattr(self, name).dtype in (torch.float16, torch.bfloat16):
                setattr(self, name, bias.to(getattr(self, name).device))
        return self


def _at_least_fp32(x: Tensor) -> Tensor:
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x

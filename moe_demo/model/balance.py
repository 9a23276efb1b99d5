"""Keeping the load even: balance losses, the loss-free bias update, and how imbalance is measured.

Two families. A *balance loss* is added to the training loss and pushes the router by gradient: expert level and
device level (DeepSeekMoE, arXiv 2401.06066, Eq. 12-17), communication (DeepSeek-V2, arXiv 2405.04434, Eq. 29-31),
sequence-wise (DeepSeek-V3, arXiv 2412.19437, Eq. 17-20).
The *loss-free* method (arXiv 2408.15664) adds no gradient: after each optimizer step it nudges a bias that takes
part in choosing and in nothing else.

Only routed experts and real tokens count: shared experts have no load to balance, and padding never gets here.
Letters: T tokens, E routed experts, K chosen, G groups (devices), B headlines.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from moe_demo.config import BalanceConfig, RoutingRule
from moe_demo.model.router import Routing, choose


def expert_load(topk_idx_TK: Tensor, n_routed: int) -> Tensor:
    """Assignments per expert, shape (E,), integers that sum to T x K."""
    return torch.bincount(topk_idx_TK.flatten(), minlength=n_routed)


def max_vio(load_E: Tensor) -> float:
    """MaxVio = max load / mean load - 1 (arXiv 2408.15664, section 4.1): 0 is even, E/K - 1 is collapse."""
    mean = load_E.double().mean()
    return float(load_E.max() / mean - 1) if mean > 0 else 0.0


def affinity_share(scores_TE: Tensor) -> Tensor:
    """s' = s / sum of s over all E experts, shape (T, E). DeepSeek-V3 Eq. 19; softmax scores stay as they are."""
    return scores_TE / (scores_TE.sum(-1, keepdim=True) + 1e-20)


def relative_load(topk_idx_TK: Tensor, n_routed: int) -> Tensor:
    """f_i = load / fair share, shape (E,): 1.0 is fair, 0 is dead. A count, so without gradient. Eq. 13.

    Without a token there is no load, and every f_i is 0.
    """
    load_E = expert_load(topk_idx_TK, n_routed)
    return load_E * (n_routed / max(topk_idx_TK.numel(), 1))


def mean_affinity(scores_TE: Tensor) -> Tensor:
    """P_i = mean over tokens of s', shape (E,); 0 without a token, where a plain mean would be NaN. Eq. 14."""
    return affinity_share(scores_TE).sum(0) / max(len(scores_TE), 1)


@dataclass(frozen=True)
class SharedBatch:
    """A batch of which several processes have a part each: what a loss over all of it must know of the others."""

    load_E: Tensor
    """Assignments of the whole batch."""
    n_tokens: float
    """Tokens of the whole batch, divided by the processes: the mean of their losses is then that of the batch."""


def _load_and_affinity(routing: Routing, shared: SharedBatch | None) -> tuple[Tensor, Tensor]:
    """f and P, shapes (E,): of this batch, or f of the whole of a shared one and this part's addition to P."""
    if shared is None:
        n_routed = routing.scores_TE.shape[1]
        return relative_load(routing.topk_idx_TK, n_routed), mean_affinity(routing.scores_TE)
    f_E = shared.load_E / shared.load_E.double().mean().clamp(min=1e-9)
    return f_E.to(routing.scores_TE.dtype), affinity_share(routing.scores_TE).sum(0) / max(shared.n_tokens, 1)


def expert_balance_loss(routing: Routing, shared: SharedBatch | None = None) -> Tensor:
    """Sum over experts of f_i P_i over the whole batch; 1 when even. DeepSeekMoE Eq. 12-14 (without alpha).

    f counts what was really chosen and has no gradient; all the pressure flows through P, the mean affinity. The batch
    is that of all processes, as in arXiv 2501.11873: over each one's part alone it would be a stricter loss.
    """
    f_E, share_E = _load_and_affinity(routing, shared)
    return (f_E * share_E).sum()


def device_balance_loss(routing: Routing, n_groups: int, shared: SharedBatch | None = None) -> Tensor:
    """Sum over devices of f'_d P'_d: mean f and summed P of the device's experts. DeepSeekMoE Eq. 15-17."""
    f_E, share_E = _load_and_affinity(routing, shared)
    return (f_E.unflatten(0, (n_groups, -1)).mean(1) * share_E.unflatten(0, (n_groups, -1)).sum(1)).sum()


def communication_balance_loss(routing: Routing, n_groups: int, topk_groups: int) -> Tensor:
    """Sum over devices of f''_d P''_d: what a device receives, and its experts' summed P. DeepSeek-V2 Eq. 29-31.

    f'' = D / (M T) times the tokens sent to device d, one copy for all its experts: 1 where all devices receive as much
    and every token reaches the M devices it may. The device-level loss evens the work done, this one the copies sent.
    Where several processes share a batch, each one's part is judged by itself, as in the sequence-wise loss.
    """
    size, n_tokens = routing.scores_TE.shape[1] // n_groups, len(routing.topk_idx_TK)
    reached_TG = routing.scores_TE.new_zeros(n_tokens, n_groups).scatter_(1, routing.topk_idx_TK // size, 1.0)
    f_G = reached_TG.sum(0) * (n_groups / max(topk_groups * n_tokens, 1))
    return (f_G * mean_affinity(routing.scores_TE).unflatten(0, (n_groups, -1)).sum(1)).sum()


def sequence_balance_loss(routing: Routing, sequence_T: Tensor, n_sequences: int) -> Tensor:
    """Mean over headlines of that headline's own sum of f_i P_i. DeepSeek-V3 Eq. 17-20 (without alpha).

    As Eq. 18 says, f counts the top K of the *unbiased* affinities, which may differ from what was chosen. P is
    a mean over tokens, so f P is summed token by token: each affinity share times its headline's f.
    """
    scores_TE = routing.scores_TE
    n_routed, top_k = scores_TE.shape[1], routing.topk_idx_TK.shape[1]
    best_TK = choose(scores_TE.detach(), top_k)
    cell_TK = sequence_T.unsqueeze(1) * n_routed + best_TK
    load_BE = torch.bincount(cell_TK.flatten(), minlength=n_sequences * n_routed).view(n_sequences, n_routed)
    length_B1 = torch.bincount(sequence_T, minlength=n_sequences).clamp(min=1).unsqueeze(1)
    f_BE = load_BE * n_routed / (top_k * length_B1)
    weight_TE = (f_BE / length_B1).to(scores_TE.dtype).index_select(0, sequence_T)
    return (weight_TE * affinity_share(scores_TE)).sum() / max(n_sequences, 1)


def balance_loss(
    routing: Routing,
    sequence_T: Tensor,
    n_sequences: int,
    config: BalanceConfig,
    rule: RoutingRule,
    shared: SharedBatch | None = None,
) -> Tensor:
    """All balance losses the method asks for, weighted and summed, for one layer; a zero scalar where none."""
    total = routing.scores_TE.new_zeros(())
    if config.expert_weight > 0:
        total = total + config.expert_weight * expert_balance_loss(routing, shared)
    if config.sequence_weight > 0:
        total = total + config.sequence_weight * sequence_balance_loss(routing, sequence_T, n_sequences)
    if config.device_alpha > 0:
        total = total + config.device_alpha * device_balance_loss(routing, rule.n_groups, shared)
    if config.communication_alpha > 0:
        communication = communication_balance_loss(routing, rule.n_groups, rule.topk_groups)
        total = total + config.communication_alpha * communication
    return total


def updated_bias(bias_E: Tensor, load_E: Tensor, rate: float) -> Tensor:
    """b + u sign(mean load - load), shape (..., E): busy experts sink, idle ones rise. arXiv 2408.15664, Algorithm 1.

    `load_E` is the load of the step just taken, summed over all processes. An expert exactly at the mean stays;
    the mean of b may drift, which changes no choice, since a shift common to all experts changes no order.
    """
    load_E = load_E.to(bias_E.dtype)
    return bias_E + rate * torch.sign(load_E.mean(-1, keepdim=True) - load_E)

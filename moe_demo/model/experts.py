"""Experts, and the way to them: dispatch tokens by expert, run each expert once, combine by gate value.

Letters: T tokens, D width, F expert width, E routed experts, S shared experts, K chosen per token,
A = T x K assignments (one token sent to one expert).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class FeedForward(nn.Module):
    """One SwiGLU feed-forward network, as in every DeepSeek model: down(silu(gate(x)) * up(x)), no biases."""

    def __init__(self, dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.gate_up = nn.Linear(dim, 2 * hidden_dim, bias=False)
        self.down = nn.Linear(hidden_dim, dim, bias=False)

    def forward(self, x_TD: Tensor) -> Tensor:
        """Shape (T, D) in, (T, D) out."""
        return self.down(swiglu(self.gate_up(x_TD)))


def swiglu(gate_up_A2F: Tensor) -> Tensor:
    """silu(first half) * second half, shape (A, 2F) to (A, F)."""
    gate_AF, up_AF = gate_up_A2F.chunk(2, dim=-1)
    return F.silu(gate_AF) * up_AF


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """Assignments in the order the experts read them: all of expert 0, then all of expert 1, ..."""

    token_A: Tensor  # which token each assignment carries
    slot_A: Tensor  # its place in the flattened (T, K) table
    load_E: Tensor  # assignments per expert; sums to A, so that no token is ever dropped


def dispatch(topk_idx_TK: Tensor, n_routed: int) -> Dispatch:
    """Sort the T x K assignments by expert."""
    top_k = topk_idx_TK.shape[1]
    expert_A = topk_idx_TK.flatten()
    slot_A = expert_A.argsort(stable=True)
    return Dispatch(
        token_A=slot_A // top_k, slot_A=slot_A, load_E=torch.bincount(expert_A, minlength=n_routed)
    )


class RoutedExperts(nn.Module):
    """E SwiGLU experts held as two stacked weights."""

    def __init__(self, n_routed: int, dim: int, expert_dim: int) -> None:
        super().__init__()
        self.gate_up_E2FD = nn.Parameter(torch.empty(n_routed, 2 * expert_dim, dim))
        self.down_EDF = nn.Parameter(torch.empty(n_routed, dim, expert_dim))
        nn.init.normal_(self.gate_up_E2FD, std=dim**-0.5)
        nn.init.normal_(self.down_EDF, std=expert_dim**-0.5)

    @property
    def n_routed(self) -> int:
        """E."""
        return self.gate_up_E2FD.shape[0]

    def forward(self, x_TD: Tensor, topk_idx_TK: Tensor, gates_TK: Tensor) -> Tensor:
        """Sum over a token's K experts of gate x expert output, shape (T, D). DeepSeekMoE Eq. 9, second term."""
        plan = dispatch(topk_idx_TK, self.n_routed)
        out_AD = self._run(x_TD[plan.token_A], plan.load_E.tolist())
        gates_A1 = gates_TK.flatten()[plan.slot_A].unsqueeze(1)
        return torch.zeros_like(x_TD).index_add(0, plan.token_A, (gates_A1 * out_AD).to(x_TD.dtype))

    def outputs(self, x_TD: Tensor, topk_idx_TK: Tensor) -> Tensor:
        """What each chosen expert says before its gate value is applied, shape (T, K, D)."""
        plan = dispatch(topk_idx_TK, self.n_routed)
        out_AD = self._run(x_TD[plan.token_A], plan.load_E.tolist())
        in_slot_order_AD = torch.empty_like(out_AD).index_copy(0, plan.slot_A, out_AD)
        return in_slot_order_AD.unflatten(0, topk_idx_TK.shape)

    def _run(self, x_AD: Tensor, load: list[int]) -> Tensor:
        """Expert outputs for assignments sorted by expert, shape (A, D)."""
        parts = [
            F.linear(swiglu(F.linear(x, self.gate_up_E2FD[e])), self.down_EDF[e])
            for e, x in enumerate(x_AD.split(load))
            if len(x)
        ]
        return torch.cat(parts)

"""Experts: feed-forward networks, and the gate-weighted sum of those each token was sent to.

Letters: T tokens, D width, F expert width, E routed experts, S shared experts, K chosen per token, R rows of the
table in which tokens stand by expert (`dispatch.py`). Inside a block of n experts, tables are (n, rows, width).
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from moe_demo.model.dispatch import ComputePlan, combine, dispatch, plan_compute

# Multiply-adds that fit into the time it takes to start one more block of products.
_START_COST = {"cpu": 2_000_000, "cuda": 200_000_000}


class FeedForward(nn.Module):
    """One SwiGLU feed-forward network, as in every DeepSeek model: down(silu(gate(x)) * up(x)), no biases."""

    def __init__(self, dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.gate_up = nn.Linear(dim, 2 * hidden_dim, bias=False)
        self.down = nn.Linear(hidden_dim, dim, bias=False)

    def forward(self, x_TD: Tensor) -> Tensor:
        """Shape (T, D) in, (T, D) out."""
        return self.down(swiglu(self.gate_up(x_TD)))


def swiglu(gate_up_T2F: Tensor) -> Tensor:
    """silu(first half) * second half, shape (..., 2F) to (..., F)."""
    gate_TF, up_TF = gate_up_T2F.chunk(2, dim=-1)
    return F.silu(gate_TF) * up_TF


class RoutedExperts(nn.Module):
    """E SwiGLU experts held as two stacked weights."""

    def __init__(self, n_routed: int, dim: int, expert_dim: int) -> None:
        super().__init__()
        self.gate_up_E2FD = nn.Parameter(torch.empty(n_routed, 2 * expert_dim, dim))
        self.down_EDF = nn.Parameter(torch.empty(n_routed, dim, expert_dim))
        nn.init.normal_(self.gate_up_E2FD, std=dim**-0.5)
        nn.init.normal_(self.down_EDF, std=expert_dim**-0.5)

    def forward(self, x_TD: Tensor, topk_idx_TK: Tensor, gates_TK: Tensor) -> Tensor:
        """Sum over a token's K experts of gate x expert output, shape (T, D). DeepSeekMoE Eq. 9, second term."""
        device = x_TD.device.type
        autocast = torch.is_autocast_enabled(device)
        dtype = torch.get_autocast_dtype(device) if autocast else self.down_EDF.dtype
        x_TD, gates_TK, dtype_before = x_TD.to(dtype), gates_TK.to(dtype), x_TD.dtype
        gate_up_E2FD, down_EDF = self.gate_up_E2FD.to(dtype), self.down_EDF.to(dtype)
        if len(x_TD) * len(down_EDF) <= self._start_cost:
            output_TD = all_experts(x_TD, topk_idx_TK, gates_TK, gate_up_E2FD, down_EDF)
        else:
            output_TD = _ChosenExperts.apply(x_TD, gates_TK, gate_up_E2FD, down_EDF, self.plan(topk_idx_TK))
        return output_TD.to(dtype_before)

    def plan(self, topk_idx_TK: Tensor) -> ComputePlan:
        """A row for every assignment."""
        return plan_compute(topk_idx_TK, len(self.down_EDF), self._start_cost)

    @property
    def _start_cost(self) -> float:
        """What starting a block costs, in rows: a row is one token's way through one expert."""
        _, dim, expert_dim = self.down_EDF.shape
        return _START_COST.get(self.down_EDF.device.type, _START_COST["cuda"]) / (3 * dim * expert_dim)

    @torch.no_grad()
    def outputs(self, x_TD: Tensor, topk_idx_TK: Tensor) -> Tensor:
        """What each chosen expert says before its gate value is applied, shape (T, K, D). Not for training."""
        plan = self.plan(topk_idx_TK)
        out_RD, _ = run_blocks(x_TD, plan.sort(self.gate_up_E2FD), plan.sort(self.down_EDF), plan)
        return out_RD[plan.row_TK]


def all_experts(
    x_TD: Tensor, topk_idx_TK: Tensor, gates_TK: Tensor, gate_up_E2FD: Tensor, down_EDF: Tensor
) -> Tensor:
    """The same sum for a handful of tokens: all E experts as one wide network, gate 0 for those not chosen.

    It multiplies E/K times as much, and is faster as long as that takes less time than sorting tokens by expert.
    """
    gates_TE = gates_TK.new_zeros(len(x_TD), len(down_EDF)).scatter(1, topk_idx_TK, gates_TK)
    gate_up_TE2F = F.linear(x_TD, gate_up_E2FD.flatten(0, 1)).unflatten(1, (len(down_EDF), -1))
    hidden_TEF = swiglu(gate_up_TE2F) * gates_TE.unsqueeze(-1)
    return hidden_TEF.flatten(1) @ down_EDF.mT.flatten(0, 1)


def run_blocks(
    x_TD: Tensor, gate_up_E2FD: Tensor, down_EDF: Tensor, plan: ComputePlan, gates_R1: Tensor | None = None
) -> tuple[Tensor, list[Tensor]]:
    """Every row through its expert, shape (R, D), and what a backward pass needs: x and gate_up of each block.

    The matrices come in the plan's order. A gate multiplies what goes into `down`: it commutes with it, and F is
    narrower than D.
    """
    out_RD = x_TD.new_empty(len(plan.token_R), x_TD.shape[1])
    kept = []
    for block in plan.blocks:
        x = dispatch(x_TD, plan, block)
        gate_up = torch.bmm(x, gate_up_E2FD[block.experts].mT)
        hidden = swiglu(gate_up)
        if gates_R1 is not None:
            hidden *= block.of(gates_R1)
        torch.bmm(hidden, down_EDF[block.experts].mT, out=block.of(out_RD))
        kept += [x, gate_up]
    return out_RD, kept


class _ChosenExperts(torch.autograd.Function):
    """Sum over a token's K experts of gate x down(swiglu(gate_up(x))), with its backward pass written out.

    Autograd would find the same gradients with a node and a temporary for every step of every block. Of all that
    the forward pass makes, only two tables a block are kept; the rest is cheap to make again.

    A row to spare has gate 0, so nothing it holds reaches an output or a weight's gradient.
    """

    @staticmethod
    def forward(
        ctx: Any, x_TD: Tensor, gates_TK: Tensor, gate_up_E2FD: Tensor, down_EDF: Tensor, plan: ComputePlan
    ) -> Tensor:
        gates_R1 = gates_TK.new_zeros(len(plan.token_R), 1)
        gates_R1.index_copy_(0, plan.row_TK.flatten(), gates_TK.view(-1, 1))
        gate_up_E2FD, down_EDF = plan.sort(gate_up_E2FD), plan.sort(down_EDF)
        out_RD, kept = run_blocks(x_TD, gate_up_E2FD, down_EDF, plan, gates_R1)
        ctx.save_for_backward(gates_R1, gate_up_E2FD, down_EDF, *kept)
        ctx.plan = plan
        return combine(out_RD, plan)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_output_TD: Tensor) -> tuple[Tensor | None, ...]:
        gates_R1, gate_up_E2FD, down_EDF, *kept = ctx.saved_tensors
        plan: ComputePlan = ctx.plan
        d_gate_up_E2FD, d_down_EDF = torch.empty_like(gate_up_E2FD), torch.empty_like(down_EDF)
        d_x_RD, d_gates_R1 = (
            gates_R1.new_empty(len(gates_R1), d_output_TD.shape[1]),
            torch.empty_like(gates_R1),
        )
        for block, x, gate_up in zip(plan.blocks, kept[::2], kept[1::2], strict=True):
            experts, block_gates = block.experts, block.of(gates_R1)
            gate, up = gate_up.chunk(2, dim=-1)
            silu = F.silu(gate)
            hidden = silu * up
            d_out = dispatch(d_output_TD, plan, block)
            d_gated = torch.bmm(d_out, down_EDF[experts])
            torch.sum(d_gated * hidden, -1, keepdim=True, out=block.of(d_gates_R1))
            torch.bmm(d_out.mT, hidden.mul_(block_gates), out=d_down_EDF[experts])
            d_hidden = d_gated.mul_(block_gates)
            d_gate_up = torch.empty_like(gate_up)
            d_gate, d_up = d_gate_up.chunk(2, dim=-1)
            torch.mul(d_hidden, silu, out=d_up)
            torch.ops.aten.silu_backward.grad_input(d_hidden.mul_(up), gate, grad_input=d_gate)
            torch.bmm(d_gate_up.mT, x, out=d_gate_up_E2FD[experts])
            torch.bmm(d_gate_up, gate_up_E2FD[experts], out=block.of(d_x_RD))
        d_x_TD, d_gates_TK = combine(d_x_RD, plan), d_gates_R1.flatten()[plan.row_TK]
        return d_x_TD, d_gates_TK, plan.unsort(d_gate_up_E2FD), plan.unsort(d_down_EDF), None

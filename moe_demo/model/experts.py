"""Experts: feed-forward networks, and the gate-weighted sum of those each token was sent to.

Letters: T tokens, D width, F expert width, E routed experts, S shared experts, K chosen per token, R rows of the
table in which tokens stand by expert (`dispatch.py`), X and Y features of any kind.
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
        hidden_RF = swiglu(products(dispatch(x_TD, plan), plan.sort(self.gate_up_E2FD), plan))
        return products(hidden_RF, plan.sort(self.down_EDF), plan)[plan.row_TK]


def all_experts(
    x_TD: Tensor, topk_idx_TK: Tensor, gates_TK: Tensor, gate_up_E2FD: Tensor, down_EDF: Tensor
) -> Tensor:
    """The same sum for a handful of tokens: all E experts as one wide network, gate 0 for those not chosen.

    It multiplies E/K times as much, and is faster as long as that takes less time than sorting tokens by expert.
    """
    gates_TE = gates_TK.new_zeros(len(x_TD), len(down_EDF)).scatter(1, topk_idx_TK, gates_TK)
    gate_up_TE2F = F.linear(x_TD, gate_up_E2FD.flatten(0, 1)).unflatten(1, (len(down_EDF), -1))
    hidden_TEF = swiglu(gate_up_TE2F) * gates_TE.unsqueeze(-1)
    return F.linear(hidden_TEF.flatten(1), down_EDF.transpose(0, 1).flatten(1))  # whole rows of F are copied


def products(table_RX: Tensor, weight_EYX: Tensor, plan: ComputePlan) -> Tensor:
    """Every row times the matrix of its expert, shape (R, Y). The matrices come in the plan's order."""
    product_RY = table_RX.new_empty(len(table_RX), weight_EYX.shape[1])
    for block in plan.blocks:
        torch.bmm(block.of(table_RX), weight_EYX[block.experts].mT, out=block.of(product_RY))
    return product_RY


def outer_products(left_RY: Tensor, right_RX: Tensor, plan: ComputePlan) -> Tensor:
    """Sum over the rows of each expert of left x right, shape (E, Y, X): the gradient of its matrix."""
    shape_EYX = sum(block.shape[0] for block in plan.blocks), left_RY.shape[1], right_RX.shape[1]
    product_EYX = left_RY.new_empty(shape_EYX)
    for block in plan.blocks:
        torch.bmm(block.of(left_RY).mT, block.of(right_RX), out=product_EYX[block.experts])
    return plan.unsort(product_EYX)


class _ChosenExperts(torch.autograd.Function):
    """Sum over a token's K experts of gate x down(swiglu(gate_up(x))), with its backward pass written out.

    Autograd would find the same gradients with a node and a temporary for every step of every block.

    A gate multiplies what goes into `down`: it commutes with it, and F is narrower than D. A row to spare has gate 0,
    so nothing it holds reaches an output or a weight's gradient.
    """

    @staticmethod
    def forward(
        ctx: Any, x_TD: Tensor, gates_TK: Tensor, gate_up_E2FD: Tensor, down_EDF: Tensor, plan: ComputePlan
    ) -> Tensor:
        gates_R1 = gates_TK.new_zeros(len(plan.token_R), 1)
        gates_R1.index_copy_(0, plan.row_TK.flatten(), gates_TK.view(-1, 1))
        gate_up_E2FD, down_EDF = plan.sort(gate_up_E2FD), plan.sort(down_EDF)
        x_RD = dispatch(x_TD, plan)
        gate_up_R2F = products(x_RD, gate_up_E2FD, plan)
        gate_RF, up_RF = gate_up_R2F.chunk(2, dim=-1)
        silu_RF = F.silu(gate_RF)
        gated_RF = (silu_RF * up_RF).mul_(gates_R1)
        ctx.save_for_backward(x_RD, gates_R1, gate_up_E2FD, down_EDF, gate_up_R2F, silu_RF, gated_RF)
        ctx.plan = plan
        return combine(products(gated_RF, down_EDF, plan), plan)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_output_TD: Tensor) -> tuple[Tensor | None, ...]:
        x_RD, gates_R1, gate_up_E2FD, down_EDF, gate_up_R2F, silu_RF, gated_RF = ctx.saved_tensors
        plan: ComputePlan = ctx.plan
        gate_RF, up_RF = gate_up_R2F.chunk(2, dim=-1)
        d_out_RD = dispatch(d_output_TD, plan)
        d_down_EDF = outer_products(d_out_RD, gated_RF, plan)
        d_gated_RF = products(d_out_RD, down_EDF.mT, plan)
        d_gates_R = (d_gated_RF * silu_RF).mul_(up_RF).sum(-1)
        d_hidden_RF = d_gated_RF.mul_(gates_R1)
        d_gate_up_R2F = torch.empty_like(gate_up_R2F)
        d_gate_RF, d_up_RF = d_gate_up_R2F.chunk(2, dim=-1)
        torch.mul(d_hidden_RF, silu_RF, out=d_up_RF)
        torch.ops.aten.silu_backward.grad_input(d_hidden_RF.mul_(up_RF), gate_RF, grad_input=d_gate_RF)
        d_gate_up_E2FD = outer_products(d_gate_up_R2F, x_RD, plan)
        d_x_TD = combine(products(d_gate_up_R2F, gate_up_E2FD.mT, plan), plan)
        return d_x_TD, d_gates_R[plan.row_TK], d_gate_up_E2FD, d_down_EDF, None

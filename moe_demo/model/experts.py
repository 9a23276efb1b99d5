"""Experts, and the way to them: dispatch tokens by expert, run each expert once, combine by gate value.

Letters: T tokens, D width, F expert width, E routed experts, S shared experts, K chosen per token,
A = T x K assignments (one token sent to one expert), R rows of the table in which assignments stand by expert.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

# Multiply-adds that fit in the time it takes to start one more matrix product: what padding may cost per expert.
_LAUNCH_COST = {"cpu": 1_000_000, "cuda": 100_000_000}


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
class Plan:
    """Which row carries which assignment: all rows of expert 0, then all of expert 1, ...

    Where loads are near enough to even, every expert gets as many rows as the busiest one needs, so that all
    experts are one batched product. The rows to spare read some token and are read by nobody. Where one expert is
    much busier than the rest, each gets its own number of rows and a product of its own. Either way no token is
    ever dropped.
    """

    row_TK: Tensor  # the row of token t on its way to its k-th expert
    token_R: Tensor  # the token each row carries
    load: list[int]  # assignments per expert; sums to T x K
    padded: bool  # whether all experts have the same number of rows


def plan_dispatch(topk_idx_TK: Tensor, n_routed: int, spare_rows: float = 0) -> Plan:
    """Sort the T x K assignments by expert; pad while that takes at most `spare_rows` rows per expert."""
    expert_A = topk_idx_TK.flatten()
    n_assigned, device = len(expert_A), expert_A.device
    load_E = torch.bincount(expert_A, minlength=n_routed)
    load = load_E.tolist()
    busiest = max(load)
    padded = n_routed * busiest - n_assigned <= n_routed * spare_rows
    n_rows = n_routed * busiest if padded else n_assigned
    sorted_A = expert_A.argsort(stable=True)
    row_A = torch.arange(n_assigned, device=device)
    if padded:  # move each expert's assignments from where they would stand without padding
        shift_E = torch.arange(n_routed, device=device) * busiest - (load_E.cumsum(0) - load_E)
        row_A = row_A + shift_E[expert_A[sorted_A]]
    token_R = row_A.new_zeros(n_rows).index_copy_(0, row_A, sorted_A // topk_idx_TK.shape[1])
    row_TK = torch.empty_like(row_A).index_copy_(0, sorted_A, row_A).view_as(topk_idx_TK)
    return Plan(row_TK=row_TK, token_R=token_R, load=load, padded=padded)


def dispatch(x_TD: Tensor, plan: Plan) -> Tensor:
    """Copy each token's vector to the rows of its experts, shape (R, D)."""
    return x_TD.index_select(0, plan.token_R)


def combine(x_RD: Tensor, plan: Plan) -> Tensor:
    """Sum each token's K rows, shape (T, D).

    The transpose of `dispatch`: the backward pass of the one is the other. Gathered and not scattered, so that
    the sum has the same order, and so the same last bit, in every run.
    """
    return F.embedding_bag(plan.row_TK, x_RD, mode="sum")


def expert_product(x_RI: Tensor, weight_EIO: Tensor, plan: Plan) -> Tensor:
    """Each expert's rows times that expert's matrix, shape (R, O)."""
    if plan.padded:
        return torch.bmm(x_RI.unflatten(0, (len(plan.load), -1)), weight_EIO).flatten(0, 1)
    out_RO = x_RI.new_empty(len(x_RI), weight_EIO.shape[2])
    for x, weight_IO, out in zip(x_RI.split(plan.load), weight_EIO, out_RO.split(plan.load), strict=True):
        torch.mm(x, weight_IO, out=out)
    return out_RO


def weight_gradient(d_RO: Tensor, x_RI: Tensor, plan: Plan) -> Tensor:
    """Gradient of `expert_product` in its matrices, shape (E, O, I): d^T x over each expert's rows."""
    n_routed = len(plan.load)
    if plan.padded:
        return torch.bmm(d_RO.unflatten(0, (n_routed, -1)).mT, x_RI.unflatten(0, (n_routed, -1)))
    out_EOI = x_RI.new_empty(n_routed, d_RO.shape[1], x_RI.shape[1])
    for d, x, out in zip(d_RO.split(plan.load), x_RI.split(plan.load), out_EOI, strict=True):
        torch.mm(d.T, x, out=out)
    return out_EOI


class _Mixture(torch.autograd.Function):
    """Sum over a token's K experts of gate x down(swiglu(gate_up(x))), with its backward pass written out.

    Autograd would find the same gradients with a node and a temporary for every step. Two things are saved here:
    the gate is multiplied in before `down` (it commutes with it, and F is narrower than D), and of all that the
    forward pass makes only one table is kept, the rest is cheap to make again.

    A row to spare has gate 0, so nothing it holds reaches an output or a weight's gradient.
    """

    @staticmethod
    def forward(
        ctx: Any, x_TD: Tensor, gates_TK: Tensor, gate_up_E2FD: Tensor, down_EDF: Tensor, plan: Plan
    ) -> Tensor:
        gates_R = gates_TK.new_zeros(len(plan.token_R))
        gates_R1 = gates_R.index_copy_(0, plan.row_TK.flatten(), gates_TK.flatten()).unsqueeze(1)
        gate_up_R2F = expert_product(dispatch(x_TD, plan), gate_up_E2FD.mT, plan)
        out_RD = expert_product(swiglu(gate_up_R2F) * gates_R1, down_EDF.mT, plan)
        ctx.save_for_backward(x_TD, gates_R1, gate_up_R2F, gate_up_E2FD, down_EDF)
        ctx.plan = plan
        return combine(out_RD, plan)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_output_TD: Tensor) -> tuple[Tensor | None, ...]:
        x_TD, gates_R1, gate_up_R2F, gate_up_E2FD, down_EDF = ctx.saved_tensors
        plan: Plan = ctx.plan
        gate_RF, up_RF = gate_up_R2F.chunk(2, dim=-1)
        silu_RF = F.silu(gate_RF)
        hidden_RF = silu_RF * up_RF
        d_out_RD = dispatch(d_output_TD, plan)
        d_down_EDF = weight_gradient(d_out_RD, hidden_RF * gates_R1, plan)
        d_gated_RF = expert_product(d_out_RD, down_EDF, plan)
        d_gates_TK = (d_gated_RF * hidden_RF).sum(-1)[plan.row_TK]
        d_hidden_RF = d_gated_RF.mul_(gates_R1)
        d_gate_up_R2F = torch.empty_like(gate_up_R2F)
        d_gate_RF, d_up_RF = d_gate_up_R2F.chunk(2, dim=-1)
        torch.mul(d_hidden_RF, silu_RF, out=d_up_RF)
        torch.ops.aten.silu_backward.grad_input(d_hidden_RF.mul_(up_RF), gate_RF, grad_input=d_gate_RF)
        d_gate_up_E2FD = weight_gradient(d_gate_up_R2F, dispatch(x_TD, plan), plan)
        d_x_TD = combine(expert_product(d_gate_up_R2F, gate_up_E2FD, plan), plan)
        return d_x_TD, d_gates_TK, d_gate_up_E2FD, d_down_EDF, None


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
        device = x_TD.device.type
        autocast = torch.is_autocast_enabled(device)
        dtype = torch.get_autocast_dtype(device) if autocast else self.down_EDF.dtype
        weights = self.gate_up_E2FD.to(dtype), self.down_EDF.to(dtype)
        plan = self.plan(topk_idx_TK)
        return _Mixture.apply(x_TD.to(dtype), gates_TK.to(dtype), *weights, plan).to(x_TD.dtype)

    def plan(self, topk_idx_TK: Tensor) -> Plan:
        """Rows for the assignments, padded while the work on spare rows is below that of starting a product."""
        _, dim, expert_dim = self.down_EDF.shape
        launch_cost = _LAUNCH_COST.get(topk_idx_TK.device.type, _LAUNCH_COST["cuda"])
        return plan_dispatch(topk_idx_TK, self.n_routed, spare_rows=launch_cost / (3 * dim * expert_dim))

    @torch.no_grad()
    def outputs(self, x_TD: Tensor, topk_idx_TK: Tensor) -> Tensor:
        """What each chosen expert says before its gate value is applied, shape (T, K, D). Not for training."""
        plan = self.plan(topk_idx_TK)
        gate_up_R2F = expert_product(dispatch(x_TD, plan), self.gate_up_E2FD.mT, plan)
        return expert_product(swiglu(gate_up_R2F), self.down_EDF.mT, plan)[plan.row_TK]

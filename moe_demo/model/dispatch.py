"""Dispatch and combine: tokens sorted by expert, so that many experts run as one batched product.

Letters: T tokens, D width, E routed experts, K chosen per token, A = T x K assignments (one token sent to one
expert), R rows of the table in which the assignments stand by expert, X features of any kind.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class Block:
    """Experts with much the same load, run together: each has as many rows as the busiest of them needs."""

    experts: slice
    """Their places in the plan's order."""
    rows: slice
    shape: tuple[int, int]
    """Experts, and rows of each."""

    def of(self, table_RX: Tensor) -> Tensor:
        """A view of this block's rows, expert by expert: (experts, rows, X)."""
        return table_RX[self.rows].view(*self.shape, table_RX.shape[1])


@dataclass(frozen=True, kw_only=True)
class ComputePlan:
    """Which row carries which assignment: all rows of one expert, then all of the next.

    Rows to spare read some token and are read by nobody. However uneven the load, no token is ever dropped.
    """

    row_TK: Tensor
    """The row of token t on its way to its k-th expert."""
    token_R: Tensor
    """The token each row carries."""
    blocks: list[Block]
    order_E: Tensor | None
    """Which expert stands where, busiest first; None where they stand in order, as one block."""

    def sort(self, weight_EXX: Tensor) -> Tensor:
        """The experts' matrices in the plan's order."""
        return weight_EXX if self.order_E is None else weight_EXX.index_select(0, self.order_E)

    def unsort(self, weight_EXX: Tensor) -> Tensor:
        """Inverse of `sort`."""
        return weight_EXX if self.order_E is None else weight_EXX.index_select(0, self.order_E.argsort())


def plan_compute(topk_idx_TK: Tensor, n_routed: int, start_cost: float = 0) -> ComputePlan:
    """Give every assignment a row; `start_cost` is what one more block costs, counted in rows of work."""
    expert_A, device = topk_idx_TK.flatten(), topk_idx_TK.device
    load_E = torch.bincount(expert_A, minlength=n_routed)
    blocks, order, first_row = lay_out(load_E.tolist(), start_cost)
    sorted_A = expert_A.argsort(stable=True)
    # From an assignment's place among the sorted ones to its row.
    shift_E = torch.tensor(first_row, device=device) - (load_E.cumsum(0) - load_E)
    row_A = torch.arange(len(expert_A), device=device) + shift_E[expert_A[sorted_A]]
    token_R = row_A.new_zeros(blocks[-1].rows.stop)
    return ComputePlan(
        row_TK=torch.empty_like(row_A).index_copy_(0, sorted_A, row_A).view_as(topk_idx_TK),
        token_R=token_R.index_copy_(0, row_A, sorted_A // topk_idx_TK.shape[1]),
        blocks=blocks,
        order_E=torch.tensor(order, device=device) if len(blocks) > 1 else None,
    )


def lay_out(load: list[int], start_cost: float) -> tuple[list[Block], list[int], list[int]]:
    """The blocks, the experts in the order they stand in, and the first row of each expert."""
    blocks: list[Block] = []
    order: list[int] = []
    first_row = [0] * len(load)
    n_rows = 0
    for experts in even_blocks(load, start_cost):
        shape = len(experts), max(load[expert] for expert in experts)
        for place, expert in enumerate(experts):
            first_row[expert] = n_rows + place * shape[1]
        end = n_rows + shape[0] * shape[1]
        places = slice(len(order), len(order) + len(experts))
        blocks.append(Block(experts=places, rows=slice(n_rows, end), shape=shape))
        order += experts
        n_rows = end
    return blocks, order, first_row


def even_blocks(load: list[int], start_cost: float) -> list[list[int]]:
    """The experts from busiest to idlest, a new block wherever spare rows would cost more than starting one.

    Where a single block will do, its experts keep their own order: no matrix has to be moved.
    """
    busiest_first = sorted(range(len(load)), key=load.__getitem__, reverse=True)
    blocks, spare_rows = [busiest_first[:1]], 0
    for expert in busiest_first[1:]:
        spare_rows += load[blocks[-1][0]] - load[expert]
        if spare_rows > start_cost:
            blocks.append([])
            spare_rows = 0
        blocks[-1].append(expert)
    return blocks if len(blocks) > 1 else [sorted(busiest_first)]


def dispatch(x_TD: Tensor, plan: ComputePlan) -> Tensor:
    """Copy each token's vector to the rows of its experts, shape (R, D)."""
    return x_TD.index_select(0, plan.token_R)


def combine(x_RD: Tensor, plan: ComputePlan) -> Tensor:
    """Sum each token's K rows, shape (T, D).

    The transpose of `dispatch`: the backward pass of the one is the other. Gathered and not scattered, so that
    the sum has the same order, and so the same last bit, in every run.
    """
    return F.embedding_bag(plan.row_TK, x_RD, mode="sum")

"""Expert parallelism: the experts stand on many processes, the tokens' vectors travel to them and back.

    plan       the ranks that hold a token's experts get one copy of it each, however many of its experts they hold
    counts     every rank tells every other how many copies are coming
    dispatch   vectors, expert ids and gate values to those ranks              all-to-all
    experts    each rank runs its own experts on the copies that arrived
    combine    the gate-weighted sums back to the ranks they came from, and added up per token    all-to-all

As in GShard (arXiv 2006.16668, section 3.2) and, with one copy a rank, DeepEP and DeepSeek-V3 (arXiv 2412.19437,
section 3.2.2). Nothing has a capacity, so no token is dropped. Ranks are processes of torch.distributed: gloo between
CPUs, NCCL between GPUs.

Letters: T tokens of this rank, D width, E routed experts, K chosen per token, N ranks that share the experts, S copies
this rank sends, R copies that arrive here, A assignments of those to experts of this rank, X features of any kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor
from torch.autograd.function import once_differentiable

from moe_demo.model.experts import RoutedExperts
from moe_demo.model.moe import MoELayer


@dataclass(frozen=True, kw_only=True)
class Sending:
    """Which copies a rank sends: those for rank 0 first, then those for rank 1, ..."""

    token_S: Tensor
    """The token each copy is of."""
    n_copies_N: Tensor
    """How many go to each rank, the own one included."""


def plan_sending(topk_idx_TK: Tensor, n_routed: int, n_ranks: int) -> Sending:
    """One copy of a token for every rank that holds at least one of its experts."""
    holder_TK = topk_idx_TK // (n_routed // n_ranks)
    wanted_NT = torch.zeros(n_ranks, len(topk_idx_TK), dtype=torch.bool, device=topk_idx_TK.device)
    wanted_NT.scatter_(0, holder_TK.T, True)
    _, token_S = wanted_NT.nonzero(as_tuple=True)
    return Sending(token_S=token_S, n_copies_N=wanted_NT.sum(1))


class ExpertRanks:
    """The N ranks that share the experts of one model, and what they do together."""

    def __init__(self, group: dist.ProcessGroup) -> None:
        self.group = group
        self.rank, self.size = dist.get_rank(group), dist.get_world_size(group)

    def share(self, n_routed: int) -> slice:
        """The experts of this rank: contiguous, as many as of every other."""
        each = n_routed // self.size
        return slice(self.rank * each, (self.rank + 1) * each)

    def exchange(self, rows_SX: Tensor, sent: list[int], received: list[int]) -> Tensor:
        """Send each rank its rows, the first `sent[0]` to rank 0 and so on; what arrives, by rank as well."""
        arrived_RX = rows_SX.new_empty(sum(received), *rows_SX.shape[1:])
        dist.all_to_all_single(arrived_RX, rows_SX.contiguous(), received, sent, group=self.group)
        return arrived_RX

    def sum(self, value: Tensor) -> Tensor:
        """The sum of all ranks' values, known to all."""
        total = value.clone()
        dist.all_reduce(total, group=self.group)
        return total

    def gather(self, part: Tensor) -> Tensor:
        """The parts of all ranks end to end, for the first of them; the others keep theirs."""
        parts = [torch.empty_like(part) for _ in range(self.size)] if self.rank == 0 else None
        dist.gather(part.contiguous(), parts, group=self.group, group_dst=0)
        return torch.cat(parts) if parts else part


class _Exchange(torch.autograd.Function):
    """`ExpertRanks.exchange` with its gradient: each row's gradient goes back to where the row came from."""

    @staticmethod
    def forward(
        ctx: Any, rows_SX: Tensor, ranks: ExpertRanks, sent: list[int], received: list[int]
    ) -> Tensor:
        ctx.ranks, ctx.sent, ctx.received = ranks, sent, received
        return ranks.exchange(rows_SX, sent, received)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_rows_RX: Tensor) -> tuple[Tensor | None, ...]:
        return ctx.ranks.exchange(d_rows_RX, ctx.received, ctx.sent), None, None, None


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """The copies that came to this rank, and how many were sent and received by rank: combine needs both."""

    x_RD: Tensor
    topk_idx_RK: Tensor
    """All K experts of the copied token, by their number in the whole layer."""
    gates_RK: Tensor
    sent: list[int]
    received: list[int]


class ParallelExperts(RoutedExperts):
    """This rank's share of a layer's experts, computing the sum over all of them, wherever they stand.

    It takes the place of `MoELayer.experts`: the same `forward`, to be called by all ranks together, each with its own
    tokens or with none. Its matrices are those of this rank's experts; their gradient is that of all ranks' tokens.
    """

    def __init__(self, whole: RoutedExperts, ranks: ExpertRanks) -> None:
        self.n_routed, dim, expert_dim = whole.down_EDF.shape
        self.mine = ranks.share(self.n_routed)
        super().__init__(self.mine.stop - self.mine.start, dim, expert_dim)
        self.ranks = ranks
        self.to(whole.down_EDF)
        with torch.no_grad():
            self.gate_up_E2FD.copy_(whole.gate_up_E2FD[self.mine])
            self.down_EDF.copy_(whole.down_EDF[self.mine])

    def forward(self, x_TD: Tensor, topk_idx_TK: Tensor, gates_TK: Tensor) -> Tensor:
        """Sum over a token's K experts of gate x expert output, shape (T, D). DeepSeekMoE Eq. 9, second term."""
        sending = plan_sending(topk_idx_TK, self.n_routed, self.ranks.size)
        arrived = self.dispatch(sending, x_TD, topk_idx_TK, gates_TK)
        sums_RD = self.run(arrived)
        return self.combine(sending, arrived, sums_RD, len(x_TD))

    def dispatch(self, sending: Sending, x_TD: Tensor, topk_idx_TK: Tensor, gates_TK: Tensor) -> Arrived:
        """Send the copies out and take in those for this rank: counts first, then the rows."""
        one_each = [1] * self.ranks.size
        received = self.ranks.exchange(sending.n_copies_N, one_each, one_each).tolist()
        sent = sending.n_copies_N.tolist()
        topk_idx_RK = self.ranks.exchange(topk_idx_TK[sending.token_S], sent, received)
        # Vector and gates in one row: one message, and one way back for their gradients.
        rows_TX = torch.cat([x_TD, gates_TK.to(x_TD.dtype)], dim=1)
        rows_RX = _Exchange.apply(rows_TX.index_select(0, sending.token_S), self.ranks, sent, received)
        x_RD, gates_RK = rows_RX.split([x_TD.shape[1], gates_TK.shape[1]], dim=1)
        return Arrived(x_RD=x_RD, topk_idx_RK=topk_idx_RK, gates_RK=gates_RK, sent=sent, received=received)

    def run(self, arrived: Arrived) -> Tensor:
        """Each copy's sum over those of its experts that stand here, shape (R, D)."""
        is_here_RK = (arrived.topk_idx_RK >= self.mine.start) & (arrived.topk_idx_RK < self.mine.stop)
        copy_A, _ = is_here_RK.nonzero(as_tuple=True)
        expert_A1 = (arrived.topk_idx_RK[is_here_RK] - self.mine.start).unsqueeze(1)
        gates_A1 = arrived.gates_RK[is_here_RK].unsqueeze(1)
        out_AD = super().forward(arrived.x_RD.index_select(0, copy_A), expert_A1, gates_A1)
        return torch.zeros_like(arrived.x_RD).index_add(0, copy_A, out_AD)

    def combine(self, sending: Sending, arrived: Arrived, sums_RD: Tensor, n_tokens: int) -> Tensor:
        """Send the sums back, and add up those of each token, shape (T, D)."""
        sums_SD = _Exchange.apply(sums_RD, self.ranks, arrived.received, arrived.sent)
        return sums_SD.new_zeros(n_tokens, sums_SD.shape[1]).index_add(0, sending.token_S, sums_SD)


def share_experts(layers: list[MoELayer], ranks: ExpertRanks) -> None:
    """Leave each layer the experts of this rank; all ranks hold the same whole layers before."""
    for layer in layers:
        layer.experts = ParallelExperts(layer.experts, ranks)

"""What if: one pass through an MoE layer that does not do quite what it was trained to do.

    model(batch, {1: LayerChange(off=off_E)})           layer 1 does without some experts

Two questions look alike and are not. An expert that is *off* is left out of the choice before groups are scored, so the
next best takes its place. One that is *silenced* is chosen as ever and adds nothing, and nobody takes its place.

Masks are bool and broadcast: shape (E,) means every token, (T, E) single ones.

Letters: T tokens, E routed experts, D width, K chosen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from moe_demo.config import DropBy, RoutingRule

if TYPE_CHECKING:
    from moe_demo.model.router import Routing


@dataclass(frozen=True, kw_only=True)
class LayerChange:
    """What one layer does otherwise in one pass; what is None stays as it was trained."""

    rule: RoutingRule | None = None
    """Another K, temperature or grouping."""
    bias_E: Tensor | None = None
    directions_ED: Tensor | None = None
    """Other expert directions e_i, such as random ones."""
    off: Tensor | None = None
    """True: left out of the choice. Shape (E,) or (T, E)."""
    top_off: int = 0
    """So many experts are left out of each token's choice: those of the highest affinity."""
    forced_TE: Tensor | None = None
    """True: chosen before all others, unless it is off or its group was left out."""
    gates_TE: Tensor | None = None
    """Gate values in place of the router's for those that are chosen; NaN where the router's holds."""
    silenced: Tensor | None = None
    """True: chosen, but adds nothing. Shape (E,) or (T, E)."""
    capacity: Capacity | None = None
    shared_off: Tensor | None = None
    """True: the shared experts add nothing. Shape () or (T,)."""

    def left_out(self, choice_TE: Tensor, scores_TE: Tensor) -> Tensor:
        """Choice scores with the experts that are off at -inf, each token's best by affinity among them.

        Leaving out the best is how DeepSeekMoE tests for redundancy (arXiv 2401.06066, section 4.5, figure 4).
        """
        if self.off is not None:
            choice_TE = choice_TE.masked_fill(self.off, -math.inf)
        if self.top_off:
            best_TX = scores_TE.topk(self.top_off, dim=-1).indices
            choice_TE = choice_TE.scatter(1, best_TX, -math.inf)
        return choice_TE

    def first_choice(self, choice_TE: Tensor) -> Tensor:
        """Choice scores with the forced experts above all others; one that stands at -inf stays there."""
        if self.forced_TE is None:
            return choice_TE
        return choice_TE.masked_fill(self.forced_TE & ~choice_TE.isneginf(), math.inf)

    def weighted(self, routing: Routing) -> Routing:
        """The routing with the gate values that the layer applies: 0 for whoever is chosen and not heard."""
        gates_TK, chosen_TK = routing.gates_TK, routing.topk_idx_TK
        if self.gates_TE is not None:
            wanted_TK = self.gates_TE.gather(1, chosen_TK)
            gates_TK = torch.where(wanted_TK.isnan(), gates_TK, wanted_TK)
        dropped_TK = None
        if self.capacity is not None:
            dropped_TK = self.capacity.dropped(chosen_TK, gates_TK, routing.scores_TE.shape[1])
        if self.silenced is not None:
            silenced_TE = self.silenced.expand(routing.scores_TE.shape)
            gates_TK = gates_TK.masked_fill(silenced_TE.gather(1, chosen_TK), 0.0)
        if dropped_TK is not None:
            gates_TK = gates_TK.masked_fill(dropped_TK, 0.0)
        return replace(routing, gates_TK=gates_TK, dropped_TK=dropped_TK)

    def heard(self, shared_TD: Tensor) -> Tensor:
        """What a shared expert says, where it is not off."""
        return (
            shared_TD
            if self.shared_off is None
            else shared_TD.masked_fill(self.shared_off.unsqueeze(-1), 0.0)
        )


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """No expert takes more than so many tokens of one group; it drops the others, whose other gates stay as they are.

    Token dropping as in GShard (arXiv 2006.16668) and Switch Transformer (arXiv 2101.03961, section 2.2), which
    DeepSeek-V3 does without (arXiv 2412.19437, section 2.1.2). A group is a headline or a whole batch. *By position*
    an expert takes whoever comes first (Switch), *by probability* whoever has the largest gates (Megatron-LM).
    """

    limit_B: Tensor
    """Tokens that each group may send to one expert."""
    group_T: Tensor
    """Which group a token belongs to."""
    by: DropBy = "position"

    def dropped(self, topk_idx_TK: Tensor, gates_TK: Tensor, n_routed: int) -> Tensor:
        """True where a token comes to an expert that is full, shape (T, K)."""
        queue_TK = self.group_T.unsqueeze(1) * n_routed + topk_idx_TK  # one queue for each group and expert
        queue_A = queue_TK.flatten()  # A assignments, in the order of tokens
        order_A = torch.arange(len(queue_A))
        if self.by == "probability":
            order_A = gates_TK.flatten().argsort(descending=True, stable=True)
        order_A = order_A[queue_A[order_A].argsort(stable=True)]
        length_Q = torch.bincount(queue_A)
        begin_Q = length_Q.cumsum(0) - length_Q
        place_A = torch.empty_like(order_A)
        place_A[order_A] = torch.arange(len(order_A)) - begin_Q[queue_A[order_A]]
        return place_A.view_as(topk_idx_TK) >= self.limit_B[self.group_T].unsqueeze(1)


def capacity_of(factor: float, n_tokens_B: Tensor, top_k: int, n_routed: int) -> Tensor:
    """ceil(factor x fair share) tokens an expert, at least 1, for groups of so many tokens, shape (B,).

    The fair share is T K / E. Switch Transformer Eq. 3 with its K = 1; for K > 1 as in DeepSpeed and Megatron-LM.
    """
    fair_B = n_tokens_B.double() * top_k / n_routed
    return (factor * fair_B - 1e-9).ceil().clamp(min=1).long()

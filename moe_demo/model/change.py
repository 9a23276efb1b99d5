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

from moe_demo.config import RoutingRule

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
        if self.silenced is not None:
            silenced_TE = self.silenced.expand(routing.scores_TE.shape)
            gates_TK = gates_TK.masked_fill(silenced_TE.gather(1, chosen_TK), 0.0)
        if self.capacity is not None:
            gates_TK = gates_TK.masked_fill(self.capacity.dropped(chosen_TK, routing.scores_TE.shape[1]), 0.0)
        return replace(routing, gates_TK=gates_TK)

    def heard(self, shared_TD: Tensor) -> Tensor:
        """What a shared expert says, where it is not off."""
        return (
            shared_TD
            if self.shared_off is None
            else shared_TD.masked_fill(self.shared_off.unsqueeze(-1), 0.0)
        )


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """No expert takes more than `limit` tokens of one headline; those that come later are dropped by it.

    Token dropping as in GShard (arXiv 2006.16668) and Switch Transformer (arXiv 2101.03961, section 2.2), which
    DeepSeek-V3 does without (arXiv 2412.19437, section 2.1.2).
    """

    limit: int
    sequence_T: Tensor
    """Which headline a token belongs to."""

    def dropped(self, topk_idx_TK: Tensor, n_routed: int) -> Tensor:
        """True where a token comes to an expert that is full, shape (T, K)."""
        chosen_TE = torch.zeros(len(topk_idx_TK), n_routed, dtype=torch.long).scatter_(1, topk_idx_TK, 1)
        place_TE = chosen_TE.cumsum(0)  # in line at this expert, from 1, over all headlines
        n_sequences = int(self.sequence_T.max()) + 1 if len(self.sequence_T) else 0
        taken_BE = chosen_TE.new_zeros(n_sequences, n_routed).index_add_(0, self.sequence_T, chosen_TE)
        before_BE = taken_BE.cumsum(0) - taken_BE  # by the headlines that stand before in the batch
        place_TE = place_TE - before_BE[self.sequence_T]
        return place_TE.gather(1, topk_idx_TK) > self.limit

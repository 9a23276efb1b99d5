"""The DeepSeekMoE layer: shared experts see every token, routed experts see the tokens the router sends.

    symbol   name            shape       where
    u_t      x_TD            (T, D)      input of the layer, after the block's RMSNorm
    e_i      router.weight   (E, D)      direction of expert i              Eq. 11
    s_i,t    scores_TE       (T, E)      affinity                           Eq. 11
    g_i,t    gates_TK        (T, K)      gate value, 0 for the others       Eq. 10
    h_t      output_TD       (T, D)      sum over shared and chosen experts Eq. 9

Equations are those of DeepSeekMoE (arXiv 2401.06066). Two differences in writing: the "+ u_t" of Eq. 9 is the
residual path and is added in `classifier.py`; the paper numbers shared experts first, here routed experts are
0..E-1 and the shared ones are a list of their own.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from moe_demo.config import ModelConfig
from moe_demo.model.batch import TokenBatch
from moe_demo.model.change import LayerChange
from moe_demo.model.experts import FeedForward, RoutedExperts, swiglu
from moe_demo.model.router import Router, Routing


class MoELayer(nn.Module):
    """Router, routed experts and shared experts. Always returns `(output_TD, Routing)`."""

    def __init__(self, config: ModelConfig, layer: int = 0) -> None:
        super().__init__()
        self.router = Router(
            config.dim,
            config.routing_rule,
            config.router_std,
            kind_biases=config.kind_biases,
            hash_layer=layer if layer < config.n_hash_layers else None,
        )
        self.experts = RoutedExperts(config.n_routed, config.dim, config.expert_dim)
        self.shared = nn.ModuleList(
            FeedForward(config.dim, config.expert_dim) for _ in range(config.n_shared)
        )

    def forward(
        self, x_TD: Tensor, change: LayerChange | None = None, words: TokenBatch | None = None
    ) -> tuple[Tensor, Routing]:
        """Eq. 9 without its residual: every token's shared experts plus its gate-weighted routed ones.

        `change` is a what-if; the gate values returned are those applied. `words` as in `Router.forward`.
        """
        routing = self.router(x_TD, change, words)
        if change is not None:
            routing = change.weighted(routing)
        output_TD = self.experts(x_TD, routing.topk_idx_TK, routing.gates_TK)
        for shared in self.shared:
            output_TD = output_TD + _heard(shared(x_TD), change)
        return output_TD, routing

    def shared_outputs(self, x_TD: Tensor, change: LayerChange | None = None) -> Tensor:
        """What each shared expert adds, shape (T, S, D); no gate stands before it."""
        if not len(self.shared):
            return x_TD.new_zeros(len(x_TD), 0, x_TD.shape[1])
        return torch.stack([_heard(shared(x_TD), change) for shared in self.shared], dim=1)


def _heard(shared_TD: Tensor, change: LayerChange | None) -> Tensor:
    return shared_TD if change is None else change.heard(shared_TD)


def moe_reference(layer: MoELayer, x_TD: Tensor, routing: Routing) -> Tensor:
    """Eq. 9 as two plain loops, shape (T, D): slow on purpose, the oracle that `MoELayer` is tested against."""
    rows = []
    for t, u_D in enumerate(x_TD):
        h_D = sum((shared(u_D) for shared in layer.shared), start=torch.zeros_like(u_D))
        for i, g in zip(routing.topk_idx_TK[t], routing.gates_TK[t], strict=True):
            hidden_F = swiglu(layer.experts.gate_up_E2FD[i] @ u_D)
            h_D = h_D + g * (layer.experts.down_EDF[i] @ hidden_F)
        rows.append(h_D)
    return torch.stack(rows)

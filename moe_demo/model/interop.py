"""Weights to and from transformers' `DeepseekV3MoE`, so that our layer can be checked against one we did not write.

Theirs keeps all shared experts in one feed-forward network of width S x F; ours keeps S networks of width F. Since
SwiGLU acts on each hidden unit by itself, the one is exactly the others side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from moe_demo.config import ConfigError, ModelConfig
from moe_demo.model.experts import FeedForward
from moe_demo.model.moe import MoELayer

if TYPE_CHECKING:
    from transformers.models.deepseek_v3.modeling_deepseek_v3 import DeepseekV3MoE


def to_transformers(layer: MoELayer) -> DeepseekV3MoE:
    """Their module with our weights.

    Raises ConfigError for what their router cannot do: softmax scores, groups scored by their best expert or by
    other than their best two, one chosen expert whose gate is not normalised.
    """
    from transformers import DeepseekV3Config
    from transformers.models.deepseek_v3 import modeling_deepseek_v3

    rule = layer.router.rule
    _require(rule.score_fn == "sigmoid", "score_fn", "sigmoid", rule.score_fn)
    _require(
        rule.n_groups == 1 or rule.counted_per_group == 2, "counted_per_group", "2", rule.counted_per_group
    )
    _require(
        not (rule.norm_topk and rule.top_k == 1), "top_k", "above 1 where gates are normalised", rule.top_k
    )
    _, double_width, dim = layer.experts.gate_up_E2FD.shape
    config = DeepseekV3Config(
        hidden_size=dim,
        moe_intermediate_size=double_width // 2,
        n_routed_experts=rule.n_routed,
        n_shared_experts=len(layer.shared),
        num_experts_per_tok=rule.top_k,
        n_group=rule.n_groups,
        topk_group=rule.topk_groups,
        norm_topk_prob=rule.norm_topk,
        routed_scaling_factor=rule.route_scale,
    )
    config._experts_implementation = "eager"
    theirs = modeling_deepseek_v3.DeepseekV3MoE(config).to(layer.experts.down_EDF)
    with torch.no_grad():
        theirs.gate.weight.copy_(layer.router.weight_ED)
        theirs.gate.e_score_correction_bias.copy_(layer.router.bias_E)
        theirs.experts.gate_up_proj.copy_(layer.experts.gate_up_E2FD)
        theirs.experts.down_proj.copy_(layer.experts.down_EDF)
        if len(layer.shared):
            halves = [shared.gate_up.weight.chunk(2) for shared in _shared(layer)]
            theirs.shared_experts.gate_proj.weight.copy_(torch.cat([gate for gate, _ in halves]))
            theirs.shared_experts.up_proj.weight.copy_(torch.cat([up for _, up in halves]))
            theirs.shared_experts.down_proj.weight.copy_(
                torch.cat([shared.down.weight for shared in _shared(layer)], dim=1)
            )
    return theirs


def from_transformers(module: DeepseekV3MoE) -> MoELayer:
    """Our layer with their weights; one shared expert per F hidden units of theirs."""
    theirs: Any = module.config
    config = ModelConfig(
        dim=theirs.hidden_size,
        n_heads=1,
        expert_dim=theirs.moe_intermediate_size,
        n_routed=theirs.n_routed_experts,
        n_shared=theirs.n_shared_experts,
        top_k=theirs.num_experts_per_tok,
        score_fn="sigmoid",
        norm_topk=theirs.norm_topk_prob,
        route_scale=theirs.routed_scaling_factor,
        n_groups=theirs.n_group,
        topk_groups=theirs.topk_group,
    )
    layer = MoELayer(config).to(module.experts.down_proj)
    with torch.no_grad():
        layer.router.weight_ED.copy_(module.gate.weight)
        layer.router.bias_E.copy_(module.gate.e_score_correction_bias)
        layer.experts.gate_up_E2FD.copy_(module.experts.gate_up_proj)
        layer.experts.down_EDF.copy_(module.experts.down_proj)
        for i, shared in enumerate(_shared(layer)):
            rows = slice(i * config.expert_dim, (i + 1) * config.expert_dim)
            halves = [
                module.shared_experts.gate_proj.weight[rows],
                module.shared_experts.up_proj.weight[rows],
            ]
            shared.gate_up.weight.copy_(torch.cat(halves))
            shared.down.weight.copy_(module.shared_experts.down_proj.weight[:, rows])
    return layer


def _shared(layer: MoELayer) -> list[FeedForward]:
    return [shared for shared in layer.shared if isinstance(shared, nn.Module)]  # type: ignore[misc]


def _require(rule: bool, name: str, text: str, value: object) -> None:
    if not rule:
        raise ConfigError(f"transformers' DeepseekV3MoE needs {name} to be {text}, got {value!r}.")

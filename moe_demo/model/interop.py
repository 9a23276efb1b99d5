"""Weights to and from transformers' `DeepseekV3MoE`, so that our layer can be checked against one we did not write.

Theirs keeps all shared experts in one feed-forward network of width S x F; ours keeps S networks of width F. Since
SwiGLU acts on each hidden unit by itself, the one is exactly the others side by side.

What one side cannot do as the other does is refused: a layer that says something else in silence proves nothing.
Weights keep their type, each part its own: theirs may hold the router in float32 beside experts in bfloat16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from moe_demo.config import ConfigError, ModelConfig, RoutingRule
from moe_demo.errors import Said
from moe_demo.model.experts import FeedForward
from moe_demo.model.moe import MoELayer
from moe_demo.rules import must_be

if TYPE_CHECKING:
    from transformers.models.deepseek_v3.modeling_deepseek_v3 import DeepseekV3MoE

_COUNTED = 2  # the choice scores that their router adds up for a group, whatever K / M is


def to_transformers(layer: MoELayer) -> DeepseekV3MoE:
    """Their module with our weights.

    Raises ConfigError for what their router cannot do: softmax scores, a temperature, groups scored by other than
    their best two experts, one chosen expert whose gate is not normalised.
    """
    from transformers import DeepseekV3Config
    from transformers.models.deepseek_v3 import modeling_deepseek_v3

    rule = layer.router.rule
    _require(rule.score_fn == "sigmoid", "score_fn", must_be("is", value="sigmoid"), rule.score_fn)
    _require(rule.temperature == 1, "temperature", must_be("is", value=1), rule.temperature)
    _require_same_routing(rule)
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
        theirs.gate.weight.data = layer.router.weight_ED.detach().clone()
        theirs.gate.e_score_correction_bias = layer.router.bias_E.clone()
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
    """Our layer with their weights; one shared expert per F hidden units of theirs.

    Raises ConfigError for what our layer cannot do: another activation than SiLU, shared experts of another width,
    groups of which some are left out and K / M is not 2, one chosen expert whose gate is normalised, another module.
    """
    config = _config_of(module)
    layer = MoELayer(config).to(module.experts.down_proj)
    _require_same_routing(layer.router.rule)
    layer.router.to(module.gate.weight)
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


def _config_of(module: DeepseekV3MoE) -> ModelConfig:
    """Our settings for their module, read from the parts that do the work: its config may have changed since."""
    from transformers.models.deepseek_v3 import modeling_deepseek_v3

    is_theirs = isinstance(module, modeling_deepseek_v3.DeepseekV3MoE)
    _require(is_theirs, "module", must_be("their_layer"), type(module).__name__)
    gate: Any = module.gate
    activations = (module.experts.act_fn, module.shared_experts.act_fn)
    _require(
        all(map(_is_silu, activations)), "hidden_act", must_be("is", value="silu"), module.config.hidden_act
    )
    for name in ("top_k", "num_group", "topk_group"):
        _require(isinstance(getattr(gate, name), int), name, must_be("number"), getattr(gate, name))
    n_routed, dim, expert_dim = module.experts.down_proj.shape
    shared_dim = module.shared_experts.gate_proj.out_features
    _require(shared_dim % expert_dim == 0, "shared width", must_be("multiple", of=expert_dim), shared_dim)
    return ModelConfig(
        dim=dim,
        n_heads=1,
        expert_dim=expert_dim,
        n_routed=n_routed,
        n_shared=shared_dim // expert_dim,
        top_k=gate.top_k,
        score_fn="sigmoid",
        norm_topk=bool(gate.norm_topk_prob),
        route_scale=gate.routed_scaling_factor,
        n_groups=gate.num_group,
        topk_groups=gate.topk_group,
    )


def _require_same_routing(rule: RoutingRule) -> None:
    """Both routers choose and weigh alike under this rule.

    How groups are scored only matters where some of them are left out. One chosen expert's normalised gate is 1
    with them and its score with us (`router.gate_values`).
    """
    _require(rule.group_size >= _COUNTED, "n_groups", must_be("group_size", least=_COUNTED), rule.n_groups)
    is_same = rule.topk_groups == rule.n_groups or rule.counted_per_group == _COUNTED
    _require(is_same, "counted_per_group", must_be("is", value=_COUNTED), rule.counted_per_group)
    is_one = rule.norm_topk and rule.top_k == 1
    _require(not is_one, "top_k", must_be("not_normalised"), rule.top_k)


def _is_silu(activation: nn.Module) -> bool:
    """By what it does: it has several names and classes."""
    x: Tensor = torch.linspace(-4, 4, 33)
    return torch.allclose(activation(x), F.silu(x))


def _shared(layer: MoELayer) -> list[FeedForward]:
    return [shared for shared in layer.shared if isinstance(shared, nn.Module)]  # type: ignore[misc]


def _require(holds: bool, name: str, wanted: Said, value: object) -> None:
    if not holds:
        raise ConfigError("transformers", field=name, rule=wanted, value=repr(value))

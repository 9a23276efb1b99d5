"""Parity with an implementation we did not write: transformers' DeepseekV3MoE."""

import itertools
import random
import warnings

import pytest
import torch

from moe_demo.config import ConfigError, ModelConfig
from moe_demo.model.interop import from_transformers, to_transformers
from moe_demo.model.moe import MoELayer, moe_reference

SIZES = {
    "one group": {"n_groups": 1, "topk_groups": 1, "top_k": 4},
    "four groups keep two": {"n_groups": 4, "topk_groups": 2, "top_k": 4},
    "two shared, scaled": {"n_groups": 4, "topk_groups": 2, "top_k": 4, "n_shared": 2, "route_scale": 2.5},
    "gates as they are": {"n_groups": 1, "topk_groups": 1, "top_k": 3, "norm_topk": False},
}


def layer_of(seed: int = 0, **settings) -> MoELayer:
    """Random weights, and biases that change choices, most of them negative."""
    torch.manual_seed(seed)
    layer = MoELayer(ModelConfig(dim=16, n_heads=2, expert_dim=8, n_routed=16, router_std=0.3, **settings))
    layer.router.bias_E.copy_(torch.randn(16) * 0.3 - 0.5)
    return layer


def sorted_pairs(idx_TK, values_TK):
    order = idx_TK.argsort(dim=1)
    return idx_TK.gather(1, order), values_TK.gather(1, order)


@pytest.mark.parametrize("settings", SIZES.values(), ids=SIZES.keys())
def test_same_choice_gates_output_and_gradients(settings, way):
    ours = layer_of(**settings)
    theirs = to_transformers(ours)
    x_TD = torch.randn(40, 16)
    ours_in, theirs_in = x_TD.clone().requires_grad_(), x_TD.clone().requires_grad_()
    output_TD, routing = ours(ours_in)
    expected_TD = theirs(theirs_in.unsqueeze(0))[0]
    torch.testing.assert_close(output_TD, expected_TD, atol=1e-6, rtol=1e-5)

    _, their_gates_TK, their_idx_TK = theirs.gate(x_TD)
    idx, gates = sorted_pairs(routing.topk_idx_TK, routing.gates_TK)
    their_idx, their_gates = sorted_pairs(their_idx_TK, their_gates_TK)
    assert torch.equal(idx, their_idx)
    torch.testing.assert_close(gates, their_gates, atol=1e-6, rtol=1e-6)

    weight_TD = torch.randn(40, 16)
    (output_TD * weight_TD).sum().backward()
    (expected_TD * weight_TD).sum().backward()
    close = {"atol": 1e-5, "rtol": 1e-4}
    torch.testing.assert_close(ours_in.grad, theirs_in.grad, **close)
    torch.testing.assert_close(ours.router.weight_ED.grad, theirs.gate.weight.grad, **close)
    torch.testing.assert_close(ours.experts.gate_up_E2FD.grad, theirs.experts.gate_up_proj.grad, **close)
    torch.testing.assert_close(ours.experts.down_EDF.grad, theirs.experts.down_proj.grad, **close)


@pytest.mark.parametrize("settings", SIZES.values(), ids=SIZES.keys())
def test_there_and_back_is_exact(settings):
    ours = layer_of(seed=1, **settings)
    back = from_transformers(to_transformers(ours))
    assert back.router.rule == ours.router.rule
    for name, value in ours.state_dict().items():
        assert torch.equal(back.state_dict()[name], value), name


@pytest.mark.parametrize("settings", SIZES.values(), ids=SIZES.keys())
def test_against_the_two_loops_in_float64(settings, way):
    layer = layer_of(seed=2, **settings).double()
    x_TD = torch.randn(25, 16, dtype=torch.float64)
    output_TD, routing = layer(x_TD)
    torch.testing.assert_close(output_TD, moe_reference(layer, x_TD, routing), atol=1e-10, rtol=1e-10)


@pytest.mark.parametrize(
    "settings",
    [
        {"score_fn": "softmax", "n_groups": 1, "topk_groups": 1},
        {"group_score": "max"},
        {"top_k": 1, "n_groups": 1, "topk_groups": 1},
        {"top_k": 6, "n_groups": 4, "topk_groups": 2},
        {"top_k": 4, "n_groups": 16, "topk_groups": 4},
    ],
)
def test_what_they_cannot_do_is_refused(settings):
    with pytest.raises(ConfigError, match="DeepseekV3MoE needs"):
        to_transformers(layer_of(**settings))


def their_module(**settings):
    """A DeepseekV3MoE with random weights and biases that change choices."""
    from transformers import DeepseekV3Config
    from transformers.models.deepseek_v3 import modeling_deepseek_v3

    sizes = {"hidden_size": 8, "moe_intermediate_size": 6, "n_routed_experts": 16, "n_shared_experts": 1}
    config = DeepseekV3Config(**{**sizes, **settings})
    config._experts_implementation = "eager"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of a shared expert of no width
        module = modeling_deepseek_v3.DeepseekV3MoE(config)
    with torch.no_grad():
        for weight in module.parameters():
            weight.normal_(std=0.5)
        module.gate.e_score_correction_bias.copy_(torch.randn(config.n_routed_experts) * 0.4 - 0.3)
    return module


ANY = {
    "n_group": (1, 1, 2, 4, 8, 16),
    "topk_group": (1, 1, 2, 2, 3, 4),
    "num_experts_per_tok": (1, 2, 3, 4, 5, 6),
    "norm_topk_prob": (True, False),
    "hidden_act": ("silu", "silu", "silu", "swish", "swish", "gelu"),
    "n_shared_experts": (0, 1, 2, 3),
    "routed_scaling_factor": (1.0, 2.5),
}


def test_whatever_their_settings_the_layer_says_the_same_or_is_refused():
    draw, said = random.Random(0), []
    torch.manual_seed(0)
    for _ in range(150):
        module = their_module(**{name: draw.choice(values) for name, values in ANY.items()})
        try:
            layer = from_transformers(module)
        except ConfigError as error:
            said.append(str(error))
            continue
        x_TD = torch.randn(64, 8)
        torch.testing.assert_close(layer(x_TD)[0], module(x_TD[None])[0], atol=1e-5, rtol=1e-4)
        said.append("")
    assert 30 < said.count("") < 120
    for reason in ("hidden_act", "counted_per_group", "top_k to be above 1"):
        assert any(reason in sentence for sentence in said)


def test_groups_are_no_matter_where_all_of_them_are_kept():
    for n_groups, top_k in itertools.product((2, 4, 8), (2, 5, 7)):
        module = their_module(n_group=n_groups, topk_group=n_groups, num_experts_per_tok=top_k)
        x_TD = torch.randn(64, 8)
        torch.testing.assert_close(
            from_transformers(module)(x_TD)[0], module(x_TD[None])[0], atol=1e-5, rtol=1e-4
        )


def test_what_was_changed_after_the_module_was_made_counts():
    module = their_module(n_group=1, topk_group=1, num_experts_per_tok=3)
    module.gate.norm_topk_prob, module.gate.top_k = False, 5
    assert from_transformers(module).router.rule.top_k == 5
    module.shared_experts.act_fn = torch.nn.GELU()
    with pytest.raises(ConfigError, match="hidden_act"):
        from_transformers(module)


def test_another_module_is_refused():
    with pytest.raises(ConfigError, match="a DeepseekV3MoE, got 'Linear'"):
        from_transformers(torch.nn.Linear(2, 2))


@pytest.mark.parametrize("way_back", [False, True])
def test_router_and_bias_keep_their_type_beside_experts_in_bfloat16(way_back):
    ours = layer_of(seed=3, n_groups=1, topk_groups=1, top_k=4)
    ours.experts.bfloat16()
    ours.shared.bfloat16()
    theirs = to_transformers(ours)
    layer = from_transformers(theirs) if way_back else ours
    assert torch.equal(theirs.gate.weight, layer.router.weight_ED)
    assert torch.equal(theirs.gate.e_score_correction_bias, layer.router.bias_E)
    assert layer.router.bias_E.dtype == layer.router.weight_ED.dtype == torch.float32
    assert theirs.experts.down_proj.dtype == torch.bfloat16

"""Parity with an implementation we did not write: transformers' DeepseekV3MoE."""

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
    ],
)
def test_what_they_cannot_do_is_refused(settings):
    with pytest.raises(ConfigError, match="DeepseekV3MoE needs"):
        to_transformers(layer_of(**settings))

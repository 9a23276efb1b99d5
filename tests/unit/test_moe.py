"""The layer against its oracle: dispatch and combine give what two plain loops give."""

import pytest
import torch

from moe_demo.config import ModelConfig
from moe_demo.model.change import LayerChange
from moe_demo.model.dispatch import combine, dispatch, even_blocks, plan_compute
from moe_demo.model.experts import FeedForward, swiglu
from moe_demo.model.moe import MoELayer, moe_reference
from moe_demo.presets import PRESETS

CONFIGS = {name: run.model for name, run in PRESETS.items()} | {
    "no shared, no groups": ModelConfig(
        dim=8, n_heads=2, n_shared=0, n_groups=1, topk_groups=1, n_routed=5, top_k=2
    ),
    "three shared": ModelConfig(dim=8, n_heads=2, n_shared=3, expert_dim=4),
    "every expert chosen": ModelConfig(dim=8, n_heads=2, n_groups=1, topk_groups=1, n_routed=4, top_k=4),
}


@pytest.mark.parametrize("n_tokens", [1, 2, 30])
@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())
def test_layer_equals_two_loops_in_value_and_gradient(config, n_tokens, way):
    torch.manual_seed(n_tokens)
    layer = MoELayer(config).double()
    x_TD = torch.randn(n_tokens, config.dim, dtype=torch.float64, requires_grad=True)
    output_TD, _ = layer(x_TD)
    expected_TD = moe_reference(layer, x_TD, layer.router(x_TD))
    torch.testing.assert_close(output_TD, expected_TD, atol=1e-10, rtol=1e-10)
    inputs = [x_TD, *layer.parameters()]
    weight_TD = torch.randn_like(output_TD)
    ours = torch.autograd.grad((output_TD * weight_TD).sum(), inputs)
    theirs = torch.autograd.grad((expected_TD * weight_TD).sum(), inputs, materialize_grads=True)
    for found, expected in zip(ours, theirs, strict=True):
        torch.testing.assert_close(found, expected, atol=1e-10, rtol=1e-8)


def test_all_tokens_on_one_expert_and_none_on_the_others(way):
    config = ModelConfig(dim=8, n_heads=2, n_groups=1, topk_groups=1, n_routed=6, top_k=1)
    layer = MoELayer(config).double()
    x_TD = torch.randn(9, 8, dtype=torch.float64)
    bias_E = torch.tensor([0, 0, 0, 50.0, 0, 0])
    output_TD, routing = layer(x_TD, LayerChange(bias_E=bias_E))
    assert routing.topk_idx_TK.unique().tolist() == [3]
    torch.testing.assert_close(output_TD, moe_reference(layer, x_TD, routing), atol=1e-10, rtol=1e-10)
    output_TD.sum().backward()
    for gradient in (layer.experts.gate_up_E2FD.grad, layer.experts.down_EDF.grad):
        assert gradient.flatten(1).any(dim=1).tolist() == [False, False, False, True, False, False]


def test_dispatch_keeps_every_assignment():
    """Worked by hand: token 0 to experts 2 and 0, token 1 to 2 and 1. Expert 2 is the busiest, with two."""
    topk_idx_TK = torch.tensor([[2, 0], [2, 1]])
    exact = plan_compute(topk_idx_TK, 4)  # blocks: expert 2, experts 0 and 1, expert 3
    assert exact.order_E.tolist() == [2, 0, 1, 3]
    assert [block.shape for block in exact.blocks] == [(1, 2), (2, 1), (1, 0)]
    assert exact.token_R.tolist() == [0, 1, 0, 1]
    assert exact.row_TK.tolist() == [[0, 2], [1, 3]]

    padded = plan_compute(topk_idx_TK, 4, start_cost=4)  # two rows for each expert, in their own order
    assert padded.order_E is None
    assert [block.shape for block in padded.blocks] == [(4, 2)]
    assert padded.row_TK.tolist() == [[4, 0], [5, 2]]


def test_a_block_ends_where_spare_rows_would_cost_more_than_a_new_one():
    """From busiest to idlest: 9, then 6 and 6 with 3 rows to spare each, then 1 and 0."""
    load = [6, 0, 9, 1, 6]
    assert even_blocks(load, start_cost=0) == [[2], [0, 4], [3], [1]]
    assert even_blocks(load, start_cost=2) == [[2], [0, 4], [3, 1]]
    assert even_blocks(load, start_cost=6) == [[2, 0, 4], [3, 1]]
    assert even_blocks(load, start_cost=23) == [[0, 1, 2, 3, 4]]


def test_combine_sums_what_dispatch_sent():
    x_TD = torch.randn(3, 4)
    for start_cost in (0, 1, 10):
        plan = plan_compute(torch.tensor([[0, 1], [1, 2], [3, 1]]), 4, start_cost)
        torch.testing.assert_close(combine(dispatch(x_TD, plan), plan), 2 * x_TD)


def test_outputs_before_the_gate_add_up_to_the_layer(way):
    config = ModelConfig(dim=8, n_heads=2, n_shared=2)
    layer, x_TD = MoELayer(config), torch.randn(7, 8)
    output_TD, routing = layer(x_TD)
    chosen_TKD = layer.experts.outputs(x_TD, routing.topk_idx_TK)
    total_TD = (routing.gates_TK[..., None] * chosen_TKD).sum(1) + layer.shared_outputs(x_TD).sum(1)
    torch.testing.assert_close(total_TD, output_TD, atol=1e-5, rtol=1e-5)


def test_shared_experts_side_by_side_are_one_wide_network():
    one, two, wide = FeedForward(6, 3), FeedForward(6, 3), FeedForward(6, 6)
    with torch.no_grad():
        halves = [expert.gate_up.weight.chunk(2) for expert in (one, two)]
        wide.gate_up.weight.copy_(torch.cat([h[0] for h in halves] + [h[1] for h in halves]))
        wide.down.weight.copy_(torch.cat([one.down.weight, two.down.weight], dim=1))
    x_TD = torch.randn(5, 6)
    torch.testing.assert_close(wide(x_TD), one(x_TD) + two(x_TD))


def test_swiglu_by_hand():
    """silu(1) x 3 with silu(1) = 1 / (1 + e^-1)."""
    assert float(swiglu(torch.tensor([[1.0, 3.0]]))) == pytest.approx(3 * 0.7310586)

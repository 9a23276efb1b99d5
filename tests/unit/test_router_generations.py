"""Generations of DeepSeek's router: what transformers' modules do, and what a plain loop in float64 does."""

import random
import warnings

import numpy as np
import pytest
import torch

from moe_demo.cli import main
from moe_demo.cli.parser import build_parser
from moe_demo.cli.settings import config_of
from moe_demo.config import ModelConfig, preset
from moe_demo.insight.run import load_run
from moe_demo.model.moe import MoELayer, moe_reference
from moe_demo.routers import ROUTERS, with_router
from tests import toy

N_CASES = 50


def sizes(draw: random.Random, router: str) -> dict[str, int]:
    """Random sizes that this generation can have; with K / M = 2, as their V3 adds up two experts of a group."""
    n_groups, topk_groups = draw.choice([(1, 1), (4, 2), (8, 3), (4, 4)]) if router != "v4" else (1, 1)
    top_k = {"v2": draw.randint(2, 5), "v3": 2 * topk_groups, "v4": draw.randint(2, 6)}[router]
    return {
        "n_groups": n_groups,
        "topk_groups": topk_groups,
        "top_k": top_k,
        "n_routed": draw.choice([16, 32]),
        "dim": draw.choice([8, 16]),
        "expert_dim": draw.choice([4, 10]),
        "n_shared": 1 if router == "v4" else draw.randint(1, 2),
    }


def layer_of(seed: int, router: str) -> MoELayer:
    """Random sizes, weights and scale, and where there is a bias one that changes choices."""
    draw = random.Random(seed)
    torch.manual_seed(seed)
    rule = with_router(preset("deepseek"), router).model
    fixed = {name: getattr(rule, name) for name in ("score_fn", "norm_topk", "group_score")}
    scale = draw.choice([1.0, 1.5, 2.5])
    config = ModelConfig(n_heads=1, router_std=0.5, route_scale=scale, **fixed, **sizes(draw, router))
    layer = MoELayer(config)
    if router != "v2":
        layer.router.bias_E.copy_(torch.randn(config.n_routed) * 0.3 - 0.2)
    return layer


def v2_module(layer: MoELayer, common: dict):
    from transformers import DeepseekV2Config
    from transformers.models.deepseek_v2.modeling_deepseek_v2 import DeepseekV2Moe

    rule = layer.router.rule
    groups = {"topk_method": "group_limited_greedy", "n_group": rule.n_groups, "topk_group": rule.topk_groups}
    groups |= {"num_attention_heads": 1, "num_key_value_heads": 1}
    return DeepseekV2Moe(config_like(DeepseekV2Config, layer, common | groups))


def v3_module(layer: MoELayer, common: dict):
    from transformers import DeepseekV3Config
    from transformers.models.deepseek_v3.modeling_deepseek_v3 import DeepseekV3MoE

    rule = layer.router.rule
    groups = {"n_group": rule.n_groups, "topk_group": rule.topk_groups, "norm_topk_prob": True}
    return DeepseekV3MoE(config_like(DeepseekV3Config, layer, common | groups))


def v4_module(layer: MoELayer, common: dict):
    from transformers import DeepseekV4Config
    from transformers.models.deepseek_v4.modeling_deepseek_v4 import DeepseekV4SparseMoeBlock

    config = config_like(DeepseekV4Config, layer, common | {"num_hidden_layers": 4})
    assert config.mlp_layer_types[3] == "moe"
    return DeepseekV4SparseMoeBlock(config, layer_idx=3)


THEIRS = {"v2": v2_module, "v3": v3_module, "v4": v4_module}


def config_like(cls, layer: MoELayer, values: dict):
    config = cls(**values)
    config._experts_implementation = "eager"
    return config


def theirs_like(layer: MoELayer, router: str):
    """Their module with our weights."""
    _, double_width, dim = layer.experts.gate_up_E2FD.shape
    rule, width = layer.router.rule, double_width // 2
    common = {
        "hidden_size": dim,
        "moe_intermediate_size": width,
        "n_routed_experts": rule.n_routed,
        "n_shared_experts": len(layer.shared),
        "num_experts_per_tok": rule.top_k,
        "routed_scaling_factor": rule.route_scale,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = THEIRS[router](layer, common)
    with torch.no_grad():
        module.gate.weight.copy_(layer.router.weight_ED)
        if router != "v2":
            module.gate.e_score_correction_bias.copy_(layer.router.bias_E)
        module.experts.gate_up_proj.copy_(layer.experts.gate_up_E2FD)
        module.experts.down_proj.copy_(layer.experts.down_EDF)
        halves = [shared.gate_up.weight.chunk(2) for shared in layer.shared]
        module.shared_experts.gate_proj.weight.copy_(torch.cat([gate for gate, _ in halves]))
        module.shared_experts.up_proj.weight.copy_(torch.cat([up for _, up in halves]))
        down = torch.cat([shared.down.weight for shared in layer.shared], dim=1)
        module.shared_experts.down_proj.weight.copy_(down)
    return module


def by_expert(idx_TK, gates_TK):
    """Which experts, and their gates, in the order of the experts: none of them promises another."""
    order_TK = idx_TK.argsort(dim=1)
    return idx_TK.gather(1, order_TK), gates_TK.gather(1, order_TK)


@pytest.mark.parametrize("router", ROUTERS)
def test_same_choice_gates_and_output_as_transformers(router: str):
    for seed in range(N_CASES):
        layer = layer_of(seed, router)
        theirs, x_TD = theirs_like(layer, router), torch.randn(30, layer.experts.down_EDF.shape[1])
        with torch.no_grad():
            output_TD, routing = layer(x_TD)
            _, their_gates_TK, their_idx_TK = theirs.gate(x_TD)
            expected_TD = theirs(x_TD.unsqueeze(0))[0]
        idx_TK, gates_TK = by_expert(routing.topk_idx_TK, routing.gates_TK)
        their_idx_TK, their_gates_TK = by_expert(their_idx_TK, their_gates_TK)
        assert torch.equal(idx_TK, their_idx_TK), seed
        torch.testing.assert_close(gates_TK, their_gates_TK, atol=1e-6, rtol=1e-6)
        torch.testing.assert_close(output_TD, expected_TD, atol=1e-6, rtol=2e-6)


def loop_gates(layer: MoELayer, router: str, u: np.ndarray) -> dict[int, float]:
    """One token's experts and gates as the papers write them, in float64."""
    rule = layer.router.rule
    logits = layer.router.weight_ED.detach().numpy() @ u
    if router == "v2":
        s = np.exp(logits) / sum(np.exp(logits))
    elif router == "v3":
        s = 1 / (1 + np.exp(-logits))
    else:
        s = np.sqrt(np.log(1 + np.exp(logits)))
    choice = s + layer.router.bias_E.numpy()
    size, allowed = rule.n_routed // rule.n_groups, set(range(rule.n_routed))
    if router != "v4":
        members = [range(g * size, (g + 1) * size) for g in range(rule.n_groups)]
        best = 1 if router == "v2" else 2
        worth = [sum(sorted((choice[e] for e in group), reverse=True)[:best]) for group in members]
        kept = sorted(range(rule.n_groups), key=lambda g: -worth[g])[: rule.topk_groups]
        allowed = {e for g in kept for e in members[g]}
    chosen = sorted(allowed, key=lambda e: -choice[e])[: rule.top_k]
    total = 1.0 if router == "v2" else sum(s[e] for e in chosen)
    return {e: s[e] / total * rule.route_scale for e in chosen}


@pytest.mark.parametrize("router", ROUTERS)
def test_same_choice_gates_and_output_as_a_loop_in_float64(router: str):
    for seed in range(N_CASES):
        layer = layer_of(seed, router).double()
        x_TD = torch.randn(6, layer.experts.down_EDF.shape[1], dtype=torch.float64)
        with torch.no_grad():
            output_TD, routing = layer(x_TD)
            torch.testing.assert_close(output_TD, moe_reference(layer, x_TD, routing), atol=1e-10, rtol=1e-10)
        for t, u in enumerate(x_TD.numpy()):
            found = dict(zip(routing.topk_idx_TK[t].tolist(), routing.gates_TK[t].tolist(), strict=True))
            assert found == pytest.approx(loop_gates(layer, router, u), abs=1e-10)


def test_the_affinity_of_v4_has_a_gradient_wherever_the_logit_stands():
    layer = layer_of(0, "v4")
    x_TD = torch.full((2, layer.experts.down_EDF.shape[1]), 400.0)
    output_TD, _ = layer(torch.cat([x_TD, -x_TD]))
    output_TD.sum().backward()
    assert layer.router.weight_ED.grad.isfinite().all()


def test_each_generation_is_trained_by_its_own_rule_and_balance(csv, tmp_path):
    rules = {}
    for router in ROUTERS:
        folder, config = tmp_path / router, toy.config(epochs=1)
        options = ["--router", router, *toy.as_options(config)]
        assert main(["train", "--data", str(csv), "--out", str(folder), *options]) == 0
        run = load_run(folder)
        bias_LE = torch.stack([layer.router.bias_E for layer in run.model.moe_layers])
        model = run.config.model
        rules[router] = (model.score_fn, model.n_groups, bool(bias_LE.any()), run.config.balance.method)
        trace = run.trace("卫星互联网完成首次通话测试")
        sums_T = trace.layers[0].gates_TK.sum(1)
        normalised = pytest.approx(np.full(len(sums_T), model.route_scale), abs=1e-6)
        assert (sums_T == normalised) == (router != "v2")
    assert rules == {
        "v2": ("softmax", 4, False, "seq_aux_loss"),
        "v3": ("sigmoid", 4, True, "loss_free+seq"),
        "v4": ("sqrt_softplus", 1, True, "loss_free+seq"),
    }


def test_single_settings_come_after_the_generation():
    args = build_parser().parse_args(
        ["train", "--router", "v2", "--set", "model.route_scale=16", "--balance", "none"]
    )
    config = config_of(args)
    assert (config.model.score_fn, config.model.route_scale) == ("softmax", 16)
    assert config.balance.method == "none"

"""Generations of DeepSeek's router: what transformers' modules do, and what a plain loop in float64 does."""

import random
import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch

from moe_demo.cli import main
from moe_demo.cli.parser import build_parser
from moe_demo.cli.settings import config_of
from moe_demo.config import ConfigError, ModelConfig
from moe_demo.insight.run import load_run
from moe_demo.model.batch import TokenBatch
from moe_demo.model.change import LayerChange
from moe_demo.model.moe import MoELayer, moe_reference
from moe_demo.model.router import HASH_ROWS, Router
from moe_demo.presets import preset
from moe_demo.routers import ROUTERS, with_router
from moe_demo.runs.data import text_encoder, training_vocabulary
from moe_demo.text.word_kinds import KINDS
from moe_demo.training.trainer import Trainer
from tests import toy

N_CASES = 50


def sizes(draw: random.Random, router: str) -> dict[str, int]:
    """Random sizes that this generation can have; with K / M = 2, as their V3 adds up two experts of a group."""
    grouped = router in ("v2", "v3")
    n_groups, topk_groups = draw.choice([(1, 1), (4, 2), (8, 3), (4, 4)]) if grouped else (1, 1)
    top_k = {"v2": draw.randint(2, 5), "v3": 2 * topk_groups}.get(router, draw.randint(2, 6))
    return {
        "n_groups": n_groups,
        "topk_groups": topk_groups,
        "top_k": top_k,
        "n_routed": draw.choice([16, 32]),
        "dim": draw.choice([8, 16]),
        "expert_dim": draw.choice([4, 10]),
        "n_shared": draw.randint(1, 2) if grouped else 1,
    }


def layer_of(seed: int, router: str) -> MoELayer:
    """Random sizes, weights and scale, and where there is a bias one that changes choices."""
    draw = random.Random(seed)
    torch.manual_seed(seed)
    rule = with_router(preset("deepseek"), router).model
    kept = ("score_fn", "norm_topk", "group_score", "n_hash_layers", "kind_biases")
    fixed = {name: getattr(rule, name) for name in kept}
    scale = draw.choice([1.0, 1.5, 2.5])
    config = ModelConfig(n_heads=1, router_std=0.5, route_scale=scale, **fixed, **sizes(draw, router))
    layer = MoELayer(config)
    moving = layer.router.moving_bias
    if router != "v2" and moving is not None:
        moving.copy_(torch.randn(moving.shape) * 0.3 - 0.2)
    return layer


def words_of(n: int) -> TokenBatch:
    """Some words, two n-grams each, of the kinds in turn."""
    return TokenBatch(
        word_ids_T=torch.zeros(n, dtype=torch.long),
        ngram_ids=torch.randint(5000, (2 * n,)),
        ngram_offsets_T=torch.arange(0, 2 * n, 2),
        lengths_B=torch.tensor([n]),
        kind_ids_T=torch.arange(n) % len(KINDS),
    )


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
    """Their layer 3 routes by scores, as all after the first three."""
    from transformers import DeepseekV4Config
    from transformers.models.deepseek_v4.modeling_deepseek_v4 import DeepseekV4SparseMoeBlock

    table_RE = layer.router.hash_table_RE
    sizes = {"num_hidden_layers": 4, "vocab_size": HASH_ROWS}
    config = config_like(DeepseekV4Config, layer, common | sizes)
    assert config.mlp_layer_types == ["hash_moe"] * 3 + ["moe"]
    module = DeepseekV4SparseMoeBlock(config, layer_idx=3 if table_RE is None else 0)
    if table_RE is not None:
        module.gate.tid2eid.copy_(table_RE[:, : layer.router.rule.top_k])
    return module


THEIRS = {"v2": v2_module, "v3": v3_module, "v4": v4_module, "v4-hash": v4_module, "v4.1": v4_module}


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
        if router in ("v3", "v4"):
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


@pytest.mark.parametrize("router", [router for router in ROUTERS if router != "v4.1"])
def test_same_choice_gates_and_output_as_transformers(router: str):
    """They have no V4.1; the next test takes it for V4 with another bias for every kind."""
    for seed in range(N_CASES):
        layer = layer_of(seed, router)
        theirs, x_TD = theirs_like(layer, router), torch.randn(30, layer.experts.down_EDF.shape[1])
        words = words_of(30)
        ids = (words.hash_T % HASH_ROWS,) if router == "v4-hash" else ()
        if ids:  # they add experts up in the order of the table: another last digit in float32
            layer, theirs, x_TD = layer.double(), theirs.double(), x_TD.double()
        with torch.no_grad():
            output_TD, routing = layer(x_TD, words=words)
            _, their_gates_TK, their_idx_TK = theirs.gate(x_TD, *ids)
            expected_TD = theirs(x_TD.unsqueeze(0), *ids)[0]
        idx_TK, gates_TK = by_expert(routing.topk_idx_TK, routing.gates_TK)
        their_idx_TK, their_gates_TK = by_expert(their_idx_TK, their_gates_TK)
        assert torch.equal(idx_TK, their_idx_TK), seed
        torch.testing.assert_close(gates_TK, their_gates_TK, atol=1e-6, rtol=1e-6)
        torch.testing.assert_close(output_TD, expected_TD, atol=1e-6, rtol=2e-6)


def test_v41_is_for_each_kind_of_word_their_v4_with_the_bias_of_that_kind():
    for seed in range(N_CASES):
        layer, words = layer_of(seed, "v4.1"), words_of(40)
        x_TD = torch.randn(40, layer.experts.down_EDF.shape[1])
        with torch.no_grad():
            output_TD, _ = layer(x_TD, words=words)
        theirs = theirs_like(layer, "v4.1")
        for kind, bias_E in enumerate(layer.router.kind_bias_ZE):
            of_kind_T = words.kind_ids_T == kind
            theirs.gate.e_score_correction_bias.copy_(bias_E)
            with torch.no_grad():
                expected_TD = theirs(x_TD[of_kind_T].unsqueeze(0))[0]
            torch.testing.assert_close(output_TD[of_kind_T], expected_TD, atol=1e-6, rtol=2e-6)


def loop_gates(layer: MoELayer, router: str, u: np.ndarray, words: TokenBatch, t: int) -> dict[int, float]:
    """One token's experts and gates as the papers write them, in float64."""
    rule = layer.router.rule
    logits = layer.router.weight_ED.detach().numpy() @ u
    if router == "v2":
        s = np.exp(logits) / sum(np.exp(logits))
    elif router == "v3":
        s = 1 / (1 + np.exp(-logits))
    else:
        s = np.sqrt(np.log(1 + np.exp(logits)))
    kinds_ZE = layer.router.kind_bias_ZE
    choice = s + (layer.router.bias_E if kinds_ZE is None else kinds_ZE[t % len(KINDS)]).numpy()
    size, allowed = rule.n_routed // rule.n_groups, set(range(rule.n_routed))
    if router == "v4-hash":
        allowed = set(layer.router.hash_table_RE[int(words.hash_T[t]) % HASH_ROWS][: rule.top_k].tolist())
    if router in ("v2", "v3"):
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
        words = words_of(6)
        with torch.no_grad():
            output_TD, routing = layer(x_TD, words=words)
            torch.testing.assert_close(output_TD, moe_reference(layer, x_TD, routing), atol=1e-10, rtol=1e-10)
        for t, u in enumerate(x_TD.numpy()):
            found = dict(zip(routing.topk_idx_TK[t].tolist(), routing.gates_TK[t].tolist(), strict=True))
            assert found == pytest.approx(loop_gates(layer, router, u, words, t), abs=1e-10)


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
        moved = [bool(layer.router.mean_bias_E.any()) for layer in run.model.moe_layers]
        model = run.config.model
        rules[router] = (model.score_fn, model.n_groups, moved, run.config.balance.method)
        trace = run.trace("卫星互联网完成首次通话测试")
        sums_T = trace.layers[0].gates_TK.sum(1)
        normalised = pytest.approx(np.full(len(sums_T), model.route_scale), abs=1e-6)
        assert (sums_T == normalised) == (router != "v2")
    assert rules == {
        "v2": ("softmax", 4, [False, False], "seq_aux_loss"),
        "v3": ("sigmoid", 4, [True, True], "loss_free+seq"),
        "v4": ("sqrt_softplus", 1, [True, True], "loss_free+seq"),
        "v4-hash": ("sqrt_softplus", 1, [False, True], "loss_free+seq"),
        "v4.1": ("sqrt_softplus", 1, [True, True], "loss_free+seq"),
    }


TEXTS = ("卫星互联网完成首次通话测试", "首次完成卫星互联网通话测试")


def test_in_a_hash_layer_a_word_has_its_experts_wherever_it_stands_and_others_only_weigh_them(csv, tmp_path):
    config = with_router(toy.config(epochs=1), "v4-hash")
    assert main(["train", "--data", str(csv), "--out", str(tmp_path / "run"), *toy.as_options(config)]) == 0
    run = load_run(tmp_path / "run")
    first, second = (run.trace(text) for text in TEXTS)
    table_RE = run.model.moe_layers[0].router.hash_table_RE
    for t, word in enumerate(first.tokens):
        other = second.tokens.index(word)
        experts_K = set(first.layers[0].topk_idx_TK[t].tolist())
        assert experts_K == set(second.layers[0].topk_idx_TK[other].tolist())
        assert experts_K == set(first.layers[0].hash_order_TE[t][:4].tolist())
    assert first.layers[1].hash_order_TE is None
    assert len({tuple(row) for row in first.layers[0].hash_order_TE.tolist()}) == len(first.tokens)
    assert torch.equal(table_RE, Router(8, run.config.model.routing_rule, hash_layer=0).hash_table_RE)


def test_a_word_keeps_its_experts_when_its_row_is_hidden():
    words = words_of(12)
    hidden = replace(words, word_ids_T=torch.zeros_like(words.word_ids_T))
    known = replace(words, word_ids_T=torch.arange(12))
    assert torch.equal(known.hash_T, hidden.hash_T)
    assert torch.equal(words.select(torch.tensor([0, 0])).hash_T, torch.cat([words.hash_T] * 2))


def test_the_table_gives_every_expert_as_many_rows_but_for_chance():
    layer = layer_of(3, "v4-hash")
    rule = layer.router.rule
    count_E = torch.bincount(layer.router.hash_table_RE[:, : rule.top_k].flatten().long()).double()
    share = rule.top_k / rule.n_routed
    assert layer.router.hash_table_RE.sort(1).values.eq(torch.arange(rule.n_routed)).all()
    assert (count_E - HASH_ROWS * share).abs().max() < 5 * (HASH_ROWS * share * (1 - share)) ** 0.5


def test_in_a_hash_layer_the_next_of_the_row_takes_the_place_of_one_that_is_off():
    layer, words = layer_of(5, "v4-hash"), words_of(8)
    rule, x_TD = layer.router.rule, torch.randn(8, layer.experts.down_EDF.shape[1])
    order_TE = layer.router(x_TD, words=words).hash_order_TE
    off_E = torch.zeros(rule.n_routed, dtype=torch.bool)
    off_E[order_TE[0, 0]] = True
    forced_TE = torch.zeros(8, rule.n_routed, dtype=torch.bool)
    forced_TE[0, order_TE[0, -1]] = True
    without = layer.router(x_TD, LayerChange(off=off_E), words).topk_idx_TK[0]
    forced = layer.router(x_TD, LayerChange(forced_TE=forced_TE), words).topk_idx_TK[0]
    fewer = layer.router(x_TD, LayerChange(rule=replace(rule, top_k=1)), words).topk_idx_TK
    assert set(without.tolist()) == set(order_TE[0, 1 : rule.top_k + 1].tolist())
    assert set(forced.tolist()) == {int(order_TE[0, -1]), *order_TE[0, : rule.top_k - 1].tolist()}
    assert torch.equal(fewer, order_TE[:, :1])


def test_each_kind_of_word_moves_its_own_biases_towards_an_even_load_of_that_kind():
    config = with_router(toy.config(), "v4.1")
    split = toy.split()
    encoder = text_encoder(config, training_vocabulary(config, split.train))
    trainer = Trainer(config, split.train, split.held_out, encoder)
    result = trainer.forward_backward()
    before = [layer.router.kind_bias_ZE.clone() for layer in trainer.model.moe_layers]
    trainer.update(result)
    kinds = result.batch.kind_ids_T.tolist()
    for layer, before_ZE in enumerate(before):
        chosen = result.output.routings[layer].topk_idx_TK.tolist()
        for kind in range(len(KINDS)):
            load_E = np.zeros(config.model.n_routed)
            for word_kind, experts in zip(kinds, chosen, strict=True):
                load_E[experts] += word_kind == kind
            moved_E = trainer.model.moe_layers[layer].router.kind_bias_ZE[kind] - before_ZE[kind]
            step_E = config.balance.bias_rate * np.sign(load_E.mean() - load_E)
            np.testing.assert_allclose(moved_E.numpy(), step_E, atol=1e-7)


def test_a_hash_layer_cannot_stand_among_groups_and_there_are_no_more_than_layers():
    with pytest.raises(ConfigError, match="n_groups"):
        ModelConfig(n_hash_layers=1)
    with pytest.raises(ConfigError, match="n_hash_layers"):
        ModelConfig(n_hash_layers=3, n_groups=1, topk_groups=1)


def test_single_settings_come_after_the_generation():
    args = build_parser().parse_args(
        ["train", "--router", "v2", "--set", "model.route_scale=16", "--balance", "none"]
    )
    config = config_of(args)
    assert (config.model.score_fn, config.model.route_scale) == ("softmax", 16)
    assert config.balance.method == "none"

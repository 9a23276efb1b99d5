"""A run's own traffic: within its limit, told word by word, and what another limit does to it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from moe_demo import load_run
from moe_demo.insight.assignments import assignments
from moe_demo.insight.node_traffic import Limited, frame, limits, nodes_for, sentence_traffic
from moe_demo.insight.switches import Switches
from moe_demo.insight.whatif import Headlines, whatif
from moe_demo.model.router import route

TEXT = "苹果公司发布了最新的iPhone 15"


@pytest.fixture(scope="module")
def found() -> tuple[Limited, ...]:
    run = load_run("deepseek")
    return limits(run, Headlines.held_out(run))


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_the_copies_of_a_sentence_carry_each_chosen_expert_once(limit: int):
    trace = whatif(load_run("deepseek"), TEXT, Switches(topk_groups=limit)).after
    sent = sentence_traffic(trace, 4)
    for layer, counted in zip(trace.layers, sent.layers, strict=True):
        copies = [copy for copy in sent.copies if copy.layer == layer.layer]
        assert len({(copy.token, copy.node) for copy in copies}) == len(copies) == counted.copies_per_node
        for token, chosen in enumerate(layer.topk_idx_TK.tolist()):
            own = [copy for copy in copies if copy.token == token]
            assert sorted(e for copy in own for e in copy.experts) == sorted(chosen)
            assert len(own) <= limit
            assert all(e // 4 == copy.node for copy in own for e in copy.experts)


def test_no_word_reaches_more_nodes_than_the_limit(found: tuple[Limited, ...]):
    assert [one.limit for one in found] == [1, 2, 3, 4]
    for one in found:
        for sent in one.layers:
            assert sent.tokens_by_nodes_X[one.limit + 1 :].sum() == 0
            assert sent.tokens_by_nodes_X.sum() == sent.n_tokens
            assert sent.copies_per_node <= one.limit * sent.n_tokens


def test_the_trained_limit_is_that_of_the_model_as_it_is(found: tuple[Limited, ...]):
    run = load_run("deepseek")
    (trained,) = [one for one in found if one.trained]
    assert trained.limit == run.config.model.topk_groups == 2
    assert trained.effect.difference == 0
    own = assignments(run, Headlines.held_out(run)).experts_LTK
    assert [sent.assignments_G.tolist() for sent in trained.layers] == [
        np.bincount(experts_TK.ravel() // 4, minlength=4).tolist() for experts_TK in own
    ]


def test_keeping_all_groups_is_the_router_without_groups():
    run = load_run("deepseek")
    rule = run.config.model.routing_rule
    logits_TE = torch.randn(300, 16, generator=torch.Generator().manual_seed(0))
    bias_E = run.model.moe_layers[0].router.bias_E
    kept = route(logits_TE, bias_E, replace(rule, topk_groups=4)).topk_idx_TK
    without = route(logits_TE, bias_E, replace(rule, n_groups=1, topk_groups=1)).topk_idx_TK
    assert kept.tolist() == without.tolist()


def test_a_limit_saves_copies_between_nodes(found: tuple[Limited, ...]):
    rows = frame(found)
    for _, layer in rows.groupby("layer"):
        assert layer.saved.is_monotonic_decreasing
        assert layer.saved.iloc[-1] == 0
        assert (layer.copies_per_expert == layer.copies_per_expert.iloc[0]).all()
    assert rows.nodes_by_chance.iloc[-1] == pytest.approx(2.91, abs=0.005)


def test_experts_without_groups_are_laid_on_nodes_without_a_limit():
    run = load_run("document")
    headlines = Headlines.held_out(run, 20)
    (alone,) = limits(run, headlines)
    assert (alone.limit, alone.trained) == (3, True)
    assert alone.layers[0].copies_per_node == alone.layers[0].n_tokens  # K = 1
    assert nodes_for(replace(run.config.model, n_routed=8)) == 4

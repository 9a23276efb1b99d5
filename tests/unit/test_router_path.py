"""Why these experts: the record of one token's routing, against hand-worked numbers and laws."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from moe_demo.config import RoutingRule
from moe_demo.insight.router_path import RouterPath, logit_limit, path_change, rerouted_tokens, router_path
from moe_demo.insight.trace import LayerTrace
from moe_demo.model.router import route

# Golden vector A of the reference: 12 experts, 4 groups of 3, keep 2, 4 chosen, gates scaled by 2.5.
SCORES_A = [0.90, 0.10, 0.05, 0.60, 0.58, 0.02, 0.55, 0.54, 0.53, 0.30, 0.29, 0.28]
RULE_A = RoutingRule(n_routed=12, top_k=4, n_groups=4, topk_groups=2, route_scale=2.5)


def layer_of(logits_TE: torch.Tensor, bias_E: torch.Tensor, rule: RoutingRule) -> LayerTrace:
    """The record of a layer that was given these logits; what experts say does not matter here."""
    routing, n_tokens = route(logits_TE, bias_E, rule), len(logits_TE)
    empty = np.zeros((n_tokens, 1))
    return LayerTrace(
        layer=0,
        input_TD=empty,
        bias_E=bias_E.numpy(),
        expert_out_TKD=np.zeros((n_tokens, rule.top_k, 1)),
        shared_out_TSD=np.zeros((n_tokens, 0, 1)),
        output_TD=empty,
        mixed_TD=empty,
        attention_HTT=np.ones((1, n_tokens, n_tokens)) / n_tokens,
        block_output_TD=empty,
        **{name: None if value is None else value.numpy() for name, value in vars(routing).items()},
    )


def golden(bias: dict[int, float] | None = None, rule: RoutingRule = RULE_A) -> RouterPath:
    scores_TE = torch.tensor([SCORES_A], dtype=torch.float64)
    bias_E = torch.zeros(12, dtype=torch.float64)
    for expert, value in (bias or {}).items():
        bias_E[expert] = value
    return router_path(layer_of(scores_TE.logit(), bias_E, rule), 0, rule)


def test_golden_vector_a_step_by_step():
    path = golden()
    assert [group.score for group in path.groups] == pytest.approx([1.00, 1.18, 1.09, 0.59])
    assert [group.kept for group in path.groups] == [False, True, True, False]
    assert [group.counted for group in path.groups] == [(0, 1), (3, 4), (6, 7), (9, 10)]
    assert path.order == (3, 4, 6, 7, 8, 5)
    assert path.chosen == (3, 4, 6, 7)
    assert path.next_in_line == 8
    assert path.cut == pytest.approx(0.54)
    assert path.margin == pytest.approx(0.54 - 0.53)
    gates = [path.experts[e].gate for e in path.chosen]
    assert gates == pytest.approx([0.660793, 0.638767, 0.605727, 0.594714], abs=1e-6)
    assert path.score_sum == pytest.approx(0.60 + 0.58 + 0.55 + 0.54)


def test_the_best_expert_of_a_left_out_group_has_no_choice_score():
    best = golden().experts[0]
    assert best.score == pytest.approx(0.90)
    assert (best.choice, best.rank, best.chosen, best.gate) == (None, None, False, 0.0)


def test_golden_vector_a_prime_bias_moves_group_scores_but_no_gate():
    trained, now = golden(), golden({0: -0.50, 6: 0.05})
    assert [group.score for group in now.groups] == pytest.approx([0.50, 1.18, 1.14, 0.59])
    assert set(now.chosen) == set(trained.chosen)
    assert [now.experts[e].gate for e in range(12)] == [trained.experts[e].gate for e in range(12)]
    change = path_change(now, trained)
    assert (change.entered, change.left, change.reweighted) == ((), (), ())


def test_a_raised_bias_lets_an_expert_in_and_its_gate_still_comes_from_the_score():
    trained, now = golden(), golden({8: 0.05})
    change = path_change(now, trained)
    assert (change.entered, change.left, change.reweighted) == ((8,), (7,), (3, 4, 6))
    assert [change.fate(e) for e in (8, 7, 3, 0)] == ["entered", "left", "reweighted", "same"]
    assert now.experts[8].biased == pytest.approx(0.58)
    assert now.experts[8].gate == pytest.approx(2.5 * 0.53 / (0.60 + 0.58 + 0.55 + 0.53))


def test_without_groups_everyone_may_be_chosen():
    path = golden(rule=replace(RULE_A, n_groups=1, topk_groups=1))
    assert path.groups == ()
    assert path.chosen == (0, 3, 4, 6)
    assert len(path.order) == 12
    assert all(step.group_kept and step.choice is not None for step in path.experts)


def test_with_everyone_chosen_there_is_no_margin():
    rule = RoutingRule(n_routed=3, top_k=3, score_fn="softmax", norm_topk=False)
    layer = layer_of(torch.tensor([[1.0, 2.0, -1.0]]), torch.zeros(3), rule)
    path = router_path(layer, 0, rule)
    assert (path.margin, path.next_in_line) == (None, None)
    assert logit_limit(layer) == 2.0


def test_one_chosen_expert_speaks_with_its_score():
    rule = RoutingRule(n_routed=3, top_k=1, score_fn="softmax")
    path = router_path(layer_of(torch.tensor([[1.0, 2.0, -1.0]]), torch.zeros(3), rule), 0, rule)
    assert not path.normalised
    assert path.experts[1].gate == path.experts[1].score == path.gate_sum


@pytest.fixture
def random_layer() -> Callable[[RoutingRule], LayerTrace]:
    generator = torch.Generator().manual_seed(5)

    def build(rule: RoutingRule) -> LayerTrace:
        logits_TE = torch.randn(20, rule.n_routed, generator=generator, dtype=torch.float64)
        bias_E = 0.5 * torch.randn(rule.n_routed, generator=generator, dtype=torch.float64)
        return layer_of(logits_TE, bias_E, rule)

    return build


@pytest.mark.parametrize("top_k", [1, 2, 4, 8])
@pytest.mark.parametrize("n_groups", [1, 4])
def test_laws_of_every_path(random_layer: Callable[[RoutingRule], LayerTrace], top_k: int, n_groups: int):
    topk_groups = min(n_groups, 2)
    rule = RoutingRule(n_routed=16, top_k=top_k, n_groups=n_groups, topk_groups=topk_groups, route_scale=2.5)
    layer = random_layer(rule)
    for token in range(20):
        path = router_path(layer, token, rule)
        assert path.margin is None or path.margin >= 0
        assert path.gate_sum == pytest.approx(2.5 * (1 if path.normalised else path.score_sum))
        choices = [path.experts[e].choice for e in path.order]
        assert choices == sorted(choices, reverse=True)
        assert path.cut == choices[top_k - 1]
        for step in path.experts:
            assert step.chosen == (step.expert in path.chosen) == (step.gate > 0)
            assert step.choice is None or step.choice == step.biased == step.score + step.bias
            assert (step.choice is None) == (not step.group_kept)
        for group in path.groups:
            assert group.score == pytest.approx(sum(path.experts[e].biased for e in group.counted))


def test_only_words_with_other_experts_count_as_rerouted():
    rule = RoutingRule(n_routed=3, top_k=1, score_fn="softmax")
    logits_TE = torch.tensor([[1.0, 0.9, 0.0], [3.0, 0.0, 0.0]])
    trained = layer_of(logits_TE, torch.zeros(3), rule)
    pushed = layer_of(logits_TE, torch.tensor([0.0, 0.2, 0.0]), rule)
    assert rerouted_tokens(pushed, trained) == (0,)
    assert rerouted_tokens(trained, trained) == ()


def test_a_rule_of_another_k_is_not_believed(random_layer: Callable[[RoutingRule], LayerTrace]):
    rule = RoutingRule(n_routed=16, top_k=4)
    with pytest.raises(AssertionError, match="4 choices"):
        router_path(random_layer(rule), 0, replace(rule, top_k=5))

"""Pairs of experts, and what an expert tells: laws, worked examples, and nothing where there is nothing."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from moe_demo import load_run
from moe_demo.insight.assignments import MAX_HEADLINES, Assignments, assignments
from moe_demo.insight.coactivation import coactivation, pair_weights
from moe_demo.insight.information import entropy, information
from moe_demo.insight.whatif import Headlines
from moe_demo.model.router import route


@pytest.fixture(scope="module")
def found() -> Assignments:
    run = load_run("deepseek")
    return assignments(run, Headlines.held_out(run, MAX_HEADLINES))


def random_choices(found: Assignments) -> Assignments:
    """The same words under a router that draws its affinities, by the same rule."""
    rule = load_run("deepseek").config.model.routing_rule
    logits_TE = torch.from_numpy(np.random.default_rng(7).standard_normal((found.n_tokens, rule.n_routed)))
    chosen_TK = route(logits_TE, torch.zeros(rule.n_routed), rule).topk_idx_TK.numpy()
    return replace(found, experts_LTK=chosen_TK[None])


def test_pairs_add_up_to_all_words_and_so_does_chance(found: Assignments):
    rule = load_run("deepseek").config.model.routing_rule
    for layer in range(found.n_layers):
        pairs = coactivation(found, layer, rule)
        assert pairs is not None
        n_pairs = found.n_tokens * found.top_k * (found.top_k - 1)  # each counted from both sides
        assert pairs.together_EE.sum() == n_pairs
        assert pairs.expected_EE.sum() == pytest.approx(n_pairs)
        np.testing.assert_array_equal(pairs.together_EE, pairs.together_EE.T)
        assert np.isnan(np.diag(pairs.lift_EE)).all()


def test_a_pair_is_counted_as_one_counts_it_by_hand(found: Assignments):
    pairs = coactivation(found, 1, load_run("deepseek").config.model.routing_rule)
    assert pairs is not None
    by_hand = sum(5 in row and 14 in row for row in found.experts_LTK[1].tolist())
    assert pairs.together_EE[5, 14] == by_hand


def test_a_router_that_draws_has_no_pairs_to_speak_of_though_groups_bring_experts_together(
    found: Assignments,
):
    rule = load_run("deepseek").config.model.routing_rule
    pairs = coactivation(random_choices(found), 0, rule)
    assert pairs is not None
    off_diagonal = ~np.eye(rule.n_routed, dtype=bool)
    assert np.abs(pairs.lift_EE[off_diagonal] - 1).max() < 0.2
    assert pairs.clear_EE[off_diagonal].mean() < 0.12
    without_groups = coactivation(random_choices(found), 0, replace(rule, n_groups=1, topk_groups=1))
    assert without_groups is not None
    assert without_groups.lift_EE[0, 1] > 1.5, "a chance that knew of no groups would call any group a pair"


def test_without_groups_all_pairs_are_equal_and_in_groups_the_weights_average_to_one():
    rule = load_run("deepseek").config.model.routing_rule
    weights_EE = pair_weights(rule)
    assert weights_EE[0, 1] > 1 > weights_EE[0, 15]
    assert weights_EE[~np.eye(16, dtype=bool)].mean() == pytest.approx(1, abs=1e-6)
    assert (pair_weights(replace(rule, n_groups=1, topk_groups=1)) == 1).all()


def test_a_model_of_one_expert_a_word_has_no_pairs():
    run = load_run("document")
    found = assignments(run, Headlines.held_out(run, MAX_HEADLINES))
    assert coactivation(found, 0, run.config.model.routing_rule) is None


def test_information_is_zero_on_average_where_label_and_expert_have_nothing_to_do_with_each_other():
    random = np.random.default_rng(3)
    said = [
        information(random.poisson(0.6, (100, 16)), random.integers(0, 3, 100), 3, n_shuffles=50)
        for _ in range(40)
    ]
    assert np.mean([one.raw for one in said]) > 0.01, "counted on a sample it is too large"
    assert abs(np.mean([one.corrected for one in said])) < 0.002


def test_information_of_shuffled_labels_lies_below_luck_95_times_of_100():
    random = np.random.default_rng(4)
    load_BE = random.poisson(0.6, (100, 8)) * random.integers(1, 4, (100, 1))
    below = [
        (said := information(load_BE, random.permutation(np.arange(100) % 3), 3, n_shuffles=100)).corrected
        < said.luck
        for _ in range(100)
    ]
    assert 0.87 <= np.mean(below) <= 1


def test_an_expert_for_each_class_tells_all_there_is_to_know():
    labels_B = np.repeat([0, 1], 200)
    load_BE = np.eye(2, dtype=int)[labels_B] * 4
    said = information(load_BE, labels_B, 2)
    assert said.raw == pytest.approx(1)
    assert said.at_most == pytest.approx(1)
    assert said.share == pytest.approx(1, abs=0.01)


def test_words_that_share_their_headline_need_more_taken_off_than_millers_formula_does(found: Assignments):
    from moe_demo.insight.comparison import information_bias

    load_BE, labels_B = found.by_headline(0), found.label_ids_B
    said = information(load_BE, labels_B, 3)
    assert said.bias > information_bias(load_BE.T @ np.eye(3, dtype=int)[labels_B])


def test_entropy_worked_by_hand():
    assert entropy(np.array([1, 1, 2])) == pytest.approx(1.5)
    assert entropy(np.array([5, 0])) == 0

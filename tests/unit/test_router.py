"""The router, step by step: golden vectors worked out by hand, and laws that hold for any weights."""

import math
from dataclasses import replace

import pytest
import torch

from moe_demo.config import RoutingRule
from moe_demo.model.balance import updated_bias
from moe_demo.model.change import LayerChange
from moe_demo.model.router import (
    Router,
    affinity,
    best_one_by_one,
    choose,
    gate_values,
    route,
    score_groups,
    sum_of_two_best,
)

SCORES_E = torch.tensor([0.90, 0.10, 0.05, 0.60, 0.58, 0.02, 0.55, 0.54, 0.53, 0.30, 0.29, 0.28])
GROUPED = RoutingRule(n_routed=12, top_k=4, n_groups=4, topk_groups=2, route_scale=2.5)
NO_BIAS = torch.zeros(12)


def routed(rule: RoutingRule = GROUPED, bias_E: torch.Tensor = NO_BIAS):
    """One token whose affinities are SCORES_E."""
    return route(torch.logit(SCORES_E)[None], bias_E, rule)


def gate_of(routing) -> dict[int, float]:
    return dict(zip(routing.topk_idx_TK[0].tolist(), routing.gates_TK[0].tolist(), strict=True))


def test_groups_are_scored_by_their_best_two_and_the_best_groups_kept():
    """Sums 1.00, 1.18, 1.09, .59: groups 1 and 2 stay, so expert 0, the best of all, is left out."""
    routing = routed()
    torch.testing.assert_close(routing.group_scores_TG, torch.tensor([[1.00, 1.18, 1.09, 0.59]]))
    assert sorted(routing.kept_groups_TM[0].tolist()) == [1, 2]
    expected = {3: 0.660793, 4: 0.638767, 6: 0.605727, 7: 0.594714}
    assert gate_of(routing) == pytest.approx(expected, abs=1e-6)


def test_groups_scored_by_their_best_one_as_in_v2():
    assert set(gate_of(routed(replace(GROUPED, group_score="max")))) == {0, 1, 3, 4}


def test_without_groups_the_best_four_win():
    assert set(gate_of(routed(replace(GROUPED, n_groups=1, topk_groups=1)))) == {0, 3, 4, 6}


def test_left_out_groups_stay_out_when_every_choice_score_is_negative():
    """With 0 in place of -inf only experts of the left-out groups would be chosen."""
    routing = routed(bias_E=-torch.ones(12))
    assert gate_of(routing) == pytest.approx(gate_of(routed()))
    assert torch.isneginf(routing.choice_TE[0, [0, 1, 2, 9, 10, 11]]).all()


def test_bias_changes_ranks_but_no_gate():
    """b_0 = -.50 and b_6 = +.05: group scores .50, 1.18, 1.14, .59; the same set with the same gates."""
    bias_E = NO_BIAS.clone()
    bias_E[0], bias_E[6] = -0.50, 0.05
    routing = routed(bias_E=bias_E)
    torch.testing.assert_close(routing.group_scores_TG, torch.tensor([[0.50, 1.18, 1.14, 0.59]]))
    assert gate_of(routing) == pytest.approx(gate_of(routed()))


def test_bias_changes_the_choice_and_gates_still_come_from_scores():
    rule = RoutingRule(n_routed=3, top_k=2)
    routing = route(torch.logit(torch.tensor([[0.8, 0.6, 0.2]])), torch.tensor([0.0, -0.5, 0.0]), rule)
    assert gate_of(routing) == pytest.approx({0: 0.8, 2: 0.2})


def test_a_bias_common_to_all_experts_changes_nothing():
    assert gate_of(routed(bias_E=NO_BIAS + 7)) == pytest.approx(gate_of(routed()))


def test_every_token_has_k_distinct_experts_in_at_most_m_groups():
    torch.manual_seed(0)
    routing = route(torch.randn(200, 12), torch.randn(12), GROUPED)
    for row in routing.topk_idx_TK.tolist():
        assert len(set(row)) == 4
        assert len({expert // 3 for expert in row}) <= 2


def test_softmax_scores_sum_to_one_and_sigmoid_scores_stand_alone():
    logits_TE = torch.tensor([[0.0, math.log(2.0), math.log(5.0)]])
    torch.testing.assert_close(affinity(logits_TE, "softmax"), torch.tensor([[1 / 8, 2 / 8, 5 / 8]]))
    torch.testing.assert_close(affinity(logits_TE, "sigmoid"), torch.tensor([[1 / 2, 2 / 3, 5 / 6]]))


def test_temperature_divides_the_logits():
    logits_TE = torch.randn(5, 4)
    torch.testing.assert_close(affinity(logits_TE, "softmax", 4.0), (logits_TE / 4).softmax(-1))


def test_group_score_counts_k_over_m_experts():
    rule = RoutingRule(n_routed=8, top_k=6, n_groups=2, topk_groups=2)
    scores_TE = torch.tensor([[4.0, 3.0, 2.0, 1.0, 8.0, 0.0, 0.0, 0.0]])
    assert score_groups(scores_TE, rule).tolist() == [[9.0, 8.0]]


@pytest.mark.parametrize("group_size", [2, 3, 4, 8])
def test_the_two_best_of_a_group_are_those_of_a_partial_sort(group_size: int):
    """Bit for bit, with ties, and where experts or whole groups are left out at -inf."""
    x_TGe = torch.randn(200, 4, group_size).round(decimals=1)
    x_TGe[torch.rand(x_TGe.shape) < 0.1] = -math.inf
    x_TGe[:5, 0] = -math.inf
    assert torch.equal(sum_of_two_best(x_TGe), x_TGe.topk(2, dim=-1).values.sum(-1))


def test_choose_lists_the_best_first():
    assert choose(torch.tensor([[0.2, 0.9, -math.inf, 0.5]]), 3).tolist() == [[1, 3, 0]]


def test_one_chosen_expert_keeps_its_score_as_gate_and_the_task_reaches_the_router():
    """Normalised, a single gate would always be 1 and have no gradient."""
    rule = RoutingRule(n_routed=3, top_k=1, score_fn="softmax", norm_topk=True)
    logits_TE = torch.tensor([[2.0, 0.0, 0.0]], requires_grad=True)
    routing = route(logits_TE, torch.zeros(3), rule)
    torch.testing.assert_close(routing.gates_TK[0, 0], logits_TE.softmax(-1)[0, 0])
    routing.gates_TK.sum().backward()
    assert logits_TE.grad.abs().min() > 0


def test_gradient_of_normalised_gates():
    """dg_i/ds_j = (delta_ij - g_i) / S for chosen i, j; experts not chosen get none."""
    scores_TE = torch.tensor([[0.6, 0.3, 0.1, 0.5]], requires_grad=True)
    idx_TK = torch.tensor([[0, 3]])
    gates_TK = gate_values(scores_TE, idx_TK, RoutingRule(n_routed=4, top_k=2))
    (grad_TE,) = torch.autograd.grad(gates_TK[0, 0], scores_TE)
    gate, total = 0.6 / 1.1, 1.1
    torch.testing.assert_close(grad_TE, torch.tensor([[(1 - gate) / total, 0.0, 0.0, -gate / total]]))


def test_router_works_in_float32_under_autocast_and_in_bfloat16():
    router, x_TD = Router(8, GROUPED), torch.randn(5, 8)
    expected_TE = router.logits(x_TD)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(router.logits(x_TD), expected_TE)
    assert router.bfloat16().logits(x_TD.bfloat16()).dtype == torch.float32


def test_bias_is_a_float32_buffer_that_is_saved_and_not_trained():
    router = Router(8, GROUPED)
    router.bias_E.fill_(0.001)
    assert "bias_E" in router.state_dict()
    assert "bias_E" not in dict(router.named_parameters())
    router.bfloat16()
    assert router.bias_E.dtype == torch.float32
    assert router.bias_E.tolist() == pytest.approx([0.001] * 12, rel=1e-6)


def test_a_bias_made_under_a_bfloat16_default_still_moves():
    """In bfloat16, 1 - 0.001 rounds back to 1."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        router = Router(8, GROUPED)
    finally:
        torch.set_default_dtype(before)
    router.bias_E.fill_(1.0)
    moved_E = updated_bias(router.bias_E, torch.arange(12), 0.001)
    assert moved_E.dtype == torch.float32
    assert (moved_E != 1).sum() == 12


@pytest.mark.parametrize(("n_routed", "top_k"), [(64, 2), (128, 4), (96, 1), (40, 8)])
def test_an_expert_that_must_not_be_chosen_never_makes_another_one_count_twice(n_routed, top_k):
    """All but K - 1 experts have a bias of -inf, so that one of them has to be taken after all."""
    bias_E = torch.full((n_routed,), -math.inf)
    bias_E[: top_k - 1] = 0.0
    routing = route(torch.randn(20, n_routed), bias_E, RoutingRule(n_routed=n_routed, top_k=top_k))
    for row in routing.topk_idx_TK.tolist():
        assert len(set(row)) == top_k
        assert set(range(top_k - 1)) <= set(row)


def test_a_change_holds_for_one_call_only():
    router, x_TD = Router(8, GROUPED), torch.randn(5, 8)
    before = router(x_TD)
    changed = router(x_TD, LayerChange(rule=replace(GROUPED, top_k=2), bias_E=torch.ones(12)))
    assert changed.topk_idx_TK.shape == (5, 2)
    assert torch.equal(router(x_TD).topk_idx_TK, before.topk_idx_TK)
    assert router.bias_E.abs().max() == 0


@pytest.mark.parametrize(("n_routed", "top_k"), [(3, 1), (12, 12), (128, 4), (256, 8)])
def test_the_best_one_by_one_are_the_top_k(n_routed, top_k):
    choice_TE = torch.randn(50, n_routed)
    choice_TE[:, : (n_routed - top_k) // 2] = -math.inf
    before_TE = choice_TE.clone()
    expected_TK = choice_TE.topk(top_k, dim=-1).indices
    assert torch.equal(best_one_by_one(choice_TE, top_k), expected_TK)
    assert torch.equal(choose(choice_TE, top_k), expected_TK)
    assert torch.equal(choice_TE, before_TE)

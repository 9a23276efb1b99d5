"""Balance: worked examples of every loss, and the laws of the bias update."""

from functools import partial

import pytest
import torch

from moe_demo.config import BalanceConfig, RoutingRule
from moe_demo.model.balance import (
    SharedBatch,
    affinity_share,
    balance_loss,
    communication_balance_loss,
    device_balance_loss,
    expert_balance_loss,
    expert_load,
    max_vio,
    relative_load,
    sequence_balance_loss,
    updated_bias,
)
from moe_demo.model.router import route

RULE = RoutingRule(n_routed=4, top_k=2)
SCORES_TE = torch.tensor(
    [[0.9, 0.6, 0.3, 0.2], [0.8, 0.7, 0.1, 0.4], [0.2, 0.9, 0.5, 0.4], [0.7, 0.6, 0.5, 0.2]]
)
ROUTING = route(torch.logit(SCORES_TE), torch.zeros(4), RULE)
ONE_SEQUENCE = torch.zeros(4, dtype=torch.long)


def test_load_share_and_loss_of_the_worked_example():
    load_E = expert_load(ROUTING.topk_idx_TK, 4)
    assert load_E.tolist() == [3, 4, 1, 0]
    assert relative_load(ROUTING.topk_idx_TK, 4).tolist() == [1.5, 2.0, 0.5, 0.0]
    torch.testing.assert_close(affinity_share(SCORES_TE).mean(0), torch.tensor([0.325, 0.35, 0.175, 0.15]))
    assert float(expert_balance_loss(ROUTING)) == pytest.approx(1.275)
    assert max_vio(load_E) == pytest.approx(1.0)


def test_bias_after_one_update_of_the_worked_example():
    bias_E = updated_bias(torch.zeros(4), expert_load(ROUTING.topk_idx_TK, 4), 0.001)
    assert bias_E.tolist() == pytest.approx([-0.001, -0.001, 0.001, 0.001])


def test_bias_of_an_expert_at_the_mean_stays_and_the_mean_drifts():
    """One hot expert of four, three updates: -.003, .003, .003, .003."""
    bias_E = torch.zeros(4)
    for _ in range(3):
        bias_E = updated_bias(bias_E, torch.tensor([5, 1, 1, 1]), 0.001)
    assert bias_E.tolist() == pytest.approx([-0.003, 0.003, 0.003, 0.003])
    assert updated_bias(torch.zeros(3), torch.tensor([2, 1, 3]), 0.1).tolist() == pytest.approx(
        [0, 0.1, -0.1]
    )


def test_even_routing_costs_exactly_alpha():
    idx_TK = torch.tensor([[0, 1], [2, 3]])
    routing = route(torch.zeros(2, 4), torch.zeros(4), RULE)
    even = type(routing)(**{**vars(routing), "topk_idx_TK": idx_TK})
    config = BalanceConfig(method="aux_loss", alpha=0.01)
    assert float(balance_loss(even, torch.tensor([0, 1]), 2, config, RULE)) == pytest.approx(0.01)
    assert max_vio(expert_load(idx_TK, 4)) == 0


def test_collapse_has_a_max_vio_of_e_over_k_minus_one():
    assert max_vio(expert_load(torch.tensor([[0, 1]] * 10), 8)) == pytest.approx(8 / 2 - 1)


def test_sequence_loss_is_the_mean_over_headlines_of_their_own_sums():
    """Headlines of 3 and 1 tokens: each judged by itself, then averaged; pooling would give 1.275."""
    sequence_T = torch.tensor([0, 0, 0, 1])
    alone = []
    for rows in (SCORES_TE[:3], SCORES_TE[3:]):
        share_TE = rows / rows.sum(-1, keepdim=True)
        chosen_TE = torch.zeros_like(rows).scatter_(1, rows.topk(2).indices, 1.0)
        alone.append(float((chosen_TE.mean(0) * 4 / 2 * share_TE.mean(0)).sum()))
    loss = float(sequence_balance_loss(ROUTING, sequence_T, 2))
    assert loss == pytest.approx(sum(alone) / 2)
    assert loss != pytest.approx(1.275, abs=1e-3)


def test_sequence_loss_counts_the_unbiased_top_k():
    """A bias that sends every token to experts 2 and 3 changes the load but not f of Eq. 18."""
    biased = route(torch.logit(SCORES_TE), torch.tensor([0.0, 0.0, 5.0, 5.0]), RULE)
    assert expert_load(biased.topk_idx_TK, 4).tolist() == [0, 0, 4, 4]
    assert float(sequence_balance_loss(biased, ONE_SEQUENCE, 1)) == pytest.approx(1.275)


def test_device_loss_of_the_worked_example():
    """Devices {0, 1} and {2, 3}: f' = 1.75 and .25, P' = .675 and .325."""
    assert float(device_balance_loss(ROUTING, 2)) == pytest.approx(1.75 * 0.675 + 0.25 * 0.325)


def test_communication_loss_of_the_worked_example():
    """Experts {0, 1} | {2, 3} and choices {0,1} {0,1} {1,2} {0,1}: 4 copies and 1, of M T = 8; P'' = .675 and .325."""
    assert ROUTING.topk_idx_TK.sort(1).values.tolist() == [[0, 1], [0, 1], [1, 2], [0, 1]]
    found = float(communication_balance_loss(ROUTING, n_groups=2, topk_groups=2))
    assert found == pytest.approx(2 / 8 * 4 * 0.675 + 2 / 8 * 1 * 0.325)


@pytest.mark.parametrize("seed", range(5))
def test_communication_loss_is_the_papers_formula(seed: int):
    """DeepSeek-V2 Eq. 29-31 as loops: f'' = D / (M T) sum of 1(token sent to device), P'' = sum of P on the device."""
    generator = torch.Generator().manual_seed(seed)
    rule = RoutingRule(n_routed=16, top_k=4, n_groups=4, topk_groups=3, score_fn="softmax", norm_topk=False)
    routing = route(torch.randn(30, 16, generator=generator), torch.zeros(16), rule)
    expected = 0.0
    for device in range(4):
        own = range(4 * device, 4 * device + 4)
        sent = sum(any(int(e) in own for e in row) for row in routing.topk_idx_TK)
        f = 4 / (3 * 30) * sent
        expected += f * sum(float(routing.scores_TE[:, e].mean()) for e in own)
    assert float(communication_balance_loss(routing, 4, 3)) == pytest.approx(expected, abs=1e-5)


def test_communication_that_is_even_and_uses_the_whole_limit_costs_one():
    routing = route(torch.zeros(2, 4), torch.zeros(4), RULE)
    even = type(routing)(**{**vars(routing), "topk_idx_TK": torch.tensor([[0, 2], [1, 3]])})
    assert float(communication_balance_loss(even, 2, 2)) == pytest.approx(1)
    config = BalanceConfig(method="none", communication_alpha=0.02)
    rule = RoutingRule(n_routed=4, top_k=2, n_groups=2, topk_groups=2)
    assert float(balance_loss(even, torch.tensor([0, 1]), 2, config, rule)) == pytest.approx(0.02)


def test_pressure_flows_through_affinities_only_and_lowers_the_busy_expert():
    logits_TE = torch.logit(SCORES_TE).requires_grad_()
    expert_balance_loss(route(logits_TE, torch.zeros(4), RULE)).backward()
    assert logits_TE.grad[:, 1].min() > 0  # a step against the gradient lowers it
    assert logits_TE.grad[:, 3].max() < 0


@pytest.mark.parametrize(
    ("method", "loss", "step"),
    [
        ("none", 0.0, 0.0),
        ("aux_loss", 0.5 * 1.275, 0.0),
        ("seq_aux_loss", 0.25 * 1.275, 0.0),
        ("loss_free", 0.0, 0.1),
        ("loss_free+seq", 0.25 * 1.275, 0.1),
    ],
)
def test_what_each_method_adds(method, loss, step):
    config = BalanceConfig(method=method, alpha=0.5, seq_alpha=0.25, bias_rate=0.1)
    assert float(balance_loss(ROUTING, ONE_SEQUENCE, 1, config, RULE)) == pytest.approx(loss)
    assert config.bias_step == step


@pytest.mark.parametrize("n_sequences", [0, 1])
def test_no_tokens_cost_nothing_and_move_no_weight(n_sequences):
    """A batch may be empty after its blank headlines are gone; NaN would be in every weight from then on."""
    logits_TE = torch.zeros(0, 4, requires_grad=True)
    routing = route(logits_TE, torch.zeros(4), RULE)
    no_sequence_T = torch.zeros(0, dtype=torch.long)
    assert relative_load(routing.topk_idx_TK, 4).tolist() == [0, 0, 0, 0]
    losses = [
        expert_balance_loss(routing),
        device_balance_loss(routing, 2),
        communication_balance_loss(routing, 2, 1),
        sequence_balance_loss(routing, no_sequence_T, n_sequences),
    ]
    assert [loss.item() for loss in losses] == [0, 0, 0, 0]
    sum(losses).backward()
    assert max_vio(expert_load(routing.topk_idx_TK, 4)) == 0
    assert updated_bias(torch.zeros(4), expert_load(routing.topk_idx_TK, 4), 0.1).tolist() == [0, 0, 0, 0]


def test_a_batch_in_uneven_parts_has_the_losses_and_gradients_of_the_whole():
    """As processes have them: each adds its tokens' share, and the mean over the processes is the batch's loss."""
    torch.manual_seed(0)
    logits_TE, bias_E = torch.randn(30, 4, dtype=torch.float64, requires_grad=True), torch.zeros(4)
    whole = route(logits_TE, bias_E, RULE)
    shared = SharedBatch(expert_load(whole.topk_idx_TK, 4), n_tokens=30 / 3)
    for loss in (expert_balance_loss, partial(device_balance_loss, n_groups=2)):
        parts = [loss(route(part_TE, bias_E, RULE), shared=shared) for part_TE in logits_TE.split([5, 0, 25])]
        assert (sum(parts) / 3).item() == pytest.approx(loss(whole).item(), abs=1e-6)
        (gradient,) = torch.autograd.grad(sum(parts) / 3, logits_TE)
        (expected,) = torch.autograd.grad(loss(whole), logits_TE, retain_graph=True)
        torch.testing.assert_close(gradient, expected, atol=1e-8, rtol=1e-6)

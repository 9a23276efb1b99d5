"""The inference guarantee: who is dropped under a capacity, how many, and that a dropless layer drops nobody."""

import math

import numpy as np
import pytest
import torch

from moe_demo import load_run
from moe_demo.insight.assignments import assignments
from moe_demo.insight.dropping import frame, kept_load, lost_words, sweep
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Switches
from moe_demo.insight.whatif import Headlines, answers, effect, whatif
from moe_demo.model.batch import TokenBatch
from moe_demo.model.change import Capacity, capacity_of
from moe_demo.training.evaluation import BATCH_SIZE

TEXT = "苹果公司发布了最新的iPhone 15"


@pytest.fixture(scope="module", params=["document", "deepseek"])
def run(request: pytest.FixtureRequest) -> Run:
    return load_run(request.param)


@pytest.fixture(scope="module")
def headlines(run: Run) -> Headlines:
    """The whole held-out half."""
    return Headlines.held_out(run)


@pytest.mark.parametrize(
    ("factor", "limit", "n_dropped"), [(1.0, 4, 5), (1.25, 5, 3), (1.5, 6, 2), (2.0, 8, 0)]
)
def test_the_worked_example(factor: float, limit: int, n_dropped: int):
    """8 tokens, 2 of 4 experts each, loads 8, 5, 2, 1: the sum of what is above the capacity is dropped."""
    chosen_TK = torch.tensor([[0, 1]] * 5 + [[0, 2]] * 2 + [[0, 3]])
    limit_B = capacity_of(factor, torch.tensor([8]), top_k=2, n_routed=4)
    assert limit_B.tolist() == [limit]
    for by in ("position", "probability"):
        capacity = Capacity(limit_B=limit_B, group_T=torch.zeros(8, dtype=torch.long), by=by)
        assert int(capacity.dropped(chosen_TK, torch.rand(8, 2), 4).sum()) == n_dropped


def test_an_expert_takes_at_least_one_token():
    assert capacity_of(0.01, torch.tensor([1, 3]), top_k=1, n_routed=16).tolist() == [1, 1]


def test_by_position_the_first_stay_and_by_probability_the_surest():
    chosen_TK, gates_TK = torch.zeros(4, 1, dtype=torch.long), torch.tensor([[0.2], [0.9], [0.1], [0.5]])
    seat = {"limit_B": torch.tensor([2]), "group_T": torch.zeros(4, dtype=torch.long)}
    first = Capacity(**seat, by="position").dropped(chosen_TK, gates_TK, 1)
    surest = Capacity(**seat, by="probability").dropped(chosen_TK, gates_TK, 1)
    assert first.flatten().tolist() == [False, False, True, True]
    assert surest.flatten().tolist() == [True, False, True, False]


@pytest.mark.parametrize("seed", range(20))
def test_who_is_dropped_agrees_with_a_queue_written_as_loops(seed: int):
    random = np.random.default_rng(seed)
    n_groups, n_tokens, n_routed, top_k = 5, 40, 8, 3
    group_T = np.sort(random.integers(n_groups, size=n_tokens))
    chosen_TK = np.stack([random.permutation(n_routed)[:top_k] for _ in range(n_tokens)])
    gates_TK = random.random((n_tokens, top_k)).astype(np.float32)
    limit_B = random.integers(1, 5, size=n_groups)
    for by in ("position", "probability"):
        expected = np.zeros((n_tokens, top_k), dtype=bool)
        for group in range(n_groups):
            for expert in range(n_routed):
                places = np.argwhere((group_T[:, None] == group) & (chosen_TK == expert)).tolist()
                if by == "probability":
                    places.sort(key=lambda place: -gates_TK[tuple(place)])
                for token, k in places[limit_B[group] :]:
                    expected[token, k] = True
        capacity = Capacity(limit_B=torch.from_numpy(limit_B), group_T=torch.from_numpy(group_T), by=by)
        found = capacity.dropped(torch.from_numpy(chosen_TK), torch.from_numpy(gates_TK), n_routed)
        np.testing.assert_array_equal(found.numpy(), expected)


def test_a_dropless_layers_loads_sum_to_t_times_k_on_every_batch(run: Run, headlines: Headlines):
    model = run.config.model
    for begin in range(0, len(headlines), BATCH_SIZE):
        batch = TokenBatch.of(headlines.texts[begin : begin + BATCH_SIZE])
        with torch.inference_mode():
            routings = run.model(batch).routings
        n_assigned = len(batch.word_ids_T) * model.top_k
        loads = [np.bincount(r.topk_idx_TK.numpy().ravel(), minlength=model.n_routed) for r in routings]
        assert [int(load_E.sum()) for load_E in loads] == [n_assigned] * model.n_layers
        assert all(routing.dropped_TK is None for routing in routings)
    found = answers(run, headlines)
    assert found.dropped_LE.sum() == 0
    assert found.lost_LX[:, 1:].sum() == 0


@pytest.mark.parametrize("by", ["position", "probability"])
def test_the_dropped_share_is_that_of_an_independent_count(run: Run, headlines: Headlines, by: str):
    """Of the first layer, whose routes no capacity can change: what each headline has above ceil(factor x T K / E)."""
    model, routed = run.config.model, assignments(run, headlines)
    for factor in (1.0, 1.5):
        expected = 0
        for text, load_E in zip(headlines.texts, routed.by_headline(0), strict=True):
            limit = max(1, math.ceil(factor * len(text.tokens) * model.top_k / model.n_routed))
            expected += int(np.maximum(0, load_E - limit).sum())
        found = effect(run, headlines, Switches(capacity_factor=factor, drop_by=by))
        assert found.dropped_LE[0].sum() == expected
        assert found.dropped_share_L[0] == expected / (routed.n_tokens * model.top_k)
        assert (found.lost_LX * np.arange(model.top_k + 1)).sum(1).tolist() == found.dropped_LE.sum(
            1
        ).tolist()


def test_load_is_counted_before_the_drop(run: Run, headlines: Headlines):
    """Counted after it, an overloaded expert looks as full as its capacity, and its bias would not sink."""
    model, batch = (
        run.config.model,
        Headlines(texts=headlines.texts[:200], label_ids_B=headlines.label_ids_B[:200]),
    )
    found = effect(run, batch, Switches(capacity_factor=1.0, capacity_over="batch"))
    n_assigned = sum(len(text.tokens) for text in batch.texts) * model.top_k
    assert found.load_after_LE.sum(1).tolist() == [n_assigned] * model.n_layers
    limit = math.ceil(n_assigned / model.n_routed)
    assert found.load_after_LE[0].max() > limit
    assert kept_load(found)[0].max() == limit


def test_lost_words_name_each_dropped_expert_once():
    run = load_run("deepseek")
    answer = whatif(run, TEXT, Switches(capacity_factor=1.0))
    found = lost_words(answer)
    assert found
    assert {(one.layer, one.token, e) for one in found for e in one.dropped_by} == set(answer.dropped)
    for one in found:
        chosen = answer.after.layers[one.layer].topk_idx_TK[one.token].tolist()
        assert sorted(one.dropped_by + one.kept_by) == sorted(chosen)
        assert one.word == answer.before.tokens[one.token]
    assert lost_words(whatif(run, TEXT, Switches())) == ()
    assert (
        lost_words(whatif(run, TEXT, Switches(capacity_factor=16 / 4))) == ()
    )  # E / K: no expert can be full


def test_a_larger_capacity_drops_no_more(run: Run, headlines: Headlines):
    few = Headlines(texts=headlines.texts[::5], label_ids_B=headlines.label_ids_B[::5])
    rows = frame(sweep(run, few, factors=(1.0, 2.0), by=("position",)))
    for _, policy in rows.groupby("over"):
        assert policy.dropped.is_monotonic_decreasing
    over = rows.set_index(["over", "factor"]).dropped
    assert (
        over["headline", 1.0] > over["batch", 1.0]
    )  # the fewer words share the places, the more are dropped

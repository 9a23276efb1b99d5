"""What-ifs: equal to an independent NumPy model, refused in one sentence, measured with an honest interval."""

from typing import Any

import numpy as np
import pytest
import torch

from moe_demo import load_run
from moe_demo.insight.bootstrap import paired_interval
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Place, Seat, Switches, WhatIfError
from moe_demo.insight.whatif import Headlines, ablation_frame, ablations, answers, effect, whatif
from moe_demo.model.batch import TokenBatch
from moe_demo.training.evaluation import encode_all, evaluate, in_batches
from tests.unit.numpy_model import NumpyModel

TEXT = "苹果公司发布了最新的iPhone 15"
TEXTS = (
    TEXT,
    "火箭客场险胜湖人",
    "新片首日票房破亿",
    "手机",
    "国产操作系统发布桌面版本，主队加时绝杀晋级四强",
)


@pytest.fixture(scope="module", params=["document", "deepseek"])
def run(request: pytest.FixtureRequest) -> Run:
    return load_run(request.param)


@pytest.fixture(scope="module")
def headlines() -> Headlines:
    run = load_run("deepseek")
    held_out = split_of_run(run.store).held_out
    texts = tuple(encode_all(held_out, run.encoder))[:300]
    return Headlines(texts=texts, label_ids_B=torch.from_numpy(held_out.label_ids)[:300])


def random_capacity(random: np.random.Generator, n_tokens: int) -> dict[str, Any]:
    """None, one in words or one in fair shares."""
    kind = random.integers(3)
    if kind == 0:
        return {}
    number = {"capacity": int(random.integers(1, n_tokens + 1))}
    factor = {"capacity_factor": float(random.choice([0.5, 1.0, 1.25, 2.0]))}
    by = str(random.choice(["position", "probability"]))
    return (number if kind == 1 else factor) | {"drop_by": by}


def random_switches(random: np.random.Generator, run: Run, n_tokens: int) -> Switches:
    """Some of everything that can be switched."""
    model = run.config.model

    def seats(most: int) -> tuple[Seat, ...]:
        n = random.integers(0, most + 1)
        return tuple(
            Seat(int(random.integers(model.n_layers)), int(random.integers(model.n_routed))) for _ in range(n)
        )

    return Switches(
        off=seats(1 if model.n_routed == 3 else 3),
        silenced=seats(2),
        shared_off=tuple(
            layer for layer in range(model.n_layers) if model.n_shared and random.random() < 0.3
        ),
        top_k=int(random.integers(1, 4 if model.n_routed == 16 else 2)) if random.random() < 0.5 else None,
        temperature=float(random.uniform(0.3, 3)) if random.random() < 0.5 else None,
        topk_groups=int(random.integers(2, 5)) if model.n_groups == 4 and random.random() < 0.4 else None,
        **random_capacity(random, n_tokens),
        top_off=1 if model.n_routed == 16 and random.random() < 0.4 else None,
        pushed=tuple((seat, float(random.uniform(-0.3, 0.3))) for seat in seats(2)),
        gates=tuple(
            (Place(seat.layer, int(random.integers(n_tokens)), seat.expert), float(random.random()))
            for seat in dict.fromkeys(seats(3))
        ),
    )


@pytest.mark.parametrize("seed", range(25))
def test_every_switch_does_what_a_numpy_model_without_our_code_does(run: Run, seed: int):
    random = np.random.default_rng(seed)
    text = TEXTS[seed % len(TEXTS)]
    n_tokens = len(run.trace(text).tokens)
    switches = random_switches(random, run, n_tokens)
    expected, routes = NumpyModel(run).forward(text, switches)
    found = whatif(run, text, switches).after
    np.testing.assert_allclose(found.probabilities_C, expected, atol=1e-5)
    assert [[set(row) for row in layer.topk_idx_TK.tolist()] for layer in found.layers] == routes


@pytest.mark.parametrize("left", [(Seat(0, 1),), (Seat(0, 2), Seat(0, 0))])
@pytest.mark.parametrize("groups", [None, 1])
def test_where_few_are_left_alone_every_word_goes_to_them(
    run: Run, left: tuple[Seat, ...], groups: int | None
):
    switches = Switches(alone=left, topk_groups=groups and run.config.model.n_groups)
    expected, routes = NumpyModel(run).forward(TEXT, switches)
    found = whatif(run, TEXT, switches).after
    np.testing.assert_allclose(found.probabilities_C, expected, atol=1e-5)
    assert [[set(row) for row in layer.topk_idx_TK.tolist()] for layer in found.layers] == routes
    k = min(run.config.model.top_k, len(left))
    assert all(row <= {seat.expert for seat in left} and len(row) == k for row in routes[0])


def test_who_is_left_alone_is_another_question_than_whose_others_are_silent():
    run = load_run("deepseek")
    others = tuple(Seat(0, e) for e in range(16) if e != 3)
    off = whatif(run, TEXT, Switches(alone=(Seat(0, 3),)))
    silent = whatif(run, TEXT, Switches(silenced=others))
    assert not any(layer == 0 for layer, _ in silent.changed)
    assert off.after.layers[0].load_E[3] == len(off.before.tokens)
    assert np.abs(off.after.probabilities_C - silent.after.probabilities_C).max() > 1e-4


@pytest.mark.parametrize("seed", range(6))
def test_a_word_goes_where_it_is_forced(seed: int):
    run, random = load_run("deepseek"), np.random.default_rng(seed)
    trained = run.trace(TEXT)
    layer, token = int(random.integers(2)), int(random.integers(len(trained.tokens)))
    reachable = np.isfinite(trained.layers[layer].choice_TE[token])
    others = [e for e in np.flatnonzero(reachable) if e not in trained.layers[layer].topk_idx_TK[token]]
    place = Place(layer, token, int(others[0]))
    found = whatif(run, TEXT, Switches(forced=(place,)))
    assert place.expert in found.after.layers[layer].topk_idx_TK[token]
    assert (layer, token) in found.changed
    expected, routes = NumpyModel(run).forward(TEXT, Switches(forced=(place,)))
    np.testing.assert_allclose(found.after.probabilities_C, expected, atol=1e-5)
    assert set(found.after.layers[layer].topk_idx_TK[token].tolist()) == routes[layer][token]


def test_what_is_not_switched_changes_nothing(run: Run):
    found = whatif(run, TEXT, Switches())
    assert found.changed == ()
    np.testing.assert_array_equal(found.after.logits_C, found.before.logits_C)


def test_off_calls_the_next_best_and_silence_calls_nobody(run: Run):
    trained = run.trace(TEXT).layers[0]
    expert = int(trained.topk_idx_TK[0, 0])
    off = whatif(run, TEXT, Switches(off=(Seat(0, expert),))).after.layers[0]
    silent = whatif(run, TEXT, Switches(silenced=(Seat(0, expert),))).after.layers[0]
    assert expert not in off.topk_idx_TK
    assert off.topk_idx_TK.shape == trained.topk_idx_TK.shape
    np.testing.assert_array_equal(silent.topk_idx_TK, trained.topk_idx_TK)
    assert (silent.gates_TK[silent.topk_idx_TK == expert] == 0).all()
    heard = silent.topk_idx_TK != expert
    np.testing.assert_array_equal(silent.gates_TK[heard], trained.gates_TK[heard])


def test_a_moved_gate_weighs_as_told_and_the_record_still_adds_up(run: Run):
    expert = int(run.trace(TEXT).layers[0].topk_idx_TK[1, 0])
    layer = whatif(run, TEXT, Switches(gates=((Place(0, 1, expert), 0.125),))).after.layers[0]
    assert layer.gates_TK[1, list(layer.topk_idx_TK[1]).index(expert)] == 0.125
    summed_TD = layer.weighted_TKD.sum(1) + layer.shared_out_TSD.sum(1)
    np.testing.assert_allclose(summed_TD, layer.output_TD, atol=1e-4)


def test_a_full_expert_drops_the_words_that_come_later():
    run = load_run("document")
    chosen = run.trace(TEXT).layers[0].topk_idx_TK[:, 0].tolist()
    expected = [(0, t, e) for t, e in enumerate(chosen) if chosen[:t].count(e) >= 2]
    assert expected
    assert list(whatif(run, TEXT, Switches(capacity=2)).dropped) == expected
    assert whatif(run, TEXT, Switches(capacity=len(chosen))).dropped == ()


def test_a_capacity_counts_each_headline_for_itself(headlines: Headlines):
    run = load_run("deepseek")
    switches = Switches(capacity=2)
    alone = [
        run.model(batch, switches.changes(run.model, batch)).logits_BC[0]
        for batch in (TokenBatch.of([text]) for text in headlines.texts[:8])
    ]
    batch = TokenBatch.of(headlines.texts[:8])
    together_BC = run.model(batch, switches.changes(run.model, batch)).logits_BC
    torch.testing.assert_close(together_BC, torch.stack(alone), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    ("switches", "code"),
    [
        (Switches(off=tuple(Seat(0, e) for e in range(16))), "too_few"),
        (Switches(off=tuple(Seat(1, e) for e in range(13))), "too_few"),
        (Switches(off=(Seat(2, 0),)), "layer"),
        (Switches(silenced=(Seat(0, 16),)), "expert"),
        (Switches(shared_off=(-1,)), "layer"),
        (Switches(top_k=0), "k"),
        (Switches(top_k=9), "k"),
        (Switches(topk_groups=5), "groups"),
        (Switches(capacity=0), "capacity"),
        (Switches(capacity_factor=0.0), "capacity_factor"),
        (Switches(capacity_factor=float("nan")), "capacity_factor"),
        (Switches(capacity_factor=1e9), "capacity_factor"),
        (Switches(capacity=2, capacity_factor=1.0), "two_capacities"),
        (Switches(drop_by="probability"), "no_capacity"),
        (Switches(top_off=0), "top_off"),
        (Switches(top_off=16), "top_off"),
        (Switches(top_off=13), "too_few"),
        (Switches(temperature=0.0), "temperature"),
        (Switches(temperature=float("nan")), "temperature"),
        (Switches(gates=((Place(0, 0, 0), float("nan")),)), "gate"),
        (Switches(forced=(Place(0, 7, 0),)), "token"),
        (Switches(forced=(Place(0, 0, 3),), off=(Seat(0, 3),)), "force_off"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(switches: Switches, code: str):
    with pytest.raises(WhatIfError) as refused:
        whatif(load_run("deepseek"), TEXT, switches)
    assert refused.value.code == code
    assert str(refused.value).endswith(".")
    assert "{" not in str(refused.value)


def test_a_word_cannot_be_forced_into_a_group_that_was_left_out():
    run = load_run("deepseek")
    layer = run.trace(TEXT).layers[0]
    outside = int(np.flatnonzero(np.isneginf(layer.choice_TE[2]))[0])
    with pytest.raises(WhatIfError) as refused:
        whatif(run, TEXT, Switches(forced=(Place(0, 2, outside),)))
    assert refused.value.code == "force_group"


def test_a_word_cannot_be_forced_to_one_of_the_others():
    switches = Switches(alone=(Seat(0, 3),), forced=(Place(0, 1, 4),))
    with pytest.raises(WhatIfError) as caught:
        whatif(load_run("deepseek"), TEXT, switches)
    assert caught.value.code == "force_off"


def test_a_run_without_shared_experts_has_none_to_switch_off():
    with pytest.raises(WhatIfError, match="no shared expert"):
        whatif(load_run("document"), TEXT, Switches(shared_off=(0,)))


def test_one_sentences_switches_are_refused_for_many(headlines: Headlines):
    with pytest.raises(WhatIfError, match="one sentence"):
        answers(load_run("deepseek"), headlines, Switches(forced=(Place(0, 0, 0),)))


def test_the_effect_is_counted_headline_by_headline(headlines: Headlines):
    run = load_run("deepseek")
    found = effect(run, headlines, Switches(random_router=1, top_k=1))
    trained = evaluate(run.model, in_batches(headlines.texts), headlines.label_ids_B)
    assert found.accuracy_before == pytest.approx(trained.accuracy)
    np.testing.assert_array_equal(found.load_before_LE, np.asarray(trained.load_LE))
    n_tokens = sum(len(text.tokens) for text in headlines.texts)
    assert (found.load_after_LE.sum(1) == n_tokens).all()
    assert found.interval.low <= found.difference <= found.interval.high


def test_the_loss_is_that_of_an_evaluation(headlines: Headlines):
    run = load_run("deepseek")
    found = effect(run, headlines, Switches(shared_off=(0, 1)))
    trained = evaluate(run.model, in_batches(headlines.texts), headlines.label_ids_B)
    assert found.loss_before == pytest.approx(trained.loss)
    assert found.loss_after != pytest.approx(trained.loss)


@pytest.mark.parametrize("n_off", [1, 4])
def test_the_best_by_affinity_are_left_out_word_by_word(n_off: int):
    run = load_run("deepseek")
    layer = whatif(run, TEXT, Switches(top_off=n_off)).after.layers[0]
    best_TX = np.argsort(-layer.scores_TE, axis=1)[:, :n_off]
    assert np.isneginf(np.take_along_axis(layer.choice_TE, best_TX, axis=1)).all()
    assert not (layer.topk_idx_TK[:, :, None] == best_TX[:, None, :]).any()


def test_the_frame_of_a_what_if_has_every_expert_that_is_or_was_chosen(run: Run):
    found = whatif(run, TEXT, Switches(off=(Seat(0, 1),), capacity=2))
    frame = found.frame()
    k, n_tokens = run.config.model.top_k, len(found.before.tokens)
    assert (
        frame["chosen_before"].sum() == frame["chosen_after"].sum() == k * n_tokens * len(found.before.layers)
    )
    assert not frame.query("layer == 0 and expert == 1")["chosen_after"].any()
    places = frame.query("dropped")[["layer", "token_idx", "expert"]].itertuples(index=False, name=None)
    assert set(places) == set(found.dropped)
    np.testing.assert_allclose(
        frame.query("layer == 0 and token_idx == 0")["gate_before"].sum(),
        found.before.layers[0].gates_TK[0].sum(),
        rtol=1e-6,
    )


def test_the_frame_of_ablations_holds_their_numbers(headlines: Headlines):
    few = Headlines(texts=headlines.texts[:40], label_ids_B=headlines.label_ids_B[:40])
    found = ablations(load_run("deepseek"), few)
    frame = ablation_frame(found)
    assert list(zip(frame["layer"], frame["expert"], strict=True)) == list(found)
    assert frame.groupby("layer")["load"].sum().tolist() == pytest.approx([16.0, 16.0])
    assert frame["difference"].tolist() == [one.difference for one in found.values()]


def test_ablations_tell_how_far_they_are(headlines: Headlines):
    told: list[tuple[int, int]] = []
    few = Headlines(texts=headlines.texts[:20], label_ids_B=headlines.label_ids_B[:20])
    seats = [Seat(0, 0), Seat(0, 1), Seat(1, 2)]
    found = ablations(load_run("deepseek"), few, seats, tell=lambda done, of: told.append((done, of)))
    assert list(found) == seats
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_the_interval_is_that_of_drawing_again_and_again():
    random = np.random.default_rng(3)
    before_B = random.random(900) < 0.9
    after_B = np.where(random.random(900) < 0.06, ~before_B, before_B)
    change_B = after_B.astype(int) - before_B
    drawn = [random.choice(change_B, 900).mean() for _ in range(4000)]
    np.testing.assert_allclose(
        paired_interval(before_B, after_B), np.quantile(drawn, [0.025, 0.975]), atol=2e-3
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [([1, 1, 0], [1, 1, 0], (0, 0)), ([0, 0, 0], [1, 1, 1], (1, 1)), ([1], [0], (-1, -1))],
)
def test_where_every_headline_agrees_there_is_nothing_to_draw(before, after, expected):
    assert paired_interval(np.array(before, bool), np.array(after, bool)) == expected

"""One optimizer step: reproducible, moving what the method says and nothing else."""

import json
import math
from dataclasses import replace

import pytest
import torch

from moe_demo.config import BalanceConfig, ConfigError
from moe_demo.model.balance import expert_load, max_vio, updated_bias
from moe_demo.model.batch import TokenBatch
from moe_demo.model.familiarity import familiarity
from moe_demo.runs.metrics import from_line, to_line
from moe_demo.text.background import training_outliers
from moe_demo.training.biases import CALIBRATION_RATES, as_new
from moe_demo.training.distributed import Ranks
from moe_demo.training.shares import Shares
from moe_demo.training.train import build_trainer
from moe_demo.training.trainer import FAMILIARITY_WEIGHT, SURE_WEIGHT, Trainer
from tests import toy


def trainer_of(name: str = "deepseek", **values) -> Trainer:
    return build_trainer(toy.config(name, **values), toy.split())


def with_method(method: str, **values) -> Trainer:
    return trainer_of(balance=BalanceConfig(method=method, **values))


def state(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in trainer.model.state_dict().items()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


def test_same_seed_same_metrics():
    one, other, another = trainer_of(), trainer_of(), trainer_of(seed=1)
    for _ in range(3):
        metrics = one.step()
        assert metrics == other.step()
        assert metrics != another.step()
    assert same(state(one), state(other))


@pytest.mark.parametrize("name", ["document", "deepseek"])
def test_loss_falls_on_a_toy_set_in_thirty_steps(name):
    trainer = trainer_of(name, lr=2e-2, epochs=8, warmup_fraction=0.0)
    losses = [trainer.step().ce_loss for _ in range(30)]
    assert sum(losses[-4:]) / 4 < 0.6 * sum(losses[:4]) / 4


def test_vocabulary_comes_from_the_training_half_only():
    split = toy.split()
    vocabulary = build_trainer(toy.config(), split).encoder.vocabulary
    unseen = {word for text in split.held_out.texts for word in ["马拉松", "折叠"] if word in text}
    assert len(vocabulary) == trainer_of().config.model.vocab_size
    training_text = "".join(split.train.texts).lower()
    assert all(word in training_text for word in vocabulary.words)
    assert all(word in training_text or vocabulary.id_of(word) == 0 for word in unseen)


def test_every_headline_is_seen_once_an_epoch_in_another_order():
    trainer = trainer_of(batch_size=9)  # 36 headlines: four whole batches
    orders = [
        torch.cat([trainer._batch(4 * epoch + place)[0].ngram_ids for place in range(4)])
        for epoch in range(2)
    ]
    assert torch.equal(orders[0].sort().values, orders[1].sort().values)
    assert not torch.equal(orders[0], orders[1])


def test_hidden_words_are_about_the_share_asked_for():
    shown, hidden = (trainer_of(word_dropout=share)._batch(0)[0].word_ids_T for share in (0.0, 0.5))
    assert (shown > 0).all()
    assert 0.25 < (hidden == 0).double().mean() < 0.75
    assert torch.equal(hidden[hidden > 0], shown[hidden > 0])


def test_evaluation_moves_nothing():
    trainer = trainer_of()
    trainer.step()
    before = state(trainer)
    metrics = trainer.evaluate()
    assert metrics == trainer.evaluate()
    assert same(before, state(trainer))
    twin = trainer_of()
    twin.step()
    assert twin.step() == trainer.step()  # nor does it disturb what comes next


def test_loads_count_real_tokens_times_k_and_no_padding():
    trainer = trainer_of()
    n_tokens = len(trainer._batch(0)[0].word_ids_T)
    metrics = trainer.step()
    assert metrics.n_tokens == n_tokens
    assert [sum(load) for load in metrics.load_LE] == [n_tokens * trainer.config.model.top_k] * 2


def test_evaluation_adds_up():
    trainer, split = trainer_of(), toy.split()
    metrics = trainer.evaluate()
    n_tokens = sum(len(trainer.encoder.encode(text).tokens) for text in split.held_out.texts)
    assert metrics.n_headlines == len(split.held_out) == sum(map(sum, metrics.confusion_CC))
    assert [sum(row) for row in metrics.confusion_CC] == list(split.held_out.class_counts.values())
    assert [sum(load) for load in metrics.load_LE] == [n_tokens * trainer.config.model.top_k] * 2
    right = sum(metrics.confusion_CC[c][c] for c in range(3))
    assert metrics.accuracy == pytest.approx(right / metrics.n_headlines)


def test_bias_moves_after_the_step_by_exactly_u_times_the_sign():
    trainer = with_method("loss_free", bias_rate=0.25)
    before_LE = [layer.router.bias_E.clone() for layer in trainer.model.moe_layers]
    metrics = trainer.step()
    for layer, before_E, load, written in zip(
        trainer.model.moe_layers, before_LE, metrics.load_LE, metrics.bias_LE, strict=True
    ):
        expected_E = updated_bias(before_E, torch.tensor(load), 0.25)
        assert torch.equal(layer.router.bias_E, expected_E)
        assert written == expected_E.tolist()
        assert set((expected_E - before_E).tolist()) <= {-0.25, 0.0, 0.25}


@pytest.mark.parametrize(
    ("method", "has_loss", "moves_bias"),
    [
        ("none", False, False),
        ("aux_loss", True, False),
        ("seq_aux_loss", True, False),
        ("loss_free", False, True),
        ("loss_free+seq", True, True),
    ],
)
def test_each_balance_method_changes_what_it_should(method, has_loss, moves_bias):
    trainer, plain = with_method(method, alpha=0.5, seq_alpha=0.5), with_method("none")
    metrics, plain_metrics = trainer.step(), plain.step()
    assert metrics.ce_loss == plain_metrics.ce_loss  # the same batch, the same weights
    assert (metrics.balance_loss > 0) == has_loss
    assert metrics.loss == metrics.ce_loss + metrics.balance_loss + metrics.outlier_loss
    assert any(any(bias) for bias in metrics.bias_LE) == moves_bias
    router, plain_router = (t.model.moe_layers[0].router.weight_ED for t in (trainer, plain))
    assert torch.equal(router, plain_router) != has_loss  # only a loss reaches the router by gradient


@pytest.mark.parametrize("name", ["device_alpha", "communication_alpha"])
def test_a_loss_over_devices_is_added_where_it_is_asked_for(name):
    assert with_method("none", **{name: 0.5}).step().balance_loss > with_method("none").step().balance_loss


@pytest.mark.parametrize("n_threads", [1, 2])
def test_sums_of_several_threads_have_a_fixed_order_and_torch_is_left_as_it_was(n_threads: int):
    """One thread adds up in one order whatever it is asked for."""
    seen, before = [], torch.get_num_threads()
    hook = trainer_of()
    hook.model.register_forward_hook(lambda *_: seen.append(torch.are_deterministic_algorithms_enabled()))
    torch.set_num_threads(n_threads)
    try:
        hook.step()
    finally:
        torch.set_num_threads(before)
    assert seen == [n_threads > 1]
    assert not torch.are_deterministic_algorithms_enabled()


def test_training_on_one_thread_is_repeatable():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        one, other = trainer_of(), trainer_of()
        assert [one.step() for _ in range(12)] == [other.step() for _ in range(12)]
    finally:
        torch.set_num_threads(before)
    for weight, same in zip(one.model.parameters(), other.model.parameters(), strict=True):
        assert torch.equal(weight, same)


def test_a_small_file_makes_one_batch():
    trainer = trainer_of(batch_size=500)
    assert (trainer.batches.batch_size, trainer.steps_per_epoch) == (36, 1)
    assert trainer.step().finite


def test_a_batch_must_divide_among_the_processes():
    with pytest.raises(ConfigError, match="multiple of the number of processes, 3, got 8"):
        build_trainer(toy.config(), toy.split(), Shares(Ranks(0, 3, "cpu")))


@pytest.mark.parametrize("world", [1, 2, 6])
def test_processes_that_share_experts_come_in_whole_copies_of_the_model(world):
    with pytest.raises(
        ConfigError, match=f"--expert-parallel 4 needs a multiple of 4 processes, got {world}"
    ):
        Shares(Ranks(0, world, "cpu"), 4)


def test_metrics_survive_their_line():
    trainer = trainer_of()
    for metrics in (trainer.step(), trainer.evaluate()):
        assert from_line(json.dumps(to_line(metrics))) == metrics


# -- texts of no class -----------------------------------------------------------------------------------------


def test_outliers_add_their_loss_and_count_nowhere_else():
    beside, alone = trainer_of(outlier_weight=0.5, outlier_share=0.5), trainer_of(outlier_weight=0.0)
    n_tokens = len(alone._batch(0)[0].word_ids_T)
    metrics = beside.step()
    assert beside.outliers_per_batch == 4
    assert metrics.outlier_loss > 0
    assert metrics.loss == metrics.ce_loss + metrics.balance_loss + metrics.outlier_loss
    assert metrics.n_tokens == n_tokens
    assert [sum(load) for load in metrics.load_LE] == [n_tokens * beside.config.model.top_k] * 2
    assert alone.step().outlier_loss == 0.0


def test_outliers_are_drawn_by_their_shares():
    """Not by how many there are of each group; the same for the same step."""
    trainer = trainer_of(outlier_weight=0.5, outlier_share=1.0)
    rows_O = torch.cat([trainer.batches.outlier_rows(step) for step in range(200)])
    first, sizes = trainer.batches.n_train, [len(group.texts) for group in training_outliers()]
    assert rows_O.min() >= first
    assert rows_O.max() < first + sum(sizes)
    of_headlines = float((rows_O < first + sizes[0]).double().mean())
    assert of_headlines == pytest.approx(training_outliers()[0].share, abs=0.05)
    assert torch.equal(trainer.batches.outlier_rows(3), trainer.batches.outlier_rows(3))
    assert not torch.equal(trainer.batches.outlier_rows(3), trainer.batches.outlier_rows(4))


def test_without_dropout_a_batch_is_answered_the_same_beside_outliers():
    quiet = replace(toy.config().model, dropout=0.0)
    beside, alone = (
        trainer_of(outlier_weight=weight, model=quiet, word_dropout=0.0) for weight in (1.0, 0.0)
    )
    assert beside.step().ce_loss == pytest.approx(alone.step().ce_loss, abs=1e-6)


def test_the_loss_of_outliers_by_hand():
    """One familiar headline (familiarity 8), outliers that all get 9 for one class: uneven by 2/3 x 9 - ln 3, about."""
    trainer = trainer_of(outlier_weight=2.0)
    n_outliers = trainer.outliers_per_batch
    logits_BC = torch.full((1 + n_outliers, 3), -30.0)
    logits_BC[0, 1] = 8.0
    logits_BC[1:] = torch.tensor([9.0, 0.0, 0.0])
    uneven = math.log(math.exp(9.0) + 2) - 9.0 / 3 - math.log(3)
    unlike = math.log1p(math.exp(9.0)) + math.log1p(math.exp(-8.0))
    expected = 2.0 * (uneven + SURE_WEIGHT * uneven**2 + FAMILIARITY_WEIGHT * unlike)
    assert float(trainer._outlier_loss(logits_BC, 1)) == pytest.approx(expected, abs=1e-3)
    logits_BC[1:] = -30.0
    assert float(trainer._outlier_loss(logits_BC, 1)) == pytest.approx(0.0, abs=1e-3)


def test_outliers_become_unfamiliar():
    trainer = trainer_of(outlier_weight=1.0, lr=2e-2, warmup_fraction=0.0, epochs=8)
    texts = [trainer.encoder.encode(text) for text in training_outliers()[0].texts[:64]]

    def mean_familiarity() -> float:
        trainer.model.eval()
        with torch.inference_mode():
            return float(familiarity(trainer.model(TokenBatch.of(texts)).logits_BC).mean())

    for _ in range(30):
        trainer.step()
    known = familiarity(
        trainer.model.eval()(trainer.batches.texts.select(torch.arange(36))).logits_BC.detach()
    )
    assert mean_familiarity() < float(known.mean()) - 0.5


# -- calibration -----------------------------------------------------------------------------------------------


def test_calibration_moves_the_biases_and_nothing_else():
    trainer = with_method("loss_free", calibration_passes=2)
    trainer.step()
    before = state(trainer)
    assert trainer.calibrate() == 2 * len(CALIBRATION_RATES)
    moved = {name for name, value in state(trainer).items() if not torch.equal(value, before[name])}
    assert moved == {"blocks.0.moe.router.bias_E", "blocks.1.moe.router.bias_E"}


def test_calibration_evens_the_load_of_clean_words():
    trainer = with_method("loss_free", calibration_passes=40, bias_rate=1e-3)
    everything = as_new(trainer.batches.texts, trainer.config)

    def worst() -> float:
        with torch.inference_mode():
            routings = trainer.model.eval()(everything).routings
        return max(max_vio(expert_load(routing.topk_idx_TK, 16)) for routing in routings)

    uneven = worst()
    trainer.calibrate()
    assert worst() < uneven / 2


def test_calibration_reads_training_headlines_as_new_ones():
    """Words without a row, and n-grams in rows that training never meant for them, come there too."""
    rows = {"model": replace(toy.config().model, n_buckets=4096)}
    trainer = trainer_of(min_count=1, **rows)
    shown = trainer.batches.texts.select(torch.cat([torch.arange(36), torch.arange(12), torch.arange(12)]))
    read = as_new(shown, trainer.config)
    count_V = torch.bincount(shown.word_ids_T)
    assert torch.equal(read.word_ids_T == 0, count_V[shown.word_ids_T] <= 2)
    assert 0 < (read.word_ids_T == 0).double().mean() < 1
    assert torch.equal(read.word_ids_T[read.word_ids_T > 0], shown.word_ids_T[read.word_ids_T > 0])
    rare, moved = torch.bincount(shown.ngram_ids)[shown.ngram_ids] <= 2, read.ngram_ids != shown.ngram_ids
    assert rare.any()
    assert not moved[~rare].any()
    assert moved[rare].double().mean() > 0.9  # a random row may be the same one


def test_where_only_known_ngrams_count_calibration_gives_rare_ones_no_row():
    model = replace(toy.config().model, n_buckets=4096, only_known_ngrams=True)
    trainer = trainer_of(min_count=2, model=model)
    shown = trainer.batches.texts
    read = as_new(shown, trainer.config)
    was_seen = shown.ngram_ids >= 0
    count_N = torch.bincount(shown.ngram_ids[was_seen], minlength=4096)
    is_rare = count_N[shown.ngram_ids] <= trainer.config.min_count + 1
    assert 0 < was_seen.double().mean() < 1
    assert (was_seen & is_rare).any()
    assert torch.equal(read.ngram_ids >= 0, was_seen & ~is_rare)
    assert torch.equal(read.ngram_ids[read.ngram_ids >= 0], shown.ngram_ids[was_seen & ~is_rare])


@pytest.mark.parametrize(("method", "passes"), [("loss_free", 0), ("seq_aux_loss", 2)])
def test_calibration_can_be_switched_off_and_needs_a_bias(method, passes):
    assert not BalanceConfig(method=method, calibration_passes=passes).calibrates


def test_a_temperature_makes_every_answer_less_sure_and_changes_none():
    """After the last step the class scores are what they were, divided by it; the routing biases stay."""
    config = toy.config("document", confidence_temperature=2.0)
    trainer = build_trainer(config, toy.split())
    trainer.step()
    trainer.model.eval()
    batch = TokenBatch.of([trainer.encoder.encode(text) for text in toy.corpus().texts])
    with torch.no_grad():
        before_BC = trainer.model(batch).logits_BC
        assert trainer.calibrates
        assert trainer.calibrate() == 0
        after_BC = trainer.model(batch).logits_BC
    torch.testing.assert_close(after_BC, before_BC / 2)
    assert torch.equal(after_BC.argmax(1), before_BC.argmax(1))
    assert not build_trainer(toy.config("document"), toy.split()).calibrates

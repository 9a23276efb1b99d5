"""One optimizer step: reproducible, moving what the method says and nothing else."""

import json

import pytest
import torch

from moe_demo.config import BalanceConfig, ConfigError
from moe_demo.model.balance import updated_bias
from moe_demo.runs.metrics import from_line, to_line
from moe_demo.training import trainer as trainer_module
from moe_demo.training.train import build_trainer
from moe_demo.training.trainer import Trainer
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
    assert metrics.loss == metrics.ce_loss + metrics.balance_loss
    assert any(any(bias) for bias in metrics.bias_LE) == moves_bias
    router, plain_router = (t.model.moe_layers[0].router.weight_ED for t in (trainer, plain))
    assert torch.equal(router, plain_router) != has_loss  # only a loss reaches the router by gradient


def test_device_level_loss_is_added_where_it_is_asked_for():
    assert with_method("none", device_alpha=0.5).step().balance_loss > with_method("none").step().balance_loss


def test_training_is_repeatable_and_leaves_torch_as_it_was():
    seen = []
    hook = trainer_of()
    hook.model.register_forward_hook(lambda *_: seen.append(torch.are_deterministic_algorithms_enabled()))
    hook.step()
    assert seen == [True]
    assert not torch.are_deterministic_algorithms_enabled()


def test_a_small_file_makes_one_batch():
    trainer = trainer_of(batch_size=500)
    assert (trainer.batch_size, trainer.steps_per_epoch) == (36, 1)
    assert trainer.step().finite


def test_a_batch_must_divide_among_the_processes(monkeypatch):
    monkeypatch.setattr(trainer_module.dist, "is_initialized", lambda: True)
    monkeypatch.setattr(trainer_module.dist, "get_rank", lambda: 0)
    monkeypatch.setattr(trainer_module.dist, "get_world_size", lambda: 3)
    with pytest.raises(ConfigError, match="multiple of the number of processes, 3, got 8"):
        trainer_of()


def test_metrics_survive_their_line():
    trainer = trainer_of()
    for metrics in (trainer.step(), trainer.evaluate()):
        assert from_line(json.dumps(to_line(metrics))) == metrics

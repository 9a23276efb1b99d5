"""One step taken apart says what training wrote of that step, and its pieces add up to it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from moe_demo.config import BalanceConfig
from moe_demo.insight.held_out import DataGoneError
from moe_demo.insight.run import Run, load_run
from moe_demo.insight.slow_step import slow_step
from moe_demo.insight.step_record import SlowStep
from moe_demo.runs.events import Event
from moe_demo.runs.metrics import StepMetrics
from moe_demo.runs.store import RunStore
from moe_demo.training.train import train_run
from tests import toy


def trained(folder: Path, **values: object) -> Run:
    config = toy.config(**values)
    config = replace(config, epochs=2, model=replace(config.model, token_dropout=0.5))
    train_run(folder / "run", config, [toy.write_csv(folder / "toy.csv")], device="cpu")
    return load_run(folder / "run")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return trained(tmp_path_factory.mktemp("slow"))


@pytest.fixture(scope="module")
def step(run: Run) -> SlowStep:
    return slow_step(run.at(4))


def line_of(run: Run, step: int) -> StepMetrics:
    [line] = [line for line in run.metrics if isinstance(line, StepMetrics) and line.step == step]
    return line


def test_the_step_after_every_checkpoint_is_the_one_that_training_wrote(run):
    followed = [step for step in run.steps if step < run.steps[-1]]
    assert len(followed) >= 4
    for at in followed:
        found = slow_step(run.at(at))
        assert found.metrics == line_of(run, at + 1)
        assert found.as_recorded


def test_taking_it_apart_again_gives_the_same_and_leaves_the_run_as_it_was(run):
    model = run.at(4)
    before = {name: value.clone() for name, value in model.model.state_dict().items()}
    torch.manual_seed(7)
    drawn = torch.rand(3)
    torch.manual_seed(7)
    one, other = slow_step(model), slow_step(model)
    assert one.metrics == other.metrics
    assert one.headlines == other.headlines
    assert torch.equal(torch.rand(3), drawn)
    assert all(torch.equal(value, before[name]) for name, value in model.model.state_dict().items())


def test_past_the_end_a_batch_comes_that_no_line_speaks_of(run):
    after = slow_step(run)
    assert after.metrics.step == after.n_steps + 1 == run.step + 1
    assert after.recorded is None
    assert not after.as_recorded
    assert after.metrics.lr == 0.0  # the cosine has come to its end


def test_loss_is_the_mean_of_the_headlines_and_the_weighted_parts(step):
    assert np.mean([headline.loss for headline in step.headlines]) == pytest.approx(
        step.metrics.ce_loss, 1e-6
    )
    parts = sum(part.part for part in step.losses)
    assert [part.name for part in step.losses] == ["sequence"]
    assert parts == pytest.approx(step.metrics.balance_loss, 1e-5)
    right = [headline.label == headline.predicted for headline in step.headlines]
    assert np.mean(right) == pytest.approx(step.metrics.accuracy)


def test_sequence_loss_is_the_mean_over_headlines_of_sum_f_P(step):
    [part] = step.losses
    for layer, value in zip(step.layers, part.value_L, strict=True):
        of_B = (layer.sequence_f_BE * layer.sequence_P_BE).sum(1)
        assert of_B.mean() == pytest.approx(value, 1e-5)


def test_loads_are_those_of_the_choice_and_biases_move_against_them(step):
    rate = step.balance.bias_rate
    for place, layer in enumerate(step.layers):
        assert layer.load_E.tolist() == step.metrics.load_LE[place]
        assert np.bincount(layer.topk_idx_TK.ravel(), minlength=16).tolist() == layer.load_E.tolist()
        assert layer.f_E == pytest.approx(layer.load_E / layer.load_E.mean())
        assert layer.P_E.sum() == pytest.approx(1.0, 1e-5)
        moved = layer.bias_before_E + rate * np.sign(layer.load_E.mean() - layer.load_E)
        assert layer.bias_after_E == pytest.approx(moved, abs=1e-7)
        assert step.metrics.bias_LE[place] == pytest.approx(layer.bias_after_E, abs=1e-7)


def test_squares_of_all_gradients_sum_to_the_square_of_the_norm(step):
    whole = sum(part.norm**2 for part in step.gradients) ** 0.5
    assert whole == pytest.approx(step.metrics.grad_norm, 1e-5)
    experts = [part for part in step.gradients if part.name == "experts"]
    assert [part.layer for part in experts] == [0, 1]
    for part in experts:
        assert np.linalg.norm(part.norm_E) == pytest.approx(part.norm, 1e-6)
    assert {part.name for part in step.gradients} == {
        "words", "ngrams", "norms", "attention", "router", "experts", "shared", "head",
    }  # fmt: skip


def test_clipping_shortens_the_gradient_to_its_limit(tmp_path):
    clipped = slow_step(trained(tmp_path, grad_clip=0.05).at(0))
    assert clipped.metrics.grad_norm > 0.05
    assert clipped.clip_scale * clipped.metrics.grad_norm == pytest.approx(0.05, 1e-4)


def test_words_left_out_have_no_place_and_the_others_are_those_that_were_read(tmp_path):
    run = trained(tmp_path, words_left_out=0.5, word_dropout=0.0)
    step = slow_step(run.at(4))
    assert step.metrics == line_of(run, 5)
    assert sum(len(headline.read) for headline in step.headlines) == step.metrics.n_tokens
    n_words = step.metrics.n_tokens + step.n_left_out
    assert n_words == sum(len(headline.words) for headline in step.headlines)
    assert n_words / 4 < step.n_left_out < 3 * n_words / 4
    begin = 0
    for headline in step.headlines:
        assert headline.read
        assert headline.tokens == slice(begin, begin + len(headline.read))
        begin = headline.tokens.stop
        assert not any(headline.hidden[place] for place in range(len(headline.words)))
    whole = step.headline_load(0, 0)
    assert whole.sum() == len(step.headlines[0].read) * step.layers[0].topk_idx_TK.shape[1]


def test_hidden_words_have_a_row_and_silenced_ones_come_in_the_share_that_was_asked_for(step):
    words = [
        flags
        for headline in step.headlines
        for flags in zip(headline.own_row, headline.hidden, headline.silenced, strict=True)
    ]
    assert len(words) == step.metrics.n_tokens == len(step.layers[0].scores_TE)
    assert all(own for own, hidden, _ in words if hidden)
    assert 0 < sum(hidden for _, hidden, _ in words) < len(words) / 3  # word_dropout is 0.1
    assert (
        len(words) / 4 < sum(silenced for *_, silenced in words) < 3 * len(words) / 4
    )  # token_dropout is 0.5
    assert [headline.begin for headline in step.headlines] == np.cumsum(
        [0, *[len(headline.words) for headline in step.headlines[:-1]]]
    ).tolist()


@pytest.mark.parametrize(
    ("method", "names", "moves"),
    [
        ("none", [], False),
        ("aux_loss", ["expert"], False),
        ("seq_aux_loss", ["sequence"], False),
        ("loss_free", [], True),
    ],
)
def test_each_method_has_its_own_parts(tmp_path, method, names, moves):
    run = trained(tmp_path, balance=BalanceConfig(method=method))
    found = slow_step(run.at(1))
    assert [part.name for part in found.losses] == names
    assert found.metrics == line_of(run, 2)
    layer = found.layers[0]
    assert (layer.bias_after_E != layer.bias_before_E).any() == moves
    if method == "aux_loss":
        assert found.losses[0].value_L[0] == pytest.approx(float((layer.f_E * layer.P_E).sum()), 1e-5)


def test_a_setting_changed_at_the_checkpoint_holds_for_the_step_after_it(tmp_path):
    run = trained(tmp_path)
    RunStore(run.store.folder).note(Event(step=4, kind="top_k", value=2, before=4))
    assert slow_step(run.at(4)).layers[0].topk_idx_TK.shape[1] == 2
    assert slow_step(run.at(2)).layers[0].topk_idx_TK.shape[1] == 4


def test_without_the_headlines_there_is_no_step(tmp_path):
    run = trained(tmp_path)
    (tmp_path / "toy.csv").unlink()
    with pytest.raises(DataGoneError, match=r"toy\.csv"):
        slow_step(run)

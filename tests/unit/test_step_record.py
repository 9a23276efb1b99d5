"""Numbers that follow from a step taken apart: a headline has its part of the load, products and norms add up."""

from pathlib import Path

import numpy as np
import pytest

from moe_demo.config import BalanceConfig
from moe_demo.insight.run import load_run
from moe_demo.insight.slow_step import slow_step
from moe_demo.insight.step_record import SlowStep, joint_norm
from moe_demo.training.train import train_run
from tests import toy


def step_of(folder: Path, method: str) -> SlowStep:
    config = toy.config(balance=BalanceConfig(method=method))
    train_run(folder / "run", config, [toy.write_csv(folder / "toy.csv")], device="cpu")
    return slow_step(load_run(folder / "run").at(1))


@pytest.fixture(scope="module", params=["none", "aux_loss", "loss_free+seq"])
def step(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SlowStep:
    return step_of(tmp_path_factory.mktemp("step"), request.param)


def test_the_headlines_of_a_batch_make_up_its_load(step: SlowStep):
    for place, layer in enumerate(step.layers):
        headlines = range(len(step.headlines))
        assert np.array_equal(sum(step.headline_load(place, b) for b in headlines), layer.load_E)
        np.testing.assert_allclose(sum(step.headline_f(place, b) for b in headlines), layer.f_E, rtol=1e-6)


def test_the_bias_goes_against_the_load(step: SlowStep):
    for layer in step.layers:
        moved_E = layer.bias_after_E - layer.bias_before_E
        np.testing.assert_allclose(moved_E, step.balance.bias_step * layer.bias_sign_E, atol=1e-6)


def test_chance_alone_is_above_the_fair_share(step: SlowStep):
    assert step.layers[0].random_f > 1


def test_the_factors_are_those_of_the_loss_of_the_method(step: SlowStep):
    kinds = {"none": "unused", "aux_loss": "batch", "loss_free+seq": "sequence"}
    for place in range(len(step.layers)):
        factors = [step.factors(place, b) for b in range(len(step.headlines))]
        assert {one.kind for one in factors} == {kinds[step.balance.method]}
        for one in factors:
            assert one.terms.share_E.sum() == pytest.approx(1, rel=1e-5)
        if step.losses:  # of headlines it is their mean
            assert np.mean([one.terms.total for one in factors]) == pytest.approx(factors[0].loss, rel=1e-5)


def test_the_share_of_the_balance_loss_is_what_cross_entropy_leaves(step: SlowStep):
    assert 1 - step.balance_share == pytest.approx(step.metrics.ce_loss / step.metrics.loss, rel=1e-5)


def test_clipping_shortens_all_parts_of_the_gradient_alike(step: SlowStep):
    assert joint_norm(step.gradients) == pytest.approx(step.metrics.grad_norm, rel=1e-4)
    parts = [step.clipped(part.norm) for part in step.gradients]
    assert np.linalg.norm(parts) == pytest.approx(step.clipped_norm, rel=1e-4)
    assert step.clipped_norm <= step.grad_clip * (1 + 1e-6)


def test_words_are_counted_as_training_saw_them(step: SlowStep):
    assert step.n_hidden == sum(sum(headline.hidden) for headline in step.headlines)
    assert step.n_silenced == sum(headline.n_silenced for headline in step.headlines)

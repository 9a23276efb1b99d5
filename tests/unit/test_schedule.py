"""Learning rate, checkpoint steps and early stopping as functions of the step's number."""

import pytest

from moe_demo.training.schedule import checkpoint_steps, learning_rate, patience_is_over
from tests import toy


def test_learning_rate_climbs_then_falls_to_zero():
    config = toy.config(lr=1.0, warmup_fraction=0.1)
    rates = [learning_rate(step, 100, config) for step in range(100)]
    assert rates[:10] == pytest.approx([0.1 * n for n in range(1, 11)])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert max(rates) == 1.0
    assert 0 < rates[-1] < 0.001


def test_checkpoints_are_dense_early_then_at_the_end_of_each_epoch():
    assert checkpoint_steps(n_steps=135, steps_per_epoch=45) == (0, 1, 2, 4, 8, 16, 32, 45, 90, 135)


def test_one_step_is_enough_for_a_run():
    assert checkpoint_steps(n_steps=1, steps_per_epoch=1) == (0, 1)


@pytest.mark.parametrize("epochs", [1, 7, 60, 1000])
def test_checkpoints_begin_at_zero_end_at_the_last_step_and_stay_few(epochs):
    steps = checkpoint_steps(epochs * 45, 45)
    assert (steps[0], steps[-1]) == (0, epochs * 45)
    assert list(steps) == sorted(set(steps))
    assert len(steps) <= 60


def test_patience_counts_epochs_that_are_no_better_than_the_best_before_them():
    assert not patience_is_over([0.5, 0.6, 0.6], patience=2)
    assert patience_is_over([0.5, 0.6, 0.6, 0.55], patience=2)
    assert not patience_is_over([0.5, 0.6, 0.6, 0.61], patience=2)
    assert not patience_is_over([0.5], patience=1)


def test_patience_zero_never_ends():
    assert not patience_is_over([0.9, 0.1, 0.1, 0.1], patience=0)

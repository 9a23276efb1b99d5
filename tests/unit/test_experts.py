"""Experts by class: counts that add up, and a band that holds what luck gives."""

import numpy as np
import pytest
import torch

from moe_demo import load_run
from moe_demo.insight.experts import experts_of, frame, loads_by_headline
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.shuffled import band, shuffled_lifts
from moe_demo.insight.whatif import Headlines
from moe_demo.training.evaluation import encode_all, evaluate


@pytest.fixture(scope="module")
def headlines() -> Headlines:
    run = load_run("deepseek")
    held_out = split_of_run(run.store).held_out
    return Headlines(
        texts=tuple(encode_all(held_out, run.encoder)), label_ids_B=torch.from_numpy(held_out.label_ids)
    )


def test_loads_are_those_of_the_evaluation_and_sum_to_words_times_k(headlines: Headlines):
    run = load_run("deepseek")
    evaluation = evaluate(run.model, headlines.texts, headlines.label_ids_B)
    n_tokens = sum(len(text.tokens) for text in headlines.texts)
    for layer, found in enumerate(experts_of(run, headlines)):
        np.testing.assert_array_equal(found.counts.load_EC, evaluation.load_LEC[layer])
        fair = n_tokens * run.config.model.top_k / run.config.model.n_routed
        assert (found.load_E * fair).sum() == pytest.approx(n_tokens * run.config.model.top_k)


def test_ninety_five_of_a_hundred_lifts_of_other_shuffles_lie_inside_the_band(headlines: Headlines):
    run = load_run("deepseek")
    for load_BE in loads_by_headline(run, headlines):
        labels_B = headlines.label_ids_B.numpy()
        low_EC, high_EC = band(shuffled_lifts(load_BE, labels_B, 3))
        others = shuffled_lifts(load_BE, labels_B, 3, n_shuffles=100, seed=99)
        inside = ((others >= low_EC) & (others <= high_EC)).mean()
        assert 0.93 < inside < 0.97


def test_an_expert_that_takes_one_class_alone_lies_outside_of_luck():
    label_ids_B = np.repeat([0, 1], 50)
    load_BE = np.stack([np.where(label_ids_B == 0, 4, 0), np.where(label_ids_B == 0, 0, 4)], axis=1)
    low_EC, high_EC = band(shuffled_lifts(load_BE, label_ids_B, 2))
    assert (high_EC < 2).all()
    assert (low_EC > 0).all()


def test_a_dead_expert_has_no_lift_and_no_band():
    label_ids_B = np.array([0, 1, 0, 1])
    load_BE = np.array([[3, 0], [2, 0], [5, 0], [1, 0]])
    low_EC, high_EC = band(shuffled_lifts(load_BE, label_ids_B, 2, n_shuffles=20))
    assert np.isnan(low_EC[1]).all()
    assert np.isnan(high_EC[1]).all()
    assert not np.isnan(low_EC[0]).any()


def test_the_table_has_a_row_for_every_layer_expert_and_class(headlines: Headlines):
    run = load_run("deepseek")
    found = experts_of(run, headlines)
    table = frame(found)
    assert len(table) == run.config.model.n_layers * run.config.model.n_routed * 3
    shares = table.groupby(["layer", "expert"])["share"].sum()
    np.testing.assert_allclose(shares, 1)
    assert {"load", "share", "lift", "n", "low", "high"} <= set(table.columns)

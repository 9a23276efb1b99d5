"""Who handles what: shares, chance and lift, by hand and as laws."""

import numpy as np
import pytest

from moe_demo.insight.specialisation import MIN_EXPECTED, Specialisation, specialisation
from moe_demo.runs.metrics import EvalMetrics

LABELS = ("tech", "sports", "entertainment")


def of(load_EC: list[list[int]]) -> Specialisation:
    labels = LABELS[: len(load_EC[0])]
    evaluation = EvalMetrics(
        step=1,
        n_headlines=10,
        loss=0.5,
        accuracy=0.9,
        confusion_CC=[[1] * len(labels)] * len(labels),
        load_LEC=[load_EC],
        max_vio_L=[0.0],
    )
    return specialisation(evaluation, 0, labels)


def test_worked_example_by_hand():
    """200 assignments, half of them tech. E0 took 80, 60 of them tech: share 3/4, lift 1.5, 60 of 100 tech tokens."""
    found = of([[60, 20], [40, 80]])
    assert found.load_E.tolist() == [80, 120]
    assert found.chance_C.tolist() == [0.5, 0.5]
    assert found.share_EC[0].tolist() == [0.75, 0.25]
    assert found.lift_EC[0].tolist() == [1.5, 0.5]
    assert found.taken_EC[:, 0].tolist() == [0.6, 0.4]
    assert found.load_share_E.tolist() == [0.4, 0.6]
    assert found.expected_EC[0].tolist() == [40, 40]


def test_shares_of_an_expert_sum_to_one_and_so_do_the_parts_of_a_class():
    found = of([[7, 100, 3], [20, 5, 60], [1, 1, 90]])
    assert found.share_EC.sum(axis=1) == pytest.approx(np.ones(3))
    assert found.taken_EC.sum(axis=0) == pytest.approx(np.ones(3))
    assert found.chance_C.sum() == pytest.approx(1)


def test_lift_is_one_where_loads_are_proportional():
    """Experts of very different load that take every class in the corpus's proportion handle nothing special."""
    found = of([[100, 200, 50], [10, 20, 5], [400, 800, 200]])
    assert found.lift_EC == pytest.approx(np.ones((3, 3)))


def test_lift_weighted_by_load_averages_to_one_for_each_class():
    found = of([[7, 100, 3], [20, 5, 60], [1, 1, 90]])
    assert found.load_share_E @ found.lift_EC == pytest.approx(np.ones(3))


def test_a_dead_expert_has_no_share_rather_than_a_share_of_zero():
    found = of([[50, 50], [0, 0]])
    assert np.isnan(found.share_EC[1]).all()
    assert np.isnan(found.lift_EC[1]).all()
    assert found.taken_EC[1].tolist() == [0, 0]
    assert found.small_EC[1].all()


def test_cells_with_few_expected_tokens_are_marked():
    found = of([[1000, 1000], [MIN_EXPECTED, MIN_EXPECTED - 2]])
    assert found.small_EC.tolist() == [[False, False], [True, True]]


def test_counts_of_other_classes_are_refused():
    evaluation = EvalMetrics(
        step=1,
        n_headlines=1,
        loss=1,
        accuracy=1,
        confusion_CC=[[1]],
        load_LEC=[[[1, 2]]],
        max_vio_L=[0],
    )
    with pytest.raises(AssertionError, match="2 classes were counted, not 3"):
        specialisation(evaluation, 0, LABELS)

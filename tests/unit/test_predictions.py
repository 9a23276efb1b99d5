"""Predictions are scored against guessing: by counting all guesses there are."""

from itertools import product
from types import SimpleNamespace

import pytest

from moe_demo.insight.predictions import FALL_FROM, FALLS, VERDICTS, Prediction, fall_of, score


def said(right: bool, n_answers: int) -> Prediction:
    return Prediction(said="a", came="a" if right else "b", n_answers=n_answers)


@pytest.mark.parametrize("right", [(True, True, False, True), (False,) * 4, (True,) * 4])
def test_chance_is_the_share_of_all_guesses_that_are_right_as_often(right: tuple[bool, ...]):
    n_answers = (2, 2, 4, 2)
    found = score([said(*one) for one in zip(right, n_answers, strict=True)])
    guesses = list(product(*(range(n) for n in n_answers)))
    as_good = [guess for guess in guesses if guess.count(0) >= sum(right)]  # say 0 is always the right one
    assert found.chance_of_as_many == pytest.approx(len(as_good) / len(guesses))
    assert found.by_chance == pytest.approx(sum(guess.count(0) for guess in guesses) / len(guesses))
    assert (found.n, found.n_right) == (4, sum(right))


def test_one_who_always_says_the_same_is_counted_for_each_kind_of_question():
    came = [("kept", 2), ("kept", 2), ("flips", 2), ("none", 4), ("much", 4)]
    found = score([Prediction(said="flips", came=one, n_answers=n) for one, n in came])
    assert found.by_one_answer == 2 + 1
    assert found.n_right == 1


@pytest.mark.parametrize(
    ("difference", "expected"),
    [(0.1, "none"), (0.0, "none"), (-0.0049, "none"), (-0.005, "little"), (-0.02, "some"), (-0.3, "much")],
)
def test_a_fall_is_told_by_its_size_and_a_gain_is_none(difference: float, expected: str):
    assert fall_of(SimpleNamespace(difference=difference)) == expected
    assert len(FALLS) == len(FALL_FROM) + 1
    assert len(VERDICTS) == 2

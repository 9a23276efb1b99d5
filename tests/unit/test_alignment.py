"""Experts matched across trainings: the best matching is the best, and chance is a best matching too."""

import itertools
from itertools import permutations

import numpy as np
import pytest

from moe_demo.insight.alignment import best_matching, matched, overlaps, same_leaning
from moe_demo.insight.lineage import QUANTITIES, LotteryCase, NumberKey, check, lineage_of


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6])
def test_the_matching_is_the_best_of_all_permutations(n: int):
    random = np.random.default_rng(n)
    for _ in range(25):
        value_EE = random.random((n, n)).round(1)  # rounded: there are ties too
        partner_E = best_matching(value_EE)
        assert sorted(partner_E) == list(range(n))
        best = max(sum(value_EE[i, j] for i, j in enumerate(order)) for order in permutations(range(n)))
        assert value_EE[np.arange(n), partner_E].sum() == pytest.approx(best)


def test_overlap_worked_by_hand():
    """Words taken 3 and 1 times against 1 and 1: min 1 + 1, max 3 + 1; and against nothing."""
    overlap_EE = overlaps(np.array([[3, 0], [1, 0]]), np.array([[1, 0], [1, 0]]))
    assert overlap_EE.tolist() == [[0.5, 0], [0, 0]]


def test_experts_under_other_numbers_are_found_again():
    random = np.random.default_rng(0)
    load_WE = random.poisson(2, (120, 8))
    order = random.permutation(8)
    found = matched(load_WE, load_WE[:, order], load_WE.sum(axis=1))
    np.testing.assert_array_equal(order[found.partner_E], np.arange(8))
    assert (found.overlap_E == 1).all()
    assert found.survives_E.all()
    assert found.chance < found.luck < 1


def test_trainings_that_have_nothing_in_common_have_partners_of_no_more_than_luck():
    random = np.random.default_rng(1)
    one, other = random.poisson(1, (300, 8)), random.poisson(1, (300, 8))
    found = matched(one, other, np.full(300, 8))
    assert found.survives_E.mean() < 0.3
    assert found.overlap_E.mean() == pytest.approx(found.chance, abs=0.03)


@pytest.mark.parametrize("n_experts", [2, 5, 16])
def test_numpy_finds_every_number_of_a_matching(n_experts: int):
    random = np.random.default_rng(n_experts)
    count_W = random.integers(3, 300, 90)
    mine_WE, theirs_WE = (
        np.stack([random.multinomial(n, random.dirichlet(np.full(n_experts, 0.3))) for n in count_W])
        for _ in range(2)
    )
    mine_EC, theirs_EC = random.integers(0, 90, (2, n_experts, 3))
    pairs = matched(mine_WE, theirs_WE, count_W)
    names = [name for name, quantity in QUANTITIES.items() if quantity.of is LotteryCase]
    assert len(names) >= 7
    for name, expert in itertools.product(names, range(n_experts)):
        case = LotteryCase(
            mine_WE=mine_WE,
            theirs_WE=theirs_WE,
            count_W=count_W,
            mine_EC=mine_EC,
            theirs_EC=theirs_EC,
            pairs=pairs,
            same=same_leaning(mine_EC, theirs_EC, pairs.partner_E),
            expert=expert,
        )
        found = check(lineage_of(NumberKey(name, (0,)), case))
        assert found.agrees, (name, expert, found)

"""Ways of keeping the load even, held against each other: information, dead experts, the most uneven, what holds."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from moe_demo.config import METHODS, BalanceConfig, BalanceMethod
from moe_demo.insight.comparison import (
    ComparedRun,
    Spread,
    dead_experts,
    findings,
    information_bias,
    mean_course,
    method_rows,
    most_uneven,
    mutual_information,
    paired,
    relative_loads,
    shuffled,
    step_time,
    waiting,
)
from moe_demo.insight.papers import FIGURES
from moe_demo.insight.sweep import SweepPoint, SweepRun, WithoutBalancing, sweep_of, verdicts
from moe_demo.releases.recording import read_recording
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.runs.store import RunError
from tests import toy

EVEN = [[100, 100], [100, 100], [100, 100], [100, 100]]
UNEVEN = [[700, 0], [33, 33], [17, 17], [0, 0]]
SPLIT = [[200, 0], [200, 0], [0, 200], [0, 200]]


def evaluation(load_EC: list[list[int]], accuracy: float = 0.9, step: int = 0) -> EvalMetrics:
    loads = np.asarray(load_EC).sum(1)
    return EvalMetrics(
        step=step,
        n_headlines=100,
        loss=1 - accuracy,
        accuracy=accuracy,
        confusion_CC=[[50, 0], [0, 50]],
        load_LEC=[load_EC],
        max_vio_L=[float(loads.max() / loads.mean() - 1)],
    )


def run(method: BalanceMethod, *loads: list[list[int]], accuracy: float = 0.9, seed: int = 0) -> ComparedRun:
    config = toy.config(seed=seed, balance=BalanceConfig(method=method, alpha=0.1, seq_alpha=0.1))
    config = replace(config, model=replace(config.model, n_routed=4, top_k=1, n_groups=1, topk_groups=1))
    evaluations = tuple(evaluation(load, accuracy, step) for step, load in enumerate(loads))
    return ComparedRun(run_id=f"{method}-{seed}", config=config, evaluations=evaluations)


def holds(runs: list[ComparedRun]) -> dict[str, bool]:
    return {finding.name: finding.holds for finding in findings(runs)}


def test_information_is_one_bit_where_the_expert_tells_which_of_two_classes():
    assert mutual_information(SPLIT) == pytest.approx(1.0)
    assert mutual_information(EVEN) == pytest.approx(0.0, abs=1e-12)
    # p = (1/2, 0), (1/4, 1/4): 1/2 log2(4/3) + 1/4 log2(2/3) + 1/4 log2 2
    by_hand = 0.5 * math.log2(4 / 3) + 0.25 * math.log2(2 / 3) + 0.25
    assert mutual_information([[2, 0], [1, 1]]) == pytest.approx(by_hand)


def test_the_bias_is_what_blind_counts_show_on_average():
    rng = np.random.default_rng(0)
    blind = rng.multinomial(3000, np.full(24, 1 / 24), size=300).reshape(300, 8, 3)
    shown = np.mean([mutual_information(load_EC) for load_EC in blind])
    assert information_bias(blind[0]) == pytest.approx(shown, rel=0.1)


def test_a_load_below_a_twentieth_of_its_fair_share_is_dead():
    assert relative_loads(evaluation(UNEVEN))[0, 0] == pytest.approx(3.5)
    assert dead_experts(evaluation(UNEVEN)) == [[3]]
    assert dead_experts(evaluation([[96, 0], [4, 0], [50, 50], [100, 100]])) == [[1]]


def test_the_sick_run_is_the_one_whose_load_says_so():
    runs = [run("loss_free", EVEN), run("aux_loss", SPLIT), run("none", UNEVEN)]
    assert runs[most_uneven(runs)].method == "none"
    even_none = [run("none", EVEN), run("loss_free", UNEVEN)]
    assert even_none[most_uneven(even_none)].method == "loss_free"


def test_the_order_of_the_anonymous_runs_is_fixed_and_not_that_of_the_methods():
    runs = [run(method, EVEN) for method in METHODS]
    order = [one.method for one in shuffled(runs)]
    assert order == [one.method for one in shuffled(runs[::-1])]
    assert order != list(METHODS)
    assert order != [one.method for one in shuffled(run(method, EVEN, seed=1) for method in METHODS)]


def test_each_statement_is_judged_by_the_numbers():
    expected = [
        *(run("none", EVEN, UNEVEN, seed=seed) for seed in range(3)),
        *(run("loss_free", UNEVEN, EVEN, seed=seed) for seed in range(3)),
        *(run("aux_loss", SPLIT, seed=seed) for seed in range(3)),
        *(run("seq_aux_loss", EVEN, seed=seed) for seed in range(3)),
    ]
    assert holds(expected) == {"none_uneven": True, "loss_free_even": True, "sequence_flattens": True}
    other = [
        *(run("none", UNEVEN, EVEN, seed=seed) for seed in range(3)),
        *(run("loss_free", EVEN, EVEN, accuracy=0.8, seed=seed) for seed in range(3)),
        *(run("aux_loss", EVEN, seed=seed) for seed in range(3)),
        *(run("seq_aux_loss", SPLIT, seed=seed) for seed in range(3)),
    ]
    assert holds(other) == {"none_uneven": False, "loss_free_even": False, "sequence_flattens": False}


def test_an_uneven_load_that_does_not_rise_is_not_called_rising():
    assert not holds([run("none", UNEVEN, UNEVEN)])["none_uneven"]
    assert mean_course([run("none", EVEN, UNEVEN), run("none", EVEN)]) == [0.0]


def test_methods_are_compared_seed_by_seed():
    runs = [run("none", EVEN, accuracy=0.80 + seed / 10, seed=seed) for seed in range(2)]
    runs += [run("loss_free", EVEN, accuracy=0.81 + seed / 10, seed=seed) for seed in range(2)]
    gain, error = paired(runs, "loss_free", "none", lambda one: one.accuracy)
    assert (gain, error) == (pytest.approx(0.01), pytest.approx(0.0, abs=1e-12))
    assert paired(runs, "aux_loss", "none", lambda one: one.accuracy) == (0.0, 0.0)


def test_a_row_is_mean_least_and_largest_over_the_seeds():
    [row] = method_rows([run("none", load, seed=seed) for seed, load in enumerate([EVEN, UNEVEN])])
    assert row.max_vio == Spread(mean=pytest.approx(1.25), low=0.0, high=pytest.approx(2.5))
    assert (row.n_dead.low, row.n_dead.high) == (0, 1)


def point(max_vio: float, accuracy: float = 0.9, information: float = 0.5) -> SweepPoint:
    numbers = {"accuracy": accuracy, "max_vio": max_vio, "information": information}
    return SweepPoint(value=1.0, **{name: Spread.of([value]) for name, value in numbers.items()})


def test_a_setting_is_judged_against_training_without_balancing():
    without = WithoutBalancing(accuracy=0.9, max_vio=2.0, information=0.6)
    steps = [point(1.5), point(0.2), point(0.1, information=0.2), point(0.1, accuracy=0.85), point(1.5)]
    assert verdicts(steps, without) == ["little", "right", "much", "much", "shaky"]


def test_a_sweep_is_sorted_and_joins_the_seeds_of_a_setting():
    runs = [
        SweepRun(method="aux_loss", value=value, seed=seed, evaluation=evaluation(load))
        for value, seed, load in ((1.0, 0, EVEN), (0.1, 0, UNEVEN), (0.1, 1, EVEN))
    ]
    few, many = sweep_of(runs, "aux_loss")
    assert (few.value, many.value) == (0.1, 1.0)
    assert (few.max_vio.low, few.max_vio.high, many.max_vio.mean) == (0.0, pytest.approx(2.5), 0.0)
    assert sweep_of(runs, "loss_free") == []


def test_a_missing_recording_is_one_sentence(tmp_path: Path):
    with pytest.raises(RunError, match="make recording"):
        read_recording(tmp_path)


def test_the_papers_figures_name_their_place():
    assert all(
        figure.source.startswith(("arXiv 2408.15664, Table", "arXiv 2412.19437, §")) for figure in FIGURES
    )
    assert {figure.method for figure in FIGURES} == {"aux_loss", "seq_aux_loss", "loss_free"}


def test_the_busiest_expert_sets_the_pace_of_a_step():
    """Loads 700, 66, 34, 0 of 200 on average: 3.5 times as long as even load, 5/7 of the time paid for waiting."""
    uneven, even = run("none", UNEVEN), run("loss_free", EVEN)
    assert (uneven.step_time, even.step_time) == (3.5, 1.0)
    assert (waiting(uneven.step_time), waiting(even.step_time)) == (pytest.approx(5 / 7), 0.0)
    assert (uneven.least_load, even.least_load) == (0.0, 1.0)
    assert uneven.step_time == uneven.busiest_load  # one layer


def test_layers_follow_each_other_so_their_times_are_averaged():
    both = replace(evaluation(UNEVEN), load_LEC=[UNEVEN, EVEN], max_vio_L=[2.5, 0.0])
    assert step_time(both) == (3.5 + 1.0) / 2

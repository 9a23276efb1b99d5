"""The right answer of each question of the lessons that ship, found again from the bundled models and recordings.

Each function returns the place of the right answer, from 0, and fails where the figures leave no answer clearly right.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from moe_demo.config import LABELS, RunConfig
from moe_demo.insight.comparison import ComparedRun
from moe_demo.insight.gate_cause import pieces_of
from moe_demo.insight.held_out import held_out_report, n_right
from moe_demo.insight.mixture import mixture
from moe_demo.insight.node_traffic import sentence_traffic
from moe_demo.insight.routing_diff import routing_diff
from moe_demo.insight.run import Run, load_run
from moe_demo.insight.switches import Seat, Switches
from moe_demo.insight.whatif import Effect, Headlines, answers, effect, whatif
from moe_demo.model.balance import updated_bias
from moe_demo.published import Conventions, count
from moe_demo.published.models import MODELS
from moe_demo.releases.gate_effects import recorded_agreement
from moe_demo.releases.recording import RECORDING, read_recording
from moe_demo.routers import with_router
from moe_demo.text.corpus import builtin_corpus
from moe_demo.ui.kit.selection import DEFAULT_TEXT

CHECKS: dict[str, Callable[[], int]] = {}
ROCKETS, ROCKET = "火箭夺冠", "火箭升空"
PHONE, FRUIT = "苹果发布新手机", "苹果上市价格大跌"
LUNCH, PORK = "今天中午吃什么", "红烧肉怎么做才好吃"
SHOWN_SEED = 10


def check(function: Callable[[], int]) -> Callable[[], int]:
    CHECKS[function.__name__] = function
    return function


def between(value: float, *limits: float) -> int:
    """In which interval a value lies: 0 below the first limit, 1 below the second, and so on."""
    return sum(value >= limit for limit in limits)


@cache
def deepseek(step: int | None = None) -> Run:
    return load_run("deepseek", step)


@cache
def five() -> tuple[ComparedRun, ...]:
    return tuple(read_recording(RECORDING).of_seed(SHOWN_SEED))


def by_method(method: str) -> ComparedRun:
    [found] = [run for run in five() if run.method == method]
    return found


@cache
def effect_of(switches: Switches) -> Effect:
    """On all held-out headlines."""
    headlines = Headlines.held_out(deepseek())
    return effect(deepseek(), headlines, switches, trained_answers())


@cache
def trained_answers():
    return answers(deepseek(), Headlines.held_out(deepseek()))


def label_place(text: str) -> int:
    return LABELS.index(deepseek().trace(text).label)


# load and collapse


@check
def accuracy_gap_without_balance() -> int:
    gap = max(run.accuracy for run in five()) - by_method("none").accuracy
    return between(gap, 0.01, 0.05)


@check
def step_time_without_balance() -> int:
    time = by_method("none").step_time
    assert abs(time - 3) < 0.25
    assert all(run.step_time < 1.6 for run in five() if run.method != "none")
    return int(np.argmin(np.abs(np.array([1, 1.5, 3]) - time)))


@check
def flattened_by() -> int:
    offered = [by_method(method).mutual_information for method in ("none", "loss_free", "seq_aux_loss")]
    assert sorted(offered)[0] < 0.05 < 0.5 < sorted(offered)[1]
    return int(np.argmin(offered))


@check
def bias_of_a_busy_expert() -> int:
    import torch

    load = torch.tensor([4.0, 1.0, 1.0])
    change = float((updated_bias(torch.zeros(3), load, 0.001))[0])
    return 0 if change > 0 else 1 if change < 0 else 2


# the tour


@check
def experts_of_a_word() -> int:
    return [1, 4, 16].index(deepseek().trace(DEFAULT_TEXT).layers[0].topk_idx_TK.shape[1])


@check
def class_with_one_expert() -> int:
    changed = whatif(deepseek(), DEFAULT_TEXT, Switches(top_k=1)).after
    return int(changed.label != deepseek().trace(DEFAULT_TEXT).label)


@check
def longest_piece_of_a_word() -> int:
    layer = mixture(deepseek().trace(DEFAULT_TEXT)).layers[0]
    kind, _ = layer.name(0, int(layer.norm_TP[0].argmax()))
    routed = layer.norm_TP[0, : layer.n_chosen]
    assert routed.max() > 1.2 * routed.min(), "the pieces are of one length"
    return int(kind == "shared")


@check
def certainty_before_training() -> int:
    return between(max(deepseek(0).trace(DEFAULT_TEXT).probabilities.values()), 0.45, 0.75)


# routing


@check
def class_of_rockets() -> int:
    return label_place(ROCKETS)


@check
def rocket_experts_in_common() -> int:
    frame = routing_diff(deepseek(), ROCKETS, ROCKET).frame()
    first, second = (int(frame[frame.layer == layer].n_same.iloc[0]) for layer in (0, 1))
    assert first == second == 2, "the lesson says: two in each layer"
    return [0, 2, 4].index(first)


@check
def what_mixes_before_the_router() -> int:
    return {"attention_moe": 0}[deepseek().config.model.block_order]


@check
def class_of_fruit() -> int:
    assert deepseek().trace(FRUIT).probabilities["tech"] > 0.6
    return label_place(FRUIT)


@check
def gate_of_an_expert_pushed_in() -> int:
    trained = deepseek().trace(ROCKET).layers[0]
    pushed = whatif(deepseek(), ROCKET, Switches(pushed=((Seat(0, 3), 0.2),))).after.layers[0]
    assert 3 not in trained.topk_idx_TK[0]
    assert int(pushed.choice_TE[0].argmax()) == 3
    gates = pushed.gates_TE[0][pushed.topk_idx_TK[0]]
    place = list(pushed.topk_idx_TK[0]).index(3)
    assert place in (int(gates.argmin()), int(gates.argmax()))
    return int(place == gates.argmin())


# cause and correlation


@check
def which_loss_moves_the_answer_more() -> int:
    pieces = {piece.expert: piece for piece in pieces_of(deepseek(), DEFAULT_TEXT)[0] if piece.token == 3}
    assert max(pieces.values(), key=lambda piece: piece.gate).expert == 11
    assert pieces[10].norm == pytest.approx(3 * pieces[11].norm, rel=0.1)
    effects = [abs(pieces[expert].effect) for expert in (11, 10)]
    assert effects[1] == pytest.approx(4 * effects[0], rel=0.1)
    return int(np.argmax(effects))


@check
def gate_and_effect() -> int:
    found = recorded_agreement(deepseek())
    assert found is not None
    return between(max(abs(layer.of_gate.value) for layer in found), 0.2, 0.7)


@check
def without_the_sports_expert() -> int:
    load = np.array(deepseek().last_eval.load_LEC)[1]
    assert int((load[:, 1] / load.sum(1)).argmax()) == 9, "another expert has most words of sports"
    assert load[9, 1] > load[9].sum() / 2
    found = effect_of(Switches(off=(Seat(1, 9),)))
    assert found.interval.low <= 0 <= found.interval.high
    return between(-found.difference, 0.01, 0.05)


@check
def with_a_random_router() -> int:
    found = effect_of(Switches(random_router=0))
    assert (found.n, deepseek().step) == (742, 552), "the lesson names other figures"
    assert found.interval.low < 0 < found.interval.high
    return between(-found.difference, 0.01, 0.05)


# engineers


@check
def copies_within_two_nodes() -> int:
    free, limited = (
        sentence_traffic(whatif(deepseek(), DEFAULT_TEXT, Switches(topk_groups=n)).after, 4) for n in (4, 2)
    )
    assert deepseek().config.model.topk_groups == 2
    assert free.layers[0].copies_per_node == 20
    return [14, 18, 20].index(limited.layers[0].copies_per_node)


@check
def generation_without_groups() -> int:
    config = RunConfig()
    return [with_router(config, router).model.n_groups == 1 for router in ("v2", "v3", "v4")].index(True)


@check
def activated_share_of_v3() -> int:
    share = count(MODELS["deepseek-v3"].shape, Conventions()).share
    return int(np.argmin(np.abs(np.array([0.037, 0.055, 0.10]) - share)))


@check
def activated_of_v4_pro() -> int:
    v3, v4 = (count(MODELS[f"deepseek-{name}"].shape, Conventions()).activated for name in ("v3", "v4-pro"))
    return int(np.argmin(np.abs(np.array([1.3, 2.3, 4]) - v4 / v3)))


@check
def words_dropped_at_capacity_one() -> int:
    changed = whatif(deepseek(), DEFAULT_TEXT, Switches(capacity_factor=1.0))
    return 0 if changed.dropped else 1


# data and values


@check
def largest_class_against_the_smallest() -> int:
    counts = builtin_corpus().class_counts.values()
    return between(max(counts) / min(counts), 1.25, 1.75)


@check
def answer_to_what_is_of_no_class() -> int:
    trace = deepseek().trace(LUNCH)
    assert abs(sum(trace.probabilities.values()) - 1) < 1e-5
    assert max(trace.probabilities.values()) < 0.4
    assert deepseek().is_familiar(trace.familiarity) is False
    return {True: 1}[trace.label in LABELS]


@check
def certainty_about_a_recipe() -> int:
    trace = deepseek().trace(PORK)
    assert deepseek().is_familiar(trace.familiarity) is False
    return between(max(trace.probabilities.values()), 0.5, 0.95)


@check
def mistakes_on_held_out() -> int:
    evaluation = held_out_report(deepseek()).evaluation
    wrong = evaluation.n_headlines - n_right(evaluation)
    return int(np.argmin(np.abs(np.log(np.array([7, 73, 300])) - np.log(wrong))))

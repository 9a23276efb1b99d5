"""The paper's interventions on a run: each is the what-if of its name, and none of them moves the trained model."""

import numpy as np
import pytest
import torch

from moe_demo import load_run
from moe_demo.figures.paper_interventions import relative_losses
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.paper_interventions import (
    FEWER,
    SHARED,
    TOP_OFF,
    PaperInterventions,
    paper_interventions,
)
from moe_demo.insight.switches import Switches
from moe_demo.insight.whatif import Headlines, answers, measured_on
from moe_demo.training.evaluation import encode_all
from moe_demo.ui.kit.i18n import labels


def some_of(name: str, n: int) -> Headlines:
    run = load_run(name)
    corpus = split_of_run(run.store).held_out
    texts = tuple(encode_all(corpus, run.encoder))[:n]
    return Headlines(texts=texts, label_ids_B=torch.from_numpy(corpus.label_ids)[:n])


def measured(name: str, n: int) -> PaperInterventions:
    run = load_run(name)
    return paper_interventions(run, measured_on(run, some_of(name, n)))


def test_each_step_is_the_what_if_of_its_name():
    run, headlines = load_run("deepseek"), some_of("deepseek", 120)
    told: list[tuple[int, int]] = []
    found = paper_interventions(
        run, measured_on(run, headlines), tell=lambda done, of: told.append((done, of))
    )
    k, labels_B = run.config.model.top_k, headlines.label_ids_B.numpy()

    def accuracy(switches: Switches) -> float:
        return float((answers(run, headlines, switches).predicted_B == labels_B).mean())

    for step in found.top_off[1:]:
        assert step.effect.accuracy_after == accuracy(Switches(top_off=step.value))
    for step in found.fewer:
        assert step.effect.accuracy_after == accuracy(Switches(top_k=step.value))
    assert found.shared_replaced is not None
    without = Switches(shared_off=tuple(range(run.config.model.n_layers)), top_k=k + 1)
    assert found.shared_replaced.effect.accuracy_after == accuracy(without)
    assert [step.value for step in found.fewer] == list(range(1, k + 1))
    for trained in (found.top_off[0], found.fewer[-1]):
        assert trained.effect.n_flipped == 0
        assert trained.effect.loss_after == pytest.approx(trained.effect.loss_before, abs=1e-6)
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told[:-1]] == list(range(len(told) - 1))


def test_a_run_without_shared_experts_has_none_to_replace_and_keeps_enough_to_choose_from():
    found = measured("document", 60)
    assert found.shared_replaced is None
    assert [step.value for step in found.top_off] == [0, 1, 2]
    frame = found.frame()
    assert set(frame["intervention"]) == {"top_off", "k"}
    np.testing.assert_array_less(frame["low"] - 1e-9, frame["difference"] + 1e-9)


def test_the_papers_figures_tell_its_story():
    assert [step.loss for step in TOP_OFF] == sorted(step.loss for step in TOP_OFF)
    assert all(step.loss >= step.loss_beside for step in TOP_OFF)
    assert [step.loss for step in FEWER] == sorted((step.loss for step in FEWER), reverse=True)
    assert SHARED[0].loss == FEWER[-1].loss < SHARED[1].loss


def test_lines_are_losses_over_the_loss_as_trained():
    found = measured("deepseek", 60)
    ours, deepseek, gshard = found.top_off_lines()
    assert ours.x == tuple(step.value / 16 for step in found.top_off)
    assert [line.loss[0] for line in (deepseek, gshard)] == [1.0, 1.0]
    assert ours.loss[0] == pytest.approx(1.0)
    assert deepseek.x[-1] == gshard.x[-1] == 4 / 16
    fewer, theirs = found.fewer_lines()
    assert fewer.x[-1] == theirs.x[-1] == 1.0
    assert fewer.loss[-1] == pytest.approx(1.0)
    assert theirs.loss[0] == pytest.approx(1.956 / 1.808)


def test_the_figure_draws_every_line_under_its_name():
    found = measured("document", 60)
    figure = relative_losses(found, labels("whatif.paper_lines"))
    lines = [*found.top_off_lines(), *found.fewer_lines()]
    assert [tuple(trace.y) for trace in figure.data] == [line.loss for line in lines]
    assert [trace.name for trace in figure.data if trace.showlegend] == [
        "我们",
        "DeepSeekMoE 2B",
        "GShard ×1.5",
    ]

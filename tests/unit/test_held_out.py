"""The held-out headlines, asked again, give what training wrote; the hardest come first."""

import math
from pathlib import Path

import numpy as np
import pytest

from moe_demo.insight.held_out import DataGoneError, held_out_report, split_of_run
from moe_demo.insight.run import Run, load_run
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.training.train import train_run
from tests import toy


def trained(folder: Path) -> Run:
    train_run(folder / "run", toy.config(epochs=2), [toy.write_csv(folder / "toy.csv")], device="cpu")
    return load_run(folder / "run")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return trained(tmp_path_factory.mktemp("hardest"))


def test_every_checkpoint_gives_the_evaluation_that_training_wrote(run):
    written = {line.step: line for line in run.metrics if isinstance(line, EvalMetrics)}
    both = [step for step in run.steps if step in written]
    assert len(both) >= 2
    for step in both:
        assert held_out_report(run.at(step)).evaluation == written[step]


@pytest.mark.parametrize("name", ["deepseek", "document"])
def test_a_bundled_checkpoint_gives_what_its_metrics_say(name):
    run = load_run(name)
    found = held_out_report(run)
    assert run.last_eval is not None
    # weights that ship are rounded: few words change an expert, no headline its class
    assert found.evaluation.confusion_CC == run.last_eval.confusion_CC
    found_LEC, written_LEC = np.array(found.evaluation.load_LEC), np.array(run.last_eval.load_LEC)
    assert found_LEC.sum() == written_LEC.sum()
    assert np.abs(found_LEC - written_LEC).sum() / 2 <= 0.005 * written_LEC.sum()
    assert found.evaluation.loss == pytest.approx(run.last_eval.loss, 2e-3)


def test_judgements_are_those_of_the_evaluation_hardest_first(run):
    found = held_out_report(run)
    losses = [one.loss for one in found.predictions]
    assert losses == sorted(losses, reverse=True)
    assert sum(losses) / len(losses) == pytest.approx(found.evaluation.loss, 1e-5)
    n = found.evaluation.n_headlines
    assert len(found.predictions) == n == 12
    assert found.n_wrong == n - sum(found.evaluation.confusion_CC[c][c] for c in range(3))
    for one in found.predictions:
        if not one.wrong:  # the predicted class is the true one, so its probability makes the loss
            assert one.loss == pytest.approx(-math.log(one.probability), abs=1e-5)


def test_held_out_headlines_were_not_trained_on(run):
    split = split_of_run(run.store)
    assert {one.text for one in held_out_report(run).predictions} == set(split.held_out.texts)
    assert set(split.train.texts).isdisjoint(split.held_out.texts)


@pytest.mark.parametrize("what", ["gone", "other", "broken"])
def test_headlines_that_are_not_those_of_the_run_are_refused_by_name(tmp_path, what):
    run, file = trained(tmp_path), tmp_path / "toy.csv"
    if what == "gone":
        file.unlink()
    elif what == "other":
        file.write_text(file.read_text("utf-8").replace("新款手机", "旧款手机"), "utf-8")
    else:
        file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataGoneError, match=r"toy\.csv") as refused:
        held_out_report(run)
    assert refused.value.source == "toy.csv"

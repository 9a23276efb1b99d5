"""A run's record as curves: the untrained model stands left of the first step, the last one is told as read twice."""

from moe_demo import load_run
from moe_demo.figures.training import training_curves
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.ui.kit.i18n import labels


def test_every_evaluation_stands_at_its_step_and_step_0_left_of_step_1():
    run = load_run("deepseek")
    evals = [record for record in run.metrics if isinstance(record, EvalMetrics)]
    figure = training_curves(run.metrics, run.config.model.top_k, labels("start.training"))
    held_out = next(trace for trace in figure.data if list(trace.y) == [one.accuracy for one in evals])
    assert [int(text) for text in held_out.text] == [one.step for one in evals]
    assert list(held_out.x[1:]) == [one.step for one in evals[1:]]
    assert 0 < held_out.x[0] < held_out.x[1] == 1
    marks = dict(zip(figure.layout.xaxis.tickvals, figure.layout.xaxis.ticktext, strict=True))
    assert marks == {held_out.x[0]: "0", 1.0: "1", 10.0: "10", 100.0: "100"}


def test_a_run_whose_biases_were_fitted_has_two_readings_of_its_last_step():
    assert load_run("deepseek").was_calibrated
    assert not load_run("document").was_calibrated

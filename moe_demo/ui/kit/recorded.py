"""The numbers of a training's every step and evaluation, as a run wrote them down: which there are, and their cases.

    recorded(run, NumberKey("eval_accuracy", (0, 184)), layer=0, expert=3)

There are too many of them for a list: an Offer has them by its `within`.
"""

from __future__ import annotations

import numpy as np

from moe_demo.insight.held_out import HeldOutReport
from moe_demo.insight.lineage import HeldOutCase, NumberKey, RecordedCase
from moe_demo.insight.run import Run
from moe_demo.runs.metrics import EvalMetrics, StepMetrics

OF_STEP = (
    "eval_accuracy",
    "eval_max_vio",
    "eval_floor",
    "step_ce",
    "step_max_vio",
    "step_floor",
    "step_load",
    "step_bias",
)


def recorded(run: Run, key: NumberKey, layer: int, expert: int) -> HeldOutCase | RecordedCase | None:
    """What a run wrote down at the step of a key: of a batch, or of an evaluation; None where there is nothing.

    The key's first place is the run on its page; a layer or an expert that this run lacks becomes its last.
    """
    if key.name not in OF_STEP or len(key.at) != 2:
        return None
    kind, model = (StepMetrics if key.name.startswith("step_") else EvalMetrics), run.config.model
    at_step = [one for one in run.metrics if isinstance(one, kind) and one.step == key.at[1]]
    found = at_step[-1] if at_step else None  # a run that calibrates its bias evaluates its last step twice
    layer, expert = min(layer, model.n_layers - 1), min(expert, model.n_routed - 1)
    if key.name == "step_bias" and model.kind_biases:
        return None  # what is recorded is the mean over the kinds of words, which no one load explains
    if isinstance(found, StepMetrics):
        words_S = np.array([one.n_tokens for one in run.metrics if isinstance(one, StepMetrics)])
        config = run.store.config(found.step)
        return RecordedCase(metrics=found, config=config, words_S=words_S, layer=layer, expert=expert)
    if found is None:
        return None
    return held_out_case(run, found, layer, expert)


def held_out_case(
    run: Run, evaluation: EvalMetrics, layer: int, expert: int, report: HeldOutReport | None = None
) -> HeldOutCase:
    """One evaluation of a run, with the experts a word had then."""
    return HeldOutCase(
        evaluation=evaluation,
        report=report,
        labels=run.labels,
        layer=layer,
        expert=expert,
        top_k=run.store.config(evaluation.step).model.top_k,
    )

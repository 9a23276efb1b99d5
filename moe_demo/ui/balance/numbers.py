"""The numbers of the balance page's formulas that tell where they come from."""

from __future__ import annotations

from collections.abc import Sequence

from moe_demo.insight.balance_terms import batch_loss
from moe_demo.insight.comparison import ComparedRun
from moe_demo.insight.lineage import HeldOutCase, NumberKey, StepCase
from moe_demo.releases.recording import Recording
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.ui.balance.formulas import shown_step
from moe_demo.ui.balance.settings import BalanceSettings
from moe_demo.ui.kit.lineage import STEPS, Offer
from moe_demo.ui.kit.selection import Selection
from moe_demo.ui.kit.words import letter

OF_RUN = ("eval_accuracy",)
REVEALED = (
    "eval_max_vio",
    "eval_load",
    "eval_worst_vio",
    "eval_least",
    "eval_time",
    "eval_ratio",
    "eval_floor",
)


def offered(recording: Recording, chosen: Selection, runs: Sequence[ComparedRun]) -> Offer:
    """The step whose formulas are on show, of one expert, the selected or the busiest, and of each headline.

    Beside them every evaluation of the runs in the picture, those that tell of loads once these are shown.
    """
    step, layer = shown_step(recording, chosen)
    n_routed = step.config.model.n_routed
    is_there = chosen.expert is not None and chosen.expert < n_routed
    expert = chosen.expert if is_there else int(batch_loss(step, layer).load_E.argmax())
    assert expert is not None
    of_runs = {*OF_RUN, *(REVEALED if chosen.of(BalanceSettings).reveal else ())}
    case = StepCase(step=step, layer=layer, expert=expert)
    headlines = step.terms.headlines
    of_headline = ("headline_sum", "headline_f", "headline_push", "headline_unevenness")
    whole = ("batch_sum", "batch_f", "batch_push", "batch_unevenness", "sequence_mean", "sequence_unevenness")
    return Offer(
        keys=(
            *(NumberKey(name) for name in (*whole, "bias")),
            *(NumberKey(name, (b,)) for b in range(len(headlines)) for name in of_headline),
        ),
        within=lambda key: key.name in of_runs and _evaluation(runs, key) is not None,
        case=lambda key: _compared(runs, key, layer, expert) if key.name in of_runs else case,
        layer=layer,
        expert=expert,
        names={
            "headline": [headline.text for headline in headlines],
            "run": [letter(place) for place in range(len(runs))],
            "at_step": STEPS,
        },
    )


def _evaluation(runs: Sequence[ComparedRun], key: NumberKey) -> EvalMetrics | None:
    """Which one a key is of, where there is one."""
    if len(key.at) != 2 or key.at[0] >= len(runs):
        return None
    place, step = key.at
    return next((one for one in runs[place].evaluations if one.step == step), None)


def _compared(runs: Sequence[ComparedRun], key: NumberKey, layer: int, expert: int) -> HeldOutCase:
    evaluation = _evaluation(runs, key)
    assert evaluation is not None, f"{key} is of no evaluation"
    model = runs[key.at[0]].config.model
    return HeldOutCase(
        evaluation=evaluation,
        report=None,
        labels=model.labels,
        layer=layer,
        expert=expert,
        top_k=model.top_k,
    )

"""The numbers of the training page's panels that tell where they come from."""

from __future__ import annotations

from collections.abc import Sequence

from moe_demo.insight.lineage import Case, NumberKey
from moe_demo.insight.run import Run
from moe_demo.insight.specialisation import specialisation
from moe_demo.insight.step_record import SlowStep
from moe_demo.ui.kit import views
from moe_demo.ui.kit.lineage import STEPS, Offer
from moe_demo.ui.kit.recorded import held_out_case, recorded
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_words
from moe_demo.ui.training.checkpoint import examined
from moe_demo.ui.training.numbers_slow_step import is_there, listed, slow_case


def offered(view: View, slow: tuple[SlowStep, int] | None = None) -> Offer | None:
    """The checkpoint on held-out headlines; of one expert, the selected or the busiest. None before an evaluation.

    Beside them every step and evaluation that the picture draws, and the step in slow motion with its picked headline.
    """
    report, evaluation = examined(view.run)
    if evaluation is None:
        return None
    layer = view.selection.layer
    experts = specialisation(evaluation, layer, view.run.labels)
    busiest = int(experts.load_E.argmax())
    expert = busiest if view.selection.expert is None else view.selection.expert
    of_expert = (NumberKey("relative_load"), *(NumberKey("lift", (c,)) for c in range(len(view.run.labels))))
    runs = [view.run, *_twin(view)]

    def at_step(key: NumberKey) -> Case | None:
        return _at_step(runs, slow, key, layer, expert)

    def case(key: NumberKey) -> Case:
        return at_step(key) or held_out_case(view.run, evaluation, layer, expert, report)

    return Offer(
        within=lambda key: at_step(key) is not None,
        keys=(
            NumberKey("accuracy"),
            *((NumberKey("held_out_loss"),) if report else ()),
            NumberKey("max_vio"),
            *(of_expert if experts.load_E[expert] else of_expert[:1]),
            *(listed(slow[0], layer, slow[1]) if slow else ()),
        ),
        case=case,
        layer=layer,
        expert=expert,
        names={
            "label": class_words(view.run.labels),
            "run": [run.run_id for run in runs],
            "at_step": STEPS,
            "headline": [one.text for one in slow[0].headlines] if slow else [],
            "nth": range(1, 10**6),
        },
    )


def _at_step(
    runs: Sequence[Run], slow: tuple[SlowStep, int] | None, key: NumberKey, layer: int, expert: int
) -> Case | None:
    """What a key of a step is asked of: the step in slow motion, or one that was written down; None of any other."""
    if slow is not None and is_there(slow[0], layer, key):
        return slow_case(runs[0], slow[0], layer, expert)
    if len(key.at) == 2 and key.at[0] < len(runs):
        return recorded(runs[key.at[0]], key, layer, expert)
    return None


def _twin(view: View) -> list[Run]:
    """The run that stands beside it in the picture, where there is one."""
    name = view.selection.twin
    return [views.opened_run(name)] if name and views.is_there(name) and not views.is_coming(name) else []

"""The numbers of the training page's panels that tell where they come from."""

from __future__ import annotations

from moe_demo.insight.lineage import Case, HeldOutCase, NumberKey, RecordedCase
from moe_demo.insight.run import Run
from moe_demo.insight.specialisation import specialisation
from moe_demo.runs.metrics import EvalMetrics, StepMetrics
from moe_demo.ui.kit import views
from moe_demo.ui.kit.lineage import STEPS, Offer
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_words
from moe_demo.ui.training.checkpoint import examined

OF_STEP = ("eval_accuracy", "eval_max_vio", "step_ce", "step_max_vio", "step_load", "step_bias")


def offered(view: View) -> Offer | None:
    """The checkpoint on held-out headlines; of one expert, the selected or the busiest. None before an evaluation.

    Beside them every step and evaluation that the picture draws.
    """
    report, evaluation = examined(view.run)
    if evaluation is None:
        return None
    layer = view.selection.layer
    experts = specialisation(evaluation, layer, view.run.labels)
    busiest = int(experts.load_E.argmax())
    expert = busiest if view.selection.expert is None else view.selection.expert
    case = HeldOutCase(
        evaluation=evaluation, report=report, labels=view.run.labels, layer=layer, expert=expert
    )
    loss = (NumberKey("held_out_loss"),) if report else ()
    of_expert = (NumberKey("relative_load"), *(NumberKey("lift", (c,)) for c in range(len(view.run.labels))))
    runs = [view.run, *_twin(view)]

    def recorded(key: NumberKey) -> Case | None:
        if key.name not in OF_STEP or len(key.at) != 2 or key.at[0] >= len(runs):
            return None
        return _recorded(runs[key.at[0]], key, layer, expert)

    return Offer(
        within=lambda key: recorded(key) is not None,
        keys=(
            NumberKey("accuracy"),
            *loss,
            NumberKey("max_vio"),
            *(of_expert if experts.load_E[expert] else of_expert[:1]),
        ),
        case=lambda key: recorded(key) or case,
        layer=layer,
        expert=expert,
        names={
            "label": class_words(view.run.labels),
            "run": [run.run_id for run in runs],
            "at_step": STEPS,
        },
    )


def _twin(view: View) -> list[Run]:
    """The run that stands beside it in the picture, where there is one."""
    name = view.selection.twin
    return [views.opened_run(name)] if name and views.is_there(name) and not views.is_coming(name) else []


def _recorded(run: Run, key: NumberKey, layer: int, expert: int) -> Case | None:
    """What a run wrote down at the step of a key: of a batch, or of an evaluation; None where there is nothing."""
    kind, model = (StepMetrics if key.name.startswith("step_") else EvalMetrics), run.config.model
    at_step = [one for one in run.metrics if isinstance(one, kind) and one.step == key.at[1]]
    found = at_step[-1] if at_step else None  # a run that calibrates its bias evaluates its last step twice
    layer, expert = min(layer, model.n_layers - 1), min(expert, model.n_routed - 1)
    if isinstance(found, StepMetrics):
        return RecordedCase(metrics=found, config=run.store.config(found.step), layer=layer, expert=expert)
    if found is None:
        return None
    return HeldOutCase(evaluation=found, report=None, labels=run.labels, layer=layer, expert=expert)

"""The numbers of the start page that tell where they come from."""

from __future__ import annotations

from moe_demo.insight.lineage import Case, NumberKey, sentence_case
from moe_demo.ui.kit.lineage import STEPS, Offer
from moe_demo.ui.kit.recorded import recorded
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_words

OF_CURVES = ("step_ce", "eval_accuracy", "eval_max_vio", "eval_floor")


def offered(view: View) -> Offer:
    """The class of the sentence, how familiar it is, and a gate: of the selected word and expert, or of the first.

    Beside them every point of the run's curves, of which the last evaluation is listed.
    """
    chosen = view.selection
    token = chosen.token or 0
    case = sentence_case(view.run, view.trace, token=token, layer=chosen.layer, expert=chosen.expert)
    of_class = [NumberKey("probability", (place,)) for place in range(len(view.run.labels))]
    last = view.run.last_eval
    of_last = [NumberKey(name, (0, last.step)) for name in OF_CURVES[1:]] if last else []

    def at_step(key: NumberKey) -> Case | None:
        is_there = key.name in OF_CURVES and key.at[:1] == (0,)
        return recorded(view.run, key, chosen.layer, case.expert) if is_there else None

    return Offer(
        keys=(*of_class, NumberKey("gate"), NumberKey("score"), NumberKey("familiarity"), *of_last),
        within=lambda key: at_step(key) is not None,
        case=lambda key: at_step(key) or case,
        word=view.trace.tokens[token],
        layer=chosen.layer,
        expert=case.expert,
        names={
            "label": class_words(view.run.labels),
            "run": [view.run.run_id],
            "at_step": STEPS,
        },
    )

"""What the waterfall toward each class is given: its steps, of the selected word or of the whole sentence."""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.mixture import first_sight, mixture
from moe_demo.insight.run import Run
from moe_demo.insight.waterfall import Step, Waterfall, waterfall
from moe_demo.ui.kit import views
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import ClassLook, ExpertLook, class_looks, expert_looks
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_word, expert_name, layer_name
from moe_demo.ui.mixture.data import rounded
from moe_demo.ui.mixture.settings import MixtureSettings

_KEPT = 256


class WaterfallStep(TypedDict):
    """One step: what it brings to each class, and where its bar begins."""

    name: str
    expert: int | None
    is_shared: bool
    is_drawn: bool
    """False of the rest, behind which the bars begin."""
    values: list[float]
    starts: list[float]


class MixtureWaterfallData(TypedDict):
    """Steps from nothing to the class logits, the same scale for all classes."""

    steps: list[WaterfallStep]
    logits: list[float]
    base: list[float]
    """Where the bars of each class begin."""
    ends: list[list[float]]
    """Low and high end of each class's scale; all are as long."""
    answer: int
    experts: list[ExpertLook]
    classes: list[ClassLook]
    title: str
    claim: str
    kind: str
    """Whether these steps are exact or measured, in one sentence."""
    words: dict[str, str]
    lang: str


def found(view: View) -> Waterfall:
    """The waterfall on show."""
    is_whole = view.selection.of(MixtureSettings).of == "sentence"
    token = None if is_whole else view.selection.token or 0
    return _waterfall(view.run, view.trace.text, view.selection.layer, token)


@kept_with_run(_KEPT)
def _waterfall(run: Run, text: str, layer: int, token: int | None) -> Waterfall:
    return waterfall(run, views.traced(run, text), layer, token)


def step_name(step: Step) -> str:
    """What a step is called."""
    if step.kind == "expert":
        return expert_name(int(step.expert or 0))
    return t(f"mixture.waterfall.steps.{step.kind}")


def waterfall_data(view: View) -> MixtureWaterfallData:
    """What the picture draws."""
    shown, chosen = found(view), view.selection
    running_NC = shown.running_NC
    starts_NC = np.vstack([np.zeros_like(running_NC[:1]), running_NC[:-1]])
    is_whole = chosen.of(MixtureSettings).of == "sentence"
    word = view.trace.tokens[chosen.token or 0]
    return {
        "steps": [
            {
                "name": step_name(step),
                "expert": step.expert,
                "is_shared": step.kind == "shared",
                "is_drawn": step.kind != "rest",
                "values": rounded(step.value_C),
                "starts": rounded(starts_NC[n]),
            }
            for n, step in enumerate(shown.steps)
        ],
        "logits": rounded(shown.logits_C),
        "base": rounded(shown.base_C),
        "ends": [rounded(ends_2) for ends_2 in shown.ends_C2],
        "answer": int(shown.logits_C.argmax()),
        "experts": expert_looks(view.run.config.model),
        "classes": class_looks(view.run.labels),
        "title": t(
            "mixture.waterfall.label_sentence" if is_whole else "mixture.waterfall.label_word",
            word=word,
            layer=layer_name(chosen.layer),
        ),
        "claim": _claim(view, shown),
        "kind": t(
            "mixture.waterfall.exact" if shown.exact else "mixture.waterfall.measured",
            n=f"{view.trace.pooling_count:g}",
        ),
        "words": labels("mixture.waterfall.words"),
        "lang": language(),
    }


def _claim(view: View, shown: Waterfall) -> str:
    """Whose step toward the answer is the largest, beside that of the largest gate: only what the numbers say."""
    answer = int(shown.logits_C.argmax())
    values = {"answer": class_word(view.run.labels[answer])}
    pieces = [step for step in shown.steps if step.kind in ("expert", "shared")]
    most = max(pieces, key=lambda step: abs(step.value_C[answer]))
    values |= {"most": step_name(most), "value": _signed(most.value_C[answer])}
    if pieces[0].piece is None or len(pieces) == 1:
        return t("mixture.waterfall.claim_most", **values)
    token = view.selection.token or 0
    loud = pieces[first_sight(mixture(view.trace).layers[view.selection.layer], token).loudest]
    values |= {"loud": step_name(loud), "loud_value": _signed(loud.value_C[answer])}
    return t(f"mixture.waterfall.claim_{'same' if loud is most else 'other'}", **values)


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")

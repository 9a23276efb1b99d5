"""What the what-if page's picture is given: the sentence's answer before and after, and the words that moved."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

from moe_demo.insight.random_seats import Array, RandomSeats, each_seat
from moe_demo.insight.trace import ForwardTrace
from moe_demo.insight.whatif import WhatIf
from moe_demo.ui.kit.gloss import of_word
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import ClassLook, ExpertLook, class_looks, expert_looks
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import badge, class_word, layer_title, sentences
from moe_demo.ui.whatif.data_board import BiasSlider, Change, GateLayer, SwitchRow, board, changes_made
from moe_demo.ui.whatif.data_board import bias_slider as bias_of
from moe_demo.ui.whatif.data_board import gate_sliders as gates_of
from moe_demo.ui.whatif.settings import Act, WhatIfSettings

DIGITS = 6


class Word(TypedDict):
    """A word of the sentence."""

    text: str
    gloss: str
    dropped: str
    """By which full experts, in words; empty where none dropped it."""


class Answer(TypedDict):
    """A class with its probability, before and after."""

    before: float
    after: float
    low: float | None
    """Of 95 % of the same switches on other experts; None where no single experts are switched."""
    high: float | None


class ChangedWord(TypedDict):
    """A word's experts in one layer, before and after."""

    word: str
    token: int
    before: list[int]
    after: list[int]
    dropped: list[int]
    """Experts that were full."""


class ChangedLayer(TypedDict):
    """All words in one layer."""

    title: str
    words: list[ChangedWord]


class WhatifPictureData(TypedDict):
    """The switchboard, and what it does to one sentence."""

    act: Act
    tokens: list[Word]
    picked: int
    rows: list[SwitchRow]
    gates: list[GateLayer]
    """Of the picked word, where a click sends words."""
    bias: BiasSlider | None
    """Of the picked expert, where a click moves biases."""
    changes: list[Change]
    answers: list[Answer] | None
    """None: the visitor predicts first."""
    next: list[list[list[float] | None]] | None
    """After a click on a seat; None: not known before."""
    classes: list[ClassLook]
    layers: list[ChangedLayer]
    """Only layers and words in which something is another one."""
    n_changed: int
    experts: list[ExpertLook]
    claim: str
    says: str
    """The whole picture in a sentence, for those who do not see it."""
    luck: str
    """Whether other experts would have done the same; empty where there is nothing to compare."""
    prediction: str
    """What the visitor said before, beside what came; empty where nothing was asked."""
    badge: str
    words: dict[str, str]
    lang: str


def picture_data(
    view: View,
    found: WhatIf,
    luck: RandomSeats | None = None,
    *,
    hidden: bool = False,
    prediction: str = "",
) -> WhatifPictureData:
    """What the picture draws; `hidden` keeps back the answer, and `found` must then be the trained model's."""
    asked = view.selection.of(WhatIfSettings)
    picked = view.selection.token or 0
    said = t("whatif.claim.hidden") if hidden else claim(view, found)
    return {
        "act": asked.act,
        "tokens": _tokens(found),
        "picked": picked,
        "rows": board(view, asked, found, picked),
        "gates": gates_of(asked, found, picked) if asked.act == "force" else [],
        "bias": bias_of(view, asked) if asked.act == "bias" else None,
        "changes": changes_made(asked, found),
        "answers": None if hidden else _answers(found, luck),
        "next": None if hidden else _next(view, asked, found),
        "classes": class_looks(view.run.labels),
        "layers": _layers(found),
        "n_changed": len({token for _, token in found.changed}),
        "experts": expert_looks(view.run.config.model),
        "claim": said,
        "says": sentences(t("whatif.words.board"), said),
        "luck": "" if hidden or luck is None else _luck(found, luck),
        "prediction": prediction,
        "badge": badge(view.run),
        "words": labels("whatif.words") | {"hint": t(f"whatif.hint.{asked.act}")},
        "lang": language(),
    }


def _answers(found: WhatIf, luck: RandomSeats | None) -> list[Answer]:
    return [
        {
            "before": float(found.before.probabilities_C[c]),
            "after": float(found.after.probabilities_C[c]),
            "low": None if luck is None else float(luck.low_C[c]),
            "high": None if luck is None else float(luck.high_C[c]),
        }
        for c in range(len(found.before.labels))
    ]


def _next(view: View, asked: WhatIfSettings, found: WhatIf) -> list[list[list[float] | None]] | None:
    """Of the trained model every seat's; where one seat alone is switched, the way back."""
    if asked.act not in ("off", "silence"):
        return None
    model = view.run.config.model
    switches = asked.switches(model.n_routed)
    if not switches.anything:
        answers = each_seat(view.run, view.trace.text, "off" if asked.act == "off" else "silenced")
        return [[None if one is None else _rounded(one) for one in layer] for layer in answers]
    seats = {*switches.off, *switches.silenced}
    if len(seats) != 1 or replace(switches, off=(), silenced=()).anything:
        return None
    [(layer, expert)] = seats
    back: list[list[list[float] | None]] = [[None] * model.n_routed for _ in range(model.n_layers)]
    back[layer][expert] = _rounded(found.before.probabilities_C)
    return back


def _rounded(values_C: Array) -> list[float]:
    """As many digits as a probability may need."""
    return [float(value) for value in values_C.astype(float).round(DIGITS)]


def _luck(found: WhatIf, luck: RandomSeats) -> str:
    """The class that the trained model says, beside the band."""
    answer = int(found.before.probabilities_C.argmax())
    before, after = (float(one.probabilities_C[answer]) for one in (found.before, found.after))
    return t(
        "whatif.luck",
        n=luck.n,
        as_far=luck.n_as_far(answer, before, after),
        label=class_word(found.before.label),
        low=luck.low_C[answer],
        high=luck.high_C[answer],
    )


def _tokens(found: WhatIf) -> list[Word]:
    return [
        {
            "text": token,
            "gloss": of_word(token),
            "dropped": t("common.comma").join(
                t("whatif.dropped_by", layer=layer_title(layer), expert=expert)
                for layer, at, expert in found.dropped
                if at == place
            ),
        }
        for place, token in enumerate(found.before.tokens)
    ]


def _layers(found: WhatIf) -> list[ChangedLayer]:
    layers = []
    for layer in range(len(found.before.layers)):
        full = {(token, expert) for at, token, expert in found.dropped if at == layer}
        shown = sorted({token for at, token in found.changed if at == layer} | {token for token, _ in full})
        if shown:
            words = [_word(found, layer, token, full) for token in shown]
            layers.append(ChangedLayer(title=layer_title(layer), words=words))
    return layers


def _word(found: WhatIf, layer: int, token: int, full: set[tuple[int, int]]) -> ChangedWord:
    def chosen(trace: ForwardTrace) -> list[int]:
        return [int(e) for e in trace.layers[layer].topk_idx_TK[token]]

    return {
        "word": found.before.tokens[token],
        "token": token,
        "before": chosen(found.before),
        "after": chosen(found.after),
        "dropped": sorted(expert for at, expert in full if at == token),
    }


def claim(view: View, found: WhatIf) -> str:
    """What came of it, in one sentence."""
    asked = view.selection.of(WhatIfSettings)
    if not asked.switches(view.run.config.model.n_routed).anything:
        return t("whatif.claim.nothing")
    before, after = found.before, found.after
    values = {
        "n": len({token for _, token in found.changed}),
        "before": class_word(before.label),
        "after": class_word(after.label),
        "p": before.probabilities[before.label],
        "q": after.probabilities[before.label],
    }
    return t("whatif.claim.flipped" if before.label != after.label else "whatif.claim.kept", **values)

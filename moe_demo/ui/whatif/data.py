"""What the what-if page's picture is given: the seats, and the sentence's answer before and after."""

from __future__ import annotations

from typing import Literal, TypedDict

from moe_demo.insight.trace import ForwardTrace
from moe_demo.insight.whatif import WhatIf
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import ClassLook, ExpertLook, class_looks, expert_looks
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import badge, layer_title
from moe_demo.ui.whatif.settings import Act, WhatIfSettings

State = Literal["on", "off", "muted"]


class SwitchSeat(TypedDict):
    """One expert of one layer."""

    state: State
    before: int
    """Words of the sentence that chose it."""
    after: int


class SwitchRow(TypedDict):
    """One layer of the switchboard."""

    title: str
    seats: list[SwitchSeat]
    shared: Literal["none", "on", "off"]


class Answer(TypedDict):
    """A class with its probability, before and after."""

    before: float
    after: float


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
    rows: list[SwitchRow]
    answers: list[Answer]
    classes: list[ClassLook]
    layers: list[ChangedLayer]
    """Only layers and words in which something is another one."""
    n_changed: int
    experts: list[ExpertLook]
    claim: str
    badge: str
    words: dict[str, str]
    lang: str


def picture_data(view: View, found: WhatIf) -> WhatifPictureData:
    """What the picture draws."""
    asked = view.selection.of(WhatIfSettings)
    model = view.run.config.model
    before, after = found.before.probabilities_C, found.after.probabilities_C
    return {
        "act": asked.act,
        "rows": [_row(view, asked, found, layer) for layer in range(model.n_layers)],
        "answers": [{"before": float(b), "after": float(a)} for b, a in zip(before, after, strict=True)],
        "classes": class_looks(view.run.labels),
        "layers": _layers(found),
        "n_changed": len({token for _, token in found.changed}),
        "experts": expert_looks(view.run.config.model),
        "claim": _claim(asked, found),
        "badge": badge(view.run),
        "words": labels("whatif.words"),
        "lang": language(),
    }


def _row(view: View, asked: WhatIfSettings, found: WhatIf, layer: int) -> SwitchRow:
    def state(expert: int) -> State:
        if (layer, expert) in asked.off:
            return "off"
        return "muted" if (layer, expert) in asked.mute else "on"

    before_E, after_E = found.before.layers[layer].load_E, found.after.layers[layer].load_E
    shared: Literal["none", "on", "off"] = "off" if (layer,) in asked.shared else "on"
    return {
        "title": layer_title(layer),
        "seats": [
            {"state": state(e), "before": int(before_E[e]), "after": int(after_E[e])}
            for e in range(len(before_E))
        ],
        "shared": shared if view.run.config.model.n_shared else "none",
    }


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


def _claim(asked: WhatIfSettings, found: WhatIf) -> str:
    """What came of it, in one sentence."""
    if not asked.switches().anything:
        return t("whatif.claim.nothing")
    before, after = found.before, found.after
    values = {
        "n": len({token for _, token in found.changed}),
        "before": t(f"classes.{before.label}") if before.label in labels("classes") else before.label,
        "after": t(f"classes.{after.label}") if after.label in labels("classes") else after.label,
        "p": before.probabilities[before.label],
        "q": after.probabilities[before.label],
    }
    return t("whatif.claim.flipped" if before.label != after.label else "whatif.claim.kept", **values)

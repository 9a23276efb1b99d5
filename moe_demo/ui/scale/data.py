"""What the scale page's picture is given: one MoE layer of each model as squares, and its size beside the others'."""

from __future__ import annotations

from math import sqrt
from typing import TypedDict

from moe_demo.published import Count
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.words import key_help, sentences
from moe_demo.ui.scale.models import counted, model_named, row
from moe_demo.ui.scale.settings import ScaleSettings

_UNITS = {
    "zh": ((1e12, "万亿"), (1e8, "亿"), (1e4, "万")),
    "en": ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")),
}


class ModelCard(TypedDict):
    """One model."""

    name: str
    title: str
    routed: int
    """Experts of one layer; as many squares."""
    shared: int
    lit: int
    """Of the routed ones, those one token uses."""
    side: float
    """Of the square of all its parameters, as a share of the largest model's."""
    inner: float
    """Of the square of the activated ones, as a share of the same."""
    layer: str
    total: str
    activated: str
    chosen: bool
    compared: bool
    says: str
    """What the squares show, for those who do not see them."""


class SwitchOption(TypedDict):
    """One way of counting."""

    value: str
    text: str
    pressed: bool


class Switch(TypedDict):
    """A setting with its ways."""

    name: str
    label: str
    options: list[SwitchOption]
    note: str


class ScalePictureData(TypedDict):
    """The models in the order of their release, and the conventions of counting."""

    cards: list[ModelCard]
    switches: list[Switch]
    claim: str
    label: str
    says: str
    """The whole picture in a sentence, for those who do not see it."""
    keys: dict[str, str]
    words: dict[str, str]
    lang: str


def amount(value: float) -> str:
    """A number as people read it: 6710 亿, 671B."""
    for size, unit in _UNITS[language()]:
        if value >= size:
            gap = " " if language() == "zh" else ""
            return (
                f"{value / size:,.4g}{gap}{unit}"
                if value / size < 1000
                else f"{value / size:,.0f}{gap}{unit}"
            )
    return f"{value:,.0f}"


def percent(share: float) -> str:
    """With the digits that tell 3.7 % from 3.75 %."""
    return f"{100 * share:.2f}\u202f%"


def picture_data(asked: ScaleSettings) -> ScalePictureData:
    """What the picture draws."""
    counts = {name: counted(name, asked.conventions) for name in shown(asked)}
    largest = max(found.total for found in counts.values())
    return {
        "cards": [_card(name, found, largest, asked) for name, found in counts.items()],
        "switches": _switches(asked),
        "claim": claim(asked),
        "label": (label := t("scale.picture_label", n=len(counts))),
        "says": sentences(label, claim(asked)),
        "keys": key_help("scale.keys"),
        "words": labels("scale.picture"),
        "lang": language(),
    }


def shown(asked: ScaleSettings) -> tuple[str, ...]:
    """The models of the picture: the row, and the chosen two where they are not in it."""
    return tuple(dict.fromkeys((*row(), asked.model, asked.compare)))


def claim(asked: ScaleSettings) -> str:
    """The chosen model in a sentence."""
    model, found = model_named(asked.model), counted(asked.model, asked.conventions)
    return t(
        "scale.claim",
        title=model.title,
        total=amount(found.total),
        activated=amount(found.activated),
        share=percent(found.share),
        k=found.shape.top_k,
        routed=found.shape.routed,
        layers=found.shape.moe_layers,
    )


def _card(name: str, found: Count, largest: int, asked: ScaleSettings) -> ModelCard:
    shape, title = found.shape, model_named(name).title
    total, activated = amount(found.total), f"{amount(found.activated)} ({percent(found.share)})"
    return {
        "name": name,
        "title": title,
        "routed": shape.routed,
        "shared": shape.shared,
        "lit": shape.top_k,
        "side": sqrt(found.total / largest),
        "inner": sqrt(found.activated / largest),
        "layer": t("scale.layer", n=shape.moe_layers, all=shape.moe_layers * shape.routed),
        "total": total,
        "activated": activated,
        "chosen": name == asked.model,
        "compared": name == asked.compare,
        "says": t("scale.says", k=shape.top_k, routed=shape.routed, shared=shape.shared),
    }


def _switches(asked: ScaleSettings) -> list[Switch]:
    """The ways of counting; each says for which models it makes a difference."""
    words = labels("scale.switches")
    tables: Switch = {
        "name": "tables",
        "label": words["tables"],
        "options": [
            {"value": way, "text": words[f"tables_{way}"], "pressed": asked.tables == way}
            for way in ("head", "both", "none")
        ],
        "note": words["tables_note"],
    }
    flags = {"mtp": asked.mtp, "prompt": asked.prompt, "engram": asked.engram, "wide": asked.wide}
    return [
        tables,
        *(
            Switch(
                name=name,
                label=words[name],
                options=[
                    {"value": "no", "text": words[f"{name}_no"], "pressed": not is_on},
                    {"value": "yes", "text": words[f"{name}_yes"], "pressed": is_on},
                ],
                note=words[f"{name}_note"],
            )
            for name, is_on in flags.items()
        ),
    ]

"""How experts, classes and ramps look, as a picture takes them: `figures.theme` as plain dictionaries.

A picture says by these types what it is given; `scripts.picture_types` writes them for the JavaScript side.
"""

from __future__ import annotations

from typing import TypedDict

from moe_demo.config import ModelConfig, ScoreFn
from moe_demo.figures.theme import (
    DIVERGING,
    SEQUENTIAL_DARK,
    SEQUENTIAL_LIGHT,
    class_style,
    expert_style,
)
from moe_demo.ui.kit.words import class_word

_SIGNED_DARK = (*DIVERGING[2::-1], SEQUENTIAL_DARK[0], *DIVERGING[:3:-1])
"""The hues of DIVERGING on dark ground: zero is dark there, and what is far from it is light."""


AFFINITY_SIGNS: dict[ScoreFn, str] = {"softmax": "softmax", "sigmoid": "σ", "sqrt_softplus": "√softplus"}
"""How a score function is written in a formula."""


class ExpertLook(TypedDict):
    """One routed expert: the hue is its group's, the texture tells its place there."""

    label: str
    hue: str
    ink: str
    texture: str


class ClassLook(TypedDict):
    """One class: colour, shape (its name and its character) and word, never colour alone."""

    hue: str
    ink: str
    shape: str
    glyph: str
    word: str


class Ramp(TypedDict):
    """Colours from low to high, on light and on dark ground."""

    light: tuple[str, ...]
    dark: tuple[str, ...]


def expert_looks(model: ModelConfig) -> list[ExpertLook]:
    """The routed experts in seat order."""
    styles = [expert_style(expert, model.n_routed, model.n_groups) for expert in range(model.n_routed)]
    return [
        ExpertLook(label=style.label, hue=style.hue, ink=style.ink, texture=style.texture) for style in styles
    ]


def class_looks(names: tuple[str, ...]) -> list[ClassLook]:
    """The classes in the order of their labels, with their words in the reader's language."""
    styles = [class_style(name, index) for index, name in enumerate(names)]
    return [
        ClassLook(hue=style.hue, ink=style.ink, shape=style.shape, glyph=style.glyph, word=class_word(name))
        for name, style in zip(names, styles, strict=True)
    ]


def sequential_ramp() -> Ramp:
    """For magnitudes."""
    return Ramp(light=SEQUENTIAL_LIGHT, dark=SEQUENTIAL_DARK)


def signed_ramp() -> Ramp:
    """For values below and above zero."""
    return Ramp(light=DIVERGING, dark=_SIGNED_DARK)

"""The one table of colours, textures, shapes and scales. Figures and components take theirs from here.

The palette was chosen by search, so that experts and classes stay apart for readers with any kind of colour
vision, and it is the same on light and dark ground: an expert keeps its colour when the theme flips, and each colour
stands 3 : 1 or more against either ground.

An expert is known by its seat, then its label, then hue and texture together: the hue is its group, the texture its
place in the group. Without groups, up to eight experts have a hue each, and more count as groups of four. A group
without a hue of its own left is neutral.
Magnitudes have one sequential ramp; load and lift one diverging ramp around 1.0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

HUES = ("#A89000", "#9018F0", "#B43060", "#9090A8", "#D87878", "#606090", "#78783C", "#487878")
"""Of experts. The first four are farthest apart: CIEDE2000 22 with any colour vision; all eight 11, of classes 10."""
INKS = ("#111111", "#FFFFFF", "#FFFFFF", "#111111", "#111111", "#FFFFFF", "#FFFFFF", "#FFFFFF")
TEXTURES = ("solid", "diagonal", "dots", "horizontal", "antidiagonal", "vertical", "grid", "rings")
NEUTRAL = "#8A94A0"
GROUND = {"light": "#FFFFFF", "dark": "#12161C"}
"""Of the page, as .streamlit/config.toml has it."""

FONT = (
    "'PingFang SC', 'HarmonyOS Sans SC', 'Microsoft YaHei UI', 'Microsoft YaHei', 'Noto Sans SC', "
    "'Source Han Sans SC', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', sans-serif"
)

SEQUENTIAL_LIGHT = ("#F4F6F8", "#CBDCE4", "#8FB8C8", "#4C8CA3", "#1F5F76", "#0B3646")
SEQUENTIAL_DARK = ("#1B222B", "#22404D", "#2C6478", "#4A8DA3", "#86BACB", "#D6ECF3")
DIVERGING = ("#8C3B00", "#D98B45", "#F1D3B2", "#F2F2F2", "#C3D3EC", "#6E93CF", "#234E9C")
"""Below 1.0, at 1.0 (the middle), above 1.0."""

AXIS = {
    "gridcolor": "rgba(128,140,155,0.22)",
    "zerolinecolor": "rgba(128,140,155,0.4)",
    "automargin": True,
}
"""What every axis of a figure has: a quiet grid, and room for its numbers."""

RUN_HUES = ("#2A6C83", "#FB5B40", "#A07A85", "#746244")
"""Of lines and marks that are no expert's: the main one, its opposite, and two more."""

RUN_LINES = {
    "train": NEUTRAL,
    "held_out": SEQUENTIAL_LIGHT[3],
    "floor": "#C8782F",
    "a": SEQUENTIAL_LIGHT[3],
    "b": RUN_HUES[1],
}
"""Lines that stand for a whole run: its batches, its held-out headlines, chance; and two runs beside each other."""


@dataclass(frozen=True)
class ExpertStyle:
    """How one routed expert looks, everywhere."""

    label: str
    hue: str
    ink: str
    texture: str


@dataclass(frozen=True)
class ClassStyle:
    """How one class looks, everywhere: colour, shape and (from the locale) a word, never colour alone."""

    hue: str
    ink: str
    shape: str
    """A plotly marker symbol; `glyph` is the same shape as a character."""
    glyph: str


_CLASSES = {
    "tech": ClassStyle("#3E9EEF", "#111111", "circle", "●"),
    "sports": ClassStyle("#A71D04", "#FFFFFF", "triangle-up", "▲"),
    "entertainment": ClassStyle("#E6B374", "#111111", "square", "■"),
}
_PLACES = 4  # in a row of experts where a model has no groups
_OTHER_SHAPES = (("diamond", "◆"), ("star", "★"), ("cross", "✚"), ("hexagon", "⬢"), ("pentagon", "⬟"))


def expert_style(expert: int, n_routed: int, n_groups: int = 1) -> ExpertStyle:
    """The look of routed expert `expert` of `n_routed` in `n_groups`: hue of its group, texture of its place there."""
    size = n_routed // n_groups
    if n_groups == 1:
        size = 1 if n_routed <= len(HUES) else _PLACES
    group, place = divmod(expert, size)
    texture = TEXTURES[(group if size == 1 else place) % len(TEXTURES)]
    if math.ceil(n_routed / size) > len(HUES):
        return ExpertStyle(f"E{expert}", NEUTRAL, "#111111", texture)
    return ExpertStyle(f"E{expert}", HUES[group], INKS[group], texture)


def class_style(label: str, index: int = 0) -> ClassStyle:
    """The look of a class; one that is none of the three gets a shape of its own and the neutral colour."""
    if label in _CLASSES:
        return _CLASSES[label]
    shape, glyph = _OTHER_SHAPES[index % len(_OTHER_SHAPES)]
    return ClassStyle(NEUTRAL, "#111111", shape, glyph)


def layout(**changes: Any) -> dict[str, Any]:
    """What every plotly figure starts from: transparent ground, our font, a quiet grid, no mode bar surprises."""
    base = {
        "font": {"family": FONT, "size": 14},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 24, "t": 36, "b": 8},
        "colorway": list(RUN_HUES),
        "xaxis": dict(AXIS),
        "yaxis": dict(AXIS),
        "hoverlabel": {"font": {"family": FONT}},
    }
    return base | changes

"""The one table of colours, textures, shapes and scales. Figures and components take theirs from here.

The palette was chosen by search, so that experts and classes stay apart for readers with any kind of colour
vision, and it is the same on light and dark ground: an expert keeps its colour when the theme flips.

An expert is known by its seat, then its label, then its texture, and only then its hue: with 9 to 16 experts the
second row repeats the hues with an outline instead of a fill; with more, hue is kept for what is picked.
Magnitudes have one sequential ramp; load and lift one diverging ramp around 1.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

HUES = ("#726042", "#2A6C83", "#DDB5F7", "#B0D1B8", "#A07A85", "#FB5B40", "#6932BB", "#952C63")
INKS = ("#FFFFFF", "#FFFFFF", "#111111", "#111111", "#111111", "#111111", "#FFFFFF", "#FFFFFF")
TEXTURES = ("solid", "diagonal", "dots", "horizontal", "antidiagonal", "vertical", "grid", "rings")
NEUTRAL = "#8A94A0"

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

RUN_LINES = {
    "train": NEUTRAL,
    "held_out": SEQUENTIAL_LIGHT[3],
    "floor": DIVERGING[1],
    "a": SEQUENTIAL_LIGHT[3],
    "b": HUES[5],
}
"""Lines that stand for a whole run: its batches, its held-out headlines, chance; and two runs beside each other."""


@dataclass(frozen=True)
class ExpertStyle:
    """How one routed expert looks, everywhere. `filled` is False in the second row of eight: outline only."""

    label: str
    hue: str
    ink: str
    texture: str
    filled: bool


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
_OTHER_SHAPES = (("diamond", "◆"), ("star", "★"), ("cross", "✚"), ("hexagon", "⬢"), ("pentagon", "⬟"))


def expert_style(expert: int, n_routed: int) -> ExpertStyle:
    """The look of routed expert `expert` of `n_routed`; above 16 all are neutral and told apart by their seat."""
    if n_routed > 2 * len(HUES):
        return ExpertStyle(f"E{expert}", NEUTRAL, "#111111", "solid", filled=True)
    row, seat = divmod(expert, len(HUES))
    return ExpertStyle(f"E{expert}", HUES[seat], INKS[seat], TEXTURES[seat], filled=row == 0)


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
        "colorway": list(HUES),
        "xaxis": dict(AXIS),
        "yaxis": dict(AXIS),
        "hoverlabel": {"font": {"family": FONT}},
    }
    return base | changes

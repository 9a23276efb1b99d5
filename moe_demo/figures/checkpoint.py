"""One checkpoint on the held-out headlines: its confusion matrix, and its experts by class.

Both are tints of one colour of the theme over the page's own ground, so they read on light and on dark, and every
number is in the page's ink.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from moe_demo.figures.theme import AXIS, DIVERGING, NEUTRAL, RUN_HUES, layout
from moe_demo.insight.specialisation import Specialisation

Array = np.ndarray[Any, Any]

STRONGEST = 0.6  # of a tint: the ink on it keeps a contrast above 4.5 on either ground
LIFT_END = math.log2(
    3
)  # the tint is strongest at three times chance, the most of three even classes, and at a third
_LONGEST_NAME = 14
_FEW = 5  # classes up to which a cell has room for two lines
_QUIET = {"showgrid": False, "zeroline": False, "automargin": True}


def confusion_matrix(confusion_CC: Array, names: Sequence[str], words: Mapping[str, str]) -> go.Figure:
    """Rows: the true class. Columns: the predicted one. Tint: the part of the row, so rows compare.

    The diagonal, what is right, is framed. Up to five classes each cell has its count and its share of the row.
    """
    n = len(names)
    rows_C1 = confusion_CC.sum(axis=1, keepdims=True)
    share_CC = np.divide(confusion_CC, rows_C1, out=np.zeros(confusion_CC.shape), where=rows_C1 > 0)
    figure = go.Figure(_share_cells(confusion_CC, share_CC, names, words))
    size = 15 if n <= _FEW else 12
    notes = []
    for (true, said), count in np.ndenumerate(confusion_CC):
        share = f"<br>{share_CC[true, said]:.0%}" if n <= _FEW and rows_C1[true] else ""
        notes.append(_note(true, said, f"{count}{share}", size))
    frame = {"type": "rect", "line": {"color": RUN_HUES[0], "width": 2}}
    frames = [frame | {"x0": at - 0.5, "x1": at + 0.5, "y0": at - 0.5, "y1": at + 0.5} for at in range(n)]
    figure.update_layout(**layout(height=_height(n, 74 if n <= _FEW else 40, 330)))
    figure.update_layout(annotations=notes, shapes=frames)
    named = _QUIET | {"tickvals": list(range(n)), "ticktext": [_short(name) for name in names]}
    figure.update_xaxes(title=words["predicted"], side="top", **named)
    figure.update_yaxes(title=words["true"], autorange="reversed", **named)
    return figure


def expert_class_map(experts: Specialisation, names: Sequence[str], words: Mapping[str, str]) -> go.Figure:
    """Rows: the experts of one layer. Columns: classes. Tint: lift against chance, none at 1.0; beside it the load.

    Hatched cells expect too few tokens for their lift to mean much; a dead expert has no lift at all.
    """
    n_routed, n = experts.lift_EC.shape
    ratio_E = np.nan_to_num(experts.load_share_E * n_routed)
    figure = make_subplots(
        rows=1,
        cols=2,
        column_widths=[0.7, 0.3],
        shared_yaxes=True,
        horizontal_spacing=0.03,
        subplot_titles=[words["lift"], words["load"]],
    )
    figure.add_trace(_lift_cells(experts, names, words), row=1, col=1)
    _mark_lift(figure, experts)
    figure.add_trace(_load_bars(ratio_E), row=1, col=2)
    figure.add_trace(_load_numbers(ratio_E, words["dead"]), row=1, col=2)
    figure.add_vline(x=1, line={"color": NEUTRAL, "width": 1.5, "dash": "dash"}, layer="below", row=1, col=2)
    figure.update_layout(**layout(height=_height(n_routed, 23, 330), xaxis={}, yaxis={}))
    seats = {"tickvals": list(range(n_routed)), "ticktext": [f"E{expert}" for expert in range(n_routed)]}
    figure.update_yaxes(range=[n_routed - 0.5, -0.5], **_QUIET, **seats)
    ticks = {"tickvals": list(range(n)), "ticktext": [_short(name) for name in names]}
    figure.update_xaxes(col=1, **_QUIET, **ticks)
    figure.update_xaxes(range=[0, max(1.0, float(ratio_E.max())) * 1.35], dtick=1, col=2, **AXIS)
    return figure


def _share_cells(
    confusion_CC: Array, share_CC: Array, names: Sequence[str], words: Mapping[str, str]
) -> go.Heatmap:
    shown = [_plain(name) for name in names]
    places = {"true": "customdata[0]", "predicted": "customdata[1]", "n": "customdata[2]", "share": "z:.1%"}
    rows = enumerate(confusion_CC.tolist())
    return go.Heatmap(
        z=share_CC,
        zmin=0,
        zmax=1,
        colorscale=[[0, _tint(RUN_HUES[0], 0.03)], [1, _tint(RUN_HUES[0], STRONGEST)]],
        showscale=False,
        xgap=3,
        ygap=3,
        meta={"why": "accuracy"},  # what a click asks for: see ui/kit/chart.js
        customdata=[[[shown[true], shown[said], n] for said, n in enumerate(row)] for true, row in rows],
        hovertemplate=_hover(words["cell"], places),
    )


def _mark_lift(figure: go.Figure, experts: Specialisation) -> None:
    """The lift as a number in its cell, and hatching over cells of few words.

    All of them at once: plotly checks the whole list again whenever one is added.
    """
    size = 13 if experts.lift_EC.shape[1] <= _FEW else 11
    notes = [
        _note(expert, column, f"{lift:.2f}", size)
        for (expert, column), lift in np.ndenumerate(experts.lift_EC)
        if np.isfinite(lift)
    ]
    line = {"color": NEUTRAL, "width": 1}
    hatches = [
        {"type": "path", "path": _hatch(column, expert), "line": line, "xref": "x", "yref": "y"}
        for (expert, column), is_small in np.ndenumerate(experts.small_EC)
        if is_small
    ]
    figure.layout.annotations += tuple(notes)
    figure.layout.shapes += tuple(hatches)


def _note(row: int, column: int, text: str, size: int) -> go.layout.Annotation:
    """A text in a cell of the first panel."""
    place = {"x": column, "y": row, "xref": "x", "yref": "y"}
    return go.layout.Annotation(**place, text=text, showarrow=False, font={"size": size})


def _load_bars(ratio_E: Array) -> go.Bar:
    """load / fair share of each expert."""
    return go.Bar(
        x=ratio_E,
        y=list(range(len(ratio_E))),
        orientation="h",
        marker={"color": [DIVERGING[1] if ratio < 1 else DIVERGING[5] for ratio in ratio_E]},
        showlegend=False,
        meta={"why": "relative_load", "expert": "y"},
        hovertemplate="E%{y}: %{x:.3f}<extra></extra>",
    )


def _load_numbers(ratio_E: Array, dead: str) -> go.Scatter:
    """The same as numbers, right of bar and dashed line; an expert that got nothing is named."""
    return go.Scatter(
        x=np.maximum(ratio_E, 1.0) + 0.03,
        y=list(range(len(ratio_E))),
        mode="text",
        text=[f"{ratio:.2f}" if ratio else dead for ratio in ratio_E],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


def _lift_cells(experts: Specialisation, names: Sequence[str], words: Mapping[str, str]) -> go.Heatmap:
    """Tinted by log2 of the lift, so that twice chance and half of it are as far from 1."""
    lift_EC = experts.lift_EC
    with np.errstate(divide="ignore"):
        tint_EC = np.clip(np.log2(lift_EC), -LIFT_END, LIFT_END)
    places = {"expert": "y", "class": "customdata[0]", "lift": "customdata[1]:.2f"}
    places |= {"n": "customdata[2]", "expected": "customdata[3]:.0f"}
    return go.Heatmap(
        z=tint_EC,
        zmin=-LIFT_END,
        zmax=LIFT_END,
        colorscale=[
            [0, _tint(DIVERGING[1], STRONGEST)],
            [0.5, _tint(NEUTRAL, 0.04)],
            [1, _tint(DIVERGING[5], STRONGEST)],
        ],
        showscale=False,
        hoverongaps=False,
        xgap=3,
        ygap=2,
        meta={"why": "lift-{x}", "expert": "y"},
        customdata=[
            [
                [_plain(name), float(lift_EC[expert, column]), int(experts.load_EC[expert, column]),
                 float(np.nan_to_num(experts.expected_EC[expert, column]))]
                for column, name in enumerate(names)
            ]
            for expert in range(len(lift_EC))
        ],
        hovertemplate=_hover(words["cell"], places),
    )  # fmt: skip


def _hover(template: str, places: Mapping[str, str]) -> str:
    """A text of the locale with plotly's own placeholders in place of ours."""
    for name, place in places.items():
        template = template.replace(f"{{{name}}}", f"%{{{place}}}")
    return f"{template}<extra></extra>"


def _hatch(column: int, expert: int) -> str:
    """Three slanted lines across the cell, in the units of the axes."""
    lines = [
        (column + shift - 0.15, expert + 0.42, column + shift + 0.15, expert - 0.42)
        for shift in (-0.3, 0, 0.3)
    ]
    return " ".join(f"M {x0},{y0} L {x1},{y1}" for x0, y0, x1, y1 in lines)


def _height(rows: int, each: int, least: int) -> int:
    return max(least, rows * each + 96)


def _tint(colour: str, alpha: float) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def _plain(name: str) -> str:
    """A class name of one's own as text: plotly reads <b> and the like as marks."""
    return name.replace("&", "&amp;").replace("<", "&lt;")


def _short(name: str) -> str:
    """Both ends of a long name, where names that begin alike still differ."""
    half = _LONGEST_NAME // 2
    return _plain(name if len(name) <= _LONGEST_NAME else f"{name[:half]}…{name[-half + 1 :]}")

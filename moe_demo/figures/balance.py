"""One method's ladder as a figure: accuracy, MaxVio and mutual information against the knob, the chosen rung marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from moe_demo.figures.theme import AXIS, DIVERGING, HUES, layout
from moe_demo.insight.comparison import Spread
from moe_demo.insight.sweep import LadderStep

_MEASURES = ("accuracy", "max_vio", "information")
_COLOURS = (HUES[1], HUES[5], HUES[4])
_MARK = HUES[1]
_WITHOUT = {"color": DIVERGING[1], "dash": "dot", "width": 1.5}


def ladder_figure(
    steps: Sequence[LadderStep],
    chosen: int,
    without: Mapping[str, float],
    ranges: Mapping[str, tuple[float, float]],
    words: Mapping[str, str],
) -> go.Figure:
    """Three panels over one logarithmic axis. Whiskers reach from the least seed to the largest.

    Dashed: the same training without balancing. `ranges` are shared by all ladders, so that they can be compared.
    """
    figure = make_subplots(
        rows=3,
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.09,
        subplot_titles=[words[name] for name in _MEASURES],
    )
    for row, (name, colour) in enumerate(zip(_MEASURES, _COLOURS, strict=True), start=1):
        figure.add_trace(_line(steps, name, colour, chosen), row=row, col=1)
        figure.add_hline(y=without[name], line=_WITHOUT, row=row, col=1)
        figure.update_yaxes(range=list(ranges[name]), row=row, col=1)
    figure.add_vline(x=steps[chosen].value, line={"color": _MARK, "width": 1.5})
    figure.update_layout(**layout(height=430, xaxis={}, yaxis={}))
    values = [step.value for step in steps]
    marks = {"tickvals": values, "ticktext": [f"{value:g}" for value in values]}
    figure.update_xaxes(type="log", **(AXIS | marks))
    figure.update_yaxes(**AXIS)
    figure.update_yaxes(tickformat=".1%", row=1, col=1)
    figure.update_annotations(font={"size": 13})
    return figure


def _line(steps: Sequence[LadderStep], name: str, colour: str, chosen: int) -> go.Scatter:
    """One measure over the rungs, the chosen one larger and ringed."""
    spreads: list[Spread] = [getattr(step, name) for step in steps]
    is_chosen = [place == chosen for place in range(len(steps))]
    return go.Scatter(
        x=[step.value for step in steps],
        y=[spread.mean for spread in spreads],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [spread.high - spread.mean for spread in spreads],
            "arrayminus": [spread.mean - spread.low for spread in spreads],
            "thickness": 1.2,
        },
        mode="lines+markers",
        line={"color": colour, "width": 2.5},
        marker={
            "size": [15 if one else 7 for one in is_chosen],
            "line": {"width": [3 if one else 0 for one in is_chosen], "color": _MARK},
        },
        hovertemplate="%{x:g}: %{y:.3f}<extra></extra>",
        showlegend=False,
    )

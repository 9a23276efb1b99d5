"""One method's sweep as a figure: accuracy, MaxVio and mutual information against its knob, the chosen value marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from moe_demo.figures.theme import AXIS, DIVERGING, RUN_HUES, layout
from moe_demo.insight.sweep import MEASURES, Measure, SweepPoint, WithoutBalancing

_COLOURS = (RUN_HUES[0], RUN_HUES[1], RUN_HUES[2])
_MARK = RUN_HUES[0]
_WITHOUT = {"color": DIVERGING[1], "dash": "dot", "width": 1.5}


def sweep_figure(
    points: Sequence[SweepPoint],
    chosen: int,
    without: WithoutBalancing,
    ranges: Mapping[Measure, tuple[float, float]],
    words: Mapping[str, str],
) -> go.Figure:
    """Three panels over one logarithmic axis. Whiskers reach from the least seed to the largest.

    Dashed: the same training without balancing. `ranges` are shared by all sweeps, so that they can be compared.
    """
    figure = make_subplots(
        rows=3,
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.09,
        subplot_titles=[words[name] for name in MEASURES],
    )
    for row, (name, colour) in enumerate(zip(MEASURES, _COLOURS, strict=True), start=1):
        figure.add_trace(_line(points, name, colour, chosen), row=row, col=1)
        figure.add_hline(y=without.value(name), line=_WITHOUT, row=row, col=1)
        figure.update_yaxes(range=list(ranges[name]), row=row, col=1)
    figure.add_vline(x=points[chosen].value, line={"color": _MARK, "width": 1.5})
    figure.update_layout(**layout(height=430, xaxis={}, yaxis={}))
    values = [point.value for point in points]
    marks = {"tickvals": values, "ticktext": [f"{value:g}" for value in values]}
    figure.update_xaxes(type="log", **(AXIS | marks))
    figure.update_yaxes(**AXIS)
    figure.update_yaxes(tickformat=".1%", row=1, col=1)
    figure.update_annotations(font={"size": 13})
    return figure


def _line(points: Sequence[SweepPoint], measure: Measure, colour: str, chosen: int) -> go.Scatter:
    """One measure over the sweep, the chosen value larger and ringed."""
    spreads = [point.spread(measure) for point in points]
    is_chosen = [place == chosen for place in range(len(points))]
    return go.Scatter(
        x=[point.value for point in points],
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

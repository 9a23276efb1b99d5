"""Every expert off by itself as a figure: how much it carried, and what the accuracy does without it."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from moe_demo.figures.theme import AXIS, DIVERGING, RUN_HUES, layout
from moe_demo.insight.switches import Seat
from moe_demo.insight.whatif import Effect


def ablation_map(effects: Mapping[Seat, Effect], words: Mapping[str, str]) -> go.Figure:
    """A point a seat: load over fair share against the change of accuracy, whiskers its 95 % interval."""
    figure = go.Figure()
    for layer in sorted({seat.layer for seat in effects}):
        seats = [seat for seat in effects if seat.layer == layer]
        found = [effects[seat] for seat in seats]
        figure.add_trace(
            go.Scatter(
                x=[one.load_share(seat) for seat, one in zip(seats, found, strict=True)],
                y=[one.difference for one in found],
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": [one.interval.high - one.difference for one in found],
                    "arrayminus": [one.difference - one.interval.low for one in found],
                    "thickness": 1.2,
                    "width": 3,
                },
                mode="markers+text",
                text=[f"E{seat.expert}" for seat in seats],
                textposition="middle right",
                name=words["layer"].format(n=layer + 1),
                marker={
                    "size": 11,
                    "color": RUN_HUES[layer % len(RUN_HUES)],
                    "symbol": ("circle", "diamond", "square")[layer % 3],
                },
                hovertemplate=words["hover"],
            )
        )
    figure.add_hline(y=0, line={"color": DIVERGING[1], "dash": "dot", "width": 1.5})
    figure.update_layout(**layout(height=380, legend={"orientation": "h", "y": 1.12}, xaxis={}, yaxis={}))
    figure.update_xaxes(title={"text": words["x"], "font": {"size": 13}}, rangemode="tozero", **AXIS)
    figure.update_yaxes(title={"text": words["y"], "font": {"size": 13}}, tickformat="+.1%", **AXIS)
    return figure

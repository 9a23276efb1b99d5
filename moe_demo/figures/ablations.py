"""Every expert off by itself as a figure: how much it carried, and what the accuracy does without it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from moe_demo.figures.theme import AXIS, DIVERGING, RUN_HUES, layout
from moe_demo.insight.switches import Seat
from moe_demo.insight.whatif import Effect

RING = 4
"""Pixels of the ring around an expert that is switched now."""
_SIDES = {"middle left": (-18, 0), "middle right": (18, 0), "top center": (0, 13), "bottom center": (0, -13)}
"""Where a name may stand beside its point, and how many pixels from it its middle is then."""
_PANEL, _NAME = (1000, 200), (26, 13)  # pixels of a panel and of a name, nearly


def ablation_map(effects: Mapping[Seat, Effect], words: Mapping[str, str]) -> go.Figure:
    """A panel a layer, a point a seat: load over fair share against the change of accuracy with its 95 % interval."""
    layers = sorted({seat.layer for seat in effects})
    titles = [words["layer"].format(n=layer + 1) for layer in layers]
    figure = make_subplots(
        rows=len(layers), shared_xaxes="all", shared_yaxes="all", subplot_titles=titles, vertical_spacing=0.12
    )
    for row, layer in enumerate(layers, start=1):
        seats = sorted(
            (seat for seat in effects if seat.layer == layer), key=lambda seat: effects[seat].load_share(seat)
        )
        points = _points(seats, [effects[seat] for seat in seats], RUN_HUES[(row - 1) % len(RUN_HUES)])
        figure.add_trace(points.update(hovertemplate=words["hover"]), row=row, col=1)
    height = 60 + 270 * len(layers)
    figure.update_layout(**layout(height=height, xaxis={}, yaxis={}, showlegend=False))
    line = {"color": DIVERGING[1], "dash": "dot", "width": 1.5}
    figure.add_hline(y=0, line=line, row="all", col="all")
    figure.update_xaxes(**AXIS)
    figure.update_xaxes(title={"text": words["x"], "font": {"size": 13}}, row=len(layers))
    figure.update_yaxes(title={"text": words["y"], "font": {"size": 13}}, tickformat="+.1%", **AXIS)
    return figure


def free_sides(x: Sequence[float], y: Sequence[float], y_ends: tuple[float, float]) -> list[str]:
    """For each point the side on which its name stands over the fewest points and names placed before it.

    `y_ends` are the lowest and the highest value that the panel shows.
    """
    places = [np.interp(x, (min(x), max(x)), (0, 1)), np.interp(y, y_ends, (0, 1))]
    at = np.stack(places, axis=1) * _PANEL
    names: list[Any] = []
    sides: list[str] = []
    for i, point in enumerate(at):
        taken = [*at[:i], *at[i + 1 :], *names]
        clashes = {
            side: sum(bool((np.abs(middle - point - shift) < _NAME).all()) for middle in taken)
            for side, shift in _SIDES.items()
        }
        sides.append(min(clashes, key=clashes.__getitem__))
        names.append(point + _SIDES[sides[-1]])
    return sides


def marked(figure: Mapping[str, Any], seats: Collection[Seat]) -> dict[str, Any]:
    """The encoded map with these experts ringed: those that are switched now."""
    traces = []
    for trace in figure["data"]:
        width = [RING if tuple(at) in seats else 0 for at in trace["customdata"]]
        traces.append(trace | {"marker": trace["marker"] | {"line": {"color": DIVERGING[1], "width": width}}})
    return {**figure, "data": traces}


def _points(seats: Sequence[Seat], found: Sequence[Effect], hue: str) -> go.Scatter:
    """The experts of one layer in the order of their load; their names stand on changing sides."""
    x, y = (
        [one.load_share(seat) for seat, one in zip(seats, found, strict=True)],
        [one.difference for one in found],
    )
    ends = min(one.interval.low for one in found), max(one.interval.high for one in found)
    return go.Scatter(
        x=x,
        y=y,
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
        customdata=[list(seat) for seat in seats],
        meta={"picks": True},
        textposition=free_sides(x, y, ends),
        marker={"size": 10, "color": hue},
    )

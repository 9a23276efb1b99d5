"""Routes of a whole model as one figure: the load of every layer and expert."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from moe_demo.figures.theme import DIVERGING, layout
from moe_demo.insight.load import load_scale_end

Array = np.ndarray[Any, Any]
_ROW, _LEAST, _MOST = 16, 170, 620  # pixels
_SHOWN = 24


def load_map(relative_LE: Array, top_k: int, words: Mapping[str, str]) -> go.Figure:
    """Load / fair share: rows are layers, columns experts, the middle of the scale is the fair share."""
    n_layers, n_routed = relative_LE.shape
    end = load_scale_end(n_routed, top_k)
    figure = go.Figure(
        go.Heatmap(
            z=relative_LE,
            zmin=0,
            zmax=end,
            colorscale=_scale(end),
            colorbar={"title": {"text": words["load"], "side": "right"}, "thickness": 12},
            hovertemplate=words["cell"].replace("{layer}", "%{y}").replace("{expert}", "%{x}")
            .replace("{load}", "%{z:.2f}") + "<extra></extra>",
        )
    )  # fmt: skip
    height = min(max(_LEAST, 90 + _ROW * n_layers), _MOST)
    figure.update_layout(**layout(height=height))
    figure.update_xaxes(title={"text": words["x"], "font": {"size": 13}}, showgrid=False, **_ticks(n_routed))
    figure.update_yaxes(
        title={"text": words["y"], "font": {"size": 13}},
        showgrid=False,
        autorange="reversed",
        **_ticks(n_layers),
    )
    return figure


def _scale(end: int) -> list[list[Any]]:
    """The diverging ramp with its middle at 1."""
    half = len(DIVERGING) // 2
    below = [[place / half / end, hue] for place, hue in enumerate(DIVERGING[:half])]
    above = [[(1 + place / half * (end - 1)) / end, hue] for place, hue in enumerate(DIVERGING[half:])]
    return below + above


def _ticks(n: int) -> dict[str, Any]:
    """Every number where there is room for all in a wide window; else as many as there is room for."""
    return {"dtick": 1} if n <= _SHOWN else {"nticks": _SHOWN}

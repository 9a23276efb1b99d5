"""Experts on nodes as figures: how many nodes words reach beside chance, and imbalance window by window."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from moe_demo.cluster.traffic import Array, Traffic
from moe_demo.figures.theme import AXIS, NEUTRAL, RUN_HUES, layout
from moe_demo.insight.plan_outcome import PlanOutcome

_LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}


def nodes_reached(
    sent: Traffic, chance_X: Array, words: Mapping[str, str], *, has_sums: bool = True
) -> go.Figure:
    """Share of words by how many nodes they reach, measured and by random routing.

    Without `has_sums` no number of it leads to its sum, as where it is of no run of ours.
    """
    nodes = list(range(1, len(chance_X)))
    figure = go.Figure(
        [
            go.Bar(
                x=nodes,
                y=sent.tokens_share_X[1:],
                name=words["measured"],
                marker_color=RUN_HUES[0],
                meta={"why": "reached_share-{x}"},  # what a click asks for: see ui/kit/chart.js
            ),
            go.Bar(
                x=nodes,
                y=chance_X[1:],
                name=words["chance"],
                marker={"color": NEUTRAL, "pattern": {"shape": "/"}},
                meta={"why": "reached_chance-{x}"},
            ),
        ]
    )
    figure.update_traces(hovertemplate="%{x}: %{y:.1%}<extra></extra>")
    if not has_sums:
        figure.update_traces(meta=None)
    figure.update_layout(**layout(height=270, legend=_LEGEND, bargap=0.3))
    figure.update_xaxes(**AXIS, title={"text": words["x"], "font": {"size": 13}}, tickvals=nodes)
    figure.update_yaxes(**AXIS, tickformat=".0%")
    return figure


def imbalance_over_windows(
    found: PlanOutcome, layer: int, window: int, words: Mapping[str, str]
) -> go.Figure:
    """Imbalance of each window: promised, without replicas, under the first plan, with new plans; one window marked."""
    n = len(found.without_WL)
    lines: dict[str, tuple[Array, str, str]] = {
        "planned": (np.full(n, found.planned_L[layer]), NEUTRAL, "dot"),
        "without": (found.without_WL[:, layer], RUN_HUES[3], "dash"),
        "served": (found.stale.imbalance_WL[:, layer], RUN_HUES[1], "solid"),
        "refreshed": (found.refreshed.imbalance_WL[:, layer], RUN_HUES[0], "solid"),
    }
    figure = go.Figure(
        [
            go.Scatter(
                x=list(range(1, n + 1)),
                y=list(values),
                name=words[name],
                customdata=[[place] for place in range(n)],
                meta={"why": "imbalance_planned" if name == "planned" else f"imbalance_{name}-{{at}}"},
                mode="lines+markers" if dash == "solid" else "lines",
                line={"color": hue, "dash": dash, "width": 2.5},
                hovertemplate="%{x}: %{y:.3f}<extra></extra>",
            )
            for name, (values, hue, dash) in lines.items()
        ]
    )
    figure.add_vline(x=window + 1, line={"color": NEUTRAL, "width": 1.5})
    figure.update_layout(**layout(height=300, legend=_LEGEND))
    figure.update_xaxes(**AXIS, title={"text": words["x"], "font": {"size": 13}}, dtick=1)
    figure.update_yaxes(**AXIS, title={"text": words["y"], "font": {"size": 13}}, rangemode="tozero")
    return figure

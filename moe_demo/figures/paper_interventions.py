"""The DeepSeekMoE paper's interventions as a figure: how many times the trained loss, ours and the paper's."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from moe_demo.figures.theme import AXIS, NEUTRAL, RUN_HUES, layout
from moe_demo.insight.paper_interventions import PaperInterventions, RelativeLine

_LOOKS = {
    "ours": {"color": RUN_HUES[0], "width": 3.5},
    "DeepSeekMoE 2B": {"color": RUN_HUES[1], "width": 2.5, "dash": "dash"},
    "GShard ×1.5": {"color": NEUTRAL, "width": 2.5, "dash": "dot"},
}
_SYMBOLS = {"ours": "circle", "DeepSeekMoE 2B": "diamond", "GShard ×1.5": "square"}


def relative_losses(found: PaperInterventions, words: Mapping[str, str]) -> go.Figure:
    """A panel without the best experts, one with fewer; each line begins or ends at 1, the model as trained."""
    panels = {"top_off": found.top_off_lines(), "fewer": found.fewer_lines()}
    figure = make_subplots(rows=2, subplot_titles=[words[name] for name in panels], vertical_spacing=0.22)
    for row, (name, lines) in enumerate(panels.items(), start=1):
        for line in lines:
            figure.add_trace(_line(line, words, is_named=row == 1), row=row, col=1)
        figure.update_xaxes(title={"text": words[f"{name}_x"], "font": {"size": 13}}, row=row, col=1)
    legend = {"orientation": "h", "y": 1.1, "yanchor": "bottom"}
    margin = {"l": 8, "r": 24, "t": 110, "b": 8}
    figure.update_layout(**layout(height=600, xaxis={}, yaxis={}, legend=legend, margin=margin))
    figure.update_xaxes(tickformat=".0%", **AXIS)
    figure.update_yaxes(**AXIS)
    figure.update_yaxes(title={"text": words["y"], "font": {"size": 13}})
    figure.update_annotations(font={"size": 14})
    return figure


def _line(line: RelativeLine, words: Mapping[str, str], *, is_named: bool) -> go.Scatter:
    return go.Scatter(
        x=line.x,
        y=line.loss,
        name=words.get(line.model, line.model),
        mode="lines+markers",
        line=_LOOKS[line.model],
        marker={"size": 9, "symbol": _SYMBOLS[line.model]},
        legendgroup=line.model,
        showlegend=is_named,
        hovertemplate=words["hover"],
    )

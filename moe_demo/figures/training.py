"""A run's own record of its training as a figure: loss, accuracy and MaxVio over the same steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from moe_demo.figures.theme import AXIS, NEUTRAL, RUN_HUES, RUN_LINES, layout
from moe_demo.insight.load import random_max_vio
from moe_demo.runs.metrics import EvalMetrics, StepMetrics

MAX_POINTS = 400
_STEP_0 = 0.5  # where it stands on a logarithmic axis
_TRAIN, _HELD_OUT, _FLOOR = NEUTRAL, RUN_HUES[0], RUN_LINES["floor"]


def training_curves(
    records: Sequence[StepMetrics | EvalMetrics], top_k: int, words: Mapping[str, str]
) -> go.Figure:
    """Three panels side by side. Thin: single batches. Bold: the held-out headlines, read after those steps.

    The step axis is logarithmic, since routing settles in the first few per cent of all steps. Step 0, the untrained
    model, stands left of 1. Dotted beside MaxVio: what blind choice would give for as many tokens.

    A point tells where it comes from (`meta`, see ui/kit/chart.js): of a batch's accuracy and an evaluation's loss no
    parts are recorded.
    """
    steps = _thinned([record for record in records if isinstance(record, StepMetrics)])
    evals = [record for record in records if isinstance(record, EvalMetrics)]
    figure = make_subplots(
        rows=1,
        cols=3,
        horizontal_spacing=0.07,
        subplot_titles=[words["loss"], words["accuracy"], words["max_vio"]],
    )
    ce = [(s.step, s.ce_loss) for s in steps]
    _line(figure, 1, words["batch"], _TRAIN, ce, thin=True, asks={"why": "step_ce-0-{at}"})
    _line(figure, 2, words["batch"], _TRAIN, [(s.step, s.accuracy) for s in steps], thin=True, legend=False)
    _line(figure, 1, words["held_out"], _HELD_OUT, [(e.step, e.loss) for e in evals])
    accuracy, asks = [(e.step, e.accuracy) for e in evals], {"why": "eval_accuracy-0-{at}"}
    _line(figure, 2, words["held_out"], _HELD_OUT, accuracy, legend=False, asks=asks)
    _max_vio(figure, evals, top_k, words)
    figure.update_layout(**layout(height=330, legend={"orientation": "h", "y": -0.3}, xaxis={}, yaxis={}))
    marks = _marks(max((record.step for record in records), default=1))
    title = {"text": words["step"], "font": {"size": 13}}
    figure.update_xaxes(type="log", tickvals=list(marks), ticktext=list(marks.values()), title=title, **AXIS)
    figure.update_yaxes(rangemode="tozero", **AXIS)
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%", col=2)
    return figure


def _max_vio(figure: go.Figure, evals: Sequence[EvalMetrics], top_k: int, words: Mapping[str, str]) -> None:
    """The third panel: a line for each layer, and blind choice."""
    for layer in range(len(evals[-1].max_vio_L) if evals else 0):
        points = [(e.step, e.max_vio_L[layer]) for e in evals]
        _line(
            figure,
            3,
            words["layer"].format(n=layer + 1),
            RUN_HUES[(1, 0, 3, 2)[layer % 4]],
            points,
            dash=("solid", "dash", "dot")[layer % 3],
            asks={"why": "eval_max_vio-0-{at}", "layer": layer},
        )
    floor, asks = [(e.step, _floor(e, top_k)) for e in evals], {"why": "eval_floor-0-{at}"}
    _line(figure, 3, words["floor"], _FLOOR, floor, dash="dot", asks=asks)


def _marks(last: int) -> dict[float, str]:
    """Of the step axis: 0, and the powers of ten up to the last step."""
    powers = [10**power for power in range(len(str(last)))]
    return {_STEP_0: "0"} | {float(power): f"{power}" for power in powers}


def _floor(record: EvalMetrics, top_k: int) -> float:
    """MaxVio of blind choice for as many tokens as this evaluation routed."""
    load_LE = np.asarray(record.load_LE)
    return random_max_vio(int(load_LE[0].sum()) // top_k, load_LE.shape[1], top_k)


def _line(
    figure: go.Figure,
    column: int,
    name: str,
    colour: str,
    points: Sequence[tuple[int, float]],
    *,
    thin: bool = False,
    dash: str = "solid",
    legend: bool = True,
    asks: Mapping[str, object] | None = None,
) -> None:
    values = np.array(points, dtype=float).reshape(-1, 2)
    steps = values[:, 0].astype(int).tolist()
    is_last = [step != after for step, after in zip(steps, [*steps[1:], None], strict=True)]
    figure.add_trace(
        go.Scatter(
            x=np.maximum(values[:, 0], _STEP_0),
            y=values[:, 1],
            name=name,
            legendgroup=name,
            showlegend=legend,
            # a run that calibrates its bias evaluates its last step twice: a key means the last of them
            customdata=[[step] if last else [] for step, last in zip(steps, is_last, strict=True)],
            meta=asks,
            mode="lines" if thin or not asks else "lines+markers",
            marker={"size": 6},
            line={"color": colour, "width": 1 if thin else 2.5, "dash": dash},
            opacity=0.6 if thin else 1,
            text=steps,
            hovertemplate="%{text}: %{y:.3f}",
        ),
        row=1,
        col=column,
    )


def _thinned(steps: Sequence[StepMetrics]) -> list[StepMetrics]:
    """At most MAX_POINTS of them, denser at the start, as the axis is."""
    if len(steps) <= MAX_POINTS:
        return list(steps)
    kept = np.unique(np.geomspace(1, len(steps), MAX_POINTS).round().astype(int)) - 1
    return [steps[index] for index in kept]

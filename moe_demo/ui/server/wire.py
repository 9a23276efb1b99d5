"""Records as they go to a watching browser: columns of short numbers, ready for JSON.

Loads go in hundredths of the fair share, biases in hundred-thousandths, MaxVio of a step in thousandths: whole numbers
take the fewest characters, and a picture shows no more of them.
"""

from __future__ import annotations

import math
from typing import Any, TypedDict

import numpy as np

from moe_demo.insight.history import Array, EvaluationPoint, HistoryPart
from moe_demo.insight.routes import Routes
from moe_demo.runs.events import Setting
from moe_demo.ui.kit.errors import said

Column = list[float | None]
"""n numbers."""


class EvaluationPayload(TypedDict):
    """One evaluation on the held-out headlines; `load` is L x E, by fair share."""

    step: int
    loss: float | None
    accuracy: float | None
    max_vio: list[float]
    floor: float
    """MaxVio of blind choice for as many tokens."""
    load: list[list[float]]


class EventPayload(TypedDict):
    """What happened to the run before the next step."""

    step: int
    kind: str
    value: Setting | None
    before: Setting | None


class HistoryPayload(TypedDict):
    """What a watcher lacks of a run's history: n steps a column, L layers, E experts."""

    version: int
    whole: bool
    """Whether it replaces everything the watcher has."""
    state: str
    reason: str
    """In the reader's language."""
    place: int
    """In the queue; 0 where the run does not wait."""
    step: int
    n_steps: int
    steps_per_epoch: int
    n_layers: int
    n_routed: int
    top_k: int
    labels: list[str]
    tokens_per_second: int | None
    seconds_left: float | None
    train_seconds: float
    batch_floor: float
    steps: list[int]
    ce: Column
    balance: Column
    accuracy: Column
    lr: Column
    load: list[list[list[int]]]
    """L x E x n, hundredths of the fair share."""
    bias: list[list[list[int]]]
    """L x E x n, hundred-thousandths."""
    max_vio: list[list[int]]
    """L x n, thousandths."""
    evals: list[EvaluationPayload]
    events: list[EventPayload]
    checkpoints: list[int]


class RoutesPayload(TypedDict):
    """One sentence at every checkpoint from place `first` on: layers and gates are L x n x T x K."""

    sentence: str
    first: int
    tokens: list[str]
    steps: list[int]
    layers: list[list[list[list[int]]]]
    """The chosen experts, in the order in which the router took them."""
    gates: list[list[list[list[int]]]]
    """In thousandths."""
    answers: list[tuple[str, float]]
    """The predicted class and its probability."""


def history_payload(part: HistoryPart) -> HistoryPayload:
    """What a watcher lacks of a run's history. A number that is none becomes null."""
    points = part.points
    return {
        "version": part.version,
        "whole": part.whole,
        "state": part.state,
        "reason": said(part.reason),
        "place": part.place,
        "step": part.step,
        "n_steps": part.n_steps,
        "steps_per_epoch": part.steps_per_epoch,
        "n_layers": part.n_layers,
        "n_routed": part.n_routed,
        "top_k": part.top_k,
        "labels": list(part.labels),
        "tokens_per_second": None if part.tokens_per_second is None else round(part.tokens_per_second),
        "seconds_left": None if part.seconds_left is None else round(part.seconds_left, 1),
        "train_seconds": part.train_seconds,
        "batch_floor": round(part.batch_floor, 4),
        "steps": _whole(points.step_n),
        "ce": _column(points.ce_n),
        "balance": _column(points.balance_n, 6),
        "accuracy": _column(points.accuracy_n),
        "lr": _column(points.lr_n, 7),
        "load": _whole(100 * points.load_LEn),
        "bias": _whole(1e5 * points.bias_LEn),
        "max_vio": _whole(1000 * points.max_vio_Ln),
        "evals": [_evaluation(evaluation) for evaluation in part.evaluations],
        "events": [
            {"step": event.step, "kind": event.kind, "value": event.value, "before": event.before}
            for event in part.events
        ],
        "checkpoints": list(part.checkpoints),
    }


def routes_payload(routes: list[Routes], sentence: str, first: int) -> RoutesPayload:
    """The routes of the checkpoints from place `first` on, layer by layer."""
    n_layers = len(routes[0].experts_LTK) if routes else 0
    return {
        "sentence": sentence,
        "first": first,
        "tokens": list(routes[0].tokens) if routes else [],
        "steps": [route.step for route in routes],
        "layers": [[route.experts_LTK[layer] for route in routes] for layer in range(n_layers)],
        "gates": [[route.gates_LTK[layer] for route in routes] for layer in range(n_layers)],
        "answers": [(route.label, route.probability) for route in routes],
    }


def _evaluation(evaluation: EvaluationPoint) -> EvaluationPayload:
    return {
        "step": evaluation.step,
        "loss": _rounded(evaluation.loss),
        "accuracy": _rounded(evaluation.accuracy),
        "max_vio": [round(value, 4) for value in evaluation.max_vio_L],
        "floor": round(evaluation.floor, 4),
        "load": evaluation.load_LE.round(3).tolist(),
    }


def _column(values_n: Array, digits: int = 4) -> Column:
    return [_rounded(value, digits) for value in values_n.tolist()]


def _whole(values: Array) -> Any:
    return np.rint(np.nan_to_num(values)).astype(np.int64).tolist()


def _rounded(value: float, digits: int = 4) -> float | None:
    return round(value, digits) if math.isfinite(value) else None

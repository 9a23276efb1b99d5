"""Records as they go to a watching browser: columns of short numbers, ready for JSON.

Loads go in hundredths of the fair share, biases in hundred-thousandths, MaxVio of a step in thousandths: whole numbers
take the fewest characters, and a picture shows no more of them.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from moe_demo.insight.history import Array, EvaluationPoint, HistoryPart

Payload = dict[str, Any]


def history_payload(part: HistoryPart) -> Payload:
    """What a watcher lacks of a run's history. A number that is none becomes null."""
    points = part.points
    return {
        "version": part.version,
        "whole": part.whole,
        "state": part.state,
        "reason": part.reason,
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
        "events": [asdict(event) for event in part.events],
        "checkpoints": list(part.checkpoints),
    }


def _evaluation(evaluation: EvaluationPoint) -> Payload:
    return {
        "step": evaluation.step,
        "loss": _rounded(evaluation.loss),
        "accuracy": _rounded(evaluation.accuracy),
        "max_vio": [round(value, 4) for value in evaluation.max_vio_L],
        "floor": round(evaluation.floor, 4),
        "load": evaluation.load_LE.round(3).tolist(),
    }


def _column(values_n: Array, digits: int = 4) -> list[float | None]:
    return [_rounded(value, digits) for value in values_n.tolist()]


def _whole(values: Array) -> Any:
    return np.rint(np.nan_to_num(values)).astype(np.int64).tolist()


def _rounded(value: float, digits: int = 4) -> float | None:
    return round(value, digits) if math.isfinite(value) else None

"""What training says of itself: plain records, one JSON line each in a run's `metrics.jsonl`.

Nothing in them depends on the clock: the same settings, data, seed and machine write the same bytes, whoever trains.
How long it took stands in `status.json`.

Letters: L MoE layers, E routed experts, C classes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from moe_demo.config import ModelConfig
from moe_demo.runs.checking import parsed, record_of

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class StepMetrics:
    """One optimizer step, measured on its own batch, with the weights from before the step."""

    step: int
    epoch: int
    loss: float
    """ce_loss + balance_loss + outlier_loss: what was minimised."""
    ce_loss: float
    balance_loss: float
    accuracy: float
    lr: float
    grad_norm: float
    """Before clipping."""
    n_tokens: int
    load_LE: list[list[int]]
    """Assignments per expert over the batch, summed over all processes."""
    max_vio_L: list[float]
    """Batch MaxVio."""
    bias_LE: list[list[float]]
    """The selection bias after this step's update."""
    outlier_loss: float = 0.0
    """What training beside texts of no class adds, weighted; 0 where there are none."""

    @property
    def finite(self) -> bool:
        """False once the loss or a gradient is NaN or infinite."""
        return math.isfinite(self.loss) and math.isfinite(self.grad_norm)


@dataclass(frozen=True, kw_only=True)
class EvalMetrics:
    """One pass over a whole corpus in eval mode: nothing in the model moves."""

    step: int
    n_headlines: int
    loss: float
    """Mean cross-entropy, without label smoothing and balance losses."""
    accuracy: float
    confusion_CC: list[list[int]]
    """Rows: the true class. Columns: the predicted one."""
    load_LEC: list[list[list[int]]]
    """Assignments per layer and expert, by the class of the headline the token stands in."""
    max_vio_L: list[float]
    """Global MaxVio: over the whole corpus."""
    familiar_from: float | None = None
    """The familiarity that nine in ten of these headlines reach; None where an older version measured."""

    @property
    def finite(self) -> bool:
        """False where the weights give no number any more."""
        return math.isfinite(self.loss)

    @property
    def load_LE(self) -> list[list[int]]:
        """Assignments per layer and expert."""
        return np.asarray(self.load_LEC).sum(-1).tolist()


def to_line(metrics: StepMetrics | EvalMetrics) -> dict[str, Any]:
    """The record as it stands in `metrics.jsonl`: `kind` tells which of the two it is."""
    kind = "step" if isinstance(metrics, StepMetrics) else "eval"
    return {"kind": kind, **vars(metrics)}


def from_line(line: str | bytes, model: ModelConfig | None = None) -> StepMetrics | EvalMetrics:
    """Inverse of `to_line`, of a run of this model; raises ValueError on a line of another make."""
    record = record_from(parsed(line))
    if model is not None:
        _require_shapes(record, model)
    return record


def record_from(values: Any) -> StepMetrics | EvalMetrics:
    """The record of a line that was read already; raises ValueError."""
    if not isinstance(values, dict):
        raise ValueError("it is no record")
    rest = {name: value for name, value in values.items() if name != "kind"}
    is_step = values.get("kind") == "step"
    record = record_of(StepMetrics, rest) if is_step else record_of(EvalMetrics, rest)
    _require_ranges(record)
    return record


_SHARES, _FROM_ZERO = ("accuracy",), ("step", "epoch", "n_tokens", "n_headlines", "lr", "grad_norm")
LARGEST = 1e30
"""Of any number of a record: what is larger no figure can show."""


def _require_ranges(record: StepMetrics | EvalMetrics) -> None:
    """Raise ValueError for what nothing that is measured can be: a share above 1, a count below 0."""
    for name, value in vars(record).items():
        if value is None:
            continue
        least = 0 if name in (*_SHARES, *_FROM_ZERO) or name.startswith(("load_", "confusion_")) else -LARGEST
        most = 1 if name in _SHARES else LARGEST
        lowest, highest = (value, value) if isinstance(value, int | float) else _ends(value)
        if not least <= lowest <= highest <= most:
            raise ValueError(f"{name} is out of range")


def _ends(nested: list[Any]) -> tuple[float, float]:
    """The least and the largest number of nested lists; 0 and 0 of empty ones."""
    if not nested:
        return 0, 0
    if not isinstance(nested[0], list):
        return min(nested), max(nested)
    lows, highs = zip(*map(_ends, nested), strict=True)
    return min(lows), max(highs)


def _require_shapes(record: StepMetrics | EvalMetrics, model: ModelConfig) -> None:
    """Raise ValueError where the lists are not as long as the model has layers, experts and classes."""
    n_layers, n_routed, n_classes = model.n_layers, model.n_routed, model.n_classes
    shapes = {"LE": (n_layers, n_routed), "L": (n_layers,), "CC": (n_classes, n_classes)}
    shapes["LEC"] = (n_layers, n_routed, n_classes)
    for name, nested in vars(record).items():
        wanted = shapes.get(name.rpartition("_")[2])
        if wanted is not None and np.shape(np.array(nested)) != wanted:
            raise ValueError(f"{name} is of another shape")

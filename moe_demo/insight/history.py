"""A run's record as it grows, for those who watch it: read once for all of them, and only what is new.

    history = History(RunStore(folder))
    history.refresh()                   reads on from where the last reading ended
    history.since(version)              what a watcher does not have yet (HistoryPart)

A long run is thinned: past MOST_POINTS steps every second one is kept, past twice as many every fourth one, ... The
evaluations are all kept. A run that was resumed from an earlier state has its record replaced; watchers then get
the whole anew.

Letters: L MoE layers, E routed experts, n points.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from moe_demo.insight.load import random_max_vio
from moe_demo.runs.events import Event
from moe_demo.runs.metrics import EvalMetrics, StepMetrics, from_line
from moe_demo.runs.store import RunStore, Status

MOST_POINTS = 600
_MAX_READ_BYTES = 64_000_000  # at once; the next reading goes on from there
_VERSIONS = 256  # how many versions back a watcher may be and still get only what is new

NOTHING = 0
"""The version of a watcher who has nothing yet."""

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What is small enough to be given whole each time."""

    status: Status
    state: str
    """That of the status, or `queued`."""
    place: int
    """In the queue; 0 where the run does not wait."""
    events: tuple[Event, ...]
    checkpoints: tuple[int, ...]


def _none() -> Array:
    return np.zeros(0)


@dataclass(frozen=True, kw_only=True)
class Points:
    """Steps of a run, a column each; by default none."""

    step_n: Array = field(default_factory=_none)
    ce_n: Array = field(default_factory=_none)
    balance_n: Array = field(default_factory=_none)
    accuracy_n: Array = field(default_factory=_none)
    lr_n: Array = field(default_factory=_none)
    load_LEn: Array = field(default_factory=_none)
    """Load / fair share: 1 is fair, 0 is dead."""
    bias_LEn: Array = field(default_factory=_none)
    max_vio_Ln: Array = field(default_factory=_none)


@dataclass(frozen=True, kw_only=True)
class EvaluationPoint:
    """One evaluation on the held-out headlines."""

    step: int
    loss: float
    accuracy: float
    max_vio_L: tuple[float, ...]
    floor: float
    """MaxVio of blind choice for as many tokens."""
    load_LE: Array
    """Load / fair share."""


@dataclass(frozen=True, kw_only=True)
class HistoryPart:
    """What a watcher lacks. The defaults are those of a run of which nothing is written yet."""

    version: int = 0
    whole: bool = True
    """Whether it replaces everything the watcher has."""
    state: str
    reason: str = ""
    place: int = 0
    """In the queue; 0 where the run does not wait."""
    step: int = 0
    n_steps: int = 0
    steps_per_epoch: int = 1
    n_layers: int = 0
    n_routed: int = 0
    top_k: int = 0
    labels: tuple[str, ...] = ()
    tokens_per_second: float | None = None
    seconds_left: float | None = None
    train_seconds: float = 0.0
    batch_floor: float = 0.0
    """MaxVio of blind choice in a batch."""
    points: Points = Points()
    evaluations: tuple[EvaluationPoint, ...] = ()
    events: tuple[Event, ...] = ()
    checkpoints: tuple[int, ...] = ()


class History:
    """What is known of a run's training so far. Not safe for several threads at once: its owner locks it."""

    def __init__(self, store: RunStore, most_points: int = MOST_POINTS) -> None:
        self.store, self.most_points = store, most_points
        self.version = 0
        self._lengths: dict[int, tuple[int, int]] = {}  # version -> points and evaluations it had
        self._facts: _Facts | None = None
        self._start_over()

    def refresh(self, state: str = "", place: int = 0) -> bool:
        """Read what has been written since; whether anything has changed. A torn or foreign line is left out.

        `state` and `place` are what is known of the run's job beside its folder, such as that it waits in the queue.
        """
        lines = self._new_lines()
        for line in lines:
            try:
                record = from_line(line, self.config.model)
            except ValueError:
                continue
            if isinstance(record, StepMetrics):
                self._add_step(record)
            else:
                self.evals.append(record)
        status = self.store.status()
        facts = _Facts(
            status=status,
            state=state or status.state,
            place=place,
            events=tuple(self.store.events()),
            checkpoints=tuple(self.store.checkpoint_steps()),
        )
        has_changed = bool(lines) or facts != self._facts
        self._facts = facts
        if has_changed:
            self.version += 1
            self._lengths[self.version] = (len(self.steps), len(self.evals))
            self._lengths.pop(self.version - _VERSIONS, None)
        return has_changed

    def knows(self, version: int) -> bool:
        """Whether a watcher with this version gets only what is new since then; any other gets the whole."""
        return version in self._lengths

    def since(self, version: int = NOTHING) -> HistoryPart:
        """What a watcher who has this version lacks. After `refresh`."""
        n_points, n_evals = self._lengths.get(version, (0, 0))
        status, model = self.facts.status, self.config.model
        newest = max(self.steps[-1].step if self.steps else 0, status.step)
        speed = status.step / status.train_seconds if status.train_seconds > 0 else 0.0
        tokens_a_step = self._n_tokens / self._n_seen if self._n_seen else 0.0
        return HistoryPart(
            version=self.version,
            whole=version not in self._lengths,
            state=self.facts.state,
            reason=status.said,
            place=self.facts.place,
            step=newest,
            n_steps=status.n_steps,
            steps_per_epoch=max(1, round(status.n_steps / self.config.epochs)),
            n_layers=model.n_layers,
            n_routed=model.n_routed,
            top_k=model.top_k,
            labels=model.labels,
            tokens_per_second=speed * tokens_a_step if speed else None,
            seconds_left=(status.n_steps - newest) / speed if speed else None,
            train_seconds=status.train_seconds,
            batch_floor=random_max_vio(round(tokens_a_step), model.n_routed, model.top_k),
            points=self._points(self.steps[n_points:]),
            evaluations=tuple(self._evaluation(record) for record in self.evals[n_evals:]),
            events=self.facts.events,
            checkpoints=self.facts.checkpoints,
        )

    @property
    def facts(self) -> _Facts:
        """Those of the last reading."""
        assert self._facts is not None, "refresh() comes first"
        return self._facts

    # -- reading ---------------------------------------------------------------------------------------------

    def _start_over(self) -> None:
        self.steps: list[StepMetrics] = []
        self.evals: list[EvalMetrics] = []
        self.config = self.store.config()
        self._stride, self._n_seen, self._n_tokens = 1, 0, 0
        self._read, self._file_id = 0, 0
        self._facts = None
        self._lengths.clear()

    def _new_lines(self) -> list[bytes]:
        """Whole lines that were not there before; a file that was replaced or cut is read from its start."""
        path = self._metrics_path
        if not path.is_file():
            return []
        facts = path.stat()
        if self._file_id and (facts.st_ino != self._file_id or facts.st_size < self._read):
            self._start_over()
        self._file_id = facts.st_ino
        if facts.st_size == self._read:
            return []
        with open(path, "rb") as file:
            file.seek(self._read)
            content = file.read(_MAX_READ_BYTES)
        whole = content[: content.rfind(b"\n") + 1]
        self._read += len(whole)
        return whole.splitlines()

    @property
    def _metrics_path(self) -> Path:
        return self.store.folder / "metrics.jsonl"

    def _add_step(self, record: StepMetrics) -> None:
        self._n_tokens += record.n_tokens
        if self._n_seen % self._stride == 0:
            self.steps.append(record)
        self._n_seen += 1
        if len(self.steps) > self.most_points:
            self.steps = self.steps[::2]
            self._stride *= 2
            self._lengths.clear()

    # -- what is given -----------------------------------------------------------------------------------------

    def _points(self, steps: list[StepMetrics]) -> Points:
        shape = (len(steps), self.config.model.n_layers, self.config.model.n_routed)
        load_nLE = np.array([step.load_LE for step in steps], dtype=float).reshape(shape)
        bias_nLE = np.array([step.bias_LE for step in steps], dtype=float).reshape(shape)
        max_vio_nL = np.array([step.max_vio_L for step in steps], dtype=float).reshape(shape[:2])
        return Points(
            step_n=np.array([step.step for step in steps], dtype=int),
            ce_n=np.array([step.ce_loss for step in steps]),
            balance_n=np.array([step.balance_loss for step in steps]),
            accuracy_n=np.array([step.accuracy for step in steps]),
            lr_n=np.array([step.lr for step in steps]),
            load_LEn=_relative(load_nLE).transpose(1, 2, 0),
            bias_LEn=bias_nLE.transpose(1, 2, 0),
            max_vio_Ln=max_vio_nL.T,
        )

    def _evaluation(self, record: EvalMetrics) -> EvaluationPoint:
        load_LE = np.asarray(record.load_LE, dtype=float)
        top_k = self._top_k_at(record.step)
        n_tokens = round(float(load_LE[0].sum()) / top_k)
        return EvaluationPoint(
            step=record.step,
            loss=record.loss,
            accuracy=record.accuracy,
            max_vio_L=tuple(record.max_vio_L),
            floor=random_max_vio(n_tokens, load_LE.shape[1], top_k),
            load_LE=_relative(load_LE),
        )

    def _top_k_at(self, step: int) -> int:
        """K when a step was taken: it may have been changed on the way."""
        top_k = self.config.model.top_k
        for event in self.facts.events:
            if event.kind == "top_k" and event.step < step and isinstance(event.value, int):
                top_k = event.value
        return top_k


def _relative(load_E: Array) -> Array:
    """Load / fair share over the last axis; 0 where nothing was routed."""
    return np.asarray(load_E / np.maximum(load_E.mean(-1, keepdims=True), 1e-9))

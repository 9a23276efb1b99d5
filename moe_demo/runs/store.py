"""A run is a folder, and the folder is the truth: every program reads it and only the trainer writes.

    config.json                      RunConfig
    vocab.txt                        words with a row of their own, one a line
    data.json                        where the headlines came from, how many, and their fingerprint
    metrics.jsonl                    one line per step and per evaluation, only ever appended to
    events.jsonl                     settings changed by hand, pauses, divergence; absent where nothing happened
    status.json                      state, step, total steps, seconds of training, process id, time of writing
    checkpoints/step-000128.safetensors   weights and routing biases after that many steps
    resume.safetensors               the newest weights with the optimizer's moments, to go on from; not of a done run
    lock                             empty; locked by the process that trains

Whole files replace each other at once: a reader sees the old one or the new one, never half of one.
A torn line of `metrics.jsonl` is skipped with a notice.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeVar

import torch

from moe_demo.config import ConfigError, ModelConfig, RunConfig
from moe_demo.errors import Said
from moe_demo.model.classifier import Classifier
from moe_demo.runs import weights
from moe_demo.runs.checking import parsed, record_of
from moe_demo.runs.data import DataInfo
from moe_demo.runs.events import Event, config_at, kept_after_divergence
from moe_demo.runs.files import (
    MAX_RECORD_BYTES,
    FolderLock,
    RunError,
    append_line,
    explained,
    flush_to_disk,
    read_json,
    read_record,
    read_text,
    write_json,
    write_whole,
)
from moe_demo.runs.metrics import EvalMetrics, StepMetrics, from_line, to_line
from moe_demo.text.errors import VocabularyError
from moe_demo.text.tokenizer import Vocabulary

__all__ = ["RunError", "RunStore", "State", "Status"]

Record = TypeVar("Record")
State = Literal["starting", "running", "paused", "done", "stopped", "failed", "interrupted"]
_NAMED_LINES = 5
_CHECKPOINT = re.compile(r"step-([0-9]{6,9})\.safetensors")


@dataclass(frozen=True, kw_only=True)
class Status:
    """What a run is doing.

    `interrupted` is never written: it is what a reader finds where the file says that the run is under way
    and no process holds its lock. The process was killed, or the power was cut. A paused run whose process has gone
    lost nothing: it reads as `stopped`.
    """

    state: State
    step: int
    """Steps taken when this was written; metrics.jsonl may know of more."""
    n_steps: int
    pid: int
    """Of the process that trains, to send it a signal; 0 for a bundled run."""
    written: float
    """Unix time in seconds; 0 for a bundled run."""
    reason: str = ""
    """Why it paused or ended, in English."""
    reason_key: str = ""
    """Of the same sentence in other languages, with the values below; empty where there is none."""
    reason_values: dict[str, str | int | float] = field(default_factory=dict)
    train_seconds: float = 0.0
    """Spent in steps since step 0, without evaluating and saving; 0 for a bundled run."""

    @property
    def active(self) -> bool:
        """Whether a process has the run in its hands, training or waiting to be played on."""
        return self.state in ("starting", "running", "paused")

    @property
    def said(self) -> str:
        """The reason, in a form that can be said in another language."""
        return (
            Said.again(self.reason, self.reason_key, self.reason_values) if self.reason_key else self.reason
        )

    @property
    def interrupted(self) -> bool:
        """Whether the run was under way and its process is gone."""
        return self.state == "interrupted"


class RunStore:
    """Reads and writes one run folder."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.lock = FolderLock(self.folder / "lock")
        self._metrics = self.folder / "metrics.jsonl"
        self._events = self.folder / "events.jsonl"
        self._resume = self.folder / "resume.safetensors"

    def __repr__(self) -> str:
        return f"RunStore({str(self.folder)!r})"

    @property
    def run_id(self) -> str:
        """The folder's name."""
        return self.folder.name or self.folder.resolve().name

    # -- what the run is -------------------------------------------------------------------------------------

    def create(self, config: RunConfig, vocabulary: Vocabulary | None, data: DataInfo, n_steps: int) -> None:
        """Write what a run begins with, config.json last: with it the folder is a run.

        A run that keeps no weights needs no vocabulary.

        Raises:
            RunError: a run, or a part of one, is already there.
        """
        names = (
            "config.json",
            "metrics.jsonl",
            "events.jsonl",
            "status.json",
            "checkpoints",
            "resume.safetensors",
        )
        found = next((name for name in names if (self.folder / name).exists()), None)
        if found:
            raise RunError("taken", folder=self.folder, found=found)
        write_json(self.folder / "data.json", asdict(data))
        if vocabulary is not None:
            write_whole(self.folder / "vocab.txt", vocabulary.to_text().encode())
        self.write_status("starting", 0, n_steps)
        write_json(self.folder / "config.json", config.to_dict())

    def config(self, step: int = 0) -> RunConfig:
        """The settings it began with, or those in force at a later step.

        Raises RunError where they are missing or cannot be read.
        """
        path = self._existing("config.json")
        try:
            config = RunConfig.from_dict(read_json(path))
        except ConfigError as error:
            raise RunError("bad_settings", path=path, why=error) from error
        try:
            return config_at(config, self.events(), step) if step else config
        except ConfigError as error:
            raise RunError("bad_change", path=self._events, why=str(error).rstrip(".")) from error

    def require_there(self) -> None:
        """Raises RunError where somebody has deleted the folder, or its settings, while it was being written."""
        if not (self.folder / "config.json").is_file():
            raise RunError("deleted", folder=self.folder)

    def data(self) -> DataInfo:
        """Where the headlines came from."""
        return self._record("data.json", DataInfo)

    def vocabulary(self) -> Vocabulary:
        """The words that have a row of their own."""
        path = self._existing("vocab.txt")
        try:
            found = Vocabulary.load(path)
        except VocabularyError as error:
            raise RunError("bad_vocabulary", path=path) from error
        if not all(word.strip() for word in found.words):
            raise RunError("bad_vocabulary", path=path)
        return found

    # -- how it is going -------------------------------------------------------------------------------------

    def write_status(
        self, state: State, step: int, n_steps: int, reason: str = "", train_seconds: float = 0.0
    ) -> None:
        """Replace status.json."""
        status = Status(
            state=state,
            step=step,
            n_steps=n_steps,
            pid=os.getpid(),
            written=time.time(),
            reason=reason,
            reason_key=reason.key if isinstance(reason, Said) else "",
            reason_values=reason.plain_values if isinstance(reason, Said) else {},
            train_seconds=train_seconds,
        )
        write_json(self.folder / "status.json", asdict(status))

    def write_shipped_status(self, step: int, n_steps: int, reason: str = "") -> None:
        """Replace status.json by that of a finished run that ships: it knows of no clock and no process."""
        done = Status(state="done", step=step, n_steps=n_steps, pid=0, written=0.0, reason=reason)
        write_json(self.folder / "status.json", asdict(done))

    def status(self) -> Status:
        """What the run is doing now, found out from status.json and the lock."""
        status = self._record("status.json", Status)
        if status.active and not self.lock.is_held():
            # It may just have ended: its last word was written before it let go of the lock.
            status = self._record("status.json", Status)
        if not status.active or self.lock.is_held():
            return status
        return replace(status, state="stopped" if status.state == "paused" else "interrupted")

    def note(self, event: Event) -> None:
        """Add a line to events.jsonl."""
        append_line(self._events, json.dumps(asdict(event), allow_nan=False))

    def events(self) -> list[Event]:
        """Every whole line of events.jsonl, in order."""
        if not self._events.exists():
            return []
        found = []
        for line in read_text(self._events, MAX_RECORD_BYTES).splitlines():
            with contextlib.suppress(ValueError):
                found.append(record_of(Event, parsed(line)))
        return found

    def changes(self) -> list[Event]:
        """The settings that were changed while the run trained."""
        return [event for event in self.events() if event.is_change]

    def undo_changes_after(self, step: int) -> None:
        """Forget the changes made after a step: a run that diverged under them does not make them again."""
        kept = kept_after_divergence(self.events(), step)
        lines = [json.dumps(asdict(event), allow_nan=False) for event in kept]
        write_whole(self._events, "".join(f"{line}\n" for line in lines).encode())

    def append(self, metrics: StepMetrics | EvalMetrics) -> None:
        """Add a line to metrics.jsonl."""
        append_line(self._metrics, json.dumps(to_line(metrics), allow_nan=False))

    def metrics(self) -> tuple[list[StepMetrics | EvalMetrics], str]:
        """Every whole line of metrics.jsonl, and a notice where one is torn (else an empty string)."""
        records: list[StepMetrics | EvalMetrics] = []
        torn, model, n_steps = [], self.config().model, self._planned_steps()
        for number, line in enumerate(self._metric_lines(), start=1):
            try:
                record = from_line(line, model)
            except ValueError:
                torn.append(number)
                continue
            if record.step > n_steps:
                torn.append(number)
            else:
                records.append(record)
        return records, _torn_notice(self._metrics, torn)

    def _planned_steps(self) -> float:
        """How many steps the run has at most; where nothing says so, any number."""
        with contextlib.suppress(RunError):
            return self._record("status.json", Status).n_steps
        return math.inf

    def _metric_lines(self) -> Iterator[str]:
        if self._metrics.exists():
            yield from read_text(self._metrics, MAX_RECORD_BYTES).splitlines()

    # -- weights ---------------------------------------------------------------------------------------------

    def save_checkpoint(self, model: Classifier, step: int, dtype: torch.dtype = torch.float32) -> None:
        """Keep the weights after `step` steps; `dtype` rounds the matrices."""
        write_whole(self._checkpoint(step), weights.checkpoint_bytes(model, step, dtype))

    def delete_checkpoint(self, step: int) -> None:
        """Forget the weights after `step` steps; nothing where there are none. Raises RunError."""
        with explained(self.folder):
            self._checkpoint(step).unlink(missing_ok=True)

    def checkpoint_steps(self) -> list[int]:
        """Steps that have a checkpoint, ascending."""
        names = (path.name for path in (self.folder / "checkpoints").glob("step-*.safetensors"))
        return sorted(int(match[1]) for match in map(_CHECKPOINT.fullmatch, names) if match)

    def load_model(self, step: int | None = None) -> tuple[Classifier, int]:
        """The classifier at a checkpoint (the last by default), in eval mode, and that checkpoint's step."""
        self._existing("config.json")
        steps = self.checkpoint_steps()
        if not steps:
            raise RunError("no_checkpoint", folder=self.folder)
        step = steps[-1] if step is None else step
        if step not in steps:
            known = ", ".join(map(str, steps))
            raise RunError("no_step", folder=self.folder, step=step, known=known)
        config = self.config(step)
        weights.require_size(self._checkpoint(step), config.model)
        model = Classifier(config.model)
        weights.load_checkpoint(self._checkpoint(step), model, step)
        return model.eval(), step

    def _checkpoint(self, step: int) -> Path:
        return self.folder / "checkpoints" / f"step-{step:06d}.safetensors"

    # -- going on --------------------------------------------------------------------------------------------

    def save_resume(self, model: Classifier, optimizer: torch.optim.Optimizer, step: int) -> None:
        """Replace the state to continue from, once every metrics line before it is safe on the disk."""
        flush_to_disk(self._metrics)
        write_whole(self._resume, weights.resume_bytes(model, optimizer, step))

    def drop_resume(self) -> None:
        """Remove the state to continue from: a run that is done does not go on."""
        with explained(self.folder):
            self._resume.unlink(missing_ok=True)

    def load_resume(self, model: Classifier, optimizer: torch.optim.Optimizer) -> int | None:
        """Put model and optimizer back to the newest saved state; returns its step, None if there is none."""
        return weights.load_resume(self._resume, model, optimizer) if self._resume.exists() else None

    def take_back(self, step: int | None) -> None:
        """Go back to the saved state of `step`, or to the start where a run was killed before it saved one.

        Raises:
            RunError: there is no saved state of a run that took steps; the record is not whole. Nothing is changed.
        """
        self.config(max((event.step for event in self.events()), default=0) + 1)
        if step is None:
            model = self.config().model
            steps = [_step_of(line, model) for line in self._metric_lines()]
            if self.status().step or any(0 < one < math.inf for one in (*steps, *self.checkpoint_steps())):
                raise RunError("no_resume", folder=self.folder)
        self.rewind(-1 if step is None else step)

    def rewind(self, step: int) -> None:
        """Forget every metrics line and checkpoint after `step`: a resumed run writes them again.

        Raises:
            RunError: lines from before `step` are missing; the record could not be made whole again.
        """
        model = self.config().model
        kept = [line for line in self._metric_lines() if _step_of(line, model) <= step]
        known = {_step_of(line, model) for line in kept}
        missing = next((number for number in range(1, step + 1) if number not in known), None)
        if missing is not None:
            raise RunError("lost_step", path=self._metrics, step=missing)
        write_whole(self._metrics, "".join(f"{line}\n" for line in kept).encode())
        with explained(self.folder):
            for later in self.checkpoint_steps():
                if later > step:
                    self._checkpoint(later).unlink()

    # -- files -----------------------------------------------------------------------------------------------

    def _existing(self, name: str) -> Path:
        if not self.folder.is_dir():
            raise RunError("no_folder", folder=self.folder)
        path = self.folder / name
        if not path.is_file():
            raise RunError("not_whole", folder=self.folder, name=name)
        return path

    def _record(self, name: str, record: type[Record]) -> Record:
        return read_record(self._existing(name), record)


def _torn_notice(path: Path, lines: list[int]) -> str:
    """One sentence of a few numbers, however many lines there are."""
    if not lines:
        return ""
    more = f" and {len(lines) - _NAMED_LINES} more" if len(lines) > _NAMED_LINES else ""
    named = ", ".join(map(str, lines[:_NAMED_LINES]))
    return f"{path}: line {named}{more} is torn or of another run and was left out."


def _step_of(line: str, model: ModelConfig) -> float:
    try:
        return from_line(line, model).step
    except ValueError:
        return math.inf  # torn: never kept

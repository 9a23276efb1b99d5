"""A run is a folder, and the folder is the truth: every program reads a run from here and only the trainer writes.

    config.json                      RunConfig
    vocab.txt                        words with a row of their own, one a line
    data.json                        where the headlines came from, how many, and their fingerprint
    metrics.jsonl                    one line per step and per evaluation, only ever appended to
    status.json                      state, step, total steps, process id, time of writing
    checkpoints/step-000128.safetensors   weights and routing biases after that many steps
    resume.safetensors               the newest weights with the optimizer's moments, to continue from

Whole files are written under a temporary name, flushed to the disk and renamed, so that a reader sees the old file
or the new one and never half of one. A torn last line of `metrics.jsonl` is skipped with a notice.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from moe_demo.config import ConfigError, RunConfig
from moe_demo.model.classifier import Classifier
from moe_demo.text.tokenizer import Vocabulary
from moe_demo.training.metrics import EvalMetrics, StepMetrics, from_line, to_line

State = Literal["starting", "running", "done", "stopped", "failed"]
_STALE_SECONDS = 30.0
_CHECKPOINT = re.compile(r"step-(\d+)\.safetensors")


class RunError(ValueError):
    """A run folder is missing, torn or of another make; the message says which file and what to do."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """What a run is doing, as its own process last wrote it."""

    state: State
    step: int
    n_steps: int
    pid: int
    host: str
    written: float
    """Unix time, seconds."""
    reason: str = ""

    @property
    def interrupted(self) -> bool:
        """True where the file says that the run is under way but its process is gone: killed, or the power was cut."""
        if self.state not in ("starting", "running"):
            return False
        if self.host == os.uname().nodename if hasattr(os, "uname") else True:
            return not _alive(self.pid)
        return time.time() - self.written > _STALE_SECONDS


@dataclass(frozen=True, kw_only=True)
class DataInfo:
    """The headlines a run was trained on, known again by their fingerprint."""

    source: str
    n_train: int
    n_held_out: int
    fingerprint: str
    """Hash over every training and held-out headline with its label."""


class RunStore:
    """Reads and writes one run folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def __repr__(self) -> str:
        return f"RunStore({str(self.folder)!r})"

    @property
    def run_id(self) -> str:
        """The folder's name."""
        return self.folder.name

    # -- what the run is ------------------------------------------------------------------------------------------

    def create(self, config: RunConfig, vocabulary: Vocabulary, data: DataInfo) -> None:
        """Write the files that never change afterwards. Raises RunError where a run is already there."""
        if (self.folder / "config.json").exists():
            raise RunError(
                f"{self.folder} already holds a run; choose another folder or continue it with --resume."
            )
        with _explained(self.folder):
            (self.folder / "checkpoints").mkdir(parents=True, exist_ok=True)
        self._write_json("config.json", config.to_dict())
        self._write_json("data.json", asdict(data))
        self._write("vocab.txt", vocabulary.to_text().encode())

    def config(self) -> RunConfig:
        """The settings; raises RunError where they are missing or cannot be read."""
        try:
            return RunConfig.from_dict(self._read_json("config.json"))
        except ConfigError as error:
            raise RunError(
                f"{self.folder / 'config.json'} was not written by this version: {error}"
            ) from error

    def data(self) -> DataInfo:
        """Where the headlines came from."""
        return self._record("data.json", DataInfo)

    def vocabulary(self) -> Vocabulary:
        """The words that have a row of their own."""
        return Vocabulary.load(self._existing("vocab.txt"))

    # -- how it is going ------------------------------------------------------------------------------------------

    def write_status(self, state: State, step: int, n_steps: int, reason: str = "") -> None:
        """Replace status.json."""
        status = Status(
            state=state,
            step=step,
            n_steps=n_steps,
            pid=os.getpid(),
            host=_host(),
            written=time.time(),
            reason=reason,
        )
        self._write_json("status.json", asdict(status))

    def status(self) -> Status:
        """What status.json says."""
        return self._record("status.json", Status)

    def append(self, *metrics: StepMetrics | EvalMetrics) -> None:
        """Add lines to metrics.jsonl."""
        lines = "".join(json.dumps(to_line(record)) + "\n" for record in metrics)
        with _explained(self.folder), open(self.folder / "metrics.jsonl", "a", encoding="utf-8") as file:
            file.write(lines)

    def metrics(self) -> tuple[list[StepMetrics | EvalMetrics], str]:
        """Every whole line of metrics.jsonl, and a notice where the last one is torn (else an empty string)."""
        records: list[StepMetrics | EvalMetrics] = []
        for number, line in enumerate(self._metric_lines(), start=1):
            try:
                records.append(from_line(json.loads(line)))
            except (ValueError, TypeError, KeyError):
                return records, f"{self.folder / 'metrics.jsonl'}: line {number} is torn and was left out."
        return records, ""

    def rewind_metrics(self, step: int) -> None:
        """Drop every line after `step`: a resumed run writes them again."""
        kept = [line for line in self._metric_lines() if _step_of(line) <= step]
        self._write("metrics.jsonl", "".join(line + "\n" for line in kept).encode())

    def _metric_lines(self) -> Iterator[str]:
        path = self.folder / "metrics.jsonl"
        if path.exists():
            yield from path.read_text(encoding="utf-8", errors="replace").splitlines()

    # -- weights --------------------------------------------------------------------------------------------------

    def save_checkpoint(self, model: Classifier, step: int, dtype: torch.dtype | None = None) -> Path:
        """Weights after `step` optimizer steps; `dtype` rounds the floating-point ones (float16 halves the file)."""
        tensors = {name: _as(value, dtype) for name, value in model.state_dict().items()}
        name = f"checkpoints/step-{step:06d}.safetensors"
        self._write(name, save(tensors, metadata={"step": str(step)}))
        return self.folder / name

    def checkpoint_steps(self) -> list[int]:
        """Steps that have a checkpoint, ascending."""
        names = [
            _CHECKPOINT.fullmatch(path.name)
            for path in (self.folder / "checkpoints").glob("step-*.safetensors")
        ]
        return sorted(int(match[1]) for match in names if match)

    def load_model(self, step: int | None = None) -> tuple[Classifier, int]:
        """The classifier at a checkpoint (the last one by default), in eval mode, and that checkpoint's step."""
        steps = self.checkpoint_steps()
        if not steps:
            raise RunError(f"{self.folder} has no checkpoint yet; train it further or choose another run.")
        step = steps[-1] if step is None else step
        if step not in steps:
            known = ", ".join(map(str, steps))
            raise RunError(f"{self.folder} has no checkpoint at step {step}; it has {known}.")
        tensors, _ = self._tensors(f"checkpoints/step-{step:06d}.safetensors")
        model = Classifier(self.config().model)
        self._fill(model, {name: value.float() for name, value in tensors.items()})
        return model.eval(), step

    def save_resume(self, model: Classifier, optimizer: torch.optim.Optimizer, step: int) -> None:
        """Everything the next step depends on: weights, biases, the optimizer's moments, the step."""
        tensors = {f"model.{name}": value.cpu() for name, value in model.state_dict().items()}
        for name, parameter in model.named_parameters():
            for key, value in optimizer.state[parameter].items():
                tensors[f"optimizer.{key}.{name}"] = torch.as_tensor(value).cpu()
        self._write("resume.safetensors", save(tensors, metadata={"step": str(step)}))

    def load_resume(self, model: Classifier, optimizer: torch.optim.Optimizer) -> int:
        """Put model and optimizer back to where `save_resume` left them; returns the step."""
        tensors, metadata = self._tensors("resume.safetensors")
        self._fill(model, {name[6:]: value for name, value in tensors.items() if name.startswith("model.")})
        for name, parameter in model.named_parameters():
            keys = [key for key in ("step", "exp_avg", "exp_avg_sq") if f"optimizer.{key}.{name}" in tensors]
            optimizer.state[parameter] = {
                key: self._on(parameter, key, tensors[f"optimizer.{key}.{name}"]) for key in keys
            }
        return int(metadata["step"])

    @staticmethod
    def _on(parameter: Tensor, key: str, value: Tensor) -> Tensor:
        return value.to(parameter.device) if key != "step" or parameter.is_cuda else value

    def _fill(self, model: Classifier, tensors: dict[str, Tensor]) -> None:
        try:
            model.load_state_dict(tensors)
        except RuntimeError as error:
            raise RunError(
                f"{self.folder}: the weights do not fit config.json; one of the two is from another run."
            ) from error

    def _tensors(self, name: str) -> tuple[dict[str, Tensor], dict[str, str]]:
        path = self._existing(name)
        try:
            with safe_open(path, framework="pt") as file:
                return {key: file.get_tensor(key) for key in file.keys()}, file.metadata() or {}  # noqa: SIM118
        except (SafetensorError, OSError) as error:
            raise RunError(
                f"{path} is truncated or no safetensors file; restore it or train the run again."
            ) from error

    # -- files ----------------------------------------------------------------------------------------------------

    def _existing(self, name: str) -> Path:
        if not self.folder.is_dir():
            raise RunError(
                f"There is no run folder {self.folder}; `python -m moe_demo runs` lists the runs there are."
            )
        path = self.folder / name
        if not path.is_file():
            raise RunError(
                f"{self.folder} is no whole run: {name} is missing; train it again or choose another run."
            )
        return path

    def _read_json(self, name: str) -> Any:
        path = self._existing(name)
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"{path} cannot be read ({error}); restore it or train the run again.") from error

    def _record(self, name: str, record: Any) -> Any:
        try:
            return record(**self._read_json(name))
        except TypeError as error:
            raise RunError(
                f"{self.folder / name} was not written by this version; train the run again."
            ) from error

    def _write_json(self, name: str, value: Any) -> None:
        self._write(name, (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode())

    def _write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        with _explained(self.folder):
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                os.chmod(temporary, 0o644)
                os.replace(temporary, path)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)
                raise


@contextlib.contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Turn an operating system's refusal into one sentence for a person."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise RunError(
            f"Cannot write to {folder}: {reason}; free some space or choose a folder you may write to."
        ) from error


def _as(value: Tensor, dtype: torch.dtype | None) -> Tensor:
    return value.detach().cpu().to(dtype) if dtype and value.is_floating_point() else value.detach().cpu()


def _step_of(line: str) -> float:
    try:
        return int(json.loads(line)["step"])
    except (ValueError, TypeError, KeyError):
        return float("inf")  # torn: never kept


def _host() -> str:
    import platform

    return platform.node()


def _alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (OSError, IndexError):
        return True

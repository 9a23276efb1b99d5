"""The recording behind the balance page, as it lies on disk: no weights, but what a reader needs of each run.

    METHOD-SEED/config.json, data.json, status.json, metrics.jsonl     as in any run folder, `RunStore` reads them
    METHOD-SEED/headline_noise.json            MaxVio of each layer by the luck of which headlines are held out
    METHOD-SEED/balance_terms.jsonl            of the first seed: what the formulas need beside the metrics
    sweep.jsonl                                one SweepRun a line

`make_recording` makes it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from moe_demo.config import METHODS, RunConfig
from moe_demo.insight.balance_terms import BalanceTerms, RecordedHeadline, RecordedStep
from moe_demo.insight.comparison import ComparedRun, compared
from moe_demo.insight.sweep import SweepRun
from moe_demo.releases.recorded import read_recorded, recorded_lines
from moe_demo.runs.files import RunError, append_line, write_json
from moe_demo.runs.metrics import StepMetrics, record_from, to_line
from moe_demo.runs.store import RunStore

RECORDING = Path(__file__).parents[1] / "recordings" / "balance"
_NOISE, _TERMS, _SWEEP = "headline_noise.json", "balance_terms.jsonl", "sweep.jsonl"


def folder_name(method: str, seed: int) -> str:
    """Where a run of the recording lies: `loss_free+seq` is no name for a folder on every system."""
    return f"{method.replace('+', '_')}-{seed}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Recording:
    """All recorded runs, by method in the order of METHODS and then by seed, and the sweeps.

    Two are equal only where they are the same object, so whatever is made of a recording can be kept under it.
    """

    folder: Path
    runs: tuple[ComparedRun, ...]
    sweep: tuple[SweepRun, ...]

    def of_seed(self, seed: int) -> tuple[ComparedRun, ...]:
        """One run a method."""
        return tuple(run for run in self.runs if run.seed == seed)

    @property
    def seeds(self) -> tuple[int, ...]:
        """Every seed, ascending."""
        return tuple(sorted({run.seed for run in self.runs}))

    @property
    def base(self) -> RunConfig:
        """The settings that all share."""
        return self.runs[0].config


# -- reading -----------------------------------------------------------------------------------------------------


def read_recording(folder: Path) -> Recording:
    """A whole recording. Raises RunError with one sentence where it is missing or broken."""
    folders = [path for path in sorted(folder.glob("*-*")) if (path / "config.json").is_file()]
    runs = [run for path in folders if (run := compared(RunStore(path), _noise(path)))]
    if not runs:
        raise RunError("no_recording", folder=folder)
    runs.sort(key=lambda run: (METHODS.index(run.method), run.seed))
    return Recording(folder=folder, runs=tuple(runs), sweep=tuple(read_sweep(folder)))


def read_sweep(folder: Path) -> list[SweepRun]:
    """The sweeps of a recording. Raises RunError where they cannot be read."""
    return recorded_lines(
        folder / _SWEEP, lambda line: SweepRun(**line | {"evaluation": record_from(line["evaluation"])})
    )


def read_steps(folder: Path) -> list[RecordedStep]:
    """Every step of a recorded run that was looked into, none where none was. Raises RunError where it is broken."""
    store = RunStore(folder)
    config = store.config()
    by_step = {record.step: record for record in store.metrics()[0] if isinstance(record, StepMetrics)}
    path = folder / _TERMS
    found = recorded_lines(path, _terms) if path.is_file() else []
    return [
        RecordedStep(config=config, metrics=by_step[terms.step], terms=terms)
        for terms in found
        if terms.step in by_step
    ]


def _noise(folder: Path) -> tuple[float, ...]:
    path = folder / _NOISE
    return read_recorded(path, tuple) if path.is_file() else ()


def _terms(line: dict[str, Any]) -> BalanceTerms:
    return BalanceTerms(**line | {"headlines": tuple(RecordedHeadline(**one) for one in line["headlines"])})


# -- writing -----------------------------------------------------------------------------------------------------


def write_noise(folder: Path, noise_L: list[float]) -> None:
    """Keep the noise of a run's held-out headlines."""
    write_json(folder / _NOISE, noise_L)


def add_terms(folder: Path, terms: BalanceTerms) -> None:
    """Add a step that was looked into to a recorded run."""
    append_line(folder / _TERMS, json.dumps(asdict(terms), ensure_ascii=False))


def add_to_sweep(folder: Path, run: SweepRun) -> None:
    """Add one training of a sweep to a recording."""
    line = asdict(run) | {"evaluation": to_line(run.evaluation)}
    append_line(folder / _SWEEP, json.dumps(line, allow_nan=False))

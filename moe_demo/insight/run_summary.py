"""A run in one line, from what is on its disk: to choose it, and to hold it beside another.

    summary(store)              newest evaluation, seed, method, data
    unlike(config, other)       in which settings two runs differ

Letters: L MoE layers, E routed experts, C classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moe_demo.config import RunConfig
from moe_demo.insight.load import random_max_vio
from moe_demo.runs.data import DataInfo
from moe_demo.runs.files import MAX_RECORD_BYTES, read_text
from moe_demo.runs.metrics import EvalMetrics, from_line
from moe_demo.runs.store import RunStore, Status

_EVAL = '"kind": "eval"'


@dataclass(frozen=True, kw_only=True)
class RunSummary:
    """What a run is and how well it does."""

    name: str
    config: RunConfig
    """In force at the newest checkpoint."""
    data: DataInfo
    status: Status
    checkpoints: tuple[int, ...]
    evaluation: EvalMetrics | None
    """The newest on the held-out headlines; None before the first."""

    @property
    def floor(self) -> float:
        """MaxVio of blind choice for as many words as were evaluated; 0 without an evaluation."""
        if self.evaluation is None:
            return 0.0
        model = self.config.model
        n_words = round(float(np.sum(self.evaluation.load_LE[0])) / model.top_k)
        return random_max_vio(n_words, model.n_routed, model.top_k)


def summary(store: RunStore) -> RunSummary:
    """Read a run's folder, of its record the newest evaluation alone. Raises RunError where a file is torn."""
    steps = store.checkpoint_steps()
    return RunSummary(
        name=store.run_id,
        config=store.config(steps[-1] if steps else 0),
        data=store.data(),
        status=store.status(),
        checkpoints=tuple(steps),
        evaluation=newest_evaluation(store),
    )


def newest_evaluation(store: RunStore) -> EvalMetrics | None:
    """The last whole evaluation of `metrics.jsonl`. Raises RunError where the settings cannot be read."""
    path, model = store.folder / "metrics.jsonl", store.config().model
    lines = read_text(path, MAX_RECORD_BYTES).splitlines() if path.is_file() else []
    for line in reversed(lines):
        if _EVAL not in line:  # the steps are many, and not asked for
            continue
        try:
            record = from_line(line, model)
        except ValueError:
            continue
        if isinstance(record, EvalMetrics):
            return record
    return None


def unlike(config: RunConfig, other: RunConfig) -> list[tuple[str, str, str]]:
    """Name and both values of each setting that differs; the vocabulary's size follows from the data."""
    a, b = flat(config), flat(other)
    return [
        (name, str(a[name]), str(b.get(name)))
        for name in a
        if a[name] != b.get(name) and name != "model.vocab_size"
    ]


def flat(config: RunConfig) -> dict[str, object]:
    """Every setting by its name, such as `model.top_k`."""
    values = config.to_dict()
    inner = {f"{part}.{name}": v for part in ("model", "balance") for name, v in values[part].items()}
    return {name: v for name, v in values.items() if not isinstance(v, dict)} | inner

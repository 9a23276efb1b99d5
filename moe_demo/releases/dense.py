"""The bundled preset beside two dense models, one as large and one that uses as much a token, as it lies on disk.

read_dense()     the recording that `make_dense` makes
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from statistics import mean
from typing import Any, Literal

from moe_demo.releases.recorded import read_recorded
from moe_demo.runs.files import write_json

DENSE = Path(__file__).parents[1] / "recordings" / "dense.json"
Kind = Literal["moe", "dense_total", "dense_activated"]
KINDS: tuple[Kind, ...] = ("moe", "dense_total", "dense_activated")


@dataclass(frozen=True, kw_only=True)
class Beside:
    """One of the three, by what came of it from every seed. Times are shares of the MoE model's in the same minute."""

    kind: Kind
    width: int
    """Of the feed-forward network of a layer; of all experts together where there are several."""
    total: int
    activated: int
    """Without the input tables, of which a token reads a few rows."""
    accuracy: tuple[float, ...]
    """On held-out headlines."""
    step_time: tuple[float, ...]
    """Median of a training step, by the MoE model's."""
    token_time: tuple[float, ...]
    """Median of a forward pass over held-out headlines, by the MoE model's."""

    @property
    def mean_accuracy(self) -> float:
        """Over seeds."""
        return mean(self.accuracy)

    @property
    def mean_step_time(self) -> float:
        """Over seeds."""
        return mean(self.step_time)

    @property
    def mean_token_time(self) -> float:
        """Over seeds."""
        return mean(self.token_time)


@dataclass(frozen=True, kw_only=True)
class LayerTimes:
    """One layer by itself, forward, at a width: medians of passes taken in turn."""

    dim: int
    expert_dim: int
    n_tokens: int
    microseconds: tuple[float, ...]
    """Of a token, in the order of KINDS."""

    def times_of(self, kind: Kind) -> float:
        """How many times as long as this one the MoE layer takes."""
        return self.microseconds[KINDS.index("moe")] / self.microseconds[KINDS.index(kind)]


@dataclass(frozen=True, kw_only=True)
class Dense:
    """The comparison."""

    command: str
    made: str
    seconds: float
    """That all of it took."""
    seeds: tuple[int, ...]
    n_steps: int
    models: tuple[Beside, ...]
    layers: tuple[LayerTimes, ...]

    @property
    def step_saving(self) -> float:
        """What the MoE model's training step saves of that of the dense model as large, 0 to 1."""
        return 1 - 1 / self.of("dense_total").mean_step_time

    @property
    def share(self) -> float:
        """What a word uses of the MoE model's parameters, 0 to 1."""
        return self.of("moe").activated / self.of("moe").total

    def of(self, kind: Kind) -> Beside:
        """One of the three."""
        return next(model for model in self.models if model.kind == kind)


@lru_cache(maxsize=1)
def read_dense(path: Path = DENSE) -> Dense:
    """The recording. Raises RunError with one sentence where it is missing or broken."""
    return read_recorded(path, _recording)


def write_dense(recording: Dense, path: Path = DENSE) -> None:
    """Replace the file."""
    write_json(path, asdict(recording))


def _recording(record: dict[str, Any]) -> Dense:
    models, seeds = tuple(_beside(model) for model in record["models"]), tuple(record["seeds"])
    layers = tuple(
        LayerTimes(**layer | {"microseconds": tuple(map(float, layer["microseconds"]))})
        for layer in record["layers"]
    )
    if tuple(model.kind for model in models) != KINDS:
        raise ValueError("it has not these three models")
    if any(len(model.accuracy) != len(seeds) for model in models):
        raise ValueError("a model lacks a seed")
    if any(len(layer.microseconds) != len(KINDS) for layer in layers):
        raise ValueError("a layer lacks a time")
    return Dense(**record | {"models": models, "seeds": seeds, "layers": layers})


def _beside(model: dict[str, Any]) -> Beside:
    times = ("accuracy", "step_time", "token_time")
    return Beside(**model | {name: tuple(float(value) for value in model[name]) for name in times})

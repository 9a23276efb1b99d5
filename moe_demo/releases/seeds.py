"""The bundled preset trained again from other seeds: what its experts took, as it lies on disk.

seeds = read_seeds()                    the recording that `make_seeds` makes
check_comparable(seeds, run)            raises SeedsError where its experts cannot be matched with those of a run
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar, get_args

import numpy as np

from moe_demo.config import RunConfig
from moe_demo.errors import SaidError
from moe_demo.insight.accounts import Account, Figure
from moe_demo.insight.run import Run
from moe_demo.releases.recorded import read_recorded
from moe_demo.runs.files import write_json

SEEDS = Path(__file__).parents[1] / "recordings" / "seeds.json"
SEEDS_RUN = "deepseek"
N_WORDS = 400
"""Whose experts are recorded: the most frequent ones of the held-out headlines."""

Array = np.ndarray[Any, Any]


class SeedsError(SaidError):
    """Two trainings whose experts cannot be compared."""

    topic = "seeds"
    sentences: ClassVar = {
        "other_shape": "{name}: layers {layers}, experts {experts}, K {k}; the trainings beside it: layers "
        "{other_layers}, experts {other_experts}, K {other_k}: their experts cannot be matched.",
        "other_data": "{name} was trained on other headlines than the trainings beside it, so their experts cannot "
        "be matched.",
    }


@dataclass(frozen=True, kw_only=True)
class SeedLayer:
    """One layer of one training."""

    by_word: tuple[str, ...]
    """For each expert, how often each of the words went to it: numbers with a space between, in the words' order."""
    class_loads: tuple[tuple[int, ...], ...]
    """Assignments of each expert by class."""

    @cached_property
    def load_WE(self) -> Array:
        """The words' assignments, shape (W, E)."""
        return np.array([[int(n) for n in row.split()] for row in self.by_word]).T


@dataclass(frozen=True, kw_only=True)
class SeedRun:
    """One training."""

    seed: int
    accuracy: float
    """On the held-out headlines, of the final weights."""
    steps: int
    seconds: float
    """Spent in training steps."""
    figures: tuple[Figure, ...]
    layers: tuple[SeedLayer, ...]


@dataclass(frozen=True, kw_only=True)
class Seeds:
    """All of them, on the same held-out headlines."""

    command: str
    made: str
    """Date and time, UTC."""
    settings: dict[str, Any]
    """Of every training but for its seed."""
    fingerprint: str
    """Of the headlines and how they were split."""
    words: tuple[str, ...]
    counts: tuple[int, ...]
    """How often each word stands in the held-out headlines."""
    runs: tuple[SeedRun, ...]

    @property
    def n_routed(self) -> int:
        """Experts of a layer."""
        return len(self.runs[0].layers[0].by_word)


def settings_of(config: RunConfig) -> dict[str, Any]:
    """What two trainings of different seeds have in common."""
    return {name: value for name, value in config.to_dict().items() if name != "seed"}


@lru_cache(maxsize=4)
def read_seeds(path: Path = SEEDS) -> Seeds:
    """The recording. Raises RunError with one sentence where it is missing or broken."""
    return read_recorded(path, _recording)


def check_comparable(seeds: Seeds, run: Run) -> None:
    """Raise SeedsError unless the run has the recorded trainings' shape and headlines."""
    names = ("n_layers", "n_routed", "top_k")
    mine, theirs = run.config.to_dict()["model"], seeds.settings["model"]
    if any(_as_json(mine[name]) != _as_json(theirs[name]) for name in names):
        raise SeedsError(
            "other_shape",
            name=run.run_id,
            layers=mine["n_layers"],
            experts=mine["n_routed"],
            k=mine["top_k"],
            other_layers=theirs["n_layers"],
            other_experts=theirs["n_routed"],
            other_k=theirs["top_k"],
        )
    is_of_other_classes = _as_json(mine["labels"]) != _as_json(theirs["labels"])
    if is_of_other_classes or run.store.data().fingerprint != seeds.fingerprint:
        raise SeedsError("other_data", name=run.run_id)


def _as_json(value: Any) -> Any:
    """A tuple as JSON gives it back; anything else as it is."""
    return list(value) if isinstance(value, tuple) else value


def write_seeds(seeds: Seeds, path: Path = SEEDS) -> None:
    """Replace the file."""
    write_json(path, asdict(seeds))
    read_seeds.cache_clear()


def _recording(record: dict[str, Any]) -> Seeds:
    runs = tuple(
        SeedRun(
            **run
            | {
                "figures": tuple(_figure(figure) for figure in run["figures"]),
                "layers": tuple(_layer(layer, len(record["words"])) for layer in run["layers"]),
            }
        )
        for run in record["runs"]
    )
    if not runs or len({(len(run.layers), len(run.layers[0].by_word)) for run in runs}) != 1:
        raise ValueError("it has no trainings of one shape")
    return Seeds(
        **record | {"words": tuple(record["words"]), "counts": tuple(record["counts"]), "runs": runs}
    )


def _figure(record: dict[str, Any]) -> Figure:
    if record["account"] not in get_args(Account):
        raise ValueError(f"there is no account {record['account']!r}")
    return Figure(**record)


def _layer(record: dict[str, Any], n_words: int) -> SeedLayer:
    layer = SeedLayer(
        by_word=tuple(record["by_word"]), class_loads=tuple(tuple(row) for row in record["class_loads"])
    )
    if layer.load_WE.shape != (n_words, len(layer.class_loads)):
        raise ValueError("words or experts are missing")
    return layer

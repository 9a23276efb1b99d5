"""One model under the routers of five generations of DeepSeek, trained alike, as it lies on disk.

generations = read_generations()            what was measured, that `make_generations` records
store = generation_store("v4-hash")         the model of one router and the first seed, to be asked any sentence

Each has its own experts: E3 of one has nothing to do with E3 of another.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from statistics import mean
from typing import Any

from moe_demo.routers import ROUTERS
from moe_demo.runs.files import RunError, read_json, write_json
from moe_demo.runs.store import RunStore

GENERATIONS = Path(__file__).parents[1] / "recordings" / "generations"
_FILE = "generations.json"


@dataclass(frozen=True, kw_only=True)
class Generation:
    """One router, by what came of it from every seed, on the held-out headlines."""

    router: str
    accuracy: tuple[float, ...]
    max_vio: tuple[tuple[float, ...], ...]
    """Over all of them, of every seed layer by layer."""
    sets_per_word: tuple[tuple[float, ...], ...]
    """Different expert sets among the words of a headline, by its words; of every seed layer by layer."""

    @property
    def mean_accuracy(self) -> float:
        """Over seeds."""
        return mean(self.accuracy)

    def mean_max_vio(self, layer: int) -> float:
        """Over seeds."""
        return mean(of_seed[layer] for of_seed in self.max_vio)

    def mean_sets_per_word(self, layer: int) -> float:
        """Over seeds."""
        return mean(of_seed[layer] for of_seed in self.sets_per_word)


@dataclass(frozen=True, kw_only=True)
class Generations:
    """The comparison."""

    command: str
    made: str
    """Date and time, UTC."""
    seconds: float
    """That all of it took."""
    seeds: tuple[int, ...]
    n_steps: int
    n_held_out: int
    routers: tuple[Generation, ...]

    @property
    def seed_spread(self) -> float:
        """The largest difference between two seeds of one router, in accuracy: less than this tells nothing."""
        return max(max(one.accuracy) - min(one.accuracy) for one in self.routers)

    @property
    def router_spread(self) -> float:
        """The difference between the best and the worst router, in mean accuracy."""
        means = [one.mean_accuracy for one in self.routers]
        return max(means) - min(means)


def generation_store(router: str, folder: Path = GENERATIONS) -> RunStore:
    """The run of one router and the first seed: its settings, its words and its last checkpoint."""
    return RunStore(folder / router)


@lru_cache(maxsize=4)
def read_generations(folder: Path = GENERATIONS) -> Generations:
    """The recording. Raises RunError with one sentence where it is missing or broken."""
    path = folder / _FILE
    record = read_json(path)
    try:
        return _recording(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError("bad_recording", path=path, why=error) from error


def write_generations(recording: Generations, folder: Path = GENERATIONS) -> None:
    """Replace the file."""
    write_json(folder / _FILE, asdict(recording))


def _recording(record: dict[str, Any]) -> Generations:
    seeds, routers = tuple(record["seeds"]), tuple(map(_generation, record["routers"]))
    if tuple(one.router for one in routers) != ROUTERS:
        raise ValueError("it has not these five routers")
    if any(len(of_seeds) != len(seeds) for one in routers for of_seeds in (one.accuracy, one.max_vio)):
        raise ValueError("a router lacks a seed")
    return Generations(**record | {"seeds": seeds, "routers": routers})


def _generation(one: dict[str, Any]) -> Generation:
    by_layer = {
        name: tuple(tuple(map(float, of_seed)) for of_seed in one[name])
        for name in ("max_vio", "sets_per_word")
    }
    return Generation(router=one["router"], accuracy=tuple(map(float, one["accuracy"])), **by_layer)

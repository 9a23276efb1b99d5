"""DeepSeek-V2's three balance losses, added one after the other, each from several seeds, as it lies on disk.

read_device_losses()     the recording that `make_device_losses` makes

Letters: L MoE layers.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from statistics import mean
from typing import Any, Literal

from moe_demo.runs.files import RunError, read_json, write_json

DEVICE_LOSSES = Path(__file__).parents[1] / "recordings" / "device_losses.json"
Losses = Literal["none", "expert", "device", "communication"]
LOSSES: tuple[Losses, ...] = ("none", "expert", "device", "communication")
"""The last one that is added; each has those before it."""
Level = Literal["experts", "work", "copies"]
LEVELS: tuple[Level, ...] = ("experts", "work", "copies")


@dataclass(frozen=True, kw_only=True)
class SeedOutcome:
    """One training, on the held-out headlines. Each list has a MaxVio (max / mean - 1) for each layer."""

    accuracy: float
    experts: tuple[float, ...]
    """Of the assignments to experts."""
    work: tuple[float, ...]
    """Of the assignments to devices: what the device-level loss evens."""
    copies: tuple[float, ...]
    """Of the copies that devices receive: what the communication loss evens."""


@dataclass(frozen=True, kw_only=True)
class LossOutcome:
    """One set of losses, by seed."""

    losses: Losses
    seeds: tuple[SeedOutcome, ...]

    @property
    def mean_accuracy(self) -> float:
        """Over seeds."""
        return mean(one.accuracy for one in self.seeds)

    def mean_vio(self, level: Level, layer: int) -> float:
        """Mean MaxVio over seeds."""
        return mean(getattr(one, level)[layer] for one in self.seeds)


@dataclass(frozen=True, kw_only=True)
class DeviceLosses:
    """The comparison."""

    command: str
    made: str
    """Date and time, UTC."""
    seconds: float
    """That all of it took."""
    seeds: tuple[int, ...]
    n_steps: int
    n_devices: int
    reachable: int
    """Devices that a word may reach, M."""
    weights: tuple[float, ...]
    """Of the three losses, in the order of LOSSES."""
    outcomes: tuple[LossOutcome, ...]

    @property
    def n_layers(self) -> int:
        """L."""
        return len(self.outcomes[0].seeds[0].copies)

    def of(self, losses: Losses) -> LossOutcome:
        """One set of losses."""
        return next(one for one in self.outcomes if one.losses == losses)

    def lower_in(self, level: Level, after: Losses, before: Losses) -> tuple[int, int]:
        """In how many of all pairs of seed and layer a MaxVio is lower with one set of losses than with another."""
        pairs = [
            (with_it, without)
            for one, other in zip(self.of(after).seeds, self.of(before).seeds, strict=True)
            for with_it, without in zip(getattr(one, level), getattr(other, level), strict=True)
        ]
        return sum(with_it < without for with_it, without in pairs), len(pairs)

    def mostly_lower(self, level: Level, after: Losses, before: Losses) -> bool:
        """Whether it is in more than half of them."""
        lower, n = self.lower_in(level, after, before)
        return 2 * lower > n


@lru_cache(maxsize=4)
def read_device_losses(path: Path = DEVICE_LOSSES) -> DeviceLosses:
    """The recording. Raises RunError with one sentence where it is missing or broken."""
    record = read_json(path)
    try:
        return _recording(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError("bad_recording", path=path, why=error) from error


def write_device_losses(recording: DeviceLosses, path: Path = DEVICE_LOSSES) -> None:
    """Replace the file."""
    write_json(path, asdict(recording))


def _recording(record: dict[str, Any]) -> DeviceLosses:
    outcomes = tuple(
        LossOutcome(losses=one["losses"], seeds=tuple(map(_seed, one["seeds"]))) for one in record["outcomes"]
    )
    if tuple(one.losses for one in outcomes) != LOSSES:
        raise ValueError("it has not these four sets of losses")
    if any(len(one.seeds) != len(record["seeds"]) for one in outcomes):
        raise ValueError("a seed is missing")
    tuples: dict[str, Any] = {name: tuple(record[name]) for name in ("seeds", "weights")}
    return DeviceLosses(**record | tuples | {"outcomes": outcomes})


def _seed(one: dict[str, Any]) -> SeedOutcome:
    levels: dict[str, Any] = {level: tuple(map(float, one[level])) for level in LEVELS}
    return SeedOutcome(accuracy=float(one["accuracy"]), **levels)

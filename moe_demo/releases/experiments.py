"""Experiments of the papers in miniature: what is compared, and what came of it, as it lies on disk.

EXPERIMENTS["segmentation"]          variants of one small model; the first is what the others are held against
found = read_experiment("segmentation")
found.difference("32-8", "loss")     mean over seeds of variant - reference with its 95 % interval (paired, Student's t)

A variant is trained by settings of its own, or it is another one as trained with something switched when it is asked:
then the two share their trainings, and it is held against that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from statistics import mean, stdev
from typing import Any, Literal

from moe_demo.config import BalanceConfig, ModelConfig, RunConfig
from moe_demo.presets import preset
from moe_demo.runs.files import RunError, read_json, write_json

RECORDED = Path(__file__).parents[1] / "recordings" / "experiments"
Measure = Literal["loss", "accuracy", "max_vio"]
LEAST_SEEDS, MOST_SEEDS = 2, 10
_T95 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}
"""Student's t, two-sided 95 %, by degrees of freedom."""


def base() -> RunConfig:
    """The default preset with smaller tables, no groups and few passes: what every experiment begins from."""
    default = preset("deepseek")
    model = replace(default.model, n_buckets=4096, n_groups=1, topk_groups=1)
    return replace(default, epochs=3, min_count=3, patience=0, model=model)


def _segmented(pieces: int) -> dict[str, Any]:
    """4 experts of width 128, one taken, cut into so many pieces each, and as many times more of them taken."""
    sizes = {"n_routed": 4 * pieces, "top_k": pieces, "expert_dim": 128 // pieces}
    return {"model": sizes | {"n_shared": 0}}


_FINE = {"model": {"n_routed": 63, "top_k": 7, "n_shared": 1, "expert_dim": 16}}
"""As many experts as DeepSeekMoE 2B has (arXiv 2401.06066, table 1)."""
_COARSE = {"model": {"n_routed": 16, "top_k": 2, "n_shared": 0, "expert_dim": 64}}
"""As GShard there: as many parameters and as much compute in four times as wide experts."""


def _without_best(name: str, model: dict[str, Any], cut: int) -> dict[str, dict[str, Any]]:
    """A model without the best 0 to 4 sixteenths of each word's experts; `cut` of its experts are a sixteenth."""
    return {
        f"{name}-{part}": model | ({"switches": {"top_off": part * cut}} if part else {}) for part in range(5)
    }


EXPERIMENTS: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "segmentation": {f"{4 * pieces}-{pieces}": _segmented(pieces) for pieces in (1, 2, 4, 8)},
    "shared": {
        "0+5": {"model": {"n_routed": 17, "top_k": 5, "n_shared": 0}},
        "1+4": {"model": {"n_routed": 16, "top_k": 4, "n_shared": 1}},
    },
    "balance": {
        "aux_loss": {"balance": {"method": "aux_loss", "alpha": 0.01}},
        "loss_free": {"balance": {"method": "loss_free", "calibration_passes": 0}},
        "none": {"balance": {"method": "none"}},
    },
    "bias-rate": {
        f"{rate:g}": {"balance": {"method": "loss_free", "bias_rate": rate, "calibration_passes": 0}}
        for rate in (1e-3, 1e-4, 1e-2, 1e-1)
    },
    "node-limit": {
        "4": {"model": {"n_groups": 4, "topk_groups": 4}},
        "2": {"model": {"n_groups": 4, "topk_groups": 2}},
        "1": {"model": {"n_groups": 4, "topk_groups": 1}},
    },
    "top-disabled": {
        **_without_best("fine", _FINE, 4),
        "fine-unshared": _FINE | {"switches": {"shared_off": (0, 1), "top_k": 8}},
        **_without_best("coarse", _COARSE, 1),
    },
    "fewer-active": {
        "fine-7": _FINE,
        **{f"fine-{k}": _FINE | {"switches": {"top_k": k}} for k in (6, 5, 4, 3, 2, 1)},
        "trained-3": {"model": _FINE["model"] | {"top_k": 3}},
        "coarse-2": _COARSE,
    },
}
"""Name -> variant -> the settings in which it differs from `base`, and what is switched once it is trained."""
NAMES = tuple(EXPERIMENTS)


def config_of(name: str, variant: str, common: RunConfig) -> RunConfig:
    """The settings of one variant."""
    changes = EXPERIMENTS[name][variant]
    model: ModelConfig = replace(common.model, **changes.get("model", {}))
    balance: BalanceConfig = replace(common.balance, **changes.get("balance", {}))
    return replace(common, model=model, balance=balance)


def reference_of(name: str, variant: str) -> str:
    """What a variant is held against: the same model as trained where it has one, else the first variant."""
    variants = EXPERIMENTS[name]
    as_trained = {part: value for part, value in variants[variant].items() if part != "switches"}
    if "switches" in variants[variant]:
        return next(other for other, changes in variants.items() if changes == as_trained)
    return next(iter(variants))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One variant from one seed, on the held-out headlines."""

    variant: str
    seed: int
    accuracy: float
    loss: float
    """Mean cross-entropy."""
    max_vio: float
    """Over all of them, the mean of the layers."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Of a variant from another one, seed by seed."""

    mean: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether 0 lies outside of the 95 % interval."""
        return not self.low <= 0 <= self.high


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """What came of one, whole or as far as it has got."""

    name: str
    command: str
    made: str
    """Date and time of the last training, UTC."""
    seconds: float
    """Spent in training."""
    n_steps: int
    n_held_out: int
    outcomes: tuple[Outcome, ...]

    @property
    def seeds(self) -> tuple[int, ...]:
        """Those that every variant has."""
        of_each = [
            {one.seed for one in self.outcomes if one.variant == variant}
            for variant in EXPERIMENTS[self.name]
        ]
        return tuple(sorted(set.intersection(*of_each)))

    def values(self, variant: str, measure: Measure) -> tuple[float, ...]:
        """Of one variant, by seed."""
        found = {one.seed: getattr(one, measure) for one in self.outcomes if one.variant == variant}
        return tuple(found[seed] for seed in self.seeds)

    def mean(self, variant: str, measure: Measure) -> float:
        """Over seeds."""
        return mean(self.values(variant, measure))

    def difference(self, variant: str, measure: Measure, other: str | None = None) -> Difference:
        """Variant - reference, or - another variant."""
        return paired(self._changes(variant, measure, other))

    def difference_in_change(self, variant: str, other: str, measure: Measure) -> Difference:
        """How much more one variant differs from its reference than another from its own."""
        pairs = zip(self._changes(variant, measure), self._changes(other, measure), strict=True)
        return paired([change - its_change for change, its_change in pairs])

    def _changes(self, variant: str, measure: Measure, other: str | None = None) -> list[float]:
        reference = other or reference_of(self.name, variant)
        pairs = zip(self.values(variant, measure), self.values(reference, measure), strict=True)
        return [value - its_value for value, its_value in pairs]


def paired(differences: list[float]) -> Difference:
    """The mean of at least two differences with its 95 % interval, by Student's t."""
    n = len(differences)
    half = _T95[n - 1] * stdev(differences) / n**0.5
    return Difference(mean=mean(differences), low=mean(differences) - half, high=mean(differences) + half)


@lru_cache(maxsize=16)
def read_experiment(name: str, folder: Path = RECORDED) -> Experiment:
    """The recording of one. Raises RunError with one sentence where it is missing, broken or not whole."""
    path = folder / f"{name}.json"
    found = experiment_in(path, name)
    if not LEAST_SEEDS <= len(found.seeds) <= MOST_SEEDS:
        why = f"an interval takes {LEAST_SEEDS} to {MOST_SEEDS} seeds of every variant, and it has {len(found.seeds)}"
        raise RunError("bad_recording", path=path, why=why)
    return found


def experiment_in(path: Path, name: str) -> Experiment:
    """What a file has of an experiment. Raises RunError where it has none, or another one."""
    record = read_json(path)
    try:
        if record["name"] != name:
            raise ValueError(f"it is of {record['name']}")
        outcomes = tuple(Outcome(**one) for one in record["outcomes"])
        if unknown := {one.variant for one in outcomes} - EXPERIMENTS[name].keys():
            raise ValueError(f"it has variants of another version: {', '.join(sorted(unknown))}")
        return Experiment(**record | {"outcomes": outcomes})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError("bad_recording", path=path, why=error) from error


def write_experiment(found: Experiment, path: Path) -> None:
    """Replace the file."""
    write_json(path, asdict(found))


def recorded_names(folder: Path = RECORDED) -> tuple[str, ...]:
    """Those that ship with results."""
    return tuple(name for name in NAMES if (folder / f"{name}.json").is_file())

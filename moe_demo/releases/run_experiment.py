"""Runs an experiment: every variant from every seed, each written down once it is done, so that it can go on later.

Variants that differ only in what is switched are asked of one and the same training.

run_experiment("segmentation", Path("segmentation.json"), n_seeds=5)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

import torch

from moe_demo.config import ConfigError, RunConfig
from moe_demo.insight.switches import Switches
from moe_demo.insight.whatif import Headlines, answers
from moe_demo.model.balance import max_vio
from moe_demo.releases.experiments import (
    EXPERIMENTS,
    LEAST_SEEDS,
    MOST_SEEDS,
    Experiment,
    Outcome,
    base,
    config_of,
    experiment_in,
    write_experiment,
)
from moe_demo.rules import must_be
from moe_demo.runs.data import read_corpora, split_of
from moe_demo.text.corpus import Split
from moe_demo.training.distributed import one_thread
from moe_demo.training.train import build_trainer
from moe_demo.training.trainer import Trainer


def run_experiment(
    name: str,
    path: Path,
    n_seeds: int = 5,
    files: Sequence[Path] = (),
    common: RunConfig | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> Experiment:
    """What is still missing is trained, seed by seed, so that every seed soon has all its variants.

    Raises ConfigError for too few or too many seeds, RunError where the file cannot be used.
    """
    if not LEAST_SEEDS <= n_seeds <= MOST_SEEDS:
        rule = must_be("within", bounds=f"{LEAST_SEEDS}..{MOST_SEEDS}")
        raise ConfigError("rule", owner="experiment", field="--seeds", rule=rule, value=n_seeds)
    common = common or base()
    found = experiment_in(path, name) if path.exists() else None
    split = split_of(read_corpora(files, common.model.labels), common)
    done = {(one.variant, one.seed) for one in found.outcomes} if found else set()
    n_all = n_seeds * len(EXPERIMENTS[name])
    for seed in range(n_seeds):
        for config, variants in trainings(name, common):
            missing = [variant for variant in variants if (variant, seed) not in done]
            if not missing:
                continue
            outcomes, seconds, n_steps, n_held_out = _trained(
                replace(config, seed=seed), name, missing, split
            )
            found = _with(found, name, outcomes, seconds, n_steps, n_held_out)
            write_experiment(found, path)
            for one in outcomes:
                done.add((one.variant, seed))
                report(
                    f"{len(done)}/{n_all}  {one.variant}, seed {seed}: held-out loss {one.loss:.4f}, accuracy "
                    f"{one.accuracy:.4f}, MaxVio {one.max_vio:.2f}"
                )
    assert found is not None
    return found


def trainings(name: str, common: RunConfig) -> list[tuple[RunConfig, list[str]]]:
    """The settings that are trained, each with the variants that are asked of it."""
    found: dict[RunConfig, list[str]] = {}
    for variant in EXPERIMENTS[name]:
        found.setdefault(config_of(name, variant, common), []).append(variant)
    return list(found.items())


def _trained(
    config: RunConfig, name: str, variants: Sequence[str], split: Split
) -> tuple[list[Outcome], float, int, int]:
    """One training to its end: the outcome of each variant, its seconds, its steps, the held-out headlines."""
    began = time.perf_counter()
    with one_thread():
        trainer = build_trainer(config, split)
        trainer.take_all_steps()
        if trainer.calibrates:
            trainer.calibrate()
        trainer.model.eval()
        headlines = Headlines.of(trainer, split.held_out)
        outcomes = [
            _outcome(trainer, headlines, variant, Switches(**EXPERIMENTS[name][variant].get("switches", {})))
            for variant in variants
        ]
    return outcomes, time.perf_counter() - began, trainer.n_steps, len(headlines)


def _outcome(trainer: Trainer, headlines: Headlines, variant: str, switches: Switches) -> Outcome:
    found = answers(trainer, headlines, switches)
    right_B = found.predicted_B == headlines.label_ids_B.numpy()
    return Outcome(
        variant=variant,
        seed=trainer.config.seed,
        accuracy=round(float(right_B.mean()), 6),
        loss=round(found.loss, 6),
        max_vio=round(mean(max_vio(load_E) for load_E in torch.from_numpy(found.load_LE)), 4),
    )


def _with(
    found: Experiment | None,
    name: str,
    outcomes: Sequence[Outcome],
    seconds: float,
    n_steps: int,
    n_held_out: int,
) -> Experiment:
    before, spent = (found.outcomes, found.seconds) if found else ((), 0.0)
    return Experiment(
        name=name,
        command=f"python -m moe_demo experiment {name}",
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(spent + seconds, 1),
        n_steps=n_steps,
        n_held_out=n_held_out,
        outcomes=(*before, *outcomes),
    )

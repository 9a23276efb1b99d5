"""Runs an experiment: every variant from every seed, each written down once it is done, so that it can go on later.

run_experiment("segmentation", Path("segmentation.json"), n_seeds=5)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

from moe_demo.config import ConfigError, RunConfig
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
    todo = [(variant, seed) for seed in range(n_seeds) for variant in EXPERIMENTS[name]]
    done = {(one.variant, one.seed) for one in found.outcomes} if found else set()
    for place, (variant, seed) in enumerate(todo, start=1):
        if (variant, seed) in done:
            continue
        config = replace(config_of(name, variant, common), seed=seed)
        found = _with(found, name, *_trained(config, variant, split))
        write_experiment(found, path)
        last = found.outcomes[-1]
        report(
            f"{place}/{len(todo)}  {variant}, seed {seed}: held-out loss {last.loss:.4f}, accuracy "
            f"{last.accuracy:.4f}, MaxVio {last.max_vio:.2f}"
        )
    assert found is not None
    return found


def _trained(config: RunConfig, variant: str, split: Split) -> tuple[Outcome, float, int, int]:
    """One training to its end: the outcome, its seconds, its steps, the held-out headlines."""
    began = time.perf_counter()
    with one_thread():
        trainer = build_trainer(config, split)
        while trainer.steps_done < trainer.n_steps:
            trainer.step()
        if trainer.calibrates:
            trainer.calibrate()
        evaluation = trainer.evaluate()
    outcome = Outcome(
        variant=variant,
        seed=config.seed,
        accuracy=round(evaluation.accuracy, 6),
        loss=round(evaluation.loss, 6),
        max_vio=round(mean(evaluation.max_vio_L), 4),
    )
    return outcome, time.perf_counter() - began, trainer.n_steps, evaluation.n_headlines


def _with(
    found: Experiment | None, name: str, outcome: Outcome, seconds: float, n_steps: int, n_held_out: int
) -> Experiment:
    before, spent = (found.outcomes, found.seconds) if found else ((), 0.0)
    return Experiment(
        name=name,
        command=f"python -m moe_demo experiment {name}",
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(spent + seconds, 1),
        n_steps=n_steps,
        n_held_out=n_held_out,
        outcomes=(*before, outcome),
    )

"""Makes the recording behind the balance page from the built-in corpus: `python -m moe_demo.releases.make_recording`.

Five ways of keeping the load even, each trained from the same seeds on the same batches in the same order; only the
`balance` settings differ. Then sweeps: the same training with the knob of one method at too little, right and too
much. `recording` says what is kept.

The same machine makes the same bytes every time: nothing that depends on the clock is kept.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from moe_demo.config import METHODS, BalanceMethod, RunConfig
from moe_demo.insight.balance_terms import balance_terms
from moe_demo.insight.sweep import SweepRun
from moe_demo.presets import preset
from moe_demo.releases.bundle import size_of
from moe_demo.releases.headline_noise import headline_noise, load_per_headline
from moe_demo.releases.recording import RECORDING, add_terms, add_to_sweep, folder_name, write_noise
from moe_demo.releases.recording_settings import SEEDS, sweep_settings, with_knob, with_method
from moe_demo.runs.data import data_info, read_corpora, split_of
from moe_demo.runs.files import RunError
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.runs.store import RunStore
from moe_demo.text.corpus import Corpus
from moe_demo.training.distributed import one_thread
from moe_demo.training.evaluation import encode_all
from moe_demo.training.schedule import has_diverged
from moe_demo.training.train import build_trainer
from moe_demo.training.trainer import Trainer

BUDGET_BYTES = 2_000_000
EVALUATIONS = 28  # of a run, the untrained model's included
STEP_LINES = 48  # of a run of the first seed
TERM_STEPS = 20  # steps of such a run that are looked into
HEADLINES = 5  # of each of their batches


def dense_early(n_steps: int, count: int) -> list[int]:
    """About `count` steps from 1 to the last, half of them spaced by ratio and half evenly.

    Routing settles in the first few per cent of the steps; what happens to it afterwards takes all the rest.
    """
    half = max(2, count // 2)
    by_ratio = np.geomspace(1, n_steps, half)
    evenly = np.linspace(0, n_steps, count - half + 1)[1:]
    return sorted({int(step) for step in np.rint([*by_ratio, *evenly])})


# -- one run ---------------------------------------------------------------------------------------------------


def record_run(folder: Path, config: RunConfig, files: Sequence[Path] = (), *, detailed: bool) -> EvalMetrics:
    """Train one run, keep its small record in a folder that is not there yet; returns its last evaluation."""
    split = split_of(read_corpora(files, config.model.labels), config)
    info = data_info(files, split)
    trainer, store = build_trainer(replace(config, data=info.source), split), RunStore(folder)
    store.create(trainer.config, None, replace(info, files=[]), trainer.n_steps)
    looked_at = set(dense_early(trainer.n_steps, EVALUATIONS - 1))
    kept = set(dense_early(trainer.n_steps, STEP_LINES)) if detailed else set()
    opened = set(dense_early(trainer.n_steps, TERM_STEPS)) & kept
    final = trainer.evaluate()
    store.append(final)
    for step in range(1, trainer.n_steps + 1):
        result = trainer.forward_backward()
        metrics = trainer.update(result)
        if has_diverged(metrics, config.model.n_classes):
            raise RunError("recording_diverged", name=folder.name, step=step)
        if step in kept:
            store.append(metrics)
        if step in opened:
            add_terms(folder, balance_terms(step, result, _headlines(trainer, split.train, step)))
        if step in looked_at:
            final = trainer.evaluate()
            store.append(final)
    texts = encode_all(split.held_out, trainer.encoder)
    write_noise(folder, headline_noise(load_per_headline(trainer.model, texts)))
    store.write_shipped_status(trainer.n_steps, trainer.n_steps)
    return final


def _headlines(trainer: Trainer, train: Corpus, step: int) -> list[tuple[str, str]]:
    """Text and class of the first few headlines in a step's batch."""
    rows = trainer.rows(step - 1)[:HEADLINES].tolist()
    return [(train.headlines[row].text, train.headlines[row].label) for row in rows]


# -- all of them -----------------------------------------------------------------------------------------------


def record(
    base: RunConfig,
    out: Path,
    files: Sequence[Path] = (),
    *,
    seeds: Sequence[int] = SEEDS,
    swept: Sequence[tuple[BalanceMethod, float]] | None = None,
    sweep_seeds: Sequence[int] = SEEDS[:2],
    report: Callable[[str], None] = lambda line: None,
) -> None:
    """Train everything and put the recording into `out`, replacing what is there."""
    with tempfile.TemporaryDirectory() as name, one_thread():
        work = Path(name) / "recording"
        for method in METHODS:
            for seed in seeds:
                run = folder_name(method, seed)
                final = record_run(
                    work / run, with_method(base, method, seed), files, detailed=seed == seeds[0]
                )
                report(f"{run}: {_summary(final)}")
        for method, value in sweep_settings() if swept is None else swept:
            for seed in sweep_seeds:
                config, scratch = with_knob(base, method, value, seed), Path(name) / "swept"
                final = record_run(scratch, config, files, detailed=False)
                shutil.rmtree(scratch)
                add_to_sweep(work, SweepRun(method=method, value=value, seed=seed, evaluation=final))
                report(f"{method} {value:g}, seed {seed}: {_summary(final)}")
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(work, out)


def _summary(final: EvalMetrics) -> str:
    vio = ", ".join(f"{value:.3f}" for value in final.max_vio_L)
    return f"held-out accuracy {final.accuracy:.4f}, global MaxVio {vio}"


def main(argv: Sequence[str] | None = None) -> None:
    """Record, and say how each run ended."""
    parser = argparse.ArgumentParser(prog="python -m moe_demo.releases.make_recording", description=__doc__)
    parser.add_argument("--out", type=Path, default=RECORDING, help="where to write it")
    out = parser.parse_args(argv).out
    record(preset("balance"), out, report=print)
    print(f"{size_of(out):,} bytes together, at most {BUDGET_BYTES:,}")


if __name__ == "__main__":
    main()

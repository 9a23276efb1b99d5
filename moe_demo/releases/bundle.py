"""The runs that ship with the app: `python -m moe_demo.releases.bundle` trains them again from the built-in corpus.

Their settings are the presets', and the record of training is kept whole: whoever trains a preset with its own seed
writes the same metrics again, byte for byte on the same kind of machine.

The weights must be small enough for git, so they are rounded: the last checkpoint, which the app shows, to float16; the
earlier ones, which show how it got there, to 8 bits. An answer moves by less than a hundredth.

The same machine makes the same bytes every time: nothing that depends on the clock is kept.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from moe_demo.config import RunConfig
from moe_demo.presets import PRESETS
from moe_demo.runs.catalogue import BUNDLED_RUNS
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.runs.store import RunError, RunStore
from moe_demo.training.distributed import one_thread
from moe_demo.training.train import Outcome, train_run

BUNDLED = ("document", "deepseek")  # of the presets; that of the balance page is recorded without weights
BUDGET_BYTES = 10_000_000
MOST_CHECKPOINTS = 8
LEAST_CHECKPOINTS = 2


def spread(steps: Sequence[int], count: int) -> list[int]:
    """`count` of these ascending steps: the first, the last, and between them even by place.

    Checkpoints are dense early, so steps even by place are spaced as routing settles: fast first, then slowly.
    """
    places = [round(i * (len(steps) - 1) / (count - 1)) for i in range(count)]
    return [steps[place] for place in sorted(set(places))]


def bundle_run(trained: RunStore, folder: Path, n_checkpoints: int) -> int:
    """Write the small form of a finished run into a folder that is not there yet; returns its bytes."""
    store, config = RunStore(folder), trained.config()
    steps = spread(trained.checkpoint_steps(), n_checkpoints)
    status = trained.status()
    store.create(config, trained.vocabulary(), replace(trained.data(), files=[]), status.n_steps)
    for step in steps:
        model, _ = trained.load_model(step)
        store.save_checkpoint(model, step, torch.float16 if step == steps[-1] else torch.int8)
    for name in ("metrics.jsonl", "events.jsonl"):
        if (trained.folder / name).exists():
            shutil.copyfile(trained.folder / name, folder / name)
    store.write_shipped_status(status.step, status.n_steps, status.reason)
    return size_of(folder)


def size_of(folder: Path) -> int:
    """Bytes of all files in it."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def bundle(
    configs: Sequence[RunConfig], out: Path, files: Sequence[Path] = (), budget: int = BUDGET_BYTES
) -> list[Outcome]:
    """Train these configurations and put their small forms into `out`, replacing what is there.

    All get the same number of checkpoints, as many as the budget allows; what is left over goes to the last ones.
    """
    with tempfile.TemporaryDirectory() as name, one_thread():
        work = Path(name)
        outcomes = [
            train_run(work / "trained" / c.preset, c, files, device="cpu", watcher=None) for c in configs
        ]
        trained = [RunStore(outcome.folder) for outcome in outcomes]
        for small in _small_forms(trained, work, budget):
            target = out / small.name
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(small, target)
    return outcomes


def _small_forms(trained: Sequence[RunStore], work: Path, budget: int) -> list[Path]:
    """A folder for each run, together within the budget."""

    def small_form(run: RunStore, count: int) -> Path:
        folder = work / f"small-{count}" / run.run_id
        if not folder.exists():
            bundle_run(run, folder, count)
        return folder

    def fits(counts: Sequence[int]) -> bool:
        return sum(size_of(small_form(*pair)) for pair in zip(trained, counts, strict=True)) <= budget

    for count in range(MOST_CHECKPOINTS, LEAST_CHECKPOINTS - 1, -1):
        counts = [count] * len(trained)
        if fits(counts):
            break
    else:
        raise RunError("budget", budget=budget)
    for place in reversed(range(len(trained))):
        one_more = [n + (i == place) for i, n in enumerate(counts)]
        counts = one_more if counts[place] < MOST_CHECKPOINTS and fits(one_more) else counts
    return [small_form(*pair) for pair in zip(trained, counts, strict=True)]


def main(argv: Sequence[str] | None = None) -> None:
    """Train, shrink, write, and say how large and how good each run is."""
    parser = argparse.ArgumentParser(prog="python -m moe_demo.releases.bundle", description=__doc__)
    parser.add_argument("--out", type=Path, default=BUNDLED_RUNS, help="where to write them")
    out = parser.parse_args(argv).out
    for outcome in bundle([PRESETS[name] for name in BUNDLED], out):
        store = RunStore(out / outcome.folder.name)
        (final,) = [r for r in store.metrics()[0] if isinstance(r, EvalMetrics)][-1:]
        print(
            f"{store.run_id}: held-out accuracy {final.accuracy:.4f} ({outcome.evaluation.accuracy:.4f} before "
            f"rounding), checkpoints {store.checkpoint_steps()}, {size_of(store.folder):,} bytes"
        )
    print(f"{sum(size_of(out / name) for name in BUNDLED):,} bytes together")


if __name__ == "__main__":
    main()

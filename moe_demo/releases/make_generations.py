"""Trains one small model under the routers of five generations, from several seeds, and keeps those of the first.

    python -m moe_demo.releases.make_generations

All have the same headlines, sizes and steps; only the router differs, and the way to keep the load even that came with
it. The model is the default preset with smaller tables, so that five of them ship in two megabytes: weights are rounded
to 8 bits. The same machine makes the same weights every time; the recording also says when it was made.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import torch

from moe_demo.config import RunConfig
from moe_demo.insight.run import open_run
from moe_demo.insight.word_routing import WordRouting, word_routing
from moe_demo.presets import preset
from moe_demo.releases.generations import GENERATIONS, Generation, Generations, write_generations
from moe_demo.routers import ROUTERS, with_router
from moe_demo.runs.data import read_corpora, split_of
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.runs.store import RunStore
from moe_demo.training.distributed import one_thread
from moe_demo.training.evaluation import encode_all
from moe_demo.training.train import train_run

COMMAND = "python -m moe_demo.releases.make_generations"
SEEDS = (0, 1, 2)


def base() -> RunConfig:
    """What all of them have in common."""
    default = preset("deepseek")
    return replace(default, epochs=6, min_count=3, model=replace(default.model, n_buckets=4096))


def record(
    common: RunConfig,
    folder: Path,
    seeds: Sequence[int] = SEEDS,
    files: Sequence[Path] = (),
    report: Callable[[str], None] = lambda line: None,
) -> Generations:
    """Train every router from every seed, to the end; the models of the first seed go into `folder`."""
    begin, routers = time.perf_counter(), []
    with tempfile.TemporaryDirectory() as name, one_thread():
        for router in ROUTERS:
            found: list[tuple[EvalMetrics, WordRouting]] = []
            for seed in seeds:
                trained = Path(name) / f"{router}-{seed}"
                config = replace(with_router(common, router), seed=seed, patience=0)
                outcome = train_run(trained, config, files, device="cpu", watcher=None)
                run = open_run(RunStore(trained))
                held_out = split_of(read_corpora(files, run.labels), run.config).held_out
                routing = word_routing(run.model, encode_all(held_out, run.encoder))
                found.append((outcome.evaluation, routing))
                report(
                    f"{router}, seed {seed}: {outcome.step} steps in {outcome.train_seconds:.1f} s, held-out "
                    f"accuracy {outcome.evaluation.accuracy:.4f}, MaxVio {outcome.evaluation.max_vio_L}"
                )
            keep(RunStore(Path(name) / f"{router}-{seeds[0]}"), folder / router)
            routers.append(_generation(router, found))
    return Generations(
        command=COMMAND,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(time.perf_counter() - begin, 1),
        seeds=tuple(seeds),
        n_steps=outcome.step,
        n_held_out=outcome.evaluation.n_headlines,
        routers=tuple(routers),
    )


def keep(trained: RunStore, folder: Path) -> None:
    """The last checkpoint in 8 bits, its settings and its words: what a sentence is asked of."""
    shutil.rmtree(folder, ignore_errors=True)
    store, status = RunStore(folder), trained.status()
    store.create(trained.config(), trained.vocabulary(), replace(trained.data(), files=[]), status.n_steps)
    model, step = trained.load_model()
    store.save_checkpoint(model, step, torch.int8)
    evaluation = [record for record in trained.metrics()[0] if isinstance(record, EvalMetrics)][-1]
    store.append(evaluation)
    store.write_shipped_status(status.step, status.n_steps, status.reason)


def _generation(router: str, found: Sequence[tuple[EvalMetrics, WordRouting]]) -> Generation:
    return Generation(
        router=router,
        accuracy=tuple(round(evaluation.accuracy, 6) for evaluation, _ in found),
        max_vio=tuple(tuple(round(vio, 4) for vio in evaluation.max_vio_L) for evaluation, _ in found),
        sets_per_word=tuple(tuple(round(n, 4) for n in routing.sets_per_word_L) for _, routing in found),
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Record, and say how each training ended."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--out", type=Path, default=GENERATIONS, help="folder to write it into")
    out = parser.parse_args(argv).out
    write_generations(record(base(), out, report=print), out)


if __name__ == "__main__":
    main()

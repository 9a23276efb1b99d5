"""Trains the bundled preset from other seeds and records what its experts took.

    python -m moe_demo.releases.make_seeds

The bundled run has the preset's own seed; here it is trained from 1 and 2, on the same headlines, with the same half
held out. Only counts are kept, no weights. The same machine makes the same counts every time; the recording also says
when it was made, and how long each training took.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from moe_demo.config import RunConfig
from moe_demo.insight.accounts import figures
from moe_demo.insight.assignments import MAX_HEADLINES, Assignments, assignments
from moe_demo.insight.run import open_run
from moe_demo.insight.whatif import Headlines
from moe_demo.presets import preset
from moe_demo.releases.seeds import (
    N_WORDS,
    SEEDS,
    SEEDS_RUN,
    SeedLayer,
    SeedRun,
    Seeds,
    settings_of,
    write_seeds,
)
from moe_demo.runs.store import RunStore
from moe_demo.training.distributed import one_thread
from moe_demo.training.train import train_run

OTHER_SEEDS = (1, 2)
COMMAND = "python -m moe_demo.releases.make_seeds"


def record(
    base: RunConfig,
    seeds: Sequence[int] = OTHER_SEEDS,
    files: Sequence[Path] = (),
    report: Callable[[str], None] = lambda line: None,
) -> Seeds:
    """Train from each seed, to the end, and count what the experts take of the held-out headlines."""
    runs: list[SeedRun] = []
    words: tuple[str, ...] = ()
    with tempfile.TemporaryDirectory() as name, one_thread():
        for seed in seeds:
            folder = Path(name) / f"seed-{seed}"
            outcome = train_run(folder, replace(base, seed=seed), files, device="cpu", watcher=None)
            run = open_run(RunStore(folder))
            found = assignments(run, Headlines.held_out(run, MAX_HEADLINES))
            words, counts = found.words[:N_WORDS], tuple(found.count_W[:N_WORDS].tolist())
            runs.append(
                SeedRun(
                    seed=seed,
                    accuracy=round(outcome.evaluation.accuracy, 6),
                    steps=outcome.step,
                    seconds=round(outcome.train_seconds, 1),
                    figures=figures(found, base.model.routing_rule),
                    layers=tuple(_layer(found, layer) for layer in range(found.n_layers)),
                )
            )
            report(
                f"seed {seed}: {outcome.step} steps in {outcome.train_seconds:.1f} s, held-out accuracy "
                f"{outcome.evaluation.accuracy:.4f}"
            )
        fingerprint = RunStore(folder).data().fingerprint
    return Seeds(
        command=COMMAND,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        settings=settings_of(base),
        fingerprint=fingerprint,
        words=words,
        counts=counts,
        runs=tuple(runs),
    )


def _layer(found: Assignments, layer: int) -> SeedLayer:
    load_WE, member_BC = found.by_word(layer)[:N_WORDS], np.eye(len(found.labels), dtype=np.int64)
    load_EC = found.by_headline(layer).T @ member_BC[found.label_ids_B]
    return SeedLayer(
        by_word=tuple(" ".join(map(str, row)) for row in load_WE.T.tolist()),
        class_loads=tuple(tuple(row) for row in load_EC.tolist()),
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Record, and say how each training ended."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--out", type=Path, default=SEEDS, help="where to write it")
    options = parser.parse_args(argv)
    write_seeds(record(preset(SEEDS_RUN), report=print), options.out)


if __name__ == "__main__":
    main()

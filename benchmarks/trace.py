"""Time of one headline's record, beside the plain forward pass it stands on and beside cutting it into words.

    python -m benchmarks trace [--repeats 200] [--json]

`trace` is the record of every number; `classify` is the same model asked for the class alone.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence

import torch

from moe_demo.insight.run import list_runs, load_run

TEXT = "苹果公司发布了最新的iPhone 15"


def milliseconds(runs: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median of each, taken in turn."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for repeat in range(-5, repeats):  # five rounds to warm up
        for name, run in runs.items():
            begin = time.perf_counter()
            run()
            if repeat >= 0:
                taken[name].append(1e3 * (time.perf_counter() - begin))
    return {name: statistics.median(values) for name, values in taken.items()}


def measure(run_id: str, repeats: int) -> dict[str, float]:
    """Milliseconds for this run, and the record's time as a multiple of the class's."""
    run = load_run(run_id)
    found = milliseconds(
        {
            "words": lambda: run.encoder.encode(TEXT),
            "classify": lambda: run.classify([TEXT]),
            "trace": lambda: run.trace(TEXT),
            "trace as JSON": lambda: json.dumps(run.trace(TEXT).to_dict()),
        },
        repeats,
    )
    return found | {"trace / classify": found["trace"] / found["classify"]}


def main(argv: Sequence[str] | None = None) -> None:
    """Print one row a run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks trace", description=__doc__)
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)  # as the app does
    rows = {run_id: measure(run_id, options.repeats) for run_id in list_runs()}
    if options.json:
        print(json.dumps(rows))
        return
    print(f"{TEXT}, one thread, milliseconds")
    columns = list(next(iter(rows.values())))
    print(f"{'':12s}" + "".join(f"{name:>18s}" for name in columns))
    for run_id, row in rows.items():
        print(f"{run_id:12s}" + "".join(f"{row[name]:18.2f}" for name in columns))

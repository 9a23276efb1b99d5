"""`python -m moe_demo parallel`, started by torchrun."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from moe_demo.cli.ask import dump
from moe_demo.config import ConfigError
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.parallel_run import PHASES, ParallelRun, measure
from moe_demo.insight.run import Run, load_run
from moe_demo.rules import must_be
from moe_demo.runs.data import read_corpora
from moe_demo.runs.files import write_json
from moe_demo.text.corpus import Corpus
from moe_demo.training.distributed import one_thread, process_group


def parallel(args: argparse.Namespace) -> int:
    """Run one batch over all processes; the first writes and says what was found."""
    for name in ("headlines", "repeats"):
        if getattr(args, name) < 1:
            rule = must_be("at_least", bound=1)
            raise ConfigError(
                "rule", owner="parallel", field=f"--{name}", rule=rule, value=getattr(args, name)
            )
    with one_thread(), process_group(args.device) as ranks:
        run = load_run(args.run, args.step)
        corpus = _headlines(run, args)
        if ranks.is_first:
            print(
                f"{run.run_id}: {len(corpus)} headlines over {ranks.world} processes",
                file=sys.stderr,
                flush=True,
            )
        found = measure(run, corpus, ranks, args.repeats)
        if found is None:
            return 0
        if args.out:
            write_json(args.out / "parallel.json", found.to_dict())
        print(dump(found.to_dict()) if args.json else _words(found))
    return 0


def _headlines(run: Run, args: argparse.Namespace) -> Corpus:
    """Every so many, so that all classes are there."""
    corpus = read_corpora(args.data, run.labels) if args.data else split_of_run(run.store).held_out
    step = max(1, len(corpus) // args.headlines)
    return replace(corpus, headlines=corpus.headlines[::step][: args.headlines])


def _words(found: ParallelRun) -> str:
    lines = [
        f"{found.run_id}: {found.n_headlines} headlines, {found.n_tokens} words over {found.n_ranks} processes "
        f"({found.backend}, {found.device}), {found.experts_per_rank} experts of each layer on each"
    ]
    for index, layer in enumerate(found.layers):
        slowest = ", ".join(f"{phase} {1000 * max(layer.seconds_N[phase]):.2f} ms" for phase in PHASES)
        lines.append(
            f"layer {index}: {layer.copies_between} copies sent ({layer.assignments_between} with one for every "
            f"expert), {layer.bytes_between} bytes; slowest rank: {slowest}"
        )
    match = ", ".join(f"{name.replace('_', ' ')} {value:.1e}" for name, value in found.differences.items())
    lines.append(f"bytes as routing predicts: {'yes' if found.as_predicted else 'NO'}")
    lines.append(
        f"largest difference from one process: {match} (largest gradient {found.largest_gradient:.1e})"
    )
    lines.append(
        f"one forward pass: one process {1000 * found.seconds['single']:.1f} ms, "
        f"{found.n_ranks} processes {1000 * found.seconds['parallel']:.1f} ms"
    )
    return "\n".join(lines)

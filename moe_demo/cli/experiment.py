"""`python -m moe_demo experiment`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from moe_demo.cli.ask import dump
from moe_demo.releases.experiments import EXPERIMENTS, Experiment, reference_of
from moe_demo.releases.run_experiment import run_experiment
from moe_demo.runs.catalogue import local_folder


def experiment(args: argparse.Namespace) -> int:
    """Train what is missing; then what came of it, every variant beside what it is held against."""
    path: Path = args.out or local_folder() / "experiments" / f"{args.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)

    def tell(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    found = run_experiment(args.name, path, args.seeds, args.data or (), report=tell)
    print(dump(asdict(found)) if args.json else _words(found))
    return 0


def _words(found: Experiment) -> str:
    lines = [
        f"{found.name}: {len(found.seeds)} seeds, {found.n_steps} steps each, {found.n_held_out} held-out headlines"
    ]
    for variant in EXPERIMENTS[found.name]:
        lines.append(
            f"{variant}: loss {found.mean(variant, 'loss'):.4f}, accuracy {found.mean(variant, 'accuracy'):.4f}, "
            f"MaxVio {found.mean(variant, 'max_vio'):.2f}"
        )
        reference = reference_of(found.name, variant)
        if variant != reference:
            loss = found.difference(variant, "loss")
            told = "" if loss.is_clear else ": not to be told apart"
            lines.append(
                f"  loss against {reference}: {loss.mean:+.4f}, 95 % interval {loss.low:+.4f} to {loss.high:+.4f}{told}"
            )
    return "\n".join(lines)

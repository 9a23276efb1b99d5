"""`python -m moe_demo train`."""

from __future__ import annotations

import argparse
import itertools
import sys
from pathlib import Path
from typing import Any

from moe_demo.cli.progress import Bar, Lines
from moe_demo.cli.settings import config_of, named_options
from moe_demo.config import ConfigError
from moe_demo.runs.catalogue import local_folder
from moe_demo.runs.commands import CommandReader
from moe_demo.training.distributed import is_first_process
from moe_demo.training.train import Outcome, resume_run, train_run


def train(args: argparse.Namespace) -> int:
    """Train a new run or go on with one; the summary goes to stdout, everything else to stderr."""
    watcher = Bar() if sys.stderr.isatty() else Lines()
    commands = CommandReader(args.control) if args.control else None
    how: dict[str, Any] = {"device": args.device, "expert_parallel": args.expert_parallel}
    how |= {"watcher": watcher, "commands": commands}
    try:
        if args.resume:
            if given := named_options(args):
                raise ConfigError("resume", folder=args.resume, options=", ".join(given))
            outcome = resume_run(args.resume, args.data, **how)
        else:
            config = config_of(args)
            folder = args.out or _free_folder(config.preset)
            outcome = train_run(folder, config, args.data, **how)
    finally:
        watcher.close()
    if is_first_process():
        print(_summary(outcome))
    if outcome.state == "stopped":
        return 130
    return 0


def _summary(outcome: Outcome) -> str:
    if outcome.state == "stopped":
        return (
            f"Stopped at step {outcome.step} of {outcome.n_steps}; "
            f"go on with: python -m moe_demo train --resume {outcome.folder}"
        )
    if outcome.steps_taken == 0:
        return f"{outcome.folder} is finished: {outcome.step} steps, held-out accuracy {_accuracy(outcome)}."
    early = f" ({outcome.reason})" if outcome.reason else ""
    return (
        f"held-out accuracy {_accuracy(outcome)}, {outcome.step} steps{early}, "
        f"{outcome.train_seconds:.1f} s of training, run folder {outcome.folder}"
    )


def _accuracy(outcome: Outcome) -> str:
    final, best = outcome.evaluation, outcome.best
    higher = f" (best {best.accuracy:.4f} at step {best.step})" if best.accuracy > final.accuracy else ""
    return f"{final.accuracy:.4f}{higher}"


def _free_folder(preset: str) -> Path:
    """The first of runs/deepseek-1, runs/deepseek-2, ... that is not there."""
    names = (local_folder() / f"{preset}-{number}" for number in itertools.count(1))
    return next(folder for folder in names if not folder.exists())

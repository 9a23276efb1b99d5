"""The command line; `python -m moe_demo --help` lists its commands.

Exit status: 0 done, 2 bad input (one plain sentence on stderr), 130 interrupted by Ctrl-C or `kill`.
What it writes is UTF-8 in every locale: headlines are Chinese.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from moe_demo.cli.parser import build_parser
from moe_demo.errors import SaidError, one_line
from moe_demo.runs.commands import problem_path, write_problem
from moe_demo.training.stopping import last_words

DONE, BAD_INPUT, INTERRUPTED = 0, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    args = build_parser().parse_args(argv)
    with last_words():
        return _status_of(args)


def _open_streams() -> None:
    """Let closed standard streams lead nowhere: else the next file that is opened would take the place of one."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number is this one
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8")  # noqa: SIM115  to the end
            setattr(sys, name, nowhere)


def _status_of(args: argparse.Namespace) -> int:
    """Run the command; whatever it refuses is one sentence."""
    try:
        status = _run(args)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader, such as `| head`, has seen enough
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except SaidError as error:
        if path := _problem_path(args):
            with contextlib.suppress(SaidError):
                write_problem(path, error)
        return _refuse(str(error), everybody=error.code in ("lost_process", "missing_processes"))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _refuse(f"{where}{error.strerror or error}.")


def _run(args: argparse.Namespace) -> int:
    """The command itself. Only here is torch loaded: `--help` and a slip in the options answer at once."""
    if args.command == "train":
        from moe_demo.cli.train import train

        return train(args)
    if args.command == "parallel":
        from moe_demo.cli.parallel import parallel

        return parallel(args)
    if args.command == "experiment":
        from moe_demo.cli.experiment import experiment

        return experiment(args)
    if args.command == "serve":
        from moe_demo.cli.serve import serve

        return serve(args)
    if args.command == "place":
        from moe_demo.cli.place import place

        return place(args)
    from moe_demo.cli import ask, causes, scale
    from moe_demo.training.distributed import one_thread

    commands = {
        "evaluate": ask.evaluate,
        "classify": ask.classify,
        "trace": ask.trace,
        "runs": ask.runs,
        "mixture": causes.mixture,
        "whatif": causes.whatif,
        "experts": causes.experts,
        "scale": scale.scale,
    }
    with one_thread():
        return commands[args.command](args)


def _problem_path(args: argparse.Namespace) -> Path | None:
    """Where a program that started this one looks for the reason when nothing came of it."""
    if args.command == "parallel":
        return args.out / "problem.json" if args.out else None
    return problem_path(args.control) if getattr(args, "control", None) else None


def _refuse(sentence: str, *, everybody: bool = False) -> int:
    """Under torchrun the processes of a machine meet the same problem, so its first says it; or everybody."""
    if everybody or os.environ.get("LOCAL_RANK", "0") == "0":
        print(one_line(sentence), file=sys.stderr, flush=True)
    return BAD_INPUT

"""The commands, their options and their help."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn, get_args

from moe_demo.config import PRESETS, BalanceMethod

PROG = "python -m moe_demo"
_HEADLINE = "苹果公司发布了最新的iPhone 15"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One sentence and where to find more; argparse would print the whole usage."""
        self.exit(2, f"{message[:1].upper()}{message[1:]}; see {self.prog} --help.\n")


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = _Parser(prog=PROG, description="Train, measure and look into a small DeepSeekMoE.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_train(commands)
    _add_evaluate(commands)
    _add_classify(commands)
    _add_trace(commands)
    _command(commands, "runs", "list bundled and local runs, one a line", "runs")
    return parser


def _command(
    commands: argparse._SubParsersAction[_Parser], name: str, does: str, example: str, note: str = ""
) -> _Parser:
    epilog = f"example:\n  {PROG} {example}" + (f"\n\n{note}" if note else "")
    return commands.add_parser(
        name,
        help=does,
        description=f"{does[:1].upper()}{does[1:]}.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_train(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _command(
        commands,
        "train",
        "train a model and write a run folder",
        "train --preset deepseek --data headlines.csv --out runs/mine",
        "Ctrl-C finishes the step, saves and exits with 130; --resume DIR goes on from there, also after a crash.\n"
        "Several processes: torchrun --nproc-per-node=2 -m moe_demo train ...",
    )
    add = parser.add_argument
    add("--config", type=Path, metavar="FILE", help="start from the settings in a run's config.json")
    add("--preset", choices=list(PRESETS), help="settings to start from (default: deepseek)")
    _add_data(parser, "labelled headlines (default: the built-in corpus)")
    add("--out", type=Path, metavar="DIR", help="run folder to write (default: runs/PRESET-1, -2, ...)")
    add("--balance", choices=get_args(BalanceMethod), help="how the experts' load is kept even")
    add("--seed", type=int, metavar="N", help="seed of weights, order and dropout")
    add("--epochs", type=int, metavar="N", help="passes over the training headlines, at most")
    add("--batch-size", type=int, metavar="N", help="headlines a step")
    add("--lr", type=float, metavar="X", help="highest learning rate")
    add(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any other setting of config.py, such as model.dim=48",
    )
    add("--device", choices=["auto", "cpu", "cuda"], default="auto", help="auto takes a GPU if there is one")
    add(
        "--control",
        type=Path,
        metavar="FILE",
        help="do what another program asks for in this file (runs/commands.py)",
    )
    add("--resume", type=Path, metavar="DIR", help="go on with the run in this folder")


def _add_evaluate(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _command(
        commands,
        "evaluate",
        "measure a run on labelled headlines",
        "evaluate --run deepseek --data headlines.csv --json",
    )
    _add_run(parser)
    _add_data(parser, "labelled headlines: CSV, TSV, JSONL, fastText, THUCNews or Toutiao", required=True)
    parser.add_argument("--json", action="store_true", help="one JSON object, with the load by class")


def _add_classify(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _command(
        commands,
        "classify",
        "classify headlines, one JSON line each",
        f'classify --run document "{_HEADLINE}"',
        "Every TEXT is one headline: put quotation marks around one that has a space.\n"
        "Without TEXT and --data the headlines are read from standard input, one a line.",
    )
    _add_run(parser)
    parser.add_argument("text", nargs="*", metavar="TEXT", help="a headline")
    parser.add_argument(
        "--data", type=Path, metavar="FILE", help="a file of headlines, with or without labels"
    )


def _add_trace(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _command(
        commands,
        "trace",
        "print every number of one headline's way through the model, as JSON",
        f'trace --run deepseek "{_HEADLINE}"',
    )
    _add_run(parser)
    parser.add_argument("text", nargs="+", metavar="TEXT", help="the headline")


def _add_run(parser: _Parser) -> None:
    parser.add_argument("--run", required=True, metavar="RUN", help="a bundled run's name, or a run folder")
    parser.add_argument("--step", type=int, metavar="N", help="checkpoint to use (default: the last)")


def _add_data(parser: _Parser, text: str, *, required: bool = False) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        action="extend",
        default=None if required else [],
        required=required,
        metavar="FILE",
        help=text,
    )

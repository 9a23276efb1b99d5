"""What the commands' options have in common: how one command is added, the run, the data, one sentence for a slip."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from moe_demo.errors import one_line

PROG = "python -m moe_demo"

_PLACE = re.compile(r"\d+(:\d+)+(=\S+)?", re.ASCII)
"""A switch's value: it never passes for a headline."""
_WHOLE = re.compile(r"[+-]?[0-9]{1,99}")
_OF_PLACES = ("--off", "--silence", "--alone", "--force", "--gate", "--bias")


class Parser(argparse.ArgumentParser):
    """One that takes several places after a switch, and refuses in one sentence."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Several places after one switch, `--off 0:1 0:2`, are the switch given several times."""
        return super().parse_known_args(None if args is None else _one_each(args), namespace)

    def error(self, message: str) -> NoReturn:
        """One sentence and where to find more; argparse would print the whole usage."""
        self.exit(2, f"{one_line(message[:1].upper() + message[1:])}; see {self.prog} --help.\n")


def path(written: str) -> Path:
    """A file or folder; nothing at all would be the working directory."""
    if not written:
        raise argparse.ArgumentTypeError("name a file or folder, got nothing")
    return Path(written)


def whole(written: str) -> int:
    """A whole number in the digits 0 to 9; Python alone takes those of every script, and underscores."""
    if not _WHOLE.fullmatch(written.strip()):
        raise ValueError
    return int(written)


whole.__name__ = "int"  # argparse says what is wanted by it


def _one_each(args: Sequence[str]) -> list[str]:
    found, switch = list(args[:1]), args[0] if args and args[0] in _OF_PLACES else ""
    for before, arg in pairwise(args):
        if arg.startswith("-"):
            switch = arg if arg in _OF_PLACES else ""
        elif switch and before != switch and _PLACE.fullmatch(arg):
            found.append(switch)
        elif before != switch:
            switch = ""
        found.append(arg)
    return found


def command(
    commands: argparse._SubParsersAction[Parser], name: str, does: str, example: str, note: str = ""
) -> Parser:
    """Add a command with its help: what it does, in a few words, an example of it, and a note below that."""
    epilog = f"example:\n  {PROG} {example}" + (f"\n\n{note}" if note else "")
    return commands.add_parser(
        name,
        help=does,
        description=f"{does[:1].upper()}{does[1:]}.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_run(parser: Parser) -> None:
    """Which run, at which checkpoint."""
    parser.add_argument("--run", required=True, metavar="RUN", help="a bundled run's name, or a run folder")
    add_step(parser)


def add_step(parser: Parser) -> None:
    """Which checkpoint."""
    parser.add_argument("--step", type=whole, metavar="N", help="checkpoint to use (default: the last)")


def add_data(parser: argparse._ActionsContainer, text: str, *, required: bool = False) -> None:
    """Files of headlines."""
    parser.add_argument(
        "--data",
        type=path,
        nargs="+",
        action="extend",
        default=None if required else [],
        required=required,
        metavar="FILE",
        help=text,
    )

"""What another program, such as a page, asks of a process that trains: one JSON object a line.

    {"do": "play"}    {"do": "pause"}    {"do": "steps", "n": 1}    {"do": "epoch"}    {"do": "stop"}
    {"do": "set", "name": "lr", "value": 0.003}

Read between two optimizer steps. A file rather than a pipe: it is there before the training process listens and after
the page has gone, and any program of this machine that may write it can send a command.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from moe_demo.errors import Said, SaidError
from moe_demo.runs.checking import parsed, record_of
from moe_demo.runs.events import CHANGEABLE, Setting
from moe_demo.runs.files import RunError, append_line, read_json, write_json

Do = Literal["play", "pause", "steps", "epoch", "stop", "set"]
IDLE_SECONDS = 600.0
"""A run that stays paused so long saves itself and ends its process; it can be played on from there."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """One line."""

    do: Do
    n: int = 0
    """Of `steps`: how many, before the run pauses again."""
    name: str = ""
    """Of `set`: a name of CHANGEABLE."""
    value: Setting | None = None

    def to_line(self) -> str:
        """As it stands in the file."""
        given: dict[str, Any] = {"do": self.do}
        if self.do == "steps":
            given["n"] = self.n
        if self.do == "set":
            given |= {"name": self.name, "value": self.value}
        return json.dumps(given)


PLAY, ONE_STEP, ONE_EPOCH = Command(do="play"), Command(do="steps", n=1), Command(do="epoch")


class CommandReader:
    """Reads, in the training process, what has been asked of it."""

    def __init__(self, path: Path, idle_seconds: float = IDLE_SECONDS) -> None:
        self.path, self.idle_seconds = path, idle_seconds
        self._read = 0  # bytes

    def new(self) -> list[Command]:
        """The commands since the last call, in order. A line that is none is left out: nobody waits for it."""
        try:
            if self.path.stat().st_size <= self._read:
                return []
            with open(self.path, "rb") as file:
                file.seek(self._read)
                content = file.read()
        except OSError:
            return []
        whole = content[: content.rfind(b"\n") + 1]
        self._read += len(whole)
        return [command for command in map(_parsed, whole.splitlines()) if command is not None]


def send(path: Path, command: Command) -> None:
    """Ask for something."""
    append_line(path, command.to_line())


def problem_path(commands: Path) -> Path:
    """Where a process that obeys this file writes down why it refused: sentence, key and values."""
    return commands.with_suffix(".problem")


def write_problem(path: Path, error: SaidError) -> None:
    """Write down why nothing was done, for the program that asked."""
    told = {"sentence": str(error), "key": error.said.key, "values": error.said.plain_values}
    write_json(path, told)


def told_problem(path: Path) -> Said:
    """The sentence that was written down. Raises RunError where there is none."""
    told = read_json(path)
    try:
        return Said.again(str(told["sentence"]), str(told["key"]), dict(told["values"]))
    except (KeyError, TypeError, ValueError) as error:
        raise RunError("unreadable", path=path, why=error) from error


def _parsed(line: bytes) -> Command | None:
    try:
        command = record_of(Command, parsed(line))
    except ValueError:
        return None
    is_known = command.do in ("play", "pause", "epoch", "stop")
    is_known |= command.do == "steps" and isinstance(command.n, int) and command.n > 0
    is_known |= command.do == "set" and command.name in CHANGEABLE and command.value is not None
    return command if is_known else None

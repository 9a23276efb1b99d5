"""The wishes of another program, such as a page: one JSON object a line, read between two optimizer steps.

    {"do": "play"}    {"do": "pause"}    {"do": "steps", "n": 1}    {"do": "epoch"}    {"do": "stop"}
    {"do": "set", "name": "lr", "value": 0.003}

A file rather than a pipe: it is there before the training process listens and after the page has gone, and any
program of this machine that may write it can send a wish.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from moe_demo.runs.events import CHANGEABLE, Setting
from moe_demo.runs.files import append_line

Do = Literal["play", "pause", "steps", "epoch", "stop", "set"]
IDLE_SECONDS = 600.0
"""A run that stays paused so long saves itself and ends its process; it can be played on from there."""


@dataclass(frozen=True, kw_only=True)
class Wish:
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


class Control:
    """The training process's ear."""

    def __init__(self, path: Path, idle_seconds: float = IDLE_SECONDS) -> None:
        self.path, self.idle_seconds = path, idle_seconds
        self._heard = 0  # bytes

    def new(self) -> list[Wish]:
        """The wishes since the last call, in order. A line that is no wish is left out: nobody waits for it."""
        try:
            if self.path.stat().st_size <= self._heard:
                return []
            with open(self.path, "rb") as file:
                file.seek(self._heard)
                content = file.read()
        except OSError:
            return []
        whole = content[: content.rfind(b"\n") + 1]
        self._heard += len(whole)
        return [wish for wish in map(_wish, whole.splitlines()) if wish is not None]


def send(path: Path, wish: Wish) -> None:
    """Ask for something."""
    append_line(path, wish.to_line())


def _wish(line: bytes) -> Wish | None:
    try:
        wish = Wish(**json.loads(line))
    except (ValueError, TypeError):
        return None
    is_known = wish.do in ("play", "pause", "epoch", "stop")
    is_known |= wish.do == "steps" and isinstance(wish.n, int) and wish.n > 0
    is_known |= wish.do == "set" and wish.name in CHANGEABLE and wish.value is not None
    return wish if is_known else None

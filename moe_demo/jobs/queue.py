"""Jobs that wait for a place, in the order in which they asked.

.jobs/NAME.waiting     since when, and the commands it gets once it is started; absent where it does not wait
"""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass
from pathlib import Path

from moe_demo.runs.checking import is_finite_number, record_of
from moe_demo.runs.commands import Command
from moe_demo.runs.files import RunError, explained, read_json, write_json


@dataclass(frozen=True)
class _Waiting:
    """What stands in the file of a waiting job: since when, and the commands."""

    asked: float
    commands: list[Command]


_known: dict[Path, tuple[int, list[str]]] = {}
_CLOCK_NS = 100_000_000  # a folder that has changed this lately may change again under the same time


class Queue:
    """The waiting jobs of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """The jobs that wait, the next one first. A file that another version wrote holds nobody up.

        The files are read again only where one has been written or removed: a page asks for the place of every job.
        """
        try:
            changed = self.folder.stat().st_mtime_ns
        except OSError:
            return []
        known = _known.get(self.folder)
        if known is not None and known[0] == changed:
            return list(known[1])
        is_settled = time.time_ns() - changed >= _CLOCK_NS  # else another file may yet get the same time
        names = self._sorted()
        if is_settled:
            _known[self.folder] = changed, names
        return list(names)

    def _sorted(self) -> list[str]:
        waiting = {}
        for path in self.folder.glob("*.waiting"):
            with contextlib.suppress(RunError):  # it has just been started, or another version wrote it
                waiting[path.stem] = self._read(path.stem).asked
        return sorted(waiting, key=lambda name: (waiting[name], name))

    def place(self, name: str) -> int:
        """The place of a job, 1 is next; 0 where it does not wait."""
        names = self.names()
        return names.index(name) + 1 if name in names else 0

    def put(self, name: str, *commands: Command) -> None:
        """Add a job at the end."""
        lines = [json.loads(command.to_line()) for command in commands]
        write_json(self._path(name), {"asked": time.time(), "commands": lines})

    def commands(self, name: str) -> list[Command]:
        """What a waiting job was asked for."""
        return self._read(name).commands

    def _read(self, name: str) -> _Waiting:
        values = read_json(self._path(name))
        try:
            commands = [record_of(Command, one) for one in values["commands"]]
            if not is_finite_number(values["asked"]):
                raise ValueError("no time")
        except (KeyError, TypeError, ValueError) as error:
            raise RunError("other_version", path=self._path(name)) from error
        return _Waiting(float(values["asked"]), commands)

    def leave(self, name: str) -> None:
        """Take a job out, if it waits."""
        with explained(self.folder):
            self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.waiting"

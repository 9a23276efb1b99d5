"""The process of a job: `python -m moe_demo train` with a run folder and a file of commands.

    .jobs/NAME.commands    what it has been asked for since it was started
    .jobs/NAME.alive       locked by the process from its first to its last moment
    .jobs/NAME.log         what it said
    .jobs/NAME.problem     the sentence with which it refused, to be said in other languages

Nothing of it lives in the program that starts it: it goes on when that one is killed, and the next one finds it again.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from moe_demo.jobs.environment import environment
from moe_demo.runs.commands import Command, problem_path, send, told_problem
from moe_demo.runs.files import FolderLock, RunError, explained, write_whole
from moe_demo.runs.store import RunStore

_NICE = 5  # training gives way to the pages
_LOG_BYTES = 2000


class Processes:
    """The processes of the jobs of one folder of runs."""

    def __init__(self, runs: Path, folder: Path) -> None:
        self.runs, self.folder = runs, folder

    def alive(self) -> list[str]:
        """The jobs that have a process."""
        return [path.stem for path in sorted(self.folder.glob("*.alive")) if self.is_alive(path.stem)]

    def is_alive(self, name: str) -> bool:
        """Whether a job has a process, from the moment it was started."""
        lock = FolderLock(self.folder / f"{name}.alive")
        return lock.is_held() or RunStore(self.runs / name).lock.is_held()

    def busy(self) -> list[str]:
        """Jobs that take a place: those with a process, unless it is paused and nothing has been asked of it since."""
        return [name for name in self.alive() if not self._is_paused(name)]

    def was_started(self, name: str) -> bool:
        """Whether a job ever had a process."""
        return self._log(name).exists()

    def asked_since(self, name: str, moment: float) -> bool:
        """Whether something has been asked of the job after a certain Unix time, its start included."""
        try:
            return self._commands(name).stat().st_mtime > moment
        except OSError:
            return True

    def send(self, name: str, *commands: Command) -> None:
        """Ask something of a job's process."""
        for command in commands:
            send(self._commands(name), command)

    def spawn(self, name: str, config: Path, files: Sequence[str]) -> None:
        """Start the process. It inherits the lock on `.alive`, which the system frees however the process ends."""
        write_whole(self._commands(name), b"")
        problem_path(self._commands(name)).unlink(missing_ok=True)
        folder = self.runs / name
        begun = (folder / "config.json").exists()
        source = ["--resume", str(folder)] if begun else ["--config", str(config), "--out", str(folder)]
        # -P: what happens to lie in the working directory is not imported.
        command = [sys.executable, "-P", "-m", "moe_demo", "train", *source]
        command += ["--control", str(self._commands(name)), "--device", "auto"]
        command += ["--data", *files] if files else []
        alive = FolderLock(self.folder / f"{name}.alive")
        with explained(self.folder), alive, open(self._log(name), "wb") as log:
            process = subprocess.Popen(
                command,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **alive.inherited(),
            )
        adopt(process)
        with contextlib.suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)

    def last_words(self, name: str) -> str:
        """The sentence with which a process ended that never got to a run folder."""
        with contextlib.suppress(RunError):
            return told_problem(problem_path(self._commands(name)))
        with contextlib.suppress(OSError):
            text = self._log(name).read_bytes()[-_LOG_BYTES:].decode(errors="replace")
            return text.strip().rpartition("\n")[2]
        return ""

    def _is_paused(self, name: str) -> bool:
        try:
            status = RunStore(self.runs / name).status()
        except RunError:
            return False
        return status.state == "paused" and not self.asked_since(name, status.written)

    def _commands(self, name: str) -> Path:
        return self.folder / f"{name}.commands"

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"


_children: list[subprocess.Popen[bytes]] = []


def adopt(process: subprocess.Popen[bytes]) -> None:
    """Remember a process that was started here."""
    _children.append(process)


def reap() -> None:
    """Let go of processes that have ended: the system keeps them until their parent has looked."""
    _children[:] = [process for process in _children if process.poll() is None]

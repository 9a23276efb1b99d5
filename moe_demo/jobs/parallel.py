"""`python -m moe_demo parallel` over several processes of this machine, started from here and read from its folder.

parallel.json    the record, once it is done (`insight.parallel_run.ParallelRun`)
problem.json     why there is none, to be said in any language
log              what was said
pid              of torchrun, which leads the processes
alive            locked as long as it runs
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

from moe_demo.errors import Said
from moe_demo.jobs.environment import environment
from moe_demo.jobs.process import adopt
from moe_demo.runs.commands import told_problem
from moe_demo.runs.files import FolderLock, RunError, explained, read_text, write_whole

_PID_BYTES = 20
_LOG_BYTES = 1_000_000


class ParallelJob:
    """One such run, known by its folder; whoever opens the folder again finds it as it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.record = folder / "parallel.json"
        self._alive = FolderLock(folder / "alive")

    def start(self, run: str | Path, n_processes: int = 4, n_headlines: int = 256, repeats: int = 20) -> None:
        """Start it anew. Raises RunError where it still runs, or the folder cannot be written."""
        with explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        # --standalone: torchrun looks for a free port itself.
        command = [sys.executable, "-P", "-m", "torch.distributed.run", "--standalone"]
        command += [f"--nproc-per-node={n_processes}", "-m", "moe_demo", "parallel", str(run)]
        command += ["--headlines", str(n_headlines), "--repeats", str(repeats), "--out", str(self.folder)]
        with self._alive, explained(self.folder), open(self.folder / "log", "wb") as log:
            for old in (self.record, self.folder / "problem.json"):
                old.unlink(missing_ok=True)
            process = subprocess.Popen(
                command,
                env={"OMP_NUM_THREADS": "1"} | environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self._alive.inherited(),
            )
            write_whole(self.folder / "pid", str(process.pid).encode())
        adopt(process)

    @property
    def state(self) -> Literal["none", "running", "done", "failed"]:
        """Whether there is a record, or will be one."""
        if self._alive.is_held():
            return "running"
        if self.record.exists():
            return "done"
        return "failed" if (self.folder / "log").exists() else "none"

    @property
    def seconds(self) -> float:
        """Since it was started; 0 where it never was."""
        with contextlib.suppress(OSError):
            return max(0.0, time.time() - (self.folder / "pid").stat().st_mtime)
        return 0.0

    @property
    def measures(self) -> bool:
        """Whether its processes are up and have begun."""
        with contextlib.suppress(RunError):
            return " processes" in read_text(self.folder / "log", _LOG_BYTES)
        return False

    @property
    def problem(self) -> Said | None:
        """The sentence that says why it failed; None where nothing was said, and the log has all there is."""
        with contextlib.suppress(RunError):
            return told_problem(self.folder / "problem.json")
        return None

    def forget(self) -> None:
        """Remove what an ended run has left; nothing where it still runs."""
        if not self._alive.is_held():
            for name in ("parallel.json", "problem.json", "log", "pid"):
                (self.folder / name).unlink(missing_ok=True)

    def stop(self) -> None:
        """End all its processes."""
        with contextlib.suppress(RunError, ValueError, OSError, AttributeError):
            if self._alive.is_held():
                os.killpg(int(read_text(self.folder / "pid", _PID_BYTES)), signal.SIGTERM)

"""What one browser has started and keeps, held against the limits; and what is removed when its time is over.

Asked where something is started or paused for a visitor. The operator and the command line are not held to it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from moe_demo.jobs.registry import Registry
from moe_demo.limits import Limits
from moe_demo.runs.files import RunError
from moe_demo.runs.owners import Caller
from moe_demo.runs.store import State

_MB = 1_000_000
_DAY = 24 * 3600.0


@dataclass(frozen=True, kw_only=True)
class Used:
    """What one browser has."""

    n_open: int
    """Runs that train, wait or are paused."""
    n_paused: int
    n_runs: int
    n_bytes: int

    @property
    def mb(self) -> int:
        """Megabytes, begun ones included."""
        return -(-self.n_bytes // _MB)


class Allowance:
    """Counts what there is below one folder of runs."""

    def __init__(self, registry: Registry, limits: Limits | None = None) -> None:
        self.registry = registry
        self.limits = Limits.of_environment() if limits is None else limits

    def used(self, caller: Caller, states: Iterable[tuple[str, State | str]]) -> Used:
        """What this browser has; `states` are its jobs with what each is doing."""
        mine = dict(states)
        under_way = [state for state in mine.values() if state in ("queued", "starting", "running", "paused")]
        return Used(
            n_open=len(under_way),
            n_paused=under_way.count("paused"),
            n_runs=len(mine),
            n_bytes=sum(folder_bytes(self.registry.runs / name) for name in mine),
        )

    def require_start(self, used: Used) -> None:
        """Raise RunError where this browser may start no further run."""
        if used.n_open >= self.limits.open_jobs:
            raise RunError("many_open", limit=self.limits.open_jobs)
        self.require_place(used)

    def require_place(self, used: Used) -> None:
        """Raise RunError where this browser may keep no further run."""
        limits = self.limits
        if used.n_runs >= limits.kept_runs:
            raise RunError("many_runs", limit=limits.kept_runs)
        if used.n_bytes >= limits.kept_mb * _MB:
            raise RunError("many_bytes", limit=limits.kept_mb)
        if folder_bytes(self.registry.runs) >= limits.all_mb * _MB:
            raise RunError("no_room", limit=limits.all_mb)

    def require_pause(self, used: Used) -> None:
        """Raise RunError where this browser may pause no further run."""
        if used.n_paused >= self.limits.paused_jobs:
            raise RunError("many_paused", limit=self.limits.paused_jobs)

    def outlived(self) -> list[str]:
        """Runs on somebody's own data that nobody has written to for as long as they are kept."""
        oldest, found = time.time() - self.limits.kept_days * _DAY, []
        for name in self.registry.names():
            with contextlib.suppress(RunError, OSError):
                ticket, folder = self.registry.ticket(name), self.registry.runs / name
                written = (folder / "status.json").stat().st_mtime if folder.is_dir() else ticket.created
                if ticket.private and max(written, ticket.created) < oldest:
                    found.append(name)
        return found


def folder_bytes(folder: Path) -> int:
    """The size of all files below a folder, none where there is no such folder; links are not followed."""
    total = 0
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                is_folder = entry.is_dir(follow_symlinks=False)
                total += (
                    folder_bytes(Path(entry.path)) if is_folder else entry.stat(follow_symlinks=False).st_size
                )
    return total

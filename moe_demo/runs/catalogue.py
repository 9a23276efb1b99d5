"""Which runs there are, who may see them, and whether one has changed: every page, route, cache and command asks here.

    catalogue = RunCatalogue()                 the bundled runs and those of the local folder
    catalogue.names(caller)                    what this caller may see, also what is still to begin
    catalogue.store("deepseek", caller)        the run folder; RunError where there is none for this caller
    version(store)                             what a cache of the run is kept under

A caller of None is whoever may read the folders: the command line, a notebook. A private run, trained on somebody's own
data, is there for its browser only: to others it does not exist.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from moe_demo.runs.files import RunError
from moe_demo.runs.owners import Caller
from moe_demo.runs.store import RunStore
from moe_demo.runs.tickets import has_ticket, is_name, read_ticket, shown_name, ticket_names

BUNDLED_RUNS = Path(__file__).parents[1] / "bundled_runs"
RUNS_VARIABLE = "MOE_DEMO_RUNS"


def local_folder() -> Path:
    """Where runs trained here are kept: $MOE_DEMO_RUNS, else `runs` in the working directory."""
    return Path(os.environ.get(RUNS_VARIABLE, "runs"))


class RunCatalogue:
    """The bundled runs and those of one local folder. A bundled run comes before a local one of its name."""

    def __init__(self, local: Path | None = None) -> None:
        self.local = local_folder() if local is None else local

    def folders(self) -> list[Path]:
        """Every run folder, whoever may see it: bundled ones first, then local ones, each by name."""
        return [
            path
            for parent in (BUNDLED_RUNS, self.local)
            for path in (sorted(parent.iterdir()) if parent.is_dir() else [])
            if _is_run(path)
        ]

    def names(self, caller: Caller | None = None) -> list[str]:
        """The runs to list for a caller, each once: folders he may see, then jobs of his own that have none yet.

        Of the jobs of others there is nothing to see before they begin; whoever has the link may wait for them.
        """
        made = dict.fromkeys(path.name for path in self.folders())
        coming = (name for name in ticket_names(self.local) if name not in made)
        return [name for name in made if self.may_see(name, caller)] + [
            name for name in coming if self._lists_coming(name, caller)
        ]

    def find(self, name: str, caller: Caller | None = None) -> RunStore | None:
        """The folder of a run, None where there is none or this caller may not see it."""
        if not is_name(name) or not self.may_see(name, caller):
            return None
        folders = (parent / name for parent in (BUNDLED_RUNS, self.local))
        return next((RunStore(folder) for folder in folders if _is_run(folder)), None)

    def store(self, name: str, caller: Caller | None = None) -> RunStore:
        """The folder of a run. Raises RunError where there is none or this caller may not see it."""
        store = self.find(name, caller)
        if store is None:
            raise RunError("missing", name=shown_name(name))
        return store

    def is_coming(self, name: str, caller: Caller | None = None) -> bool:
        """Whether this is a job without a checkpoint yet: it may still wait, or be reading its data."""
        return (
            has_ticket(self.local, name)
            and self.may_see(name, caller)
            and not RunStore(self.local / name).checkpoint_steps()
        )

    def has(self, name: str, caller: Caller | None = None) -> bool:
        """Whether there is anything to show of this run: its folder, or that it is coming."""
        return self.find(name, caller) is not None or self.is_coming(name, caller)

    def may_see(self, name: str, caller: Caller | None = None) -> bool:
        """Whether a run may be shown: all but those trained on somebody else's data, and those with a torn ticket."""
        if caller is None or not has_ticket(self.local, name):
            return True
        try:
            ticket = read_ticket(self.local, name)
        except RunError:
            return False
        return not ticket.private or caller.owns(ticket.owner)

    def _lists_coming(self, name: str, caller: Caller | None) -> bool:
        if caller is None:
            return True
        try:
            ticket = read_ticket(self.local, name)
        except RunError:
            return False
        return caller.owns(ticket.owner) or (caller.operator and not ticket.private)


def is_bundled(store: RunStore) -> bool:
    """Whether this run ships with the app."""
    return store.folder.parent == BUNDLED_RUNS


@dataclass(frozen=True)
class Version:
    """One state of a run on disk: two that are equal hold the same run, as far as it goes."""

    made: int
    """Changes where another run was trained into the same folder."""
    checkpoints: int
    """Changes with every checkpoint that is written or dropped."""
    record: int
    """Bytes of metrics.jsonl."""
    under_way: bool
    """Whether a process is training it."""

    @property
    def settled(self) -> tuple[int, int, int]:
        """What a loaded run is kept under: changes when it was trained again, is a checkpoint further, or has ended.

        Not with every step: whoever follows a run that grows reads its record (`insight.history`).
        """
        return self.made, self.checkpoints, 0 if self.under_way else self.record


def version(store: RunStore) -> Version:
    """The state of a run on disk now. Raises RunError where there is no run."""
    try:
        made = (store.folder / "config.json").stat().st_mtime_ns
    except OSError as error:
        raise RunError("missing", name=shown_name(store.run_id)) from error
    record, checkpoints = store.folder / "metrics.jsonl", store.folder / "checkpoints"
    return Version(
        made=made,
        checkpoints=checkpoints.stat().st_mtime_ns if checkpoints.exists() else 0,
        record=record.stat().st_size if record.exists() else 0,
        under_way=store.lock.is_held(),
    )


def _is_run(folder: Path) -> bool:
    return (folder / "config.json").is_file()

"""The jobs of a folder of runs: which there are, whose they are, what each was started with.

Beside the runs stands what belongs to a job and not to its run:

    .jobs/NAME.json        whose it is (runs.tickets)
    .jobs/NAME.config      the settings it begins with
    .jobs/NAME.waiting     that it waits for a place (jobs.queue)
    .jobs/NAME.commands, NAME.alive, NAME.log    of its process (jobs.process)
"""

from __future__ import annotations

import contextlib
import itertools
import re
import shutil
from pathlib import Path

from moe_demo.config import RunConfig
from moe_demo.runs.catalogue import BUNDLED_RUNS
from moe_demo.runs.files import RunError, explained, read_json, write_json
from moe_demo.runs.store import RunStore
from moe_demo.runs.tickets import FOLDER, Ticket, has_ticket, read_ticket, ticket_names, write_ticket

MAX_CHARS = 40
_NAME = re.compile(rf"\w[\w-]{{0,{MAX_CHARS - 1}}}")  # no dot: what follows one is the kind of a job's file
_OF_THE_BALANCE_PAGE = "balance"  # which knows its runs by their names


class Registry:
    """Reads and writes the tickets of one folder of runs."""

    def __init__(self, runs: Path) -> None:
        self.runs, self.folder = runs, runs / FOLDER

    def names(self) -> list[str]:
        """All jobs, by name."""
        return ticket_names(self.runs)

    def has(self, name: str) -> bool:
        """Whether a run was started as a job."""
        return has_ticket(self.runs, name)

    def ticket(self, name: str) -> Ticket:
        """Whose a job is. Raises RunError where there is no such job."""
        return read_ticket(self.runs, name)

    def store(self, name: str) -> RunStore:
        """The run folder of a job; it comes to be once the job's process has read its data."""
        return RunStore(self.runs / name)

    def has_begun(self, name: str) -> bool:
        """Whether the job's process has made its run folder."""
        return (self.runs / name / "config.json").exists()

    def config(self, name: str) -> RunConfig:
        """The settings that a job begins with. Raises RunError or ConfigError where they cannot be read."""
        return RunConfig.from_dict(read_json(self.config_path(name)))

    def config_path(self, name: str) -> Path:
        """The settings that a job begins with, as `--config` reads them."""
        return self.folder / f"{name}.config"

    def add(self, wanted: str, config: RunConfig, ticket: Ticket) -> str:
        """Write a new job down; returns its name: `wanted`, or with the next number that is free."""
        name = self._free_name(wanted)
        write_json(self.config_path(name), config.to_dict())
        write_ticket(self.runs, name, ticket)
        return name

    def adopt(self, folder: Path, wanted: str, config: RunConfig, ticket: Ticket) -> str:
        """Move a run folder in under its own ticket; returns its name, as `add`."""
        name = self.add(wanted, config, ticket)
        try:
            with explained(self.runs):
                folder.rename(self.runs / name)
        except BaseException:
            self.remove(name)
            raise
        return name

    def rename(self, name: str, wanted: str) -> str:
        """Another name for a job and its run. The new ticket comes first: a private run is never without one."""
        wanted = "-".join(wanted.split())
        if not _NAME.fullmatch(wanted) or wanted.startswith(_OF_THE_BALANCE_PAGE):
            raise RunError("name", limit=MAX_CHARS)
        if (self.runs / wanted).exists() or (BUNDLED_RUNS / wanted).exists():
            raise RunError("name_taken", name=wanted)
        with explained(self.runs):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                self.config_path(wanted).open("x").close()
            except FileExistsError:
                raise RunError("name_taken", name=wanted) from None
            files = [path for path in self.folder.iterdir() if path.name.rpartition(".")[0] == name]
            try:
                write_ticket(self.runs, wanted, self.ticket(name))
                if (self.runs / name).exists():
                    (self.runs / name).rename(self.runs / wanted)
            except BaseException:
                self.remove(wanted)
                raise
            for path in files:
                if path.suffix == ".json":
                    path.unlink()
                else:
                    path.replace(self.folder / f"{wanted}{path.suffix}")
        return wanted

    def remove(self, name: str) -> None:
        """Delete a job with its run and all that stands beside it."""
        with explained(self.runs):
            shutil.rmtree(self.runs / name, ignore_errors=True)
            for path in self.folder.glob(f"{name}.*"):
                path.unlink(missing_ok=True)

    def _free_name(self, wanted: str) -> str:
        """`wanted`, or with the next number that neither a run nor a job has; taken at once."""
        stem, _, number = wanted.rpartition("-")
        stem, first = (stem, int(number)) if stem and number.isdigit() else (wanted, 1)
        with explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            for n in itertools.count(first):
                name = f"{stem}-{n}"
                if (self.runs / name).exists():
                    continue
                with contextlib.suppress(FileExistsError):
                    self.config_path(name).open("x").close()
                    return name
        raise AssertionError("numbers do not end")

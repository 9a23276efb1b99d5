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
import shutil
from pathlib import Path

from moe_demo.config import RunConfig
from moe_demo.runs.files import explained, write_json
from moe_demo.runs.store import RunStore
from moe_demo.runs.tickets import FOLDER, Ticket, has_ticket, read_ticket, ticket_names, write_ticket


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

    def config_path(self, name: str) -> Path:
        """The settings that a job begins with, as `--config` reads them."""
        return self.folder / f"{name}.config"

    def add(self, wanted: str, config: RunConfig, ticket: Ticket) -> str:
        """Write a new job down; returns its name: `wanted`, or with the next number that is free."""
        name = self._free_name(wanted)
        write_json(self.config_path(name), config.to_dict())
        write_ticket(self.runs, name, ticket)
        return name

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

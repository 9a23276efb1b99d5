"""What is written down of a run that was started for a visitor: one ticket, beside the folder of runs.

    runs/.jobs/NAME.json      whose it is, and whether anybody else may see it (Ticket)

A run of the command line has no ticket: it belongs to whoever may read the folder, and every visitor sees it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from moe_demo.runs.files import RunError, read_record, write_json

_SHOWN_CHARS = 60
MAX_NAME_BYTES = 200  # of 255: the names of a job's files are longer
FOLDER = ".jobs"  # a dot: no run's name begins with one


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """What is written down of a job."""

    owner: str
    """Hash of the browser's id."""
    private: bool
    """Trained on somebody's own data: nobody else sees it."""
    files: list[str]
    """The headlines, if not the built-in ones."""
    created: float
    """Unix time."""


def shown_name(name: str) -> str:
    """The beginning of a name that somebody asks for, fit to be printed."""
    return "".join(char if char.isprintable() else "?" for char in name[:_SHOWN_CHARS])


def is_name(name: str) -> bool:
    """Whether a run may be called so: the name of a folder that every system can have, and that leads nowhere else."""
    if not name.isprintable() or len(name.encode()) > MAX_NAME_BYTES:  # a lone surrogate is not printable
        return False
    return name == Path(name).name and not name.startswith(".") and name not in ("", "lock")


def ticket_names(runs: Path) -> list[str]:
    """Every run that has a ticket, by name."""
    return sorted(path.stem for path in (runs / FOLDER).glob("*.json"))


def has_ticket(runs: Path, name: str) -> bool:
    """Whether a run was started for a visitor."""
    return is_name(name) and _path(runs, name).exists()


def read_ticket(runs: Path, name: str) -> Ticket:
    """The ticket of a run. Raises RunError where it has none, or one that cannot be read."""
    if not is_name(name):
        raise RunError("no_job", name=shown_name(name))
    path = _path(runs, name)
    try:
        facts = path.stat()
        return _read(path, facts.st_mtime_ns, facts.st_ino, facts.st_size)
    except FileNotFoundError as error:
        raise RunError("no_job", name=shown_name(name)) from error
    except OSError as error:
        raise RunError("unreadable", path=path, why=error) from error
    except RunError as error:
        if error.code != "other_version":
            raise
        raise RunError("bad_ticket", path=path) from error


@lru_cache(maxsize=4096)
def _read(path: Path, written: int, file: int, size: int) -> Ticket:
    """Read once as long as the file is the same: every page asks for every ticket."""
    return read_record(path, Ticket)


def write_ticket(runs: Path, name: str, ticket: Ticket) -> None:
    """Write a run's ticket."""
    write_json(_path(runs, name), asdict(ticket))


def _path(runs: Path, name: str) -> Path:
    return runs / FOLDER / f"{name}.json"

"""Files that are whole or not there, and a lock that dies with its process: what a run folder stands on."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from moe_demo.runs.checking import parsed, record_of
from moe_demo.runs.errors import RunError, not_written

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

__all__ = ["FolderLock", "RunError", "append_line", "explained", "flush_to_disk", "is_folder", "read_json"]
__all__ += ["MAX_RECORD_BYTES", "read_record", "read_text"]
__all__ += ["write_json", "write_whole"]

Record = TypeVar("Record")
MAX_JSON_BYTES = 10_000_000  # the largest, about.json of a data set of a thousand classes, has some 100 kB
MAX_RECORD_BYTES = 500_000_000  # of metrics.jsonl: the steps of a night

_PATIENCE_SECONDS = 1.0  # longer than a reader holds the lock to see whether it is free
_LOCKED_BYTE = 1 << 30  # far behind the end of the file: Windows forbids others to read a locked byte


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file so that a reader finds the old content or the new, also after a power cut.

    The temporary name is fixed: what a killed process left behind is overwritten and never piles up.
    """
    unfinished = path.with_name(f".{path.name}.tmp")
    with explained(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(unfinished, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, path)
        except BaseException:
            with contextlib.suppress(OSError):
                unfinished.unlink()
            raise


def append_line(path: Path, line: str) -> None:
    """Add one line; it has left this process when the call returns."""
    with explained(path.parent), open(path, "ab") as file:
        file.write(f"{line}\n".encode())


def flush_to_disk(path: Path) -> None:
    """Wait until what was appended would survive a power cut."""
    with explained(path.parent), open(path, "ab") as file:
        os.fsync(file.fileno())


def write_json(path: Path, value: Any) -> None:
    """Replace a JSON file."""
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    write_whole(
        path, text.encode("utf-8", "backslashreplace")
    )  # a lone surrogate, of a file's name, as JSON has it


def read_json(path: Path) -> Any:
    """The content of a JSON file; raises RunError where it cannot be read."""
    try:
        return parsed(read_text(path, MAX_JSON_BYTES))
    except ValueError as error:
        if isinstance(error, RunError):
            raise
        raise RunError("unreadable", path=path, why=error) from error


def read_record(path: Path, kind: type[Record]) -> Record:
    """The record in a JSON file; raises RunError where there is none, or one of another make."""
    values = read_json(path)
    try:
        return record_of(kind, values)
    except ValueError as error:
        raise RunError("other_version", path=path) from error


def read_text(path: Path, most_bytes: int) -> str:
    """The text of an ordinary file of no more than so many bytes, whatever is no UTF-8 replaced. Raises RunError."""
    try:
        if not path.is_file():
            raise FileNotFoundError(f"there is no file {path.name}")
        with open(path, "rb") as file:
            content = file.read(most_bytes + 1)
    except OSError as error:
        raise RunError("unreadable", path=path, why=error) from error
    if len(content) > most_bytes:
        raise RunError("too_large", path=path, limit=most_bytes)
    return content.decode("utf-8", "replace")


@contextlib.contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn the system's refusal to write into one sentence for a person."""
    try:
        yield
    except OSError as error:
        raise not_written(folder, error) from error


def is_folder(path: Path) -> bool:
    """Whether there is such a folder; also for what no system would take as a name."""
    with contextlib.suppress(OSError, ValueError):
        return path.is_dir()
    return False


class FolderLock:
    """Held by the one process that writes a folder; the system frees it when that process ends, however.

    So it also tells a run that is under way from one whose process was killed, with no process id to compare.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: Any = None

    def __enter__(self) -> FolderLock:
        with explained(self.path.parent):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(self.path, "ab")
        give_up = time.monotonic() + _PATIENCE_SECONDS
        while not _try_lock(self._file.fileno()):
            if time.monotonic() > give_up:
                self._file.close()
                raise RunError("locked", folder=self.path.parent)
            time.sleep(0.05)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()  # which frees the lock

    def inherited(self) -> dict[str, Any]:
        """Options of `subprocess.Popen` with which a child holds the lock too, until it ends."""
        return {} if sys.platform == "win32" else {"pass_fds": (self._file.fileno(),)}

    def is_held(self) -> bool:
        """Whether some process holds the lock now. It writes nothing: the folder may be read-only."""
        try:
            with open(self.path, "rb") as file:
                return not _try_lock(file.fileno(), shared=True)
        except OSError:
            return False


def _try_lock(descriptor: int, *, shared: bool = False) -> bool:
    """Take the lock of an open file, unless another has it; two that share it do not see each other."""
    try:
        if sys.platform == "win32":
            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

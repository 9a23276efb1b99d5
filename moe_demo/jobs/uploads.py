"""Data sets that visitors bring, kept on disk for training: each belongs to one browser and is there for no other.

    runs/.uploads/KEY/NAME.csv          text,label: what `python -m moe_demo train --data` reads
                      about.json        name, hash of the owner, classes and their counts, time; written last

The key cannot be guessed, and the owner's id is kept only as a hash (`owners`). Somebody else's data set answers
like one that does not exist. A folder without about.json is half a data set and counts as none.
"""

from __future__ import annotations

import csv
import errno
import io
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from moe_demo.limits import Limits
from moe_demo.runs.catalogue import local_folder
from moe_demo.runs.files import RunError, explained, read_record, write_json, write_whole
from moe_demo.runs.owners import Caller, hashed
from moe_demo.text.corpus import Corpus

FOLDER = ".uploads"  # a dot: no run's name begins with one
MAX_NAME_CHARS = 40

UPLOAD_SENTENCES = {
    "missing": "There is no such data set in this browser; it may have been deleted.",
    "too_many": "This browser keeps {limit} data sets, the most there may be; delete one of them.",
    "no_room": "The data sets of all visitors take up the {limit} MB set aside for them; try again later.",
    "same_name": "This browser already keeps a data set named {name}; choose another name.",
    "name": "A data set needs a name of 1 to {limit} characters; write another one.",
    "disk_full": "The disk is full, so nothing was kept; free some space and try again.",
    "no_permission": "The program may not write to its folder {folder}, so nothing was kept; change its permissions.",
    "not_written": "Writing to {folder} failed ({why}), so nothing was kept; try again.",
    "not_deleted": "Deleting failed ({why}); try again.",
    "too_many_lessons": "This browser keeps {limit} lessons, the most there may be; delete one of them.",
    "no_room_for_lessons": "The lessons of all visitors are {limit}, the most there may be; try again later.",
    "no_lesson": "There is no such lesson in this browser; it may have been deleted.",
}

_KEY = re.compile(r"[0-9a-f]{32}")
_NO_FILE_NAME = re.compile(r"^\.+|[^\w.-]+")
_UNFINISHED_SECONDS = (
    3600.0  # writing takes a second: what is half done for so long was given up by its process
)
_keeping = threading.Lock()  # two tabs of a browser must not both take the last free place


class UploadError(RunError):
    """A data set that cannot be kept or found; its message is one plain sentence."""

    topic = "upload"
    sentences = UPLOAD_SENTENCES


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A kept data set."""

    key: str
    name: str
    owner: str
    """Hash of the owner's id."""
    path: Path
    """The file of headlines, for `--data`."""
    labels: tuple[str, ...]
    """Its classes in order, for `--set model.labels=`."""
    n_headlines: int
    class_counts: dict[str, int]
    created: float
    """Unix time in seconds."""

    @property
    def run_name(self) -> str:
        """What a run trained on it is called: its name, with what is no letter or digit as dashes.

        Not like a run of the balance page's sets, which is known by its name.
        """
        stem = "-".join(re.findall(r"\w+", self.name)) or "data"
        return f"{f'data-{stem}' if stem.startswith('balance') else stem}-1"


@dataclass(frozen=True, kw_only=True)
class _About:
    """What about.json says."""

    name: str
    owner: str
    class_counts: dict[str, int]
    created: float
    file: str = "headlines.csv"
    """That holds the headlines, called after the data set: runs say by it what they were trained on."""


class Uploads:
    """The data sets below a folder of runs, by default the local one."""

    def __init__(self, root: Path | None = None, limits: Limits | None = None) -> None:
        self.limits = Limits.of_environment() if limits is None else limits
        self.folder = (local_folder() if root is None else root) / FOLDER

    def keep(self, corpus: Corpus, name: str, owner: Caller) -> Dataset:
        """Write a new data set. A reader finds it whole or not at all.

        Raises:
            UploadError: the name is taken or none, there is no place for another one, or the disk refuses.
        """
        assert owner.visitor, "a data set without an owner would be everybody's"
        name = " ".join(name.split())
        if not 0 < len(name) <= MAX_NAME_CHARS or not name.isprintable():
            raise UploadError("name", limit=MAX_NAME_CHARS)
        content = _as_csv(corpus)
        with _keeping:
            self._require_place(len(content), name, owner)
            key = secrets.token_hex(16)
            about = _About(
                name=name,
                owner=hashed(owner.visitor),
                class_counts=corpus.class_counts,
                created=time.time(),
                file=f"{_NO_FILE_NAME.sub('_', name)}.csv",
            )
            with self._undone_on_failure(self.folder / key) as folder:
                write_whole(folder / about.file, content)
                write_json(folder / "about.json", asdict(about))
        return self.get(key, owner)

    def of(self, owner: Caller) -> list[Dataset]:
        """The data sets of this owner, the newest first; none for a browser without an id.

        Whoever looks also clears away what is older than the visitors were promised.
        """
        self._sweep()
        mine = [dataset for dataset in self._all() if owner.owns(dataset.owner)]
        return sorted(mine, key=lambda dataset: (-dataset.created, dataset.key))

    def get(self, key: str, owner: Caller) -> Dataset:
        """One of this owner's data sets. Raises UploadError where there is none, or it is somebody else's."""
        dataset = self._read(key)
        if dataset is None or not owner.owns(dataset.owner):
            raise UploadError("missing")
        return dataset

    def delete(self, key: str, owner: Caller) -> None:
        """Remove one of this owner's data sets from the disk. Raises UploadError as `get`."""
        _remove(self.get(key, owner).path.parent)

    def _all(self) -> Iterator[Dataset]:
        for folder in self._folders():
            if dataset := self._read(folder.name):
                yield dataset

    def _folders(self) -> list[Path]:
        with suppress(OSError):
            return [path for path in self.folder.iterdir() if _KEY.fullmatch(path.name)]
        return []

    def _read(self, key: str) -> Dataset | None:
        """The data set of this key; None where there is none, or only a part, or one whose time is over."""
        folder = self.folder / key
        if not _KEY.fullmatch(key):
            return None
        try:
            about = read_record(folder / "about.json", _About)
        except RunError:  # being written, or not by us
            return None
        path = folder / about.file
        if path.parent != folder or not path.is_file():
            return None
        if time.time() > about.created + self.limits.kept_days * 24 * 3600:
            return None
        return Dataset(
            key=key,
            name=about.name,
            owner=about.owner,
            path=path,
            labels=tuple(about.class_counts),
            n_headlines=sum(about.class_counts.values()),
            class_counts=about.class_counts,
            created=about.created,
        )

    def _require_place(self, n_bytes: int, name: str, owner: Caller) -> None:
        mine = self.of(owner)
        if any(dataset.name.casefold() == name.casefold() for dataset in mine):
            raise UploadError("same_name", name=name)
        if len(mine) >= self.limits.kept_data_sets:
            raise UploadError("too_many", limit=self.limits.kept_data_sets)
        used = sum(dataset.path.stat().st_size for dataset in self._all())
        if used + n_bytes > 1_000_000 * self.limits.all_data_mb:
            raise UploadError("no_room", limit=self.limits.all_data_mb)

    def _sweep(self) -> None:
        """Remove data sets whose time is over, and halves that a killed process left."""
        for folder in self._folders():
            with suppress(OSError, RunError):
                is_old = time.time() - folder.stat().st_mtime > _UNFINISHED_SECONDS
                if is_old and self._read(folder.name) is None:
                    _remove(folder)

    @contextmanager
    def _undone_on_failure(self, folder: Path) -> Iterator[Path]:
        """Leave no half of a data set behind, and say in one sentence why there is none."""
        try:
            yield folder
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, RunError) and isinstance(error.__cause__, OSError):
                raise _explained(error.__cause__, self.folder) from error
            raise


def _explained(error: OSError, folder: Path) -> UploadError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UploadError("disk_full")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return UploadError("no_permission", folder=folder)
    return UploadError("not_written", folder=folder, why=error.strerror or error)


def _remove(folder: Path) -> None:
    """about.json first: from then on it is no data set any more, whatever happens to the rest."""
    try:
        with explained(folder):
            (folder / "about.json").unlink(missing_ok=True)
            shutil.rmtree(folder)
    except RunError as error:
        cause = error.__cause__
        raise UploadError("not_deleted", why=getattr(cause, "strerror", None) or cause) from error


def _as_csv(corpus: Corpus) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")  # a text may hold a line break
    writer.writerow(("text", "label"))
    writer.writerows((headline.text, headline.label) for headline in corpus.headlines)
    return file.getvalue().encode()

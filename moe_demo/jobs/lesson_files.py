"""Lesson files that visitors bring, kept on disk: whoever has the link has the lesson, and nobody else finds it.

    runs/.lessons/own-KEY.toml     the file as it was brought; KEY cannot be guessed
                  own-KEY.json     hash of the owner, title, time; written last

A file without its record is half a lesson and counts as none. What a lesson may say is checked before (ui.frame).
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from moe_demo.jobs.uploads import UploadError
from moe_demo.limits import Limits
from moe_demo.runs.catalogue import local_folder
from moe_demo.runs.files import RunError, read_record, write_json, write_whole
from moe_demo.runs.owners import Caller, hashed

FOLDER = ".lessons"  # a dot: no run's name begins with one
_NAME = re.compile(r"own-[0-9a-f]{32}")
_keeping = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class OwnLesson:
    """A kept lesson, without its text."""

    name: str
    """As `lesson=` in an address."""
    title: str
    owner: str
    """Hash of the owner's id."""
    created: float
    """Unix time in seconds."""


class LessonFiles:
    """The lessons below a folder of runs, by default the local one."""

    def __init__(self, root: Path | None = None, limits: Limits | None = None) -> None:
        self.limits = Limits.of_environment() if limits is None else limits
        self.folder = (local_folder() if root is None else root) / FOLDER

    def keep(self, text: str, title: str, owner: Caller) -> str:
        """Write a new lesson; its name. Raises RunError where there is no place for it, or the disk refuses."""
        assert owner.visitor, "a lesson without an owner could not be deleted"
        with _keeping:
            if len(self.of(owner)) >= self.limits.kept_lessons:
                raise UploadError("too_many_lessons", limit=self.limits.kept_lessons)
            if sum(1 for _ in self._all()) >= self.limits.all_lessons:
                raise UploadError("no_room_for_lessons", limit=self.limits.all_lessons)
            name = f"own-{secrets.token_hex(16)}"
            kept = OwnLesson(name=name, title=title, owner=hashed(owner.visitor), created=time.time())
            try:
                write_whole(self._path(name), text.encode())
                write_json(self._record(name), asdict(kept))
            except BaseException:
                self._remove(name)
                raise
        return name

    def text(self, name: str) -> str | None:
        """The lesson of this name, for whoever knows it; None where there is none or its time is over."""
        if self._read(name) is None:
            return None
        with suppress(OSError, UnicodeDecodeError):
            return self._path(name).read_text(encoding="utf-8")
        return None

    def of(self, owner: Caller) -> list[OwnLesson]:
        """The lessons of this owner, the newest first. Whoever looks also clears away those whose time is over."""
        self._sweep()
        mine = [lesson for lesson in self._all() if owner.owns(lesson.owner)]
        return sorted(mine, key=lambda lesson: (-lesson.created, lesson.name))

    def delete(self, name: str, owner: Caller) -> None:
        """Remove one of this owner's lessons. Raises UploadError where there is none, or it is somebody else's."""
        lesson = self._read(name)
        if lesson is None or not owner.owns(lesson.owner):
            raise UploadError("no_lesson")
        self._remove(name)

    def _all(self) -> Iterator[OwnLesson]:
        for name in self._names():
            if lesson := self._read(name):
                yield lesson

    def _names(self) -> list[str]:
        with suppress(OSError):
            return [path.stem for path in self.folder.glob("own-*.json") if _NAME.fullmatch(path.stem)]
        return []

    def _read(self, name: str) -> OwnLesson | None:
        if not _NAME.fullmatch(name) or not self._record(name).is_file():
            return None
        with suppress(RunError):
            lesson = read_record(self._record(name), OwnLesson)
            if lesson.name == name and time.time() <= lesson.created + self.limits.kept_days * 24 * 3600:
                return lesson
        return None

    def _sweep(self) -> None:
        for name in self._names():
            if self._read(name) is None:
                self._remove(name)

    def _remove(self, name: str) -> None:
        for path in (self._record(name), self._path(name)):  # the record first: from then on it is no lesson
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.toml"

    def _record(self, name: str) -> Path:
        return self.folder / f"{name}.json"

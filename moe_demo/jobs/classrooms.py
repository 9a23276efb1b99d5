"""Classes that follow a presenter, as files: any process with the folder has them, and a restart loses none.

    runs/.classes/CODE.json     whose class, the page that it looks at, whether it may roam; replaced whole
                  CODE.jsonl    who has joined, votes and results, a line each (jobs.class_log)

    rooms = Classrooms()
    code = rooms.open(presenter)                     the class's link is `?class=CODE`
    rooms.steer(code, presenter, window, Place(url_path="top-k", params={"k": "2"}))
    room = rooms.room(code)                          for whoever has the code; raises ClassroomError
    rooms.log(code).join(code, browser)              its seat

Who opened a class presents it: known by the browser's cookie, of which the hash is written down, as with runs
(`runs.owners`); it stands in no link. A class ends when its presenter ends it,
or after a day; a day later its files go.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from moe_demo.jobs.class_log import ClassLog
from moe_demo.jobs.classroom_errors import ClassroomError
from moe_demo.limits import Limits
from moe_demo.runs.catalogue import local_folder
from moe_demo.runs.files import RunError, read_record, write_json
from moe_demo.runs.owners import Caller, hashed

FOLDER = ".classes"  # a dot: no run's name begins with one
OPEN_SECONDS = 24 * 3600.0
_KEPT_SECONDS = 2 * OPEN_SECONDS
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is read or typed as something else
_CODE = re.compile(f"[{_LETTERS}]{{6}}")
_MAX_ADDRESS_CHARS = 4000
_WINDOW = re.compile(r"[0-9a-f]{8,32}")
_changing = threading.RLock()

Measure = Literal["sentence", "held_out", "seeds"]
"""What each learner finds out: of an expert switched off on one or the other, or of a training from a seed."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """The page that a class looks at, as its address says it; without class, language and presenting."""

    url_path: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Wall:
    """Experts, or seeds, handed out to a class, one to each seat: of which run, and what each is to find out."""

    number: int
    """Which handing out of this class it is: results of an earlier one do not count."""
    measure: Measure
    run: str
    text: str
    n_layers: int
    n_experts: int
    """Routed ones in a layer."""
    preset: str = ""
    """What is trained from every seed; empty where experts are handed out."""
    epochs: int = 0
    """How long."""

    def expert_of(self, seat: int) -> tuple[int, int]:
        """(layer, expert) of a seat, layer by layer; where there are more seats than experts, again from the first."""
        return divmod(seat % (self.n_layers * self.n_experts), self.n_experts)

    def seed_of(self, seat: int) -> int:
        """The seed of a seat, from 1: there are as many as seats."""
        return seat + 1


@dataclass(frozen=True, kw_only=True)
class Classroom:
    """One class as it is written down."""

    code: str
    owner: str
    """Hash of the presenter's id."""
    created: float
    """Unix time in seconds."""
    version: int = 0
    """Grows with every change."""
    url_path: str = ""
    params: dict[str, str] = field(default_factory=dict)
    released: bool = False
    """Whether everybody may look around."""
    ended: bool = False
    window: str = ""
    """The window of the presenter's browser that leads; empty before the first has spoken."""
    handed_out: dict[str, str | int] = field(default_factory=dict)
    """The fields of a Wall; empty where nothing is handed out."""
    n_walls: int = 0

    @property
    def place(self) -> Place:
        """The page that the class looks at."""
        return Place(url_path=self.url_path, params=self.params)

    @property
    def wall(self) -> Wall | None:
        """What is handed out now."""
        values: Mapping[str, Any] = self.handed_out
        with suppress(TypeError):
            return Wall(**values) if values else None
        return None

    @property
    def is_over(self) -> bool:
        """Whether nothing comes of it any more."""
        return self.ended or time.time() > self.created + OPEN_SECONDS


class Classrooms:
    """The classes below a folder of runs, by default the local one."""

    def __init__(self, root: Path | None = None, limits: Limits | None = None) -> None:
        self.limits = Limits.of_environment() if limits is None else limits
        self.folder = (local_folder() if root is None else root) / FOLDER

    def open(self, owner: Caller, place: Place | None = None) -> str:
        """A new class that looks at a page; its code. Raises RunError where there is no room, or the disk refuses."""
        assert owner.visitor, "nobody could present a class without an owner"
        place = place or Place()
        with _changing:
            self._sweep()
            mine = [room for room in self._all() if not room.is_over]
            if len(mine) >= self.limits.all_classes:
                raise ClassroomError("no_room", limit=self.limits.all_classes)
            if sum(1 for room in mine if owner.owns(room.owner)) >= self.limits.open_classes:
                raise ClassroomError("many", limit=self.limits.open_classes)
            code = self._free_code()
            room = Classroom(
                code=code,
                owner=hashed(owner.visitor),
                created=time.time(),
                url_path=place.url_path,
                params=dict(place.params),
            )
            write_json(self.path(code), asdict(room))
        return code

    def room(self, code: str) -> Classroom:
        """The class of this code, for whoever knows it. Raises ClassroomError: unknown, broken or ended."""
        room = self._read(code)
        if room.is_over:
            raise ClassroomError("ended")
        return room

    def of(self, owner: Caller) -> list[Classroom]:
        """The open classes of this presenter, the newest first."""
        mine = [room for room in self._all() if not room.is_over and owner.owns(room.owner)]
        return sorted(mine, key=lambda room: -room.created)

    def log(self, code: str) -> ClassLog:
        """Who has joined, and what they have said."""
        return ClassLog(self.folder / f"{code}.jsonl", self.limits.class_browsers)

    def steer(self, code: str, presenter: Caller, window: str, place: Place) -> Classroom:
        """Lead the class to a page. Raises ClassroomError, RunError."""
        is_long = sum(len(name) + len(value) for name, value in place.params.items()) > _MAX_ADDRESS_CHARS
        if is_long or len(place.url_path) > _MAX_ADDRESS_CHARS:
            raise ClassroomError("request")
        return self._changed(code, presenter, window, url_path=place.url_path, params=dict(place.params))

    def release(self, code: str, presenter: Caller, window: str, *, released: bool) -> Classroom:
        """Let everybody look around, or gather them again. Raises ClassroomError, RunError."""
        return self._changed(code, presenter, window, released=released)

    def take_over(self, code: str, presenter: Caller, window: str) -> Classroom:
        """Lead from this window from now on. Raises ClassroomError, RunError."""
        return self._changed(code, presenter, window, takes_over=True)

    def hand_out(self, code: str, presenter: Caller, window: str, wall: Wall | None) -> Classroom:
        """Give each seat an expert or a seed, or take them back; `wall.number` is set here.

        Raises ClassroomError, RunError.
        """
        with _changing:
            room = self.room(code)
            number = room.n_walls + (wall is not None)
            handed_out = asdict(replace(wall, number=number)) if wall else {}
            return self._changed(code, presenter, window, handed_out=handed_out, n_walls=number)

    def end(self, code: str, presenter: Caller) -> None:
        """End the class, from whichever window. Raises ClassroomError, RunError."""
        with _changing:
            room = self._presented(code, presenter)
            write_json(self.path(code), asdict(replace(room, ended=True, version=room.version + 1)))

    def path(self, code: str) -> Path:
        """The record of a class."""
        return self.folder / f"{code}.json"

    def _changed(
        self, code: str, presenter: Caller, window: str, *, takes_over: bool = False, **changes: Any
    ) -> Classroom:
        if not _WINDOW.fullmatch(window):
            raise ClassroomError("request")
        with _changing:
            room = self._presented(code, presenter)
            if room.window not in ("", window) and not takes_over:
                raise ClassroomError("other_window")
            changed = replace(room, window=window, **changes)
            if changed != room:
                changed = replace(changed, version=room.version + 1)
                write_json(self.path(code), asdict(changed))
            return changed

    def _presented(self, code: str, presenter: Caller) -> Classroom:
        room = self.room(code)
        if not presenter.owns(room.owner):
            raise ClassroomError("not_presenter")
        return room

    def _read(self, code: str) -> Classroom:
        if not _CODE.fullmatch(code) or not self.path(code).is_file():
            raise ClassroomError("unknown", name=code[:40])
        try:
            room = read_record(self.path(code), Classroom)
        except RunError as error:
            if not self.path(code).is_file():  # swept away meanwhile
                raise ClassroomError("unknown", name=code) from error
            raise ClassroomError("broken", name=code) from error
        if room.code != code:
            raise ClassroomError("broken", name=code)
        return room

    def _free_code(self) -> str:
        while True:
            code = "".join(secrets.choice(_LETTERS) for _ in range(6))
            if not self.path(code).exists():
                return code

    def _all(self) -> Iterator[Classroom]:
        for code in self._codes():
            with suppress(RunError):
                yield self._read(code)

    def _codes(self) -> list[str]:
        with suppress(OSError):
            return [path.stem for path in self.folder.glob("*.json") if _CODE.fullmatch(path.stem)]
        return []

    def _sweep(self) -> None:
        """Remove classes whose time has long been over, and those that cannot be read."""
        for code in self._codes():
            with suppress(OSError):
                if time.time() - self.path(code).stat().st_mtime > _KEPT_SECONDS:
                    self.path(code).unlink(missing_ok=True)
                    (self.folder / f"{code}.jsonl").unlink(missing_ok=True)

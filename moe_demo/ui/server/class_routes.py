"""What browsers of a class ask the server for by themselves, between two runs of the page's script.

    GET  /class/CODE/state?since=VERSION     the state (class_wire) once it is another one; 304 after some seconds
    POST /class/CODE/lead                    what the presenter's window asks for, as JSON

Both answer {"refusal": …} where they do not do what is asked: an ended class, another window, and so on.

A browser that follows has one request open, which costs the server a look at two files, shared by all who wait; it runs
no script until the class moves. So two processes that share the folder tell the same, and one that was started again
goes on. Its first request takes a seat in the class.

Only the browser that opened the class leads it, known by its cookie, and only from one of its windows.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote
from zlib import crc32

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from moe_demo.jobs.class_log import ClassLog
from moe_demo.jobs.classroom_errors import ClassroomError
from moe_demo.jobs.classrooms import Classroom, Classrooms, Measure, Place, Wall
from moe_demo.runs.catalogue import RunCatalogue
from moe_demo.runs.errors import RunError
from moe_demo.runs.owners import NOBODY, Caller
from moe_demo.text.errors import EmptyTextError
from moe_demo.ui.frame.pages import PAGES
from moe_demo.ui.kit import views
from moe_demo.ui.kit.errors import said
from moe_demo.ui.kit.i18n import DEFAULT_LANGUAGE, LANGUAGES, speaking
from moe_demo.ui.kit.page_settings import PageSettings
from moe_demo.ui.kit.selection import kept_or_parsed
from moe_demo.ui.server import class_trainings
from moe_demo.ui.server.class_wire import ClassRefusal, TrainingNews, class_payload, training_news
from moe_demo.ui.server.visitor import visitor_of

HOLD_SECONDS = 5.0
"""How long a request waits for news; so long, too, a server that is told to stop may take."""
LOOK_SECONDS = 0.1
_LOOKS_A_CONNECTION = 10  # whether anybody still waits, and what a training does, is dearer to find out
_MAX_WATCHED = 64
_MAX_BODY = 20_000
_MEASURES: tuple[Measure, ...] = get_args(Measure)
_URL_PATHS = {page.url_path for page in PAGES}


def address(code: str) -> str:
    """Where a browser asks for a class, below the app's own address (kit/base_path.js)."""
    return f"/class/{quote(code, safe='')}"


def routes() -> list[Route]:
    """The two addresses, for st.App."""
    return [
        Route("/class/{code}/state", _state),
        Route("/class/{code}/lead", _lead, methods=["POST"]),
    ]


class _Watched:
    """One class, read again only where its file is another one: all who wait for it look through this."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.stamp: object = None
        self.looked_at = 0.0
        self.found: Classroom | ClassroomError | None = None

    def room(self, rooms: Classrooms, code: str, *, at_once: bool) -> Classroom:
        """As `Classrooms.room`; where it need not be `at_once`, as somebody else has just seen it."""
        with self.lock:
            if at_once or self.found is None or time.monotonic() - self.looked_at > LOOK_SECONDS / 2:
                self._look(rooms, code)
        if isinstance(self.found, Classroom) and not self.found.is_over:
            return self.found
        raise self.found if isinstance(self.found, ClassroomError) else ClassroomError("ended")

    def _look(self, rooms: Classrooms, code: str) -> None:
        self.looked_at = time.monotonic()
        stamp = _stamp(self.path)
        if self.found is None or stamp != self.stamp:
            self.stamp = stamp
            try:
                self.found = rooms.room(code)
            except ClassroomError as error:
                self.found = error


_watched: OrderedDict[Path, _Watched] = OrderedDict()
_watched_lock = threading.Lock()


def _room(rooms: Classrooms, code: str, *, at_once: bool = False) -> Classroom:
    path = rooms.path(code)
    with _watched_lock:
        found = _watched.pop(path, None) or _Watched(path)
        _watched[path] = found
        while len(_watched) > _MAX_WATCHED:
            _watched.popitem(last=False)
    return found.room(rooms, code, at_once=at_once)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


async def _state(request: Request) -> Response:
    with speaking(_language_of(request)):
        try:
            return await _news(request, str(request.path_params["code"]))
        except RunError as error:
            return _refused(error)


async def _news(request: Request, code: str) -> Response:
    """The state of the class once it is not the one that the browser has."""
    rooms, caller = Classrooms(), Caller(visitor_of(request))
    since, end = request.query_params.get("since", ""), time.monotonic() + HOLD_SECONDS
    room = _room(rooms, code, at_once=True)
    leads, log = caller.owns(room.owner), rooms.log(code)
    seat = None if leads or not caller.visitor else log.join(code, caller.visitor)
    looks, training = 0, None
    while True:
        if looks % _LOOKS_A_CONNECTION == 0:
            training = await _training(room, log, seat)
        version = _version(room, log, training, leads=leads)
        if version != since:
            return _json(class_payload(room, version, log.counts() if leads else None, training))
        looks += 1
        is_gone = looks % _LOOKS_A_CONNECTION == 0 and await request.is_disconnected()
        if is_gone or time.monotonic() > end:
            return Response(status_code=304, headers={"Cache-Control": "no-store"})
        await asyncio.sleep(LOOK_SECONDS)
        room = _room(rooms, code)


def _version(room: Classroom, log: ClassLog, training: TrainingNews | None, *, leads: bool) -> str:
    """Another one where there is something new for this browser."""
    if leads:
        return f"{room.version}.{log.counts().read_bytes}"
    return f"{room.version}.{crc32(repr(training).encode())}" if training else str(room.version)


async def _training(room: Classroom, log: ClassLog, seat: int | None) -> TrainingNews | None:
    """What the training of a browser's seat does; what has ended of any is handed in by the way."""
    wall = room.wall
    if wall is None or wall.measure != "seeds":
        return None
    # Beside the event loop: it looks at many files, once a second for all who wait.
    trainings = await asyncio.to_thread(class_trainings.look, room, log)
    if seat is None:
        return None
    seed = wall.seed_of(seat)
    return training_news(trainings.get(seed), wall, seed, log.counts())


async def _lead(request: Request) -> Response:
    with speaking(_language_of(request)):
        try:
            asked = await _body(request)
            # Beside the event loop: it waits for the disk.
            await asyncio.to_thread(
                _act, str(request.path_params["code"]), Caller(visitor_of(request)), asked
            )
        except (RunError, EmptyTextError) as error:
            return _refused(error)
    return _json({})


async def _body(request: Request) -> dict[str, Any]:
    """What a presenter's window asks for. JSON alone: other sites cannot send it. Raises ClassroomError."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise ClassroomError("request")
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > _MAX_BODY:
            raise ClassroomError("request")
    try:
        asked = json.loads(content)
    except (ValueError, RecursionError):
        raise ClassroomError("request") from None
    if not isinstance(asked, dict):
        raise ClassroomError("request")
    return asked


def _act(code: str, presenter: Caller, asked: dict[str, Any]) -> None:
    rooms, window = Classrooms(), str(asked.get("window", ""))
    match asked:
        case {"act": "steer", "path": str(path), "params": dict(params)}:
            rooms.steer(code, presenter, window, _place(path, params))
        case {"act": "release"}:
            rooms.release(code, presenter, window, released=True)
        case {"act": "gather"}:
            rooms.release(code, presenter, window, released=False)
        case {"act": "take_over"}:
            rooms.take_over(code, presenter, window)
        case {"act": "hand_out", "measure": str(measure), "params": dict(params)}:
            rooms.hand_out(code, presenter, window, _wall(measure, params))
        case {"act": "take_back"}:
            rooms.hand_out(code, presenter, window, None)
        case {"act": "end"}:
            rooms.end(code, presenter)
        case _:
            raise ClassroomError("request")


def _place(path: str, params: dict[str, Any]) -> Place:
    if path not in _URL_PATHS:
        raise ClassroomError("request")
    return Place(url_path=path, params={str(name): str(value) for name, value in params.items()})


def _wall(measure: str, params: dict[str, Any]) -> Wall:
    """An expert or a seed for everybody, of the run and sentence on show; of a run that everybody may see."""
    pairs = tuple((str(name), str(value)) for name, value in params.items())
    chosen = kept_or_parsed(PageSettings, pairs)
    [kind] = [one for one in _MEASURES if one == measure] or [_MEASURES[0]]
    if kind == "seeds":
        return class_trainings.wall_of(chosen.run)
    run = views.opened(RunCatalogue().store(chosen.run, NOBODY))
    views.traced(run, chosen.text)
    model = run.config.model
    return Wall(
        number=0,
        measure=kind,
        run=chosen.run,
        text=chosen.text,
        n_layers=model.n_layers,
        n_experts=model.n_routed,
    )


def _refused(error: RunError | EmptyTextError) -> Response:
    """One sentence, and its key for the page's script; a status of failure would stand in the browser's console too."""
    refusal: ClassRefusal = {"message": said(error.said), "code": error.code}
    return _json({"refusal": refusal})


def _json(value: Any) -> Response:
    content = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    headers = {"Cache-Control": "no-store"}
    return Response(content, media_type="application/json", headers=headers)


def _language_of(request: Request) -> str:
    asked = request.query_params.get("lang", DEFAULT_LANGUAGE)
    return asked if asked in LANGUAGES else DEFAULT_LANGUAGE

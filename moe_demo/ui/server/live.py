"""What a watching browser asks the server for by itself, between two runs of the page's script.

    GET /live/NAME/history?since=VERSION      what a run has written since (insight.history), or 304
    GET /live/NAME/routes?s=SENTENCE&from=N   the sentence's routes at checkpoints N, N+1, ... (insight.routes)

So a page that shows a training run costs the server a few file looks a second and no script run: nothing flickers,
no zoom is lost, and when nothing changes, nothing is sent. The record is read once, for all who watch.

Both take `lang`, the language in which reasons are told. A run on somebody's own data is there only for the browser
that brought it; to others it does not exist.
"""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from moe_demo.insight.history import NOTHING, History, HistoryPart
from moe_demo.insight.routes import Routes, routes_of
from moe_demo.jobs.jobs import Jobs
from moe_demo.runs.catalogue import RunCatalogue, is_bundled, version
from moe_demo.runs.owners import Caller
from moe_demo.runs.store import RunError, RunStore
from moe_demo.text.errors import EmptyTextError
from moe_demo.ui.kit import views
from moe_demo.ui.kit.bounded import BoundedCache
from moe_demo.ui.kit.errors import said
from moe_demo.ui.kit.i18n import DEFAULT_LANGUAGE, LANGUAGES, language, speaking
from moe_demo.ui.kit.selection import plain_text
from moe_demo.ui.server.visitor import visitor_of
from moe_demo.ui.server.wire import history_payload, routes_payload

FRESH_SECONDS = 0.2  # who asks again within this gets what was read for the one before
_MAX_HISTORIES = 32
_ANSWER_BYTES = 1_000_000  # of one run's answers: a class that watches it is a few versions apart
_ROUTE_NUMBERS = 200_000  # of all kept routes together: some 20 MB
_MAX_TRACED_AT_ONCE = 2  # sentences: the pages need the processor too
_PATIENCE_SECONDS = 20.0
_MAX_DIGITS = 18
_PACK_ABOVE = 2000  # bytes; less is not worth unpacking


def address(name: str) -> str:
    """Where a browser asks for a run, below the app's own address (kit/base_path.js)."""
    return f"/live/{quote(name, safe='')}"


def routes() -> list[Route]:
    """The two addresses, for st.App."""
    return [
        Route("/live/{name}/history", _answering(_history)),
        Route("/live/{name}/routes", _answering(_routes)),
    ]


class _Watched:
    """One run's history with the time of its last reading and the answers made from it."""

    def __init__(self, store: RunStore) -> None:
        self.lock = threading.Lock()
        self.history = History(store)
        self.read_at = 0.0
        self.answers: BoundedCache[bytes] = BoundedCache(_ANSWER_BYTES, len)

    def answer(self, since: int) -> bytes | None:
        """What a watcher with version `since` gets; None where nothing has changed."""
        with self.lock:
            if time.monotonic() - self.read_at > FRESH_SECONDS:
                if self.history.refresh(*_state_and_place(self.history.store)):
                    self.answers.clear()
                self.read_at = time.monotonic()
            if since == self.history.version:
                return None
            since = since if self.history.knows(since) else NOTHING
            return self.answers.get(
                (since, language()), lambda: _json(history_payload(self.history.since(since)))
            )


_watched: OrderedDict[tuple[Path, int], _Watched] = OrderedDict()
_watched_lock = threading.Lock()


def _history(request: Request, name: str) -> bytes | None:
    caller, jobs = _caller(request), Jobs()
    job = jobs.find(name, caller)
    if job is not None and not jobs.has_begun(name):
        return _json(history_payload(HistoryPart(state=job.state, reason=job.reason, place=job.place)))
    store = RunCatalogue().store(name, caller)
    return watched(store).answer(_number(request, "since"))


def watched(store: RunStore) -> _Watched:
    """The one history of a run folder; a folder that was made anew is another run."""
    key = (store.folder.resolve(), version(store).made)
    with _watched_lock:
        found = _watched.get(key) or _Watched(store)
        _watched[key] = found
        _watched.move_to_end(key)
        while len(_watched) > _MAX_HISTORIES:
            _watched.popitem(last=False)
    return found


def _state_and_place(store: RunStore) -> tuple[str, int]:
    """State and place in the queue as the page's script sees them, so that both say the same; of a job only."""
    job = None if is_bundled(store) else Jobs().find(store.run_id)
    return (job.state, job.place) if job else ("", 0)


def _routes(request: Request, name: str) -> bytes:
    store = RunCatalogue().store(name, _caller(request))
    sentence = plain_text(request.query_params.get("s", ""))
    first = _number(request, "from")
    if not _tracing.acquire(timeout=_PATIENCE_SECONDS):
        raise _BusyError
    try:
        found = [_routes_at(store, step, sentence) for step in store.checkpoint_steps()[first:]]
    finally:
        _tracing.release()
    return _json(routes_payload(found, sentence, first))


_tracing = threading.BoundedSemaphore(_MAX_TRACED_AT_ONCE)
_known_routes: BoundedCache[Routes] = BoundedCache(_ROUTE_NUMBERS, lambda routes: routes.n_numbers)


class _BusyError(Exception):
    """Too many sentences are being traced already."""


def _routes_at(store: RunStore, step: int, sentence: str) -> Routes:
    key = (store.folder, version(store).made, step, sentence)
    return _known_routes.get(key, lambda: routes_of(views.opened(store, step).trace(sentence)))


def _number(request: Request, name: str) -> int:
    """A number of the address, 0 where it is none: only the ten digits count, and not thousands of them."""
    raw = request.query_params.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= _MAX_DIGITS else 0


def _language_of(request: Request) -> str:
    asked = request.query_params.get("lang", DEFAULT_LANGUAGE)
    return asked if asked in LANGUAGES else DEFAULT_LANGUAGE


def _caller(request: Request) -> Caller:
    return Caller(visitor_of(request))


def _answering(find: Callable[[Request, str], bytes | None]) -> Callable[[Request], Response]:
    """An endpoint that says what went wrong in one sentence; it runs beside the event loop, in a thread."""

    def endpoint(request: Request) -> Response:
        try:
            with speaking(_language_of(request)):
                content = find(request, request.path_params["name"])
        except (RunError, EmptyTextError) as error:
            with speaking(_language_of(request)):
                message = said(error.said)
            return Response(_json({"message": message}), status_code=404, media_type="application/json")
        except _BusyError:
            return Response(status_code=503, headers={"Retry-After": "5"})
        headers = {"Cache-Control": "no-store"}
        if content is None:
            return Response(status_code=304, headers=headers)
        if len(content) > _PACK_ABOVE and "gzip" in request.headers.get("accept-encoding", ""):
            content = gzip.compress(content, compresslevel=1)
            headers["Content-Encoding"] = "gzip"
        return Response(content, media_type="application/json", headers=headers)

    return endpoint


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()

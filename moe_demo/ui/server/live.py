"""What a watching browser asks the server for by itself, between two runs of the page's script.

    GET /live/NAME/history?since=VERSION      what a run has written since (insight.history), or 304
    GET /live/NAME/routes?s=SENTENCE&from=N   the sentence's routes at checkpoints N, N+1, ... (insight.routes)

So a page that shows a training run costs the server a few file looks a second and no script run: nothing flickers,
no zoom is lost, and when nothing changes, nothing is sent. The record is read once, for all who watch.

A run on somebody's own data is there only for the browser that brought it; to others it does not exist.
"""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from moe_demo.insight.history import History, HistoryPart
from moe_demo.insight.routes import Routes, routes_of
from moe_demo.jobs.jobs import Jobs
from moe_demo.runs.catalogue import RunCatalogue, is_bundled, version
from moe_demo.runs.owners import Caller
from moe_demo.runs.store import RunError, RunStore
from moe_demo.text.errors import EmptyTextError
from moe_demo.ui.kit import views
from moe_demo.ui.kit.selection import plain_text
from moe_demo.ui.server.visitor import visitor_of
from moe_demo.ui.server.wire import history_payload, routes_payload

FRESH_SECONDS = 0.2  # who asks again within this gets what was read for the one before
_MAX_HISTORIES = 32
_MAX_ROUTES = 4096
_PACK_ABOVE = 2000  # bytes; less is not worth unpacking


def address(name: str, base_path: str = "") -> str:
    """Where a browser asks for a run."""
    return f"{base_path.rstrip('/')}/live/{name}"


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
        self.answers: dict[int, bytes] = {}

    def answer(self, since: int) -> bytes | None:
        """What a watcher with version `since` gets; None where nothing has changed."""
        with self.lock:
            if time.monotonic() - self.read_at > FRESH_SECONDS:
                if self.history.refresh(*_state_and_place(self.history.store)):
                    self.answers.clear()
                self.read_at = time.monotonic()
            if since == self.history.version:
                return None
            if since not in self.answers:
                self.answers[since] = _json(history_payload(self.history.since(since)))
            return self.answers[since]


_watched: OrderedDict[tuple[Path, int], _Watched] = OrderedDict()
_watched_lock = threading.Lock()


def _history(request: Request, name: str) -> bytes | None:
    caller, jobs = _caller(request), Jobs()
    job = jobs.find(name, caller)
    if job is not None and not jobs.has_begun(name):
        return _json(history_payload(HistoryPart(state=job.state, reason=job.reason, place=job.place)))
    store = RunCatalogue().store(name, caller)
    since = request.query_params.get("since", "0")
    return watched(store).answer(int(since) if since.isdigit() else 0)


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
    first = request.query_params.get("from", "0")
    made = version(store).made
    found = [_routes_at(store.folder, made, step, sentence) for step in store.checkpoint_steps()]
    return _json(routes_payload(found, sentence, int(first) if first.isdigit() else 0))


@lru_cache(maxsize=_MAX_ROUTES)
def _routes_at(folder: Path, made: int, step: int, sentence: str) -> Routes:
    return routes_of(views.opened(RunStore(folder), step).trace(sentence))


def _caller(request: Request) -> Caller:
    return Caller(visitor_of(request))


def _answering(find: Callable[[Request, str], bytes | None]) -> Callable[[Request], Response]:
    """An endpoint that says what went wrong in one sentence; it runs beside the event loop, in a thread."""

    def endpoint(request: Request) -> Response:
        try:
            content = find(request, request.path_params["name"])
        except (RunError, EmptyTextError) as error:
            return Response(_json({"message": str(error)}), status_code=404, media_type="application/json")
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

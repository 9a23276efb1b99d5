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
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from moe_demo.insight.history import History
from moe_demo.insight.routes import Routes, routes_of, routes_payload
from moe_demo.insight.run import load_run, local_folder, run_folders
from moe_demo.jobs.jobs import Jobs
from moe_demo.runs.store import RunError, RunStore
from moe_demo.text.errors import EmptyTextError
from moe_demo.ui.kit.selection import plain_text
from moe_demo.ui.server.visitor import visitor_of

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


def store_of(name: str, visitor: str) -> RunStore:
    """The run of this name, if this browser may see it. Raises RunError."""
    folder = next((path for path in run_folders() if path.name == name), None)
    if folder is None or not Jobs(local_folder()).may_see(name, visitor):
        raise RunError(f"There is no run {name!r}.")
    return RunStore(folder)


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
                if self.history.refresh(*_job_state(self.history.store)):
                    self.answers.clear()
                self.read_at = time.monotonic()
            if since == self.history.version:
                return None
            if since not in self.answers:
                self.answers[since] = _json(self.history.payload(since))
            return self.answers[since]


_watched: OrderedDict[tuple[str, int], _Watched] = OrderedDict()
_watched_lock = threading.Lock()


def _history(request: Request, name: str) -> bytes | None:
    job = _queued(name, visitor_of(request))
    if job is not None:
        return job
    store = store_of(name, visitor_of(request))
    since = request.query_params.get("since", "0")
    return watched(store).answer(int(since) if since.isdigit() else 0)


def watched(store: RunStore) -> _Watched:
    """The one history of a run folder; a folder that was made anew is another run."""
    key = (str(store.folder.resolve()), _made(store))
    with _watched_lock:
        found = _watched.get(key) or _Watched(store)
        _watched[key] = found
        _watched.move_to_end(key)
        while len(_watched) > _MAX_HISTORIES:
            _watched.popitem(last=False)
    return found


def _job_state(store: RunStore) -> tuple[str, int]:
    """State and place in the queue as the page's script sees them, so that both say the same; of a job only."""
    jobs = Jobs(local_folder())
    if store.folder.resolve().parent != jobs.runs or not jobs.has(store.run_id):
        return "", 0
    job = jobs.get(store.run_id)
    return job.state, job.place


def _made(store: RunStore) -> int:
    try:
        return (store.folder / "config.json").stat().st_ino
    except OSError as error:
        raise RunError(f"There is no run {store.run_id!r}.") from error


def _queued(name: str, visitor: str) -> bytes | None:
    """What is known of a job whose process has not made its run folder yet."""
    jobs = Jobs(local_folder())
    if not jobs.has(name) or (jobs.runs / name / "config.json").exists():
        return None
    if not jobs.may_see(name, visitor):
        raise RunError(f"There is no run {name!r}.")
    job = jobs.get(name)
    empty: dict[str, list[object]] = {
        "steps": [],
        "ce": [],
        "balance": [],
        "accuracy": [],
        "lr": [],
        "load": [],
        "bias": [],
        "max_vio": [],
    }
    return _json(
        {"version": 0, "whole": True, "state": job.state, "reason": job.reason, "place": job.place}
        | {
            "step": 0,
            "n_steps": 0,
            "steps_per_epoch": 1,
            "n_layers": 0,
            "n_routed": 0,
            "top_k": 0,
            "labels": [],
        }
        | {"tokens_per_second": None, "seconds_left": None, "train_seconds": 0, "batch_floor": 0}
        | empty
        | {"evals": [], "events": [], "checkpoints": []}
    )


def _routes(request: Request, name: str) -> bytes:
    store = store_of(name, visitor_of(request))
    sentence = plain_text(request.query_params.get("s", ""))
    first = request.query_params.get("from", "0")
    steps = store.checkpoint_steps()
    found = [_routes_at(str(store.folder), step, _made(store), sentence) for step in steps]
    return _json(routes_payload(found, sentence, int(first) if first.isdigit() else 0))


@lru_cache(maxsize=_MAX_ROUTES)
def _routes_at(folder: str, step: int, made: int, sentence: str) -> Routes:
    return routes_of(load_run(folder, step).trace(sentence))


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

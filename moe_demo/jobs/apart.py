"""Looking at what somebody brings, in a process of its own with a limit on time and memory.

    found = apart("moe_demo.jobs.import_process", (data, name, folder), Unpacked, meanwhile=look_up)
    answering(look, LIMIT)                                      what the module does when it is run

What `look` raises as a sentence is raised here; see RefusedError as well.

Whatever the file does to the reading, the server only waits for it, and kills it when its time is over. A thread could
not be killed, and would hold up the pages of everybody.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from moe_demo.errors import SaidError
from moe_demo.jobs.environment import environment

PATIENCE_SECONDS = 120.0  # by the clock, should it hardly get a processor
MAX_AT_ONCE = 2
_NICE = 10  # the pages first
_OUT_OF_MEMORY = 3
_LOOK_SECONDS = 0.2
Found = TypeVar("Found")
Why = Literal["busy", "too_much", "failed"]
_places = threading.BoundedSemaphore(MAX_AT_ONCE)


@dataclass(frozen=True)
class Limit:
    """What one reading may take."""

    seconds: int
    """Of a processor."""
    mb: int
    """Of addresses; the interpreter and its libraries need some 250 of them, torch some more."""


class RefusedError(Exception):
    """There is no answer: too many are read at once, this one took too much, or reading it failed."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


def _nothing() -> None:
    """Nobody has anything to do while they wait."""


def apart(module: str, payload: Any, kind: type[Found], meanwhile: Callable[[], object] = _nothing) -> Found:
    """What a module finds, of this kind, when it is run with this. Raises RefusedError, or what it ended with.

    `meanwhile` is called some times a second; what it raises ends the reading and comes out here.
    """
    try:
        found = pickle.loads(_answer(module, payload, meanwhile))
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError) as error:
        raise RefusedError("failed") from error
    if isinstance(found, SaidError):
        raise found
    if not isinstance(found, kind):
        raise RefusedError("failed")
    return found


def _answer(module: str, payload: Any, meanwhile: Callable[[], object]) -> bytes:
    _take_place(meanwhile)
    try:
        process = subprocess.Popen(
            _command(module),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment() | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},  # each takes addresses
        )
        with process, ThreadPoolExecutor(1) as pool:
            try:
                answer = _awaited(pool.submit(process.communicate, pickle.dumps(payload)), meanwhile)[0]
            finally:
                process.kill()  # whoever waited for it has gone, unless it has ended
    except OSError as error:  # no room or no place for one more process
        raise RefusedError("failed") from error
    finally:
        _places.release()
    if process.returncode < 0 or process.returncode == _OUT_OF_MEMORY:  # below zero: ended by a signal
        raise RefusedError("too_much")
    if process.returncode:  # what went wrong stands in the log of the server
        raise RefusedError("failed")
    return answer


def _take_place(meanwhile: Callable[[], object]) -> None:
    for seconds in _patience(meanwhile):
        if _places.acquire(timeout=seconds):
            return
    raise RefusedError("busy")


def _awaited(answer: Future[Found], meanwhile: Callable[[], object]) -> Found:
    for seconds in _patience(meanwhile):
        with suppress(TimeoutError):
            return answer.result(timeout=seconds)
    raise RefusedError("too_much")


def _patience(meanwhile: Callable[[], object]) -> Iterator[float]:
    """How long to wait, again and again, until patience is over."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() <= until:
        yield _LOOK_SECONDS
        meanwhile()


def _command(module: str) -> list[str]:
    return [sys.executable, "-P", "-m", module]


def answering(look: Callable[[Any], object], limit: Limit) -> int:
    """Read the payload from standard input, write what is found to standard output; the exit status."""
    _hold(limit)
    try:
        sys.stdout.buffer.write(pickle.dumps(_found(look, pickle.load(sys.stdin.buffer))))
    except MemoryError:
        return _OUT_OF_MEMORY
    return 0


def _found(look: Callable[[Any], object], payload: Any) -> object:
    try:
        return look(payload)
    except SaidError as error:
        return error


def _hold(limit: Limit) -> None:
    """Hold this process to its limits, as far as the system has such."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        os.nice(_NICE)
        resource.setrlimit(resource.RLIMIT_CPU, (limit.seconds, limit.seconds))
        resource.setrlimit(resource.RLIMIT_AS, (limit.mb * 2**20, limit.mb * 2**20))

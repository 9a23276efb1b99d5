"""Ctrl-C and `kill` as a request: the step under way is finished and saved, then the run stops.

While the data are read and the model is built there is nothing to save: then they end the process at once.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any

_REPEAT_SECONDS = 1.0  # `timeout` and process groups deliver one signal twice


@contextlib.contextmanager
def last_words(seconds: float = 5.0) -> Iterator[None]:
    """In a process of several: SIGTERM ends it only after a moment, or as soon as it has said what it has to say.

    torchrun sends SIGTERM to all as soon as one has gone, often before the others have found out that it has.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if "RANK" not in os.environ or not is_main or not hasattr(signal, "setitimer"):
        yield
        return

    def end_soon(number: int, frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    handlers = {signal.SIGTERM: end_soon, signal.SIGALRM: end}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


class StopRequest:
    """From `begin` on, SIGINT and SIGTERM are noted here instead of ending the process.

    Before that they are KeyboardInterrupt, unless somebody outside has a way of their own to deal with them. A second
    Ctrl-C, more than a second after the first, does end it: the last saved state stays. Outside the main thread Python
    allows no signal handlers; `requested` can then be set by hand.
    """

    def __init__(self) -> None:
        self.requested = ""
        """Name of the signal, empty while there is none."""
        self._since = 0.0
        self._begun = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> StopRequest:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def begin(self) -> None:
        """From now on there is something to save."""
        self._begun = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if not self._begun:
            before = self._before[signal.Signals(number)]
            if callable(before):
                before(number, frame)
                return
            raise KeyboardInterrupt
        if not self.requested:
            self.requested, self._since = signal.Signals(number).name, time.monotonic()
        elif number == signal.SIGINT and time.monotonic() - self._since > _REPEAT_SECONDS:
            raise KeyboardInterrupt

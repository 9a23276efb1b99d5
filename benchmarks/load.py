"""A class of 30 on one server, each with a click every 3 s, spread over all pages, while a run is trained.

    python -m benchmarks load [--visitors 30] [--every 3] [--minutes 3] [--app ../other-checkout/app.py]

A visitor is what a browser is to the server (`_visitor`). Each goes through all pages once, a click a page; then nine
clicks in ten pick a word, the tenth goes on to the next page. One visitor more presses the training page's button, and
again whenever its run has ended. An answer's time runs from sending to the end of the script. Resident memory is the
server process's own, without the training process.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from websockets.exceptions import WebSocketException

from benchmarks._visitor import Answer, Visitor
from moe_demo.runs.store import RunError, RunStore
from tests.browser.helpers import ROOT, Server, serve

VISITORS, EVERY_SECONDS = 30, 3.0
CLICKS_A_PAGE = 10
WORDS = 4
BUTTON = "training.main"
_LOOK_SECONDS, _START_LOOKS = 2.0, 900


@dataclass
class Load:
    """What was seen."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory_mb: list[tuple[float, float]] = field(default_factory=list)
    """(Seconds since the start, resident megabytes)."""
    n_trained: int = 0

    def memory_at(self, moment: float) -> float:
        """Megabytes at the first look after a moment, the last where there is none."""
        return next((mb for at, mb in self.memory_mb if at >= moment), self.memory_mb[-1][1])


class Pupil(threading.Thread):
    """One visitor, from a page of its own through all of them."""

    def __init__(self, server: Server, number: int, every: float, end: float, load: Load) -> None:
        super().__init__(daemon=True)
        self.server, self.number, self.every, self.end, self.load = server, number, every, end, load

    def run(self) -> None:
        """Until the end: click, and wait for the rest of the interval; after an error, begin anew."""
        time.sleep(self.number * self.every / VISITORS)
        while time.monotonic() < self.end:
            try:
                with Visitor(self.server.base_url) as visitor:
                    self._class(visitor)
            except (OSError, WebSocketException, KeyError) as error:  # KeyError: a page without its strip
                self.load.errors.append(repr(error))

    def _class(self, visitor: Visitor) -> None:
        visitor.open("")
        for click in itertools.count():
            begin = time.monotonic()
            if begin >= self.end:
                return
            self._note(self._click(visitor, click))
            time.sleep(max(0.0, begin + self.every - time.monotonic()))

    def _click(self, visitor: Visitor, click: int) -> Answer:
        if click < len(
            visitor.pages
        ):  # a tour first: what pages keep in memory is there within the first minute
            return visitor.open(list(visitor.pages)[(self.number + click) % len(visitor.pages)])
        if click % CLICKS_A_PAGE:
            has_words = visitor.has("strip")  # a page whose subject is no sentence has none
            return visitor.click("strip", pick={"token": click % WORDS}) if has_words else visitor.again()
        addresses = list(visitor.pages)
        return visitor.open(addresses[(self.number + click // CLICKS_A_PAGE) % len(addresses)])

    def _note(self, answer: Answer) -> None:
        self.load.seconds.append(answer.seconds)
        self.load.errors += answer.errors


def measure(script: Path, visitors: int, every: float, seconds: float) -> Load:
    """Serve the app, let everybody in, watch."""
    load = Load()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        runs = Path(name) / "runs"
        with serve(Path(name) / "log.txt", script=script, env={"MOE_DEMO_RUNS": str(runs)}) as server:
            with Visitor(server.base_url) as trainer:
                _open_training(trainer)
                _keep_training(trainer, runs, load)
                begin = time.monotonic()
                pupils = [Pupil(server, number, every, begin + seconds, load) for number in range(visitors)]
                for pupil in pupils:
                    pupil.start()
                while (now := time.monotonic() - begin) < seconds:
                    load.memory_mb.append((now, resident_mb(server.process.pid)))
                    _keep_training(trainer, runs, load)
                    time.sleep(_LOOK_SECONDS)
                for pupil in pupils:
                    pupil.join(every + 60)
                _stop_training(trainer, runs)
            load.errors += [line for line in server.log().splitlines() if "Traceback" in line]
    return load


def _open_training(visitor: Visitor) -> None:
    """Go to the page that has the button."""
    visitor.open("")
    for address in visitor.pages:
        visitor.open(address)
        if visitor.has(BUTTON):
            return
    raise RuntimeError(f"No page has a button {BUTTON!r}.")


def _keep_training(visitor: Visitor, runs: Path, load: Load) -> None:
    """Press the button where nothing trains; the page is drawn first, so that the button means a new run."""
    if any(_is_active(folder) for folder in runs.glob("[!.]*")):
        return
    for answer in (visitor.again(), visitor.press(BUTTON)):
        load.errors += answer.errors
    load.n_trained += 1
    for _ in range(_START_LOOKS):  # its process has to start
        if any(_is_active(folder) for folder in runs.glob("[!.]*")):
            return
        time.sleep(0.2)
    load.errors.append("no training began")


def _stop_training(visitor: Visitor, runs: Path) -> None:
    """Its process would outlive the server."""
    visitor.again()
    visitor.press("training.stop")
    for _ in range(_START_LOOKS):
        if not any(_is_active(folder) for folder in runs.glob("[!.]*")):
            return
        time.sleep(0.2)


def _is_active(folder: Path) -> bool:
    try:
        return RunStore(folder).status().active
    except RunError:
        return False


def resident_mb(pid: int) -> float:
    """Resident memory of a process."""
    answer = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(answer.stdout) / 1024


def show(load: Load) -> None:
    """Print what was seen."""
    half, most = np.percentile(load.seconds, [50, 95])
    print(
        f"answers: {len(load.seconds)}, median {half:.2f} s, 95 % {most:.2f} s, most {max(load.seconds):.2f} s"
    )
    print(f"errors: {len(load.errors)}; training runs begun: {load.n_trained}")
    for error, times in Counter(load.errors).most_common(5):
        print(f"  {times} x {error}")
    minutes = range(1, 1 + int(load.memory_mb[-1][0] / 60))
    series = ", ".join(f"{load.memory_at(60 * minute):.0f}" for minute in minutes)
    print(f"resident memory after each minute: {series} MB; {load.memory_mb[-1][1]:.0f} MB at the end")


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks load", description=__doc__)
    parser.add_argument("--visitors", type=int, default=VISITORS)
    parser.add_argument(
        "--every", type=float, default=EVERY_SECONDS, help="seconds from one click to the next"
    )
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--app", type=Path, default=ROOT / "app.py", help="the app.py to measure")
    options = parser.parse_args(argv)
    show(measure(options.app.resolve(), options.visitors, options.every, 60 * options.minutes))

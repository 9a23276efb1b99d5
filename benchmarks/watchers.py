"""What it costs a training run to be watched, and how far behind its watchers are.

    python -m benchmarks watchers [--watchers 10]

The default preset is trained twice by the app's own job runner: once with nobody looking, once with so many
watchers. A watcher is what a browser on the training page is to the server: it asks for the run's history every
0.4 s, and for the sentence's routes whenever there is a new checkpoint. (The browsers themselves run on other
machines, so here nothing is drawn.) Its lag, taken just before each question, is the age of the oldest step that has
been written and that it does not know of.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from moe_demo.jobs.jobs import Jobs
from moe_demo.presets import preset
from moe_demo.runs.owners import Caller, new_id
from moe_demo.ui.kit.selection import DEFAULT_TEXT
from moe_demo.ui.training.picture import POLL_MS
from tests.browser.helpers import serve

FROM_STEP, TO_STEP = 50, 850  # of 920: neither starting nor ending is measured


class Clock(threading.Thread):
    """Notes when each step of a run was written, looking fifty times a second."""

    def __init__(self, metrics: Path) -> None:
        super().__init__(daemon=True)
        self.metrics, self.times, self.ended = metrics, [0.0], False

    def run(self) -> None:
        """Until `ended`."""
        read = 0
        while not self.ended:
            time.sleep(0.02)
            if not self.metrics.exists():
                continue
            with open(self.metrics, "rb") as file:
                file.seek(read)
                content = file.read()
            whole = content[: content.rfind(b"\n") + 1]
            read += len(whole)
            self.times += [time.monotonic()] * whole.count(b'"kind": "step"')

    @property
    def newest(self) -> int:
        """The newest step."""
        return len(self.times) - 1


class Watcher(threading.Thread):
    """Asks as a browser does."""

    def __init__(self, address: str, clock: Clock) -> None:
        super().__init__(daemon=True)
        self.address, self.clock = address, clock
        self.lags: list[float] = []
        self.n_bytes, self.version, self.step, self.n_routes = 0, 0, 0, 0

    def run(self) -> None:
        """Until the clock has ended."""
        while not self.clock.ended:
            self._note_lag()
            answer = self._get(f"history?since={self.version}")
            if answer is not None:
                self.version, self.step = answer["version"], answer["step"]
                if len(answer["checkpoints"]) > self.n_routes:
                    query = urllib.parse.urlencode({"s": DEFAULT_TEXT, "from": self.n_routes})
                    self.n_routes += len((self._get(f"routes?{query}") or {"steps": []})["steps"])
            time.sleep(POLL_MS / 1000)

    def _note_lag(self) -> None:
        times = self.clock.times
        if FROM_STEP <= self.step < min(TO_STEP, len(times) - 1):
            self.lags.append(time.monotonic() - times[self.step + 1])

    def _get(self, what: str) -> dict | None:
        request = urllib.request.Request(f"{self.address}/{what}", headers={"Accept-Encoding": "gzip"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                content = answer.read()
                self.n_bytes += len(content)
                packed = answer.headers.get("Content-Encoding") == "gzip"
                return json.loads(gzip.decompress(content) if packed else content)
        except urllib.error.HTTPError:
            return None  # nothing new, or not there yet


def measure(base_url: str, jobs: Jobs, n_watchers: int) -> tuple[float, list[Watcher]]:
    """Steps a second of one training run with so many watchers, and the watchers."""
    job = jobs.start(preset("deepseek"), owner=Caller(new_id()))
    clock = Clock(jobs.runs / job.name / "metrics.jsonl")
    watchers = [Watcher(f"{base_url}/live/{job.name}", clock) for _ in range(n_watchers)]
    for thread in (clock, *watchers):
        thread.start()
        time.sleep(0.03)  # watchers do not ask in step
    while clock.newest < TO_STEP and jobs.get(job.name).state in ("starting", "running"):
        time.sleep(0.2)
    clock.ended = True
    if clock.newest < TO_STEP:
        raise SystemExit(f"The run ended early: {jobs.get(job.name)}")
    jobs.stop(job.name, Caller(operator=True))
    while jobs.is_alive(job.name):
        time.sleep(0.1)
    return (TO_STEP - FROM_STEP) / (clock.times[TO_STEP] - clock.times[FROM_STEP]), watchers


def main(argv: Sequence[str] | None = None) -> None:
    """Alternate alone and watched runs, and print both."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks watchers", description=__doc__)
    parser.add_argument("--watchers", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        jobs = Jobs(Path(name) / "runs")
        server = stack.enter_context(serve(Path(name) / "log.txt", env={"MOE_DEMO_RUNS": str(jobs.runs)}))
        alone, watched, lags, n_bytes = [], [], [], 0
        for _ in range(args.rounds):
            alone.append(measure(server.base_url, jobs, 0)[0])
            speed, watchers = measure(server.base_url, jobs, args.watchers)
            watched.append(speed)
            lags += [lag for watcher in watchers for lag in watcher.lags]
            n_bytes = sum(watcher.n_bytes for watcher in watchers) // len(watchers)
    print(f"steps a second, nobody looking: {', '.join(f'{speed:.1f}' for speed in alone)}")
    print(f"steps a second, {args.watchers} watchers: {', '.join(f'{speed:.1f}' for speed in watched)}")
    print(f"watched / alone: {np.median(watched) / np.median(alone):.3f}")
    half, most, worst = np.percentile(lags, [50, 95, 100])
    print(f"lag of a watcher: median {half:.2f} s, 95 % {most:.2f} s, largest {worst:.2f} s")
    print(f"sent to one watcher in a whole run: {n_bytes / 1000:.0f} kB")

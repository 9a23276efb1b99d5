"""An app that survives its users: files and requests made to stop it, and a class that clicks beside them.

    python -m benchmarks attack [--seconds 60] [--visitors 30]

The class is that of `load`, without training. Beside it strangers bring files that are slow to read, ask for names and
versions that cannot be, for distinct sentences through every checkpoint, and start training jobs as fast as the page
lets them. What counts is the class's median answer (under 1 s) and the server's memory at the end (within 50 MB of the
beginning, which is taken once every page and checkpoint has been looked at and the class has come in).
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import numpy as np
from websockets.exceptions import WebSocketException

from benchmarks._visitor import Visitor
from benchmarks.load import EVERY_SECONDS, VISITORS, Load, Pupil, resident_mb
from moe_demo.ui.server.lifespan import WARM_RUNS
from tests.browser.helpers import Server, serve
from tests.unit.slow_texts import TEXTS

TRAINING, OWN_DATA = "train", "models-and-data"
FIELD = "own.file.0"  # of the latter
MEDIAN_SECONDS, MEMORY_MB = 1.0, 50.0
_LEAD_SECONDS = 10.0  # in which the class comes in
_LOOK_SECONDS = 1.0
_REQUEST_SECONDS = 60
_NAMES = ("x" * 256, "x" * 5000, "%00", "%2e%2e", "%ED%B2%80", "lock", ".jobs", "%E4%B8%AD" * 90)
_VERSIONS = ("%C2%B2", "9" * 5000, "-1", "nan", "%D9%A3")


@dataclass
class Attack:
    """What the strangers saw: answers by kind, and what no stranger should be able to bring about."""

    answers: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


def _asked(server: Server, address: str, attack: Attack) -> None:
    """One request: everything but an answer of the server's own making, below 500 or 503, is an error."""
    try:
        with urllib.request.urlopen(server.base_url + address, timeout=_REQUEST_SECONDS) as answer:
            status = answer.read() and answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    attack.answers[f"status {status}"] += 1
    if int(status) >= 500 and status != 503:
        attack.errors.append(f"{status} for {address[:80]}")


def _requests(server: Server, attack: Attack, number: int) -> None:
    """Names and versions that cannot be, and versions that can: each a different one."""
    for name in _NAMES:
        _asked(server, f"/live/{name}/history", attack)
        _asked(server, f"/live/{name}/routes?s=a", attack)
    for version in (*_VERSIONS, *range(1000 * number, 1000 * number + 50)):
        _asked(server, f"/live/deepseek/history?since={version}", attack)
        _asked(server, f"/live/document/routes?s=a&from={version}", attack)


def _sentences(server: Server, attack: Attack, number: int) -> None:
    """A sentence that nobody has asked for, through every checkpoint."""
    _asked(server, f"/live/deepseek/routes?s={quote(f'火箭第{number}次夺冠')}", attack)


def _files(server: Server, attack: Attack, number: int) -> None:
    """A file that is slow to read, in a visit of its own."""
    name, text = list(TEXTS.items())[number % len(TEXTS)]
    with Visitor(server.base_url) as visitor:
        visitor.open("")
        visitor.open(OWN_DATA)
        answer = visitor.upload(FIELD, "a.txt", text.encode())
    attack.answers["file"] += 1
    attack.errors += [f"{name}: {error}" for error in answer.errors]


def _jobs(server: Server, attack: Attack, number: int) -> None:
    """One browser that starts as many jobs as the page lets it; none of them gets a place."""
    with Visitor(server.base_url) as visitor:
        visitor.open("")
        visitor.open(TRAINING)
        for _ in range(10):
            attack.errors += [*visitor.press("training.new_seed").errors, *visitor.again().errors]
            attack.answers["job asked for"] += 1


_KINDS: tuple[Callable[[Server, Attack, int], None], ...] = (_requests, _sentences, _files, _jobs)


def _stranger(act: Callable[[Server, Attack, int], None], server: Server, attack: Attack, end: float) -> None:
    """Attack in one way until the end."""
    for number in itertools.count():
        if time.monotonic() > end:
            return
        try:
            act(server, attack, number)
        except (OSError, WebSocketException, KeyError) as error:
            attack.errors.append(f"{act.__name__}: {error!r}")


def measure(visitors: int, seconds: float) -> tuple[Load, Attack]:
    """Serve the app, let the class and the strangers in, watch."""
    load, attack = Load(), Attack()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        env = {"MOE_DEMO_RUNS": str(Path(name) / "runs"), "MOE_DEMO_JOBS": "0"}
        with serve(Path(name) / "log.txt", env=env) as server:
            with Visitor(server.base_url) as first:
                first.open("")
                for address in list(first.pages):
                    first.open(address)
            for run in WARM_RUNS:  # as the training page's picture asks: then every checkpoint is in memory
                _asked(server, f"/live/{run}/history", Attack())
                _asked(server, f"/live/{run}/routes?s=a", Attack())
            begin = time.monotonic()
            end = begin + _LEAD_SECONDS + seconds
            class_ = [Pupil(server, number, EVERY_SECONDS, end, load) for number in range(visitors)]
            strangers = [
                threading.Thread(target=_stranger, args=(act, server, attack, end), daemon=True)
                for act in _KINDS
            ]
            for pupil in class_:
                pupil.start()
            time.sleep(_LEAD_SECONDS)
            load.seconds.clear()  # what counts is beside the strangers
            load.memory_mb.append((0.0, resident_mb(server.process.pid)))
            for stranger in strangers:
                stranger.start()
            while time.monotonic() < end:
                time.sleep(_LOOK_SECONDS)
                load.memory_mb.append((time.monotonic() - begin, resident_mb(server.process.pid)))
            threads: list[threading.Thread] = [*class_, *strangers]
            for thread in threads:
                thread.join(_REQUEST_SECONDS)
            load.memory_mb.append((time.monotonic() - begin, resident_mb(server.process.pid)))
            attack.errors += [line for line in server.log().splitlines() if "Traceback" in line]
    return load, attack


def show(load: Load, attack: Attack) -> bool:
    """Print what was seen; whether the app survived, and every stranger came as far as it meant to."""
    half, most = np.percentile(load.seconds, [50, 95])
    print(
        f"the class: {len(load.seconds)} answers, median {half:.2f} s (at most {MEDIAN_SECONDS}), 95 % {most:.2f} s"
    )
    first, last = load.memory_mb[0][1], load.memory_mb[-1][1]
    highest = max(mb for _, mb in load.memory_mb)
    print(
        f"memory: {first:.0f} MB at the start, {highest:.0f} at most, {last:.0f} at the end (at most +{MEMORY_MB:.0f})"
    )
    print(
        "the strangers: " + ", ".join(f"{count} x {kind}" for kind, count in sorted(attack.answers.items()))
    )
    errors = [*load.errors, *attack.errors]
    for error, times in Counter(errors).most_common(8):
        print(f"  {times} x {error}")
    return half < MEDIAN_SECONDS and last - first <= MEMORY_MB and not errors


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print; exit status 1 where the app did not survive."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks attack", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--visitors", type=int, default=VISITORS)
    options = parser.parse_args(argv)
    if not show(*measure(options.visitors, options.seconds)):
        raise SystemExit(1)

"""What a click costs: processor time of the server and bytes to the browser, page by page.

    python -m benchmarks clicks [--rounds 15] [--app ../other-checkout/app.py]

One browser's messages, sent over the websocket to a warm server. `visit` is a first visit; `run` is the whole page
once more, nothing changed; `click` picks a word in the strip above, so that what the page draws changes with it;
where a page shows no sentence, it is another run. Processor time is the server process's own, all of it: script,
encoding and sending.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks._visitor import Answer, Visitor
from tests.browser.helpers import ROOT, Server, serve

SETTLE_SECONDS = 0.03  # what the server still does after its last message


@dataclass(frozen=True)
class Cost:
    """What an act costs, over the rounds: milliseconds of processor in the median and at least, bytes in the median.

    On a machine that others use too the least is nearer to the truth: their work makes every processor's second longer.
    """

    ms: float
    least_ms: float
    n_bytes: int

    def __str__(self) -> str:
        return f"{self.ms:7.1f} ({self.least_ms:5.1f}) ms{self.n_bytes / 1e3:6.1f} kB"


@dataclass(frozen=True)
class PageCost:
    """A first visit, a run that changes nothing, a click."""

    address: str
    visit_bytes: int
    run: Cost
    click: Cost


def processor_seconds(pid: int) -> float:
    """What a process has used until now, all its threads together (Linux: its own clock, by its number)."""
    return time.clock_gettime((~pid << 3) | 2)


def cost(server: Server, act: Callable[[int], Answer], rounds: int) -> Cost:
    """Do it so many times, number by number. Raises RuntimeError where the page shows an error."""
    used, sent = [], []
    for number in range(rounds):
        before = processor_seconds(server.process.pid)
        answer = act(number)
        time.sleep(SETTLE_SECONDS)
        used.append(processor_seconds(server.process.pid) - before)
        sent.append(answer.n_bytes)
        if answer.errors:
            raise RuntimeError("; ".join(answer.errors))
    return Cost(1e3 * statistics.median(used), 1e3 * min(used), int(statistics.median(sent)))


def measure(script: Path, rounds: int) -> list[PageCost]:
    """Every page of the app, in the order of its table; each has been visited once before, by somebody else."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        env = {"MOE_DEMO_RUNS": str(Path(name) / "runs")}
        with serve(Path(name) / "log.txt", script=script, env=env) as server:
            with Visitor(server.base_url) as somebody:
                somebody.open("")
                for address in somebody.pages:
                    somebody.open(address)
                addresses = list(somebody.pages)
            for address in addresses:
                found.append(_page(server, address, rounds))
    return found


def _page(server: Server, address: str, rounds: int) -> PageCost:
    with Visitor(server.base_url) as visitor:
        visit = visitor.open(address)
        run = cost(server, lambda _: visitor.again(), rounds)
        click = cost(server, lambda number: _click(visitor, number), rounds)
    return PageCost(f"/{address}", visit.n_bytes, run, click)


def show(found: Sequence[PageCost]) -> None:
    """Print a line a page."""
    print(f"{'median (least)':16s}{'visit':>9s}{'run':>28s}{'click':>28s}")
    for page in found:
        print(f"{page.address:16s}{page.visit_bytes / 1e3:6.1f} kB  {page.run}  {page.click}")


def _click(visitor: Visitor, number: int) -> Answer:
    """Another word in the strip; a page without the strip is run once more."""
    return visitor.click("strip", pick={"token": number % 4}) if visitor.has("strip") else visitor.again()


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks clicks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--app", type=Path, default=ROOT / "app.py", help="the app.py to measure")
    options = parser.parse_args(argv)
    show(measure(options.app.resolve(), options.rounds))

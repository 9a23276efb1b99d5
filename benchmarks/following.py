"""How soon a class follows its presenter, and what it costs the server.

    python -m benchmarks following [--followers 30] [--waiters 200] [--steps 20]

In two Chromium windows: from the presenter's key to the step on the follower's screen, before and after the server was
killed and started again. Over the websocket, no browser drawing: a presenter goes a step every 3 s, so many followers
go along, each by the one request that waits and by opening the address it is told; beside it the same with as many
readers who open it at the same moments by themselves; and with so many browsers that only wait. A presenter's click
runs from sending to the end of the script; processor time is the server process's own.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright
from websockets.exceptions import WebSocketException

from benchmarks._visitor import Visitor
from moe_demo.jobs.classrooms import Classrooms, Place
from moe_demo.runs.owners import Caller
from moe_demo.ui.frame.lesson import Lesson
from moe_demo.ui.frame.lessons import lesson_called
from moe_demo.ui.server.visitor import COOKIE
from tests.browser.helpers import LAUNCH_ARGS, Server, find_chromium, free_port, serve, wait_drawn

LESSON, EVERY_SECONDS = "routing", 3.0
_WINDOW = "a" * 24
# When the bar of the lesson shows another step, by the machine's clock.
_WATCH = """() => {
    window.shown = [];
    let before = "";
    const text = (node) => node.shadowRoot
        ? text(node.shadowRoot)
        : node.querySelector?.(".place")?.textContent || [...node.children].map(text).find(Boolean) || "";
    setInterval(() => {
        const bar = document.querySelector(".st-key-lesson");
        const now = bar ? text(bar) : "";
        if (now && now !== before) window.shown.push([now, Date.now()]);
        if (now) before = now;
    }, 5);
}"""


@dataclass
class Seen:
    """What came of one way to be a class."""

    clicks: list[float] = field(default_factory=list)
    """Seconds of the presenter's."""
    behind: list[float] = field(default_factory=list)
    """Seconds from the presenter's click to the end of a follower's script."""
    errors: list[str] = field(default_factory=list)
    processor: float = 0.0
    """Seconds of the server, for a step."""


def walk(n_steps: int, lesson: Lesson) -> list[int]:
    """Numbers of steps, forth and back."""
    there = list(range(2, len(lesson.steps) + 1))
    back = list(range(len(lesson.steps) - 1, 0, -1))
    return [(there + back)[turn % (len(there) + len(back))] for turn in range(n_steps)]


def processor_seconds(pid: int) -> float:
    """What a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Member(threading.Thread):
    """One browser of the class, to the server: it waits for news and, where it `runs`, goes along."""

    def __init__(self, server: Server, code: str, seen: Seen, *, runs: bool) -> None:
        super().__init__(daemon=True)
        self.server, self.code, self.seen, self.runs = server, code, seen, runs
        self.is_over, self.moved_at = False, 0.0

    def run(self) -> None:
        """Until it is over."""
        try:
            with Visitor(self.server.base_url) as visitor:
                if self.runs:
                    visitor.open("", urlencode({"class": self.code}))
                self._wait(visitor)
        except (OSError, WebSocketException, KeyError) as error:
            self.seen.errors.append(repr(error))

    def _wait(self, visitor: Visitor) -> None:
        version = ""
        while not self.is_over:
            told = asked(self.server, f"/class/{self.code}/state?since={version}", visitor.cookie)
            if told is None:
                continue
            if "refusal" in told:
                self.seen.errors.append(told["refusal"]["message"])
                return
            is_first, version = not version, told["version"]
            if self.runs and not is_first:
                answer = visitor.open(told["path"], urlencode(told["params"] | {"class": self.code}))
                self.seen.errors += answer.errors
                self.seen.behind.append(time.monotonic() - self.moved_at)


class Reader(Member):
    """The same steps, each gone by a click of one's own."""

    def __init__(self, server: Server, seen: Seen, lesson: Lesson) -> None:
        super().__init__(server, "", seen, runs=True)
        self.lesson, self.goes, self.number = lesson, threading.Event(), 1

    def run(self) -> None:
        """Until it is over."""
        with Visitor(self.server.base_url) as visitor:
            visitor.open("")
            while not self.is_over:
                if self.goes.wait(0.2):
                    self.goes.clear()
                    self.seen.errors += step(visitor, self.lesson, self.number)
                    self.seen.behind.append(time.monotonic() - self.moved_at)


def step(visitor: Visitor, lesson: Lesson, number: int, code: str | None = None) -> tuple[str, ...]:
    """Open a step's page, as Next does. Returns what went wrong."""
    address = lesson.address(number, class_code=code)
    return visitor.open(lesson.step(number).page.url_path, urlencode(address)).errors


def asked(server: Server, path: str, cookie: str, body: object = None) -> dict | None:
    """What a route answers; None where there is nothing new."""
    headers = {"Cookie": cookie} | ({} if body is None else {"Content-Type": "application/json"})
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(
            urllib.request.Request(server.base_url + path, data, headers), timeout=60
        ) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        if error.code == 304:
            return None
        raise


def led(server: Server, runs: Path, members: Callable[[str, Seen], list[Member]], steps: int) -> Seen:
    """A presenter goes through the steps before these members."""
    lesson, seen = lesson_called(LESSON, "zh"), Seen()
    assert lesson is not None
    with Visitor(server.base_url) as presenter:
        owner = Caller(presenter.cookie.removeprefix(f"{COOKIE}="))
        code = Classrooms(runs).open(owner, Place(params=lesson.address(1)))
        presenter.open("", urlencode(lesson.address(1, class_code=code)))
        there = members(code, seen)
        for member in there:
            member.start()
        time.sleep(3 + 0.1 * len(there))
        before = processor_seconds(server.process.pid)
        for number in walk(steps, lesson):
            begin = time.monotonic()
            for member in there:
                member.moved_at = begin
            seen.errors += step(presenter, lesson, number, code)
            seen.clicks.append(time.monotonic() - begin)
            place = {"path": lesson.step(number).page.url_path, "params": lesson.address(number)}
            told = asked(
                server, f"/class/{code}/lead", presenter.cookie, {"act": "steer", "window": _WINDOW, **place}
            )
            seen.errors += [told["refusal"]["message"]] if told and "refusal" in told else []
            for member in there:
                if isinstance(member, Reader):
                    member.number = number
                    member.goes.set()
            time.sleep(max(0.0, begin + EVERY_SECONDS - time.monotonic()))
        seen.processor = (processor_seconds(server.process.pid) - before) / steps
        for member in there:
            member.is_over = True
        Classrooms(runs).end(code, owner)
        for member in there:
            member.join(30)
    ended = [error for error in seen.errors if "结束" in error]
    seen.errors = [error for error in seen.errors if error not in ended]
    return seen


def windows(browser: Browser, server: Server) -> tuple[Page, Page]:
    """A presenter and a follower at the first step of the lesson."""
    teacher, learner = (browser.new_context(base_url=server.base_url).new_page() for _ in range(2))
    teacher.goto(f"/?lesson={LESSON}&present=1")
    wait_drawn(teacher)
    teacher.keyboard.press("c")
    teacher.wait_for_url("**class=*")
    wait_drawn(teacher)
    learner.goto("/?class=" + teacher.url.partition("class=")[2][:6])
    wait_drawn(learner)
    return teacher, learner


def shown_after(teacher: Page, learner: Page, steps: int) -> list[float]:
    """Seconds from the presenter's key to the step on the follower's screen."""
    lesson, found, at = lesson_called(LESSON, "zh"), [], 1
    assert lesson is not None
    learner.evaluate(_WATCH)
    learner.wait_for_timeout(1000)
    at = int(teacher.evaluate("Number(new URLSearchParams(location.search).get('n') ?? 1)"))
    forth = True
    for _ in range(steps):
        forth = at == 1 or (forth and at < len(lesson.steps))
        at += 1 if forth else -1
        learner.evaluate("window.shown.length = 0")
        begin = time.time()
        teacher.keyboard.press("PageDown" if forth else "PageUp")
        learner.wait_for_function("() => window.shown.length > 0", polling=20, timeout=30_000)
        found.append(learner.evaluate("window.shown[0][1]") / 1000 - begin)
        learner.wait_for_timeout(1500)
    return found


def in_windows(steps: int) -> tuple[list[float], list[float]]:
    """Before and after the server was killed and started again."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, ExitStack() as stack:
        options = {"env": {"MOE_DEMO_RUNS": f"{name}/runs"}, "port": free_port()}
        server = stack.enter_context(serve(Path(name) / "before.txt", **options))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(LAUNCH_ARGS))
        stack.callback(browser.close)
        teacher, learner = windows(browser, server)
        before = shown_after(teacher, learner, steps)
        os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait(10)
        stack.enter_context(serve(Path(name) / "after.txt", **options))
        for page in (teacher, learner):
            page.wait_for_timeout(4000)
            wait_drawn(page)
        return before, shown_after(teacher, learner, steps)


def show(title: str, seen: Seen) -> None:
    """One line."""
    behind = f"; behind by {statistics.median(seen.behind):.2f} s" if seen.behind else ""
    print(
        f"{title}: presenter's click median {1000 * statistics.median(seen.clicks):.0f} ms, most "
        f"{1000 * max(seen.clicks):.0f} ms{behind}; processor for a step {1000 * seen.processor:.0f} ms; "
        f"errors {len(seen.errors)}"
    )
    for error in sorted(set(seen.errors))[:5]:
        print(f"  {error}")


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks following", description=__doc__)
    parser.add_argument("--followers", type=int, default=30)
    parser.add_argument("--waiters", type=int, default=200)
    parser.add_argument("--steps", type=int, default=20)
    options = parser.parse_args(argv)
    for title, found in zip(("", " after a restart"), in_windows(options.steps), strict=True):
        print(
            f"step on the follower's screen{title}: median {statistics.median(found):.2f} s of {len(found)}, "
            f"most {max(found):.2f} s"
        )
    lesson, n = lesson_called(LESSON, "zh"), options.followers
    assert lesson is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        runs = Path(name) / "runs"
        with serve(Path(name) / "log.txt", env={"MOE_DEMO_RUNS": str(runs)}) as server:

            def following(code: str, seen: Seen, *, count: int, goes: bool) -> list[Member]:
                return [Member(server, code, seen, runs=goes) for _ in range(count)]

            def reading(_code: str, seen: Seen) -> list[Member]:
                return [Reader(server, seen, lesson) for _ in range(n)]

            alone = led(server, runs, lambda _code, _seen: [], options.steps)
            show("alone", alone)
            show(
                f"{n} followers",
                led(server, runs, lambda c, s: following(c, s, count=n, goes=True), options.steps),
            )
            show(f"{n} readers", led(server, runs, reading, options.steps))
            waiters = options.waiters
            show(
                f"{waiters} who wait",
                led(server, runs, lambda c, s: following(c, s, count=waiters, goes=False), options.steps),
            )
            if "Traceback" in server.log():
                print(server.log()[-2000:])

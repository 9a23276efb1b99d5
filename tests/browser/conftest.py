"""A server, a Chromium, and a page that fails its test when it misbehaves behind the reader's back."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.helpers import LAUNCH_ARGS, ROOT, Server, find_chromium, screenshot, serve
from tests.browser.windows import Windows

# A traceback; and code that asks for a visitor where there is none.
LOG_PROBLEMS = ("Traceback (most recent call last)", "missing ScriptRunContext")
TEST_REPORT = pytest.StashKey[pytest.TestReport]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """Keep the outcome of the test itself, so that teardown can take a picture of a failure."""
    report = yield
    if report.when == "call":
        item.stash[TEST_REPORT] = report
    return report


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One app for all browser tests. At the end its log must be clean."""
    with serve(tmp_path_factory.mktemp("server") / "log.txt") as running:
        yield running
    _expect_clean_log(running)


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start another app, which nobody has visited yet: `fresh_server(env=None)`."""
    started: list[Server] = []
    with ExitStack() as stack:

        def start(**options: Any) -> Server:
            log_path = tmp_path / f"server{len(started)}.txt"
            started.append(stack.enter_context(serve(log_path, **options)))
            return started[-1]

        yield start
    for running in started:
        _expect_clean_log(running)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium. Without one the tests fail; they never skip."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=list(LAUNCH_ARGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def windows(browser: Browser) -> Windows:
    """The windows on the shared server that one test leaves to the next."""
    return Windows(browser)


@pytest.fixture
def new_page(
    windows: Windows, fresh_server: Callable[..., Server], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open a window: `new_page(server=None, width=1280, height=1600, unused=False, locale="zh-CN", ...)`.

    Further keywords go to playwright (color_scheme="dark", reduced_motion="no-preference",
    has_touch=True, ...). Paths given to `page.goto` are relative to the server. What the page did
    is in `page.browser_log`; at teardown any problem in it fails the test.

    A window on the shared server may be one that an earlier test has left, with nothing in it: no cookie, nothing
    stored, nothing under the pointer. `unused` asks for one that nobody had and nobody gets: for what a first visit
    fetches, and for who listens to its events or stands in its web socket.
    (`fresh_server` is asked for so that windows close before the servers they look at.)
    """
    pages: list[Page] = []
    with ExitStack() as stack:

        def open_page(
            server: Server | None = None,
            *,
            width: int = 1280,
            height: int = 1600,
            unused: bool = False,
            **options: Any,
        ) -> Page:
            viewport = {"width": width, "height": height}
            if server is None and not unused:
                pages.append(windows.take(request.getfixturevalue("server"), viewport, **options))
            else:
                server = server or request.getfixturevalue("server")
                pages.append(windows.open(server, viewport, **options))
                stack.callback(pages[-1].context.close)
            return pages[-1]

        yield open_page
        _picture_failure(request.node, pages)
        problems = [problem for page in pages for problem in page.browser_log.problems()]
        windows.take_back(pages, clean=not problems and _has_passed(request.node))
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of the auditor; it is installed with the packages that check the JavaScript."""
    path = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    assert path.is_file(), "axe-core is missing: `make node` installs it"
    return path.read_text(encoding="utf-8")


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """An ordinary window on the shared server: 1280 x 1600, Chinese, light, no motion."""
    return new_page()


def _has_passed(item: pytest.Item) -> bool:
    report = item.stash.get(TEST_REPORT, None)
    return report is not None and report.passed


def _picture_failure(item: pytest.Item, pages: list[Page]) -> None:
    report = item.stash.get(TEST_REPORT, None)
    if report is None or not report.failed:
        return
    for number, page in enumerate(pages):
        if not page.is_closed():
            screenshot(page, f"{item.name}-{number}".replace("/", "_"))


def _expect_clean_log(server: Server) -> None:
    log = server.log()
    for problem in LOG_PROBLEMS:
        if problem in log:
            pytest.fail(f"the server logged {problem!r}:\n{log[-4000:]}", pytrace=False)

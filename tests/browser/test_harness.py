"""The watch over every browser test would really catch what it watches for."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.helpers import BrowserLog, Server
from tests.browser.windows import Windows

HOME = "http://app.invalid"


def test_a_fresh_server_says_where_it_is_and_nothing_else(fresh_server: Callable[..., Server]):
    log = fresh_server().log()
    assert "missing ScriptRunContext" not in log
    said = [line.split(":")[0].strip() for line in log.splitlines() if line.strip()]
    assert said == ["You can now view your Streamlit app in your browser.", "URL"]


@pytest.fixture
def watched(browser: Browser) -> Iterator[tuple[Page, BrowserLog]]:
    """A page of a made-up server that knows only its front page, and the log of its context."""
    context = browser.new_context()
    log = BrowserLog(host="app.invalid")
    log.watch(context)
    page = context.new_page()
    front = {"status": 200, "content_type": "text/html", "body": "<link rel=icon href=data:,>hello"}
    page.route(HOME + "/**", lambda route: route.fulfill(status=404))
    page.route(HOME + "/", lambda route: route.fulfill(**front))
    page.goto(HOME + "/")
    yield page, log
    context.close()


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        (
            "fetch('http://elsewhere.invalid/x').catch(() => 0)",
            "request to another host: http://elsewhere.invalid/x",
        ),
        (
            "void new WebSocket('ws://elsewhere.invalid/y')",
            "request to another host: ws://elsewhere.invalid/y",
        ),
        ("setTimeout(() => { throw new Error('boom') })", "uncaught error in the page: boom"),
        ("console.error('bad')", "error in the console: bad"),
        ("fetch('/missing')", "error in the console: Failed to load resource"),
        ("fetch('/_stcore/health')", "error in the console: Failed to load resource"),
    ],
)
def test_a_problem_is_caught_and_can_be_forgiven(watched: tuple[Page, BrowserLog], script: str, problem: str):
    page, log = watched
    assert log.problems() == []
    page.evaluate(script)
    page.wait_for_timeout(300)
    assert any(line.startswith(problem) for line in log.problems()), log
    log.forgive(".")
    assert log.problems() == []


@pytest.mark.parametrize(
    "script", ["fetch('data:,x')", "fetch('/route/_stcore/health')", "console.warn('hm')"]
)
def test_harmless_things_pass(watched: tuple[Page, BrowserLog], script: str):
    page, log = watched
    page.evaluate(script)
    page.wait_for_timeout(300)
    assert log.problems() == []


STORED = (
    "() => [document.cookie.includes('a=b'), localStorage.length, sessionStorage.length, typeof window.left]"
)


def test_a_window_that_is_handed_on_has_nothing_of_the_test_before(windows: Windows, server: Server):
    laptop, phone = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
    page = windows.take(server, laptop, color_scheme="dark")
    first = page.context
    page.route("**/left", lambda route: route.fulfill(status=200, body="left"))
    page.goto("/_stcore/health")
    page.evaluate("() => { document.cookie = 'a=b'; localStorage.a = sessionStorage.a = window.left = 1; }")
    page.emulate_media(media="print")
    page.mouse.move(50, 50)
    first.new_page()
    page.browser_log.forgive(".")
    page.evaluate("console.error('bad')")
    windows.take_back([page], clean=True)

    page = windows.take(server, phone)
    assert page.context is first
    assert first.pages == [page]
    assert page.url == "about:blank"
    page.goto("/_stcore/health")
    assert page.evaluate(STORED) == [False, 0, 0, "undefined"]
    assert page.evaluate("innerWidth") == 390
    assert page.evaluate(
        "[matchMedia('print').matches, matchMedia('(prefers-color-scheme: dark)').matches]"
    ) == [
        False,
        False,
    ]
    assert page.browser_log.problems() == []
    assert page.browser_log.forgiven == []
    assert page.evaluate("fetch('left').then((answer) => answer.text())") != "left"
    windows.take_back([page], clean=False)
    assert page.is_closed()


def test_two_windows_of_one_test_are_two_visitors(windows: Windows, server: Server):
    laptop = {"width": 1280, "height": 720}
    one, other = windows.take(server, laptop), windows.take(server, laptop)
    assert one.context is not other.context
    windows.take_back([one, other], clean=True)

"""The watch over every browser test would really catch what it watches for."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.helpers import BrowserLog, Server

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

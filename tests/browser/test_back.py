"""Back, also while answers to clicks are under way: what the reader has undone is not shown once more."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.helpers import expect_no_exception, wait_drawn

QUIET_SECONDS = 1.0  # an answer that nothing has followed for so long is whole
SEEN = 500  # milliseconds in which what has arrived would be drawn


class LateAnswers:
    """What the server says to a window, of which the answers to clicks can be kept back for a while."""

    def __init__(self, page: Page) -> None:
        self._kept: list[bytes] | None = None
        self._heard = 0.0
        self._window: WebSocketRoute | None = None
        page.route_web_socket(re.compile("_stcore/stream"), self._between)
        self._page = page

    def _between(self, socket: WebSocketRoute) -> None:
        self._window, server = socket, socket.connect_to_server()
        socket.on_message(server.send)
        server.on_message(self._said)

    def _said(self, message: bytes | str) -> None:
        assert isinstance(message, bytes)
        assert self._window
        self._heard = time.monotonic()
        if self._kept is None or _is_address(message):
            self._window.send(message)
        else:
            self._kept.append(message)

    def keep_back(self) -> None:
        """From now on only addresses reach the window."""
        self._kept = []

    def whole(self) -> list[bytes]:
        """Wait until the server has answered; everything that it has said since this was asked last."""
        self._heard = time.monotonic()
        while time.monotonic() - self._heard < QUIET_SECONDS:
            self._page.wait_for_timeout(50)
        assert self._kept
        said, self._kept = self._kept, []
        return said

    def bring(self, messages: list[bytes]) -> None:
        """Let these reach the window."""
        assert self._window
        for message in messages:
            self._window.send(message)

    def flow(self) -> None:
        """From now on everything reaches the window again."""
        self._kept = None


def _is_address(message: bytes) -> bool:
    return ForwardMsg.FromString(message).WhichOneof("type") == "page_info_changed"


def words(page: Page) -> Locator:
    return page.locator("g.token")


def test_back_undoes_the_last_click(page: Page):
    page.goto("/")
    wait_drawn(page)
    words(page).nth(1).click()
    page.wait_for_url("**/?t=1")
    words(page).nth(2).click()
    page.wait_for_url("**/?t=2")
    page.go_back()
    expect(page.locator("g.token.picked")).to_have_attribute("data-t", "1")
    page.go_back()
    expect(page.locator("g.token.picked")).to_have_count(0)
    page.go_forward()
    expect(page.locator("g.token.picked")).to_have_attribute("data-t", "1")


def test_back_undoes_a_click_that_python_has_not_answered_yet(page: Page):
    page.goto("/")
    wait_drawn(page)
    words(page).nth(1).click()
    page.wait_for_url("**/?t=1")
    for _ in range(6):  # the address changes early in a run of the script; going back ends that run
        words(page).nth(2).click()
        page.wait_for_url("**/?t=2")
        page.go_back()
        expect(page.locator("g.token.picked")).to_have_attribute("data-t", "1")


@pytest.mark.parametrize(
    "shown", ["g.token.picked", ".strip [role=option][aria-selected=true]"], ids=["picture", "sentence strip"]
)
def test_the_late_answer_to_a_click_that_was_undone_is_not_shown(new_page: Callable[..., Page], shown: str):
    page = new_page(unused=True)  # a route of a web socket cannot be taken back
    answers = LateAnswers(page)
    page.goto("/?t=1")
    wait_drawn(page)
    before = page.locator(shown).inner_html()
    answers.keep_back()
    words(page).nth(2).click()
    page.wait_for_url("**/?t=2")
    undone = answers.whole()
    page.go_back()
    page.wait_for_url("**/?t=1")
    of_back = answers.whole()
    answers.bring(undone)
    page.wait_for_timeout(SEEN)
    assert page.locator(shown).inner_html() == before
    answers.bring(of_back)
    answers.flow()
    page.wait_for_timeout(SEEN)
    assert page.locator(shown).inner_html() == before
    words(page).nth(2).click()
    page.wait_for_url("**/?t=2")
    expect(page.locator("g.token.picked")).to_have_attribute("data-t", "2")
    expect_no_exception(page)

"""Answers that reach a window later than the server gives them."""

import re
import time

from playwright.sync_api import Page, WebSocketRoute
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

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

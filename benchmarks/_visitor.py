"""What a browser is to the server: a websocket, one message for each click, the answer read to its end.

    with Visitor(base_url) as visitor:
        visitor.open("top-k")                            # Answer(seconds, n_bytes, errors) of a first visit
        visitor.click("strip", pick={"token": 2})        # an event of a drawn part
        visitor.press("training.main")                   # a button of Streamlit's own, by its key

It speaks Streamlit's own protocol: as a browser does, it keeps large messages that the server may refer to later, and
follows the address. Which pages there are the server says itself, so that any version of the app can be measured.
"""

from __future__ import annotations

import json
import time
import urllib.request
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import FileUploaderState, FileURLsRequest, UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

from benchmarks._upload import put

ANSWER_SECONDS = 60
_ENDED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
_QUIET_SECONDS = 0.25  # between two messages of one answer less passes
_KEPT_RUNS = 20  # as long as Streamlit's browser code keeps a message that no run has used


@dataclass(frozen=True)
class Answer:
    """What came of one click: time from sending to the end of the script, bytes, and what went wrong."""

    seconds: float
    n_bytes: int
    errors: tuple[str, ...] = ()


class Visitor:
    """One browser on one page."""

    def __init__(self, base_url: str) -> None:
        with urllib.request.urlopen(base_url, timeout=ANSWER_SECONDS) as page:
            cookie = str(page.headers.get("Set-Cookie", "")).partition(";")[0]
        self._base_url, self.cookie, self._session = base_url, cookie, ""
        self._open = ExitStack()
        self.pages: dict[str, str] = {}
        """Address of each page -> what Streamlit calls it."""
        self._page = self._name = self._query = ""
        self._widgets: dict[str, str] = {}
        self._kept: dict[str, tuple[int, ForwardMsg]] = {}
        self._n_runs = 0

    def __enter__(self) -> Self:
        connection = connect(
            self._base_url.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            additional_headers={"Cookie": self.cookie} if self.cookie else None,
            max_size=None,
            compression=None,
        )
        self._socket = self._open.enter_context(connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def open(self, address: str, query: str = "") -> Answer:
        """Come to a page, with nothing else in the address than this: from outside, or from another page."""
        self._query, self._widgets = query, {}
        self._page, self._name = self.pages[address] if self.pages else "", address
        return self._run()

    def again(self) -> Answer:
        """Run the whole page once more, the address unchanged."""
        return self._run()

    def click(self, key: str, **event: Any) -> Answer:
        """One event of the drawn part with this key: its name and value."""
        return self._run(self._event(key, event))

    def send(self, key: str, **event: Any) -> None:
        """As `click`, without waiting for an answer: what is sent next may overtake it."""
        self._socket.send(self._asked(self._event(key, event)))

    def leave_for(self, address: str) -> None:
        """Follow a link to another page, without waiting for it: what this page shows can still be clicked."""
        self._page, self._name = self.pages[address], address
        self._socket.send(self._asked())

    def settle(self) -> tuple[str, ...]:
        """Read until the server says nothing more; what went wrong."""
        errors: list[str] = []
        with suppress(TimeoutError):
            while True:
                errors += self._read(self._message(_QUIET_SECONDS))
        return tuple(errors)

    @property
    def page(self) -> str:
        """The address of the page that the browser shows."""
        return next(address for address, page in self.pages.items() if page == self._page)

    @property
    def address(self) -> dict[str, str]:
        """The parameters of the address that the browser shows."""
        return dict(parse_qsl(self._query))

    def has(self, key: str) -> bool:
        """Whether this page has a widget with this key."""
        return key in self._widgets

    def press(self, key: str) -> Answer:
        """A button."""
        return self._run(WidgetState(id=self._widgets[key], trigger_value=True))

    def upload(self, key: str, name: str, data: bytes) -> Answer:
        """Hand a file to the field with this key."""
        asked = FileURLsRequest(request_id="1", file_names=[name], session_id=self._session)
        self._socket.send(BackMsg(file_urls_request=asked).SerializeToString())
        while True:
            message = self._message()
            if message.WhichOneof("type") == "file_urls_response":
                break
        [urls] = message.file_urls_response.file_urls
        put(self._base_url, self.cookie, urls.upload_url, name, data)
        info = UploadedFileInfo(name=name, size=len(data), file_id=urls.file_id, file_urls=urls)
        state = FileUploaderState(uploaded_file_info=[info])
        return self._run(WidgetState(id=self._widgets[key], file_uploader_state_value=state))

    def _event(self, key: str, event: dict[str, Any]) -> WidgetState:
        payload = [{"event": name, "value": value} for name, value in event.items()]
        widget = _make_trigger_id(self._widgets[key], "events")
        return WidgetState(id=widget, json_trigger_value=json.dumps(payload))

    def _asked(self, *states: WidgetState) -> bytes:
        asked = ClientState(
            query_string=self._query,
            page_script_hash=self._page,
            page_name=self._name,
            cached_message_hashes=list(self._kept),
        )
        asked.widget_states.widgets.extend(states)
        return BackMsg(rerun_script=asked).SerializeToString()

    def _run(self, *states: WidgetState) -> Answer:
        begin = time.perf_counter()
        self._socket.send(self._asked(*states))
        n_bytes, errors = 0, []
        while True:
            message = self._message()
            n_bytes += message.ByteSize()
            errors += self._read(message)
            if message.WhichOneof("type") == "script_finished" and message.script_finished in _ENDED:
                break
        self._n_runs += 1
        self._kept = {name: kept for name, kept in self._kept.items() if self._n_runs - kept[0] <= _KEPT_RUNS}
        return Answer(time.perf_counter() - begin, n_bytes, tuple(errors))

    def _message(self, seconds: float = ANSWER_SECONDS) -> ForwardMsg:
        raw = self._socket.recv(timeout=seconds)
        assert isinstance(raw, bytes)
        return ForwardMsg.FromString(raw)

    def _read(self, message: ForwardMsg) -> list[str]:
        """Follow one message of an answer. Returns what is wrong with it."""
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            if message.ref_hash not in self._kept:
                return ["a message that this browser does not have was referred to"]
            return self._read(self._kept[message.ref_hash][1])
        if message.metadata.cacheable:
            self._kept[message.hash] = (self._n_runs, message)
        if kind == "new_session":
            self._session = message.new_session.initialize.session_id
        elif kind == "navigation":
            self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            self._page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            self._note_widget(element)
            if element.WhichOneof("type") == "exception":
                return [f"{element.exception.type}: {element.exception.message}"]
        return []

    def _note_widget(self, element: Any) -> None:
        """Remember a widget under the key that the app gave it: `$$ID-hash-key`."""
        with suppress(AttributeError):
            widget = str(getattr(element, element.WhichOneof("type")).id)
            self._widgets[widget.split("-", 2)[-1]] = widget

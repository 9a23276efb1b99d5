"""Every use of what Streamlit does not promise, with its reason: the one place to look when Streamlit changes.

Tried with streamlit 1.67. Nothing else in the project imports `streamlit.runtime` or `streamlit.web`, and only the
files of `RELY_ON_TEST_IDS` name elements by the ids of Streamlit's own tests; a test sees to both. The classes
`st-key-…` and the variables `--st-…` are promised, and used freely. The script stands in `ui/frame`, not beside the
folder `pages` (see app.py): beside it, Streamlit would run a page without the app for the first visitor.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from functools import cache, wraps
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import (
    ScriptRequest,
    ScriptRequests,
    ScriptRequestType,
)
from streamlit.runtime.state.safe_session_state import SafeSessionState

RELY_ON_TEST_IDS = {
    "frame/head.css": "the head of the page is ours: Streamlit's own bar would cover it, and its margins waste a line",
    "kit/upload_field.html": "the words of the upload field are English in every language",
    "kit/stage.js": "a picture fits the window only if it knows how far the page is scrolled and how wide it is",
}
"""File of ui -> why it names elements by `data-testid`."""

_UPLOAD_FIELD = Path(__file__).with_name("upload_field.html")


def in_a_script_run() -> bool:
    """Whether this code runs for a visitor: whatever asks for the address elsewhere is warned of in the log."""
    return get_script_run_ctx(suppress_warning=True) is not None


@cache
def let_callbacks_end() -> None:
    """From now on a callback that has begun comes to its end before the next message of its browser is turned to.

    Streamlit looks for newer messages wherever a script, or a callback, uses the state of the visit, and leaves it
    there: a click was lost if something else arrived some milliseconds after it, such as what a picture tells by
    itself. What is newer waits until the callbacks of the older one are over; the script itself it ends as before. This
    needs `runner.fastReruns` off: else the older message is dropped for the newer one, callbacks and all.
    """
    applied, look = SafeSessionState.on_script_will_rerun, ScriptRequests.on_scriptrunner_yield
    thread = threading.local()

    @wraps(applied)
    def apply(self: SafeSessionState, *args: Any, **options: Any) -> None:
        thread.is_applying = True
        try:
            applied(self, *args, **options)
        finally:
            thread.is_applying = False

    @wraps(look)
    def look_unless_applying(self: ScriptRequests) -> ScriptRequest | None:
        waits = getattr(thread, "is_applying", False) and self._state == ScriptRequestType.RERUN
        return None if waits else look(self)

    SafeSessionState.on_script_will_rerun = apply  # type: ignore[method-assign]
    ScriptRequests.on_scriptrunner_yield = look_unless_applying  # type: ignore[method-assign]


def forget_ended_visits() -> None:
    """Drop the state of visits that have been over for longer than `server.disconnectedSessionTTL`, files included.

    Streamlit itself does so only when the next visitor leaves, which may be tomorrow. Call this on the event loop: all
    that connects and disconnects visits runs there.
    """
    if runtime.exists():
        with suppress(
            AttributeError
        ):  # a Streamlit that keeps them elsewhere: as before, when the next one leaves
            runtime.get_instance()._session_mgr._session_storage._cache.expire()  # type: ignore[attr-defined]


def upload_field_words(container: str, *, browse: str, limit: str, refused: str) -> None:
    """Words of ours in place of those of Streamlit, in the upload field of the container with this key.

    A file over the limit never leaves the browser, so that only the field's style can say a word about it.
    """
    texts = {"browse": browse, "limit": limit, "refused": refused}
    words = {name: json.dumps(text, ensure_ascii=False) for name, text in texts.items()}
    style = _UPLOAD_FIELD.read_text(encoding="utf-8")
    st.html(style % ({"field": f".st-key-{container.replace('.', '-')}"} | words))

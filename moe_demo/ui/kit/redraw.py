"""When a fragment alone is not enough: drawing the whole page again.

def pick() -> None:                             a callback inside a fragment
    selection.update(token=3)
    redraw.ask()                                the rest of the page shows the word too

@st.fragment
def panel() -> None:
    redraw.if_asked()

Nothing else in the project calls `st.rerun`.
"""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

_ASKED = "redraw.asked"


def now() -> NoReturn:
    """In the middle of a fragment or dialog, not in a callback: leave it for the whole page."""
    st.rerun()


def ask() -> None:
    """From a callback: the fragment that runs next draws the whole page instead."""
    st.session_state[_ASKED] = True


def done() -> None:
    """The whole page is being drawn anyway."""
    st.session_state.pop(_ASKED, None)


def if_asked() -> None:
    """First in a fragment: leave it for the whole page where a callback has asked for that."""
    if st.session_state.pop(_ASKED, False):
        now()


def when_changed(name: str, value: bool) -> None:
    """Last in a fragment: leave it for the whole page where this is no longer what it was at the last look."""
    before = st.session_state.get(name, False)
    st.session_state[name] = value
    if value != before:
        now()

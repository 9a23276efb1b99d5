"""A list to choose from whose words may change: with the language, or as runs go on.

Streamlit knows an option by its words alone: of a list whose words have changed it would hand back the old words. So
a list with other words is another widget here, and what was chosen is kept beside it. Its key is a checksum of the
words: Streamlit keeps the keys of a visit to its end, and a list of a class's runs is long.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st


def choice(
    label: str,
    words: Mapping[str, str],
    chosen: str,
    key: str,
    act: Callable[[str], object] | None = None,
    *,
    keep: bool = True,
    **options: Any,
) -> str:
    """The chosen one of `words` (value -> what is shown), `chosen` at first.

    A new choice calls `act`. With `keep` false the caller's `chosen` always holds: it is kept elsewhere, such as in
    the address.
    """
    kept = st.session_state.get(key, chosen) if keep else chosen
    kept = kept if kept in words else chosen
    widget = f"{key}|{kept}|{zlib.crc32('|'.join(words.values()).encode()):08x}"
    known = kept  # what the browser was last known to show in this list

    def picked() -> None:
        # What happens in a browser that has not got the next list yet is sent with what this one shows. Streamlit has
        # forgotten this list by then and takes that for a choice: it would undo what was chosen elsewhere.
        nonlocal known
        value = st.session_state[widget]
        if value == known:
            return
        if value not in words:
            return  # its words had just changed: the reader picks again
        known = value
        if keep:
            st.session_state[key] = value
        if act is not None:
            act(value)

    st.selectbox(
        label,
        list(words),
        index=list(words).index(kept),
        key=widget,
        format_func=words.__getitem__,
        on_change=picked,
        **options,
    )
    return str(kept)

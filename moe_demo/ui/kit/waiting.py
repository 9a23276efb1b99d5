"""What takes a while: a bar where the answer will stand.

with waiting(t("whatif.ablating")) as tell:
    found = ablations(run, tell=tell)                   tell(done, of)

Each `tell` is also where a newer click ends the work, which is then begun anew if it is still wanted; without one, the
click waits for its end.

Not `st.spinner`: the place it takes depends on how long the work took, and where a click ends that work the browser
is told of places that it does not have ("Bad delta path index"). This takes one place, shown or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

Tell = Callable[[int, int], None]
"""How much is done, of how much."""


@contextmanager
def waiting(text: str, *, when: bool = True) -> Iterator[Tell]:
    """Show a bar with this text while the block runs. Not `when`, as where the answer is known: keep its place only."""
    place = st.empty()

    def tell(done: int, of: int) -> None:
        if when:
            place.progress(done / max(of, 1), text)

    tell(0, 1)
    try:
        yield tell
    except Exception:  # not what ends the run of a script: the next run writes to this place
        place.empty()
        raise
    place.empty()

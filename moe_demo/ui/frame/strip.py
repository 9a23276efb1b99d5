"""The sentence on top of every page: type it, pick one, click a word; and how far the model has been trained.

    strip.draw(view)      input, examples and the words as chips; a click picks the word on every page;
                          the slider moves every page to another checkpoint of the run

What is typed goes into the address only when it has at least one word; an empty line leaves the picture as it
is and says so.
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from moe_demo.text.errors import EmptyTextError
from moe_demo.text.segmentation import tokenize
from moe_demo.ui.frame.data import sentence_strip_data
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.picture import event_of, picture
from moe_demo.ui.kit.views import View

KEY = "strip"
_NEWEST = "strip.newest"  # the last stop of the time machine, as it was drawn


def draw(view: View, *, warns: bool = True) -> None:
    """The strip for this view; `warns`: says so where the sentence is unlike what was learned."""
    st.session_state[_NEWEST] = view.run.steps[-1]
    run = view.run
    picture(
        "frame/sentence_strip",
        data=sentence_strip_data(view, warns=warns),
        key=KEY,
        on_submit_change=_submit,
        on_pick_change=_pick,
        on_checkpoint_change=partial(_to_checkpoint, run.run_id, run.steps[-1], view.selection.token),
    )
    if st.session_state.get("strip.empty"):
        st.session_state["strip.empty"] = False
        st.info(t("strip.empty"))


def newest_drawn() -> int | None:
    """The newest checkpoint that the strip shows: a run that trains may have written another one since."""
    newest: int | None = st.session_state.get(_NEWEST)
    return newest


def _submit() -> None:
    submitted = event_of(KEY, "submit")
    if submitted is None:
        return
    text = selection.plain_text(str(submitted))
    try:
        tokenize(text)
    except EmptyTextError:
        st.session_state["strip.empty"] = True
    else:
        selection.update(text=text)


def _to_checkpoint(run: str, last: int, token: int | None) -> None:
    """The time machine: every page shows the run that is on show here as it was after so many steps."""
    step = event_of(KEY, "checkpoint")
    if step is not None:
        selection.update(run=run, step=None if step == last else int(step), token=token)


def _pick() -> None:
    if picked := event_of(KEY, "pick"):
        selection.update(token=None if picked["token"] is None else int(picked["token"]))

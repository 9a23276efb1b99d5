"""Who is looking: this browser, and whether the operator of the server sits in front of it.

    caller.current()      what the catalogue of runs, the jobs and the data sets are asked with
    caller.draw()         the field for the operator's word, where the server has one

The operator, a teacher say, may stop or delete any training. The word is set when the server is started (the
environment variable of `runs.owners`); without it nobody is operator on the page, and the command line is the way.
"""

from __future__ import annotations

import os

import streamlit as st

from moe_demo.runs.owners import OPERATOR_VARIABLE, Caller, is_operator
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.server.visitor import visitor_id

_WORD, _KEPT = "operator.word", "operator.kept"


def current() -> Caller:
    """The browser that this script run belongs to."""
    return Caller(visitor_id(), operator=is_operator(str(st.session_state.get(_KEPT, ""))))


def draw() -> None:
    """The field for the word, where the server has one."""
    if not os.environ.get(OPERATOR_VARIABLE):
        return
    with st.popover(t("training.operator.title")):
        st.text_input(t("training.operator.word"), type="password", key=_WORD, on_change=_keep)
        if st.session_state.get(_KEPT):
            st.caption(t("training.operator.yes" if current().operator else "training.operator.no"))


def _keep() -> None:
    st.session_state[_KEPT] = st.session_state[_WORD]

"""The operator of a server: a teacher, say, who may stop or delete any training.

The operator's word is set when the server is started (the environment variable of `training.owners`); without it
nobody is operator on the page, and the command line is the way.
"""

from __future__ import annotations

import os

import streamlit as st

from moe_demo.runs.owners import OPERATOR_VARIABLE, is_operator
from moe_demo.ui.kit.i18n import t

_WORD = "operator.word"


def is_here() -> bool:
    """Whether the operator's word has been given in this visit."""
    return is_operator(str(st.session_state.get("operator.kept", "")))


def draw() -> None:
    """The field for the word, where the server has one."""
    if not os.environ.get(OPERATOR_VARIABLE):
        return
    with st.popover(t("training.operator.title")):
        st.text_input(t("training.operator.word"), type="password", key=_WORD, on_change=_keep)
        if st.session_state.get("operator.kept"):
            st.caption(t("training.operator.yes" if is_here() else "training.operator.no"))


def _keep() -> None:
    st.session_state["operator.kept"] = st.session_state[_WORD]

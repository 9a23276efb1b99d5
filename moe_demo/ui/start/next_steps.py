"""The head of the start page: its question, what the data says, and three ways on."""

from __future__ import annotations

import streamlit as st

from moe_demo.ui.frame import navigation
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.start.data import next_steps_data

KEY = "next_steps"
_PAGES = {"word": "router", "training": "training"}


def draw(view: View, *, title: str, caption: str) -> None:
    """Title and caption on the left, three ways on beside them. Two of them lead to other pages."""
    with st.container(key="start-title"):
        words, ways = st.columns([0.6, 0.4], vertical_alignment="center")
    with words:
        st.title(title, anchor=False)
        st.markdown(caption)
    with ways:
        opened = picture(
            "start/next_steps",
            data=next_steps_data(),
            key=KEY,
            on_go_change=lambda: None,
        )
    if opened.go:
        navigation.go(_PAGES[opened.go], view.selection)

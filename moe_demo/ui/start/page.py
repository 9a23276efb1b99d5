"""The picture of the start page: one sentence, its routes through one MoE layer, its class.

`draw(view)` draws it; a click picks a word, an expert or a layer, and the selection takes it to every page.
"""

from __future__ import annotations

import streamlit as st

from moe_demo.ui.kit import selection
from moe_demo.ui.kit.picture import event_of, picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import routing_note
from moe_demo.ui.start.data import picture_data

KEY = "flow"


def draw(view: View, key: str = KEY) -> None:
    """Tokens to expert seats, ribbons as wide as the gate; a click picks a word or an expert on every page."""

    def pick() -> None:
        picked = event_of(key, "pick")
        if picked:
            selection.update(**{name: picked[name] for name in ("token", "expert", "layer")})

    picture("start/picture", data=picture_data(view), key=key, on_pick_change=pick)
    if note := routing_note(view.run.config.model):
        st.caption(note)

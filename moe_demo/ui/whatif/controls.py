"""The what-if page's sliders and switches beside the seats; a moved one writes the address."""

from __future__ import annotations

from typing import Any

import streamlit as st

from moe_demo.ui.kit import selection
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.views import View
from moe_demo.ui.whatif.settings import TEMPERATURES, WhatIfSettings

ALL = 0  # of the capacity: an expert takes every word


def draw(view: View) -> None:
    """One line of controls. The address is the truth: each widget is set to it before it is drawn."""
    asked, rule = view.selection.of(WhatIfSettings), view.run.config.model.routing_rule
    n_tokens, most = len(view.trace.tokens), rule.topk_groups * rule.group_size
    shown = {
        "topk": min(asked.topk or rule.top_k, most),
        "tau": min(TEMPERATURES, key=lambda value: abs(value - asked.tau)),
        "cap": min(asked.cap or ALL, n_tokens),
        "dice": asked.dice is not None,
    }
    for name, value in shown.items():
        st.session_state[f"whatif.{name}"] = value
    places = iter(st.columns([1.5, 1.5, 1.5, 1.2, 0.8], vertical_alignment="bottom", gap="medium"))
    with next(places):
        label = t("whatif.k", trained=rule.top_k)
        if most > 1:
            st.slider(label, 1, most, key="whatif.topk", on_change=_moved, args=("topk", rule.top_k))
    with next(places):
        st.select_slider(
            t("whatif.temperature"),
            TEMPERATURES,
            key="whatif.tau",
            on_change=_moved,
            args=("tau", 1.0),
            format_func="{:g}".format,
        )
    with next(places):
        st.select_slider(
            t("whatif.capacity"),
            range(n_tokens + 1),
            key="whatif.cap",
            on_change=_moved,
            args=("cap", ALL),
            format_func=lambda value: t("whatif.unlimited") if value == ALL else str(value),
            help=t("whatif.capacity_hint"),
        )
    with next(places):
        st.toggle(t("whatif.dice"), key="whatif.dice", on_change=_dice, help=t("whatif.dice_hint"))
    with next(places):
        st.button(t("whatif.reset"), key="whatif.reset", on_click=reset, width="stretch")


def reset() -> None:
    """Back to the trained model."""
    names = ("off", "mute", "shared", "force", "topk", "tau", "cap", "dice")
    selection.update(WhatIfSettings, **dict.fromkeys(names))


def _moved(name: str, trained: Any) -> None:
    value = st.session_state[f"whatif.{name}"]
    selection.update(WhatIfSettings, **{name: None if value == trained else value})


def _dice() -> None:
    selection.update(WhatIfSettings, dice=0 if st.session_state["whatif.dice"] else None)

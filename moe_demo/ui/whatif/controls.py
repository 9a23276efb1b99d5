"""The what-if page's sliders and switches beside the seats; a moved one writes the address."""

from __future__ import annotations

from typing import Any

import streamlit as st

from moe_demo.config import RoutingRule
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.views import View
from moe_demo.ui.whatif.clicks import UNDONE
from moe_demo.ui.whatif.settings import SWITCHES, TEMPERATURES, WhatIfSettings

ALL = 0  # of the capacity: an expert takes every word


def draw(view: View) -> None:
    """One line of controls. The address is the truth: each widget is set to it before it is drawn."""
    asked, rule = view.selection.of(WhatIfSettings), view.run.config.model.routing_rule
    n_tokens, most = len(view.trace.tokens), (asked.kept or rule.topk_groups) * rule.group_size
    shown = {
        "kept": min(asked.kept or rule.topk_groups, rule.n_groups),
        "topk": min(asked.topk or rule.top_k, most),
        "tau": min(TEMPERATURES, key=lambda value: abs(value - asked.tau)),
        "cap": min(asked.cap or ALL, n_tokens),
        "dice": asked.dice is not None,
        "predict": asked.predict,
    }
    for name, value in shown.items():
        st.session_state[f"whatif.{name}"] = value
    draws = (_k, *([_groups] if rule.n_groups > 1 else []), _temperature, _capacity)
    places = st.columns([1.4] * len(draws) + [1.3, 0.8], vertical_alignment="bottom", gap="medium")
    for place, widget in zip(places, draws, strict=False):
        with place:
            widget(rule, n_tokens, most)
    with places[-2]:
        st.toggle(t("whatif.dice"), key="whatif.dice", on_change=_dice, help=t("whatif.dice_hint"))
        st.toggle(t("whatif.predict_first"), key="whatif.predict", on_change=_predict)
    with places[-1]:
        st.button(t("whatif.reset"), key="whatif.reset", on_click=reset, width="stretch")


def _k(rule: RoutingRule, _n_tokens: int, most: int) -> None:
    label = t("whatif.k", trained=rule.top_k)
    if most > 1:
        st.slider(label, 1, most, key="whatif.topk", on_change=_moved, args=("topk", rule.top_k))


def _groups(rule: RoutingRule, _n_tokens: int, _most: int) -> None:
    st.slider(
        t("whatif.groups", trained=rule.topk_groups),
        1,
        rule.n_groups,
        key="whatif.kept",
        on_change=_moved,
        args=("kept", rule.topk_groups),
        help=t("whatif.groups_hint"),
    )


def _temperature(_rule: RoutingRule, _n_tokens: int, _most: int) -> None:
    st.select_slider(
        t("whatif.temperature"),
        TEMPERATURES,
        key="whatif.tau",
        on_change=_moved,
        args=("tau", 1.0),
        format_func="{:g}".format,
    )


def _capacity(_rule: RoutingRule, n_tokens: int, _most: int) -> None:
    st.select_slider(
        t("whatif.capacity"),
        range(n_tokens + 1),
        key="whatif.cap",
        on_change=_moved,
        args=("cap", ALL),
        format_func=lambda value: t("whatif.unlimited") if value == ALL else str(value),
        help=t("whatif.capacity_hint"),
    )


def reset() -> None:
    """Back to the trained model."""
    selection.update(WhatIfSettings, **dict.fromkeys(SWITCHES), **UNDONE)


def _moved(name: str, trained: Any) -> None:
    value = st.session_state[f"whatif.{name}"]
    selection.update(WhatIfSettings, **{name: None if value == trained else value}, **UNDONE)


def _dice() -> None:
    selection.update(WhatIfSettings, dice=0 if st.session_state["whatif.dice"] else None, **UNDONE)


def _predict() -> None:
    selection.update(WhatIfSettings, predict=st.session_state["whatif.predict"], **UNDONE)

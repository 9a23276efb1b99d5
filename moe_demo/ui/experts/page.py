"""The experts page: who takes what, against chance.

draw(view)          the map of the selected layer, and the words and headlines behind the picked cell
together(view)      which experts are chosen together, and how much the chosen one tells
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from moe_demo.insight.held_out import DataGoneError
from moe_demo.insight.run import Run
from moe_demo.ui.experts.data import picked_place, picture_data
from moe_demo.ui.experts.data_pairs import pairs_data, tells_table
from moe_demo.ui.experts.measured import is_measured, measured
from moe_demo.ui.experts.settings import ExpertsSettings
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import language, t
from moe_demo.ui.kit.page_settings import tidy_name
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import plain

KEY, PAIRS, NO_NAME = "experts", "experts.pairs", "experts.no_name"
MAX_NAMES = 16


def draw(view: View) -> bool:
    """The map; False where its headlines are not at hand, which is said."""
    try:
        _ready(view.run)
    except DataGoneError as error:
        st.info(t("experts.data_gone", source=plain(error.source)))
        return False

    def go() -> None:
        if clicked := st.session_state[KEY].go:
            _act(view, clicked)

    picture("experts/picture", data=picture_data(view), key=KEY, on_go_change=go)
    if st.session_state.pop(NO_NAME, False):
        st.warning(t("experts.no_name"))
    explained(t("experts.note"))
    return True


def _ready(run: Run) -> None:
    """Measure what is not in memory yet; a bar says how far it is."""
    if is_measured(run):
        return
    bar = st.progress(0.0, t("experts.measuring"))
    measured(run, lambda done, of: bar.progress(done / max(of, 1), t("experts.measuring")))
    bar.empty()


def _act(view: View, clicked: Mapping[str, Any]) -> None:
    """A click: another layer, a cell, what cells say, a headline for the sentence strip, or a name."""
    if "layer" in clicked:
        selection.update(ExpertsSettings, layer=clicked["layer"], expert=None, col=None)
    elif "column" in clicked:
        selection.update(ExpertsSettings, expert=clicked["expert"], col=clicked["column"])
    elif "cells" in clicked:
        selection.update(ExpertsSettings, cells=clicked["cells"])
    elif "text" in clicked:
        place = picked_place(view)
        selection.update(
            ExpertsSettings,
            text=clicked["text"],
            token=clicked["token"],
            expert=place.expert,
            col=place.column,
        )
    elif "name" in clicked:
        _name(view, str(clicked["name"]))
    elif "forget" in clicked:
        asked = view.selection.of(ExpertsSettings)
        left = tuple(item for item in asked.named if list(item[:3]) != clicked["forget"])
        selection.update(ExpertsSettings, named=left)


def _name(view: View, typed: str) -> None:
    """Give the picked cell's expert a name of the reader's own; an empty one takes it back."""
    asked, place, name = view.selection.of(ExpertsSettings), picked_place(view), tidy_name(typed)
    others = tuple(item for item in asked.named if item[:3] != tuple(place))
    if typed.strip() and not name:
        st.session_state[NO_NAME] = True
        return
    named = ((*place, name), *others)[:MAX_NAMES] if name else others
    selection.update(ExpertsSettings, named=named, expert=place.expert, col=place.column)


def together(view: View) -> None:
    """Co-activation in the selected layer; mutual information in all of them."""
    st.header(t("experts.pairs_title"), anchor="pairs")
    explained(t("experts.pairs_caption"))
    data = pairs_data(view.run, view.selection.layer, language())
    if data is None:
        st.info(t("experts.no_pairs"))
    else:
        picture("experts/pairs", data=data, key=PAIRS)
    st.subheader(t("experts.tells_title"), anchor=False)
    explained(t("experts.tells_caption"))
    st.markdown(tells_table(view.run))

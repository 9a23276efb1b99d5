"""The experts page: who takes what, against chance.

draw(view)          the map of the selected layer, and the words and headlines behind the picked cell
together(view)      which experts are chosen together, and how much the chosen one tells
debate(view)        four accounts of what experts are, the reader's vote before and after
other_seeds(view)   who is still there when the model is trained from another seed
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from moe_demo.insight.accounts import ACCOUNTS
from moe_demo.insight.held_out import DataGoneError
from moe_demo.insight.run import Run
from moe_demo.releases.seeds import Seeds, SeedsError
from moe_demo.runs.errors import RunError
from moe_demo.ui.experts.data import counted, picture_data
from moe_demo.ui.experts.data_debate import debate_data
from moe_demo.ui.experts.data_lottery import lottery_data
from moe_demo.ui.experts.data_pairs import pairs_data, tells_table
from moe_demo.ui.experts.measured import is_measured, measured
from moe_demo.ui.experts.places import picked_place
from moe_demo.ui.experts.seeds import comparable, live, recorded, twin
from moe_demo.ui.experts.settings import ExpertsSettings, Vote
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import language, t
from moe_demo.ui.kit.page_settings import tidy_name
from moe_demo.ui.kit.picture import event_of, picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.waiting import waiting
from moe_demo.ui.kit.words import plain, routing_note

KEY, PAIRS, DEBATE, LOTTERY, TELLS = (
    "experts",
    "experts.pairs",
    "experts.debate",
    "experts.lottery",
    "experts.tells",
)
NO_NAME, SKIP = "experts.no_name", "experts.skip"
MAX_NAMES = 16


def draw(view: View) -> bool:
    """The map; False where its headlines are not at hand, which is said."""
    try:
        _ready(view.run)
    except DataGoneError as error:
        st.info(t("experts.data_gone", source=plain(error.source)))
        return False

    def go() -> None:
        if clicked := event_of(KEY, "go"):
            _act(view, clicked)

    picture("experts/picture", data=picture_data(view), key=KEY, on_go_change=go)
    if st.session_state.pop(NO_NAME, False):
        st.warning(t("experts.no_name"))
    explained(counted(view.run) + t("experts.note", n=len(view.run.labels)))
    if note := routing_note(view.run.config.model):
        st.caption(note)
    return True


def _ready(run: Run) -> None:
    """Measure what is not in memory yet; a bar says how far it is."""
    with waiting(t("experts.measuring"), when=not is_measured(run)) as tell:
        measured(run, tell)


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
    if view.run.config.model.top_k > 1:
        explained(t("experts.pairs_caption"))
    data = pairs_data(view.run, view.selection.layer, language())
    if data is None:
        st.info(t("experts.no_pairs"))
    else:
        picture("experts/pairs", data=data, key=PAIRS)
    st.subheader(t("experts.tells_title"), anchor=False)
    explained(t("experts.tells_caption"))
    picture("kit/number_table", data=tells_table(view.run), key=TELLS)


def debate(view: View) -> None:
    """A vote first, or none; then the four accounts in numbers, and a vote again."""
    asked = view.selection.of(ExpertsSettings)
    st.header(t("experts.debate_title"), anchor="accounts")
    explained(t("experts.debate_caption"))
    st.markdown(
        "\n".join(
            f"- **{t(f'experts.accounts.{account}')}**{t('common.colon')}{t(f'experts.account_short.{account}')}"
            for account in ACCOUNTS
        )
    )
    _vote("believe", t("experts.debate_ask"), asked.believe)
    if asked.believe == "none":
        st.button(t("experts.debate_skip"), key=SKIP, on_click=_believe_nothing)
        return
    with waiting(t("experts.measuring_accounts")):
        trainings = [live(view.run)]
    try:
        seeds = comparable(view.run)
        trainings += recorded(seeds)
    except (SeedsError, RunError) as error:
        st.info(sentence(error))
    else:
        st.caption(_provenance(seeds))
    picture("experts/debate", data=debate_data(view, trainings, picked_place(view).expert), key=DEBATE)
    _vote("now", t("experts.debate_again"), asked.now)
    if asked.now != "none":
        words = {
            name: t(f"experts.accounts.{vote}")
            for name, vote in (("before", asked.believe), ("after", asked.now))
        }
        st.markdown(t("experts.debate_votes", **words))


def other_seeds(view: View) -> None:
    """Each expert's partner in trainings from other seeds, and in the run beside, where there is one."""
    st.header(t("experts.lottery_title"), anchor="seeds")
    explained(t("experts.lottery_caption"))
    try:
        data = lottery_data(view.run, view.selection.layer, twin(view))
    except (SeedsError, RunError) as error:
        st.info(sentence(error))
        return
    picture("experts/lottery", data=data, key=LOTTERY)


def _vote(name: str, question: str, vote: Vote) -> None:
    """One question; the answer stands in the address."""
    key = f"experts.{name}"
    st.session_state[key] = None if vote in ("none", "skip") else vote

    def voted() -> None:
        selection.update(ExpertsSettings, **{name: st.session_state[key] or "none"})

    st.radio(
        question,
        (*ACCOUNTS, "unsure"),
        index=None,
        key=key,
        horizontal=True,
        on_change=voted,
        format_func=lambda account: t(f"experts.accounts.{account}"),
    )


def _believe_nothing() -> None:
    selection.update(ExpertsSettings, believe="skip")


def _provenance(seeds: Seeds) -> str:
    """Where the recorded trainings come from."""
    comma = t("common.comma")
    return t(
        "experts.seeds_from",
        seeds=comma.join(str(one.seed) for one in seeds.runs),
        made=seeds.made[:10],
        command=seeds.command,
        seconds=comma.join(f"{one.seconds:.0f}" for one in seeds.runs),
        accuracy=comma.join(f"{one.accuracy:.1%}" for one in seeds.runs),
    )

"""The inference guarantee on the nodes page: which words lose an expert under a capacity, and what that costs."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from moe_demo.config import CapacityOver, DropBy
from moe_demo.insight.dropping import LostWord, frame, lost_words
from moe_demo.insight.held_out import DataGoneError
from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Switches
from moe_demo.insight.whatif import Effect, WhatIf, whatif
from moe_demo.ui.kit import redraw, selection
from moe_demo.ui.kit.choice import choice
from moe_demo.ui.kit.folded_table import folded_table
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import labels, t
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.waiting import waiting
from moe_demo.ui.kit.words import class_word, expert_names, layer_name, layer_title, plain
from moe_demo.ui.nodes.measured import every_factor
from moe_demo.ui.nodes.settings import FACTORS, NodesSettings

FACTOR, MEASURE, LOST = "nodes.factor", "nodes.measure", "nodes.lost"
DROPLESS = 0.0


def draw(view: View) -> None:
    """The capacity, the words of the sentence, and all held-out headlines once a reader asks."""
    asked = view.selection.of(NodesSettings)
    st.header(t("nodes.guarantee_title"), anchor="guarantee")
    explained(t("nodes.guarantee_caption"))
    _controls(asked)
    answer = _answered(view.run, view.trace.text, asked.capped)
    lost = lost_words(answer)
    for layer in answer.after.layers:
        st.markdown(_line(answer, layer.layer, [one for one in lost if one.layer == layer.layer]))
    st.markdown(_said(answer, lost, asked))
    folded_table(t("nodes.lost_table"), LOST, lambda: _table(lost), t("nodes.lost_table"))
    _on_all(view)


def _controls(asked: NodesSettings) -> None:
    st.session_state[FACTOR] = asked.factor or DROPLESS
    places = st.columns(3, vertical_alignment="bottom", gap="medium")

    def moved() -> None:
        selection.update(NodesSettings, factor=st.session_state[FACTOR] or None)

    def by(value: str) -> None:
        selection.update(NodesSettings, dropby=value)

    def over(value: str) -> None:
        selection.update(NodesSettings, over=value)

    with places[0]:
        st.select_slider(
            t("nodes.factor"),
            (DROPLESS, *FACTORS),
            key=FACTOR,
            on_change=moved,
            format_func=lambda value: f"{value:g}" if value else t("nodes.dropless"),
            help=t("nodes.factor_hint"),
        )
    with places[1]:
        choice(t("nodes.dropby"), labels("nodes.by"), asked.dropby, "nodes.dropby", by, keep=False)
    with places[2]:
        choice(t("nodes.over"), labels("nodes.shares"), asked.over, "nodes.over", over, keep=False)


def _line(answer: WhatIf, layer: int, lost: list[LostWord]) -> str:
    """One layer's words; struck through is one that all its experts drop, others say how many they lost."""
    by_token = {one.token: one for one in lost}
    words = []
    for token, word in enumerate(answer.before.tokens):
        one, shown = by_token.get(token), plain(word)
        if one is None:
            words.append(shown)
        else:
            words.append(
                f"~~{shown}~~" + (f" :small[{t('nodes.less', n=len(one.dropped_by))}]" if one.kept_by else "")
            )
    return f"**{layer_title(layer)}**\u2003" + "\u2002".join(words)


def _said(answer: WhatIf, lost: tuple[LostWord, ...], asked: NodesSettings) -> str:
    if asked.factor is None:
        routed = answer.before.layers[0].topk_idx_TK
        return t("nodes.dropless_says", words=len(routed), k=routed.shape[1], sum=routed.size)
    before, after = answer.before, answer.after
    return t(
        "nodes.lost_says" if lost else "nodes.lost_none",
        n=len({one.token for one in lost}),
        words=len(before.tokens),
        label=class_word(before.label),
        other=class_word(after.label),
        p=before.probabilities[before.label],
        q=after.probabilities[after.label],
    )


def _table(lost: tuple[LostWord, ...]) -> pd.DataFrame:
    words = labels("nodes.lost")
    rows = [
        (layer_name(one.layer), one.word, expert_names(one.dropped_by), expert_names(one.kept_by))
        for one in lost
    ]
    return pd.DataFrame(rows, columns=[words[name] for name in ("layer", "word", "dropped", "kept")])


@st.fragment
def _on_all(view: View) -> None:
    redraw.if_asked()
    if not st.toggle(t("nodes.measure"), key=MEASURE):
        return
    asked = view.selection.of(NodesSettings)
    try:
        with waiting(t("nodes.measuring")):
            rows = frame(_policies(view.run, asked.dropby, asked.over))
    except DataGoneError as error:
        st.info(t("nodes.data_gone", source=plain(error.source)))
        return
    words = labels("nodes.factors")
    shares = ["dropped", "losing", "silent", "accuracy", "difference", "low", "high"]
    rows[shares] = rows[shares].map("{:.2%}".format)
    rows[["max_vio", "max_vio_kept"]] = rows[["max_vio", "max_vio_kept"]].map("{:.3f}".format)
    st.dataframe(
        rows[list(words)].rename(columns=words),
        hide_index=True,
        key="nodes.factors",
        alt=t("nodes.factors_label"),
    )
    explained(t("nodes.factors_caption", n=int(rows["n"].iloc[0])))


def _policies(run: Run, by: DropBy, over: CapacityOver) -> dict[Switches, Effect]:
    return every_factor(run, NodesSettings(dropby=by, over=over))


@kept_with_run(256)
def _answered(run: Run, text: str, switches: Switches) -> WhatIf:
    return whatif(run, text, switches)

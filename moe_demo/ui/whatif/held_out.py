"""The what-if page on all held-out headlines: the present changes, and every expert off by itself.

Both are answered once for all readers, kept by run and checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from moe_demo.figures.ablations import ablation_map, marked
from moe_demo.insight.held_out import DataGoneError
from moe_demo.insight.kept import RunCache
from moe_demo.insight.predictions import fall_of
from moe_demo.insight.switches import Seat, WhatIfError
from moe_demo.insight.whatif import Effect, ablation_frame, ablations
from moe_demo.ui.kit import redraw, selection
from moe_demo.ui.kit.chart import chart, drawn
from moe_demo.ui.kit.data import Drawn
from moe_demo.ui.kit.effects import effect_of, headlines_of
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import LANGUAGES, labels, language, t
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.waiting import waiting
from moe_demo.ui.kit.words import expert_name, layer_name, plain
from moe_demo.ui.whatif import clicks, paper, predict
from moe_demo.ui.whatif.data import claim
from moe_demo.ui.whatif.page import answered
from moe_demo.ui.whatif.settings import WhatIfSettings

MEASURE, EVERY = "whatif.measure", "whatif.every"


@st.fragment
def draw(view: View) -> None:
    """What takes seconds, each once a reader asks.

    All of it is one fragment: a click in one ends the run of another, which then would stay half drawn.
    """
    redraw.if_asked()
    _of_the_changes(view)
    paper.draw(view.run, partial(effect_of, view.run))


def _of_the_changes(view: View) -> None:
    st.header(t("whatif.held_out_title"), anchor="held-out")
    explained(t("whatif.held_out_caption"))
    _on_asking(t("whatif.measure"), MEASURE, partial(_measured, view))
    _on_asking(t("whatif.every"), EVERY, partial(_every_expert, view))


def _on_asking(question: str, key: str, answer: Callable[[], None]) -> None:
    """A switch and what it asks for, in a place of their own.

    So the answer to one switch moves no other among the elements of the page: Streamlit would draw that one anew, and
    a key that is down on it just then would be lost.
    """
    with st.container():
        try:
            if st.toggle(question, key=key):
                answer()
        except DataGoneError as error:
            st.info(t("whatif.data_gone", source=plain(error.source)))
        except WhatIfError as error:
            st.warning(sentence(error))


def _measured(view: View) -> None:
    run, asked = view.run, view.selection.of(WhatIfSettings)
    switches = asked.switches(run.config.model.n_routed)
    switches.check(run.config.model)
    with waiting(t("whatif.measuring")):
        found = effect_of(run, switches)
    if asked.predict and switches.anything and asked.fall is None:
        predict.ask("fall", (run.run_id, run.step, switches), fall_of(found))
        return
    with st.container(key="whatif-effect"):
        st.markdown(_said(found))
    if asked.predict and asked.fall is not None:
        st.markdown(plain(predict.line("fall", asked.fall, fall_of(found))))


def _said(found: Effect) -> str:
    low, high = found.interval
    return t(
        "whatif.effect" if low > 0 or high < 0 else "whatif.effect_unsure",
        n=found.n,
        before=found.accuracy_before,
        after=found.accuracy_after,
        difference=found.difference,
        low=low,
        high=high,
        flipped=found.n_flipped,
    )


def _every_expert(view: View) -> None:
    run = view.run
    asked = view.selection.of(WhatIfSettings)
    with waiting(t("whatif.ablating")) as tell:
        found = _ablated.get(
            run, "", lambda: ablations(run, headlines_of(run), tell=tell, measure=partial(effect_of, run))
        )
    kept = _shown.get(run, language(), lambda: _charted(found))
    off = set(asked.switches(run.config.model.n_routed).off)

    def pick(point: list[int]) -> None:
        click = {"layer": point[0], "expert": point[1]}
        selection.update(WhatIfSettings, **clicks.changes(replace(asked, act="off"), click, token=0))
        redraw.ask()  # the sentence above shows it

    chart(marked(kept[0], off), key="whatif.map", label=t("whatif.map_label"), on_pick=pick)
    if off and not (asked.predict and asked.verdict is None):
        found_here = answered(run, view.trace.text, asked.switches(run.config.model.n_routed))
        st.markdown(t("whatif.map_sentence", claim=plain(claim(view, found_here))))
    explained(t("whatif.map_caption"))
    with st.expander(t("whatif.words.table")):
        st.dataframe(kept[1], hide_index=True, key="whatif.map_table", alt=t("whatif.map_label"))


def _charted(found: dict[Seat, Effect]) -> tuple[Drawn, pd.DataFrame]:
    """The chart, and the same numbers as a table in the reader's words."""
    frame, words = ablation_frame(found), labels("whatif.map_table")
    frame["layer"] = frame["layer"].map(layer_name)
    frame["expert"] = frame["expert"].map(expert_name)
    shares = ["accuracy", "difference", "low", "high"]
    frame[shares] = frame[shares].map("{:.2%}".format)
    frame[["load", "loss"]] = frame[["load", "loss"]].map("{:.3f}".format)
    return drawn(ablation_map(found, labels("whatif.map"))), frame[list(words)].rename(columns=words)


_ablated: RunCache[dict[Seat, Effect]] = RunCache()
_shown: RunCache[tuple[Drawn, pd.DataFrame]] = RunCache(len(LANGUAGES))

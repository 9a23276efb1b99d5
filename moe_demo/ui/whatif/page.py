"""The what-if page: the switchboard with one sentence's answer, and what it does to all held-out headlines.

draw(view)          seats, answer before and after, and which words go elsewhere
held_out(view)      accuracy with and without, with its interval; and every expert off by itself
"""

from __future__ import annotations

from functools import lru_cache

import streamlit as st
import torch

from moe_demo.figures.ablations import ablation_map
from moe_demo.insight.held_out import DataGoneError, split_of_run
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Seat, Switches, WhatIfError
from moe_demo.insight.whatif import Effect, Headlines, WhatIf, ablations, answers, effect, whatif
from moe_demo.training.evaluation import encode_all
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.bounded import BoundedCache
from moe_demo.ui.kit.chart import chart, drawn
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.i18n import labels, t
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import plain
from moe_demo.ui.whatif import controls
from moe_demo.ui.whatif.data import picture_data
from moe_demo.ui.whatif.settings import Numbers, WhatIfSettings

KEY, MEASURE, EVERY = "whatif", "whatif.measure", "whatif.every"
_KEPT = 256


def draw(view: View) -> None:
    """Controls and picture; what cannot be asked is said in one sentence, and the trained model stays on show."""
    controls.draw(view)
    asked = view.selection.of(WhatIfSettings).switches()
    try:
        found = _answered(view.run, view.trace.text, asked)
    except WhatIfError as error:
        st.warning(sentence(error))
        found = _answered(view.run, view.trace.text, Switches())

    def go() -> None:
        if (clicked := st.session_state[KEY].flip) is not None:
            _flip(view.selection.of(WhatIfSettings), clicked)

    picture("whatif/picture", data=picture_data(view, found), key=KEY, on_flip_change=go)


def _flip(asked: WhatIfSettings, clicked: dict[str, int | str]) -> None:
    """A click on a seat, on a shared expert, on one of the two meanings of a click, or a forced word taken back."""
    if "act" in clicked:
        selection.update(WhatIfSettings, act=clicked["act"])
    elif "expert" in clicked:
        place = (int(clicked["layer"]), int(clicked["expert"]))
        wanted = "off" if asked.act == "off" else "mute"
        is_on = place not in asked.off and place not in asked.mute
        without = {name: _without(getattr(asked, name), place) for name in ("off", "mute")}
        if is_on:
            without[wanted] = (*without[wanted], place)
        selection.update(WhatIfSettings, **without)
    else:
        layer = (int(clicked["layer"]),)
        is_off = layer in asked.shared
        selection.update(
            WhatIfSettings, shared=_without(asked.shared, layer) if is_off else (*asked.shared, layer)
        )


def _without(places: Numbers, place: tuple[int, ...]) -> Numbers:
    return tuple(other for other in places if other != place)


@lru_cache(maxsize=_KEPT)
def _answered(run: Run, text: str, switches: Switches) -> WhatIf:
    return whatif(run, text, switches)


# -- on many headlines -------------------------------------------------------------------------------------------


@st.fragment
def held_out(view: View) -> None:
    """Two questions for all held-out headlines; both are answered once for all readers."""
    st.header(t("whatif.held_out_title"), anchor="held-out")
    st.caption(t("whatif.held_out_caption"))
    try:
        if st.toggle(t("whatif.measure"), key=MEASURE):
            _measured(view.run, view.selection.of(WhatIfSettings).switches())
        if st.toggle(t("whatif.every"), key=EVERY):
            _every_expert(view.run)
    except DataGoneError as error:
        st.info(t("whatif.data_gone", source=plain(error.source)))


def _measured(run: Run, switches: Switches) -> None:
    try:
        with st.spinner(t("whatif.measuring")):
            found = _effect(run, switches)
    except WhatIfError as error:
        st.warning(sentence(error))
        return
    low, high = found.interval
    st.markdown(
        t(
            "whatif.effect" if low > 0 or high < 0 else "whatif.effect_unsure",
            n=found.n,
            before=found.accuracy_before,
            after=found.accuracy_after,
            difference=found.difference,
            low=low,
            high=high,
            flipped=found.n_flipped,
        )
    )


def _every_expert(run: Run) -> None:
    bar = st.progress(0.0, t("whatif.ablating"))

    def tell(done: int, of: int) -> None:
        bar.progress(done / of, t("whatif.ablating"))

    found = _ablated.get(run, lambda: ablations(run, _headlines(run), tell=tell))
    bar.empty()
    figure = drawn(ablation_map(found, labels("whatif.map")))
    chart(figure, key="whatif.map", label=t("whatif.map_label"))
    st.caption(t("whatif.map_caption"))


_ablated: BoundedCache[dict[Seat, Effect]] = BoundedCache(32, lambda _: 1)  # one a checkpoint


@lru_cache(maxsize=16)
def _headlines(run: Run) -> Headlines:
    corpus = split_of_run(run.store).held_out
    return Headlines(
        texts=tuple(encode_all(corpus, run.encoder)), label_ids_B=torch.from_numpy(corpus.label_ids)
    )


@lru_cache(maxsize=_KEPT)
def _effect(run: Run, switches: Switches) -> Effect:
    headlines = _headlines(run)
    return effect(run, headlines, switches, answers(run, headlines))

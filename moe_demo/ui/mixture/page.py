"""The mixture page's pictures: a word's pieces with what they cause, and size against effect.

draw(view)              the pieces of the selected word, or of all words, in the selected layer
toward_classes(view)    what they bring to each class, step by step
gate_and_cause(view)    every (word, expert) of the sentence; and over many headlines, once somebody asks
"""

from __future__ import annotations

import streamlit as st

from moe_demo.insight.gate_cause import Agreement, Correlation, agreement, unheard_gate
from moe_demo.insight.held_out import DataGoneError, split_of_run
from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.run import Run
from moe_demo.releases.gate_effects import N_HEADLINES, recorded_agreement
from moe_demo.ui.frame import navigation
from moe_demo.ui.kit import gate_cause, selection
from moe_demo.ui.kit.data_scatter import pieces_here
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.picture import event_of, picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.waiting import waiting
from moe_demo.ui.kit.words import expert_name, layer_name, plain
from moe_demo.ui.mixture.data import picture_data
from moe_demo.ui.mixture.data_waterfall import waterfall_data
from moe_demo.ui.mixture.settings import MixtureSettings

KEY, SCATTER, MANY = "mixture", "mixture.scatter", "mixture.many"


def draw(view: View) -> None:
    """The picture; a click picks a word, a layer, or the whole sentence."""

    def go() -> None:
        picked = event_of(KEY, "go")
        if picked:
            selection.update(MixtureSettings, **picked)

    picture("mixture/picture", data=picture_data(view), key=KEY, on_go_change=go)


def toward_classes(view: View) -> None:
    """The waterfall toward each class, for the word or the sentence."""
    st.header(t("mixture.waterfall.title"), anchor="waterfall")
    picture("mixture/waterfall", data=waterfall_data(view), key="mixture.waterfall")


def gate_and_cause(view: View) -> None:
    """Size against effect in this sentence; and over many headlines."""
    gate_cause.draw(view, SCATTER, t("mixture.scatter_caption"))
    _over_many(view.run)


def clearest(view: View) -> None:
    """A link to the word of this sentence whose largest gate does least, where there is one."""
    found = unheard_gate(pieces_here(view.run, view.trace.text))
    if found is None:
        return
    said = t(
        "mixture.clearest",
        word=plain(view.trace.tokens[found.loud.token]),
        layer=layer_name(found.layer),
        loud=expert_name(found.loud.expert),
        most=expert_name(found.most.expert),
    )
    place = {"token": found.loud.token, "layer": found.layer, "expert": None}
    navigation.link("mixture", view.selection, said, of="word", **place)


@st.fragment
def _over_many(run: Run) -> None:
    """The same over many headlines. What is not recorded takes seconds the first time, so a reader asks for it."""
    found = recorded_agreement(run)
    if found is None:
        n_headlines = min(N_HEADLINES, run.store.data().n_held_out)
        if not st.toggle(t("mixture.many", n=n_headlines), key=MANY):
            return
        try:
            with waiting(t("mixture.measuring", n=n_headlines)):
                found = _agreement(run)
        except DataGoneError as error:
            st.info(t("mixture.data_gone", source=plain(error.source)))
            return
    else:
        st.markdown(t("mixture.many_recorded", n=found[0].n_headlines))
    for layer in found:
        st.markdown(
            t(
                "mixture.agreement",
                layer=layer_name(layer.layer),
                pieces=layer.n_pieces,
                gate=_said(layer.of_gate),
                norm=_said(layer.of_norm),
            )
            + t(f"mixture.agreement_{'length' if layer.of_norm.low > layer.of_gate.high else 'alike'}")
        )
    explained(t("mixture.agreement_caption", n=found[0].n_headlines))


@kept_with_run()
def _agreement(run: Run) -> tuple[Agreement, ...]:
    return agreement(run, split_of_run(run.store).held_out.texts[:N_HEADLINES])


def _said(found: Correlation) -> str:
    return t("mixture.correlation", value=found.value, low=found.low, high=found.high)

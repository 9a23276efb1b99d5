"""Predict first: the question before the answer, and how the visitor has done in this session."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

from moe_demo.insight.predictions import FALL_FROM, FALLS, VERDICTS, Prediction, score
from moe_demo.ui.kit import redraw, selection
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.whatif.settings import WhatIfSettings

KEPT = "whatif.predictions"
ANSWERS = {"verdict": VERDICTS, "fall": FALLS}


def ask(kind: str, question: Hashable, came: str) -> None:
    """The answers to choose from as buttons; one that is pressed stands in the address, and is kept for the score.

    Of a question that is asked again only the first answer counts: `came` has been seen by then.
    """

    def answered(said: str) -> None:
        predictions = st.session_state.setdefault(KEPT, {})
        predictions.setdefault(
            (kind, question), Prediction(said=said, came=came, n_answers=len(ANSWERS[kind]))
        )
        selection.update(WhatIfSettings, **{kind: said})
        redraw.ask()  # a fragment still holds the settings of before

    st.markdown(f"**{t(f'whatif.predict.{kind}')}**")
    with st.container(horizontal=True, key=f"whatif.ask.{kind}"):
        for said in ANSWERS[kind]:
            st.button(answer_word(kind, said), key=f"whatif.{kind}.{said}", on_click=answered, args=(said,))


def answer_word(kind: str, said: str) -> str:
    """An answer in the reader's language."""
    edges = dict(zip(("low", "middle", "high"), (100 * edge for edge in FALL_FROM), strict=True))
    return t(f"whatif.predict.{kind}_{said}", **edges)


def line(kind: str, said: str, came: str) -> str:
    """What was said beside what came, and the score of this session; as plain text."""
    outcome = t("whatif.predict.right" if said == came else "whatif.predict.wrong")
    told = t(
        "whatif.predict.told", said=answer_word(kind, said), came=answer_word(kind, came), outcome=outcome
    )
    predictions = list(st.session_state.get(KEPT, {}).values())
    if not predictions:
        return told  # the answer came with a link
    found = score(predictions)
    return told + t(
        "whatif.predict.score",
        n=found.n,
        right=found.n_right,
        chance=found.by_chance,
        luck=found.chance_of_as_many,
        one=found.by_one_answer,
    )

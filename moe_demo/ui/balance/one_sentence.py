"""One headline under the sequence-wise loss: too little, right, too much, each from a training that was recorded."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from moe_demo.releases.sentence_balance import SentenceBalance, read_sentence_balance
from moe_demo.runs.files import RunError
from moe_demo.ui.balance.data_sentence import claim, sentence_data
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.gloss import of_sentence
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.picture import picture


@lru_cache(maxsize=1)
def recording() -> SentenceBalance:
    """The recording that ships with the app. Raises RunError where it cannot be read."""
    return read_sentence_balance()


def draw() -> None:
    """The section."""
    try:
        found = recording()
    except RunError as error:
        st.error(t("balance.broken", reason=sentence(error)))
        return
    st.header(t("balance.sentence.title"), anchor="sentence")
    st.markdown(claim(found))
    picture("balance/sentence", data=sentence_data(found), key="balance.sentence")
    gloss = of_sentence(found.text)
    shown = {"text": found.text, "gloss": f" ({gloss})" if gloss else ""}
    st.caption(t("balance.sentence.caption", seed=found.seed, **shown))

"""The proof of one expert's gate: the formulas with this word's numbers, the dot product, and NumPy to repeat it."""

from __future__ import annotations

import streamlit as st

from moe_demo.insight.interventions import Rerouted
from moe_demo.insight.lineage import NumberKey
from moe_demo.ui.frame import navigation
from moe_demo.ui.kit.data import dot_product_data
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.lineage import inline
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import expert_name, plain
from moe_demo.ui.router.data_proof import formulas
from moe_demo.ui.router.numbers import offered


def proof(view: View, shown: Rerouted) -> None:
    """For the selected expert, or the best one where none is selected."""
    path, chosen = shown.path, view.selection.expert
    step = path.experts[path.order[0] if chosen is None else chosen]
    offer = offered(view, shown)
    dot = offer.lineage(NumberKey("logit")).dot
    assert dot is not None
    word = view.trace.tokens[path.token]
    st.header(t("router.proof.title", word=plain(word), expert=expert_name(step.expert)), anchor="proof")
    if chosen is None:
        st.caption(t("router.proof.unselected"))
    left, right = st.columns(2, gap="large")
    with left:
        for line in formulas(path, step):
            st.latex(line)
    with right:
        st.caption(t("router.proof.dot", n=len(dot.terms) + dot.n_rest, shown=len(dot.terms)))
        picture("kit/dot_product", data=dot_product_data(dot), key="dot")
    inline(offer, NumberKey("gate"))
    place = {"token": path.token, "layer": path.layer}
    navigation.link("mixture", view.selection, t("router.proof.onward", word=plain(word)), **place)

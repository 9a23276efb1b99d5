"""The proof of one expert's gate: the formulas with this word's numbers, the dot product, and NumPy to repeat it."""

from __future__ import annotations

import streamlit as st

from moe_demo.insight.interventions import Rerouted
from moe_demo.insight.lineage import logit_lineage, numpy_snippet, router_directions
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import expert_name, plain
from moe_demo.ui.router.data_proof import dot_product_data, formulas

N_TERMS = 8


def proof(view: View, shown: Rerouted) -> None:
    """For the selected expert, or the best one where none is selected."""
    path, chosen = shown.path, view.selection.expert
    step = path.experts[path.order[0] if chosen is None else chosen]
    directions_ED = router_directions(view.run, path.layer)
    lineage = logit_lineage(shown.layer, directions_ED, path.token, step.expert, N_TERMS)
    word = view.trace.tokens[path.token]
    st.header(t("router.proof.title", word=plain(word), expert=expert_name(step.expert)), anchor="proof")
    if chosen is None:
        st.caption(t("router.proof.unselected"))
    left, right = st.columns(2, gap="large")
    with left:
        for line in formulas(path, step):
            st.latex(line)
    with right:
        st.caption(t("router.proof.dot", n=len(lineage.x_D), shown=len(lineage.terms)))
        picture("router/dot_product", data=dot_product_data(lineage), key="dot")
    with st.expander(t("router.proof.numpy")):
        st.code(numpy_snippet(lineage, path), language="python", wrap_lines=True)

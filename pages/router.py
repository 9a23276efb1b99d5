"""Router: why these experts? One word's way from logits to gates, under a rule that can be changed."""

import streamlit as st

from moe_demo.model.router import affinity, choose, gate_values, leave_out_groups, score_groups
from moe_demo.ui.kit import redraw, views
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.lineage import show_lineage
from moe_demo.ui.kit.source import show_source
from moe_demo.ui.kit.words import layer_name
from moe_demo.ui.router import controls as router_controls
from moe_demo.ui.router import generations
from moe_demo.ui.router.numbers import offered
from moe_demo.ui.router.page import score_map, score_path
from moe_demo.ui.router.proof import proof
from moe_demo.ui.router.settings import RouterSettings


@st.fragment
def panel() -> None:
    """Controls, path, proof and map: redrawn together, without the rest of the page."""
    redraw.if_asked()
    view = views.view(RouterSettings)
    asked = router_controls.read(view)
    shown = router_controls.rerouted(view, asked)
    router_controls.draw(view, asked)
    if refused := router_controls.refusal(view, asked):
        st.warning(refused)
    score_path(view, shown, asked)
    proof(view, shown)
    st.header(t("router.map_title", layer=layer_name(asked.layer)), anchor="map")
    is_by_hash = shown.layer.hash_order_TE is not None
    explained(t("router.hash.map_caption" if is_by_hash else "router.map_caption"))
    score_map(view, shown, asked)
    show_lineage(offered(view, shown), view.selection)


with st.container(key="router-title", horizontal=True, vertical_alignment="bottom"):
    st.title(t("router.title"), anchor=False, width="content")
    explained(t("router.caption"), width="content")
panel()
generations.draw(views.view(RouterSettings))
show_source(affinity, score_groups, leave_out_groups, choose, gate_values)

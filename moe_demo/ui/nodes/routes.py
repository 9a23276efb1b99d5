"""Traffic of the file of routes that is open in this visit, on as many nodes as are picked; nothing where none is."""

from __future__ import annotations

import streamlit as st

from moe_demo.insight.node_traffic import nodes_for
from moe_demo.ui.frame import navigation
from moe_demo.ui.kit import opened_routes, routes_parts
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.views import View

KEY = "nodes.routes"


@st.fragment
def draw(view: View) -> None:
    """Below our own board, at first on as many nodes, and named as what it is."""
    found = opened_routes.opened()
    if found is None:
        return
    routes_parts.heading(t("routes.title_traffic"), found, KEY)
    with st.container(horizontal=True):
        layer = routes_parts.layer_field(found, KEY)
        nodes = routes_parts.nodes_field(found, KEY, nodes_for(view.run.config.model))
    routes_parts.traffic(opened_routes.layer_of(found, layer, nodes), nodes)
    routes_parts.reached(found, layer, nodes, KEY)
    navigation.link("workbench", view.selection, t("routes.to_workbench"))

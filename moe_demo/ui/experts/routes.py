"""Load and co-activation of the file of routes that is open in this visit; nothing where none is."""

from __future__ import annotations

import streamlit as st

from moe_demo.ui.frame import navigation
from moe_demo.ui.kit import opened_routes, routes_parts
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.views import View

KEY = "experts.routes"
_NODES = 1
"""Load and pairs are the same on any number of nodes."""


@st.fragment
def draw(view: View) -> None:
    """Below our own map, and named as what it is."""
    found = opened_routes.opened()
    if found is None:
        return
    routes_parts.heading(t("routes.title_load"), found, KEY)
    routes_parts.load_map(found, KEY)
    layer = routes_parts.layer_field(found, KEY)
    counted = opened_routes.layer_of(found, layer, _NODES)
    routes_parts.load_of_layer(counted)
    routes_parts.pairs(counted, KEY)
    navigation.link("workbench", view.selection, t("routes.to_workbench"))

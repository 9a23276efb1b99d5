"""Nodes: what if experts live on many machines?"""

import streamlit as st

from moe_demo.cluster.expert_parallel import ParallelExperts
from moe_demo.cluster.placement import balanced_packs, place, replicated
from moe_demo.cluster.serving import serve
from moe_demo.cluster.traffic import traffic
from moe_demo.model.change import Capacity
from moe_demo.ui.kit import views
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.lineage import show_lineage
from moe_demo.ui.kit.source import show_source
from moe_demo.ui.nodes import guarantee, parallel, placement, routes
from moe_demo.ui.nodes import page as nodes_page
from moe_demo.ui.nodes.numbers import offered
from moe_demo.ui.nodes.settings import NodesSettings

view = views.view(NodesSettings)
with st.container(key="nodes-title", horizontal=True, vertical_alignment="bottom"):
    st.title(t("nodes.title"), anchor=False, width="content")
    explained(t("nodes.caption"), width="content")
for part in (nodes_page.draw, routes.draw, nodes_page.on_all, guarantee.draw, placement.draw, parallel.draw):
    with st.container():  # what one part says more or less does not move the others
        part(view)
show_lineage(offered(view), view.selection)
show_source(traffic, Capacity, place, balanced_packs, replicated, serve, ParallelExperts.forward)

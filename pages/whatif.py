"""What if: switch experts off, silence or cap them, and see what it does."""

import streamlit as st

from moe_demo.insight.bootstrap import paired_interval
from moe_demo.insight.paper_interventions import paper_interventions
from moe_demo.insight.random_seats import random_seats
from moe_demo.insight.routing_diff import routing_diff
from moe_demo.insight.switches import Switches
from moe_demo.model.change import LayerChange
from moe_demo.ui.kit import views
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.lineage import show_lineage
from moe_demo.ui.kit.source import show_source
from moe_demo.ui.kit.words import routing_note
from moe_demo.ui.whatif import held_out, pairs
from moe_demo.ui.whatif import page as whatif_page
from moe_demo.ui.whatif.numbers import offered
from moe_demo.ui.whatif.settings import WhatIfSettings

view = views.view(WhatIfSettings)
with st.container(key="whatif-title", horizontal=True, vertical_alignment="bottom"):
    st.title(t("whatif.title"), anchor=False, width="content")
    st.caption(t("whatif.caption"), width="content")
if note := routing_note(view.run.config.model):
    st.caption(note + (t("whatif.by_hash") if view.run.config.model.n_hash_layers else ""))
for part in (whatif_page.draw, whatif_page.gates, held_out.draw, pairs.draw):
    with st.container():  # what one part says more or less does not move the others
        part(view)
show_lineage(offered(view), view.selection)
show_source(LayerChange, Switches.changes, random_seats, paired_interval, routing_diff, paper_interventions)

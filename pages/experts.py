"""Experts: who handles what?"""

import streamlit as st

from moe_demo.insight.accounts import figures
from moe_demo.insight.alignment import best_matching
from moe_demo.insight.coactivation import coactivation
from moe_demo.insight.experts import by_class, by_kind
from moe_demo.insight.information import information
from moe_demo.insight.shuffled import shuffles
from moe_demo.ui.experts import page as experts_page
from moe_demo.ui.experts import routes
from moe_demo.ui.experts.numbers import offered
from moe_demo.ui.experts.settings import ExpertsSettings
from moe_demo.ui.kit import views
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.lineage import show_lineage
from moe_demo.ui.kit.source import show_source

view = views.view(ExpertsSettings)
with st.container(key="experts-title", horizontal=True, vertical_alignment="bottom"):
    st.title(t("experts.title"), anchor=False, width="content")
    explained(t("experts.caption"), width="content")
is_measured = experts_page.draw(view)
with st.container():  # a file that is forgotten does not move what stands below
    routes.draw(view)
if is_measured:
    experts_page.together(view)
    experts_page.debate(view)
    experts_page.other_seeds(view)
    show_lineage(offered(view), view.selection)
show_source(by_class, by_kind, shuffles, coactivation, information, figures, best_matching)

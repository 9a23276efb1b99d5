"""Workbench: can I use my own?"""

import streamlit as st

from moe_demo.insight.model_card import model_card
from moe_demo.ui.kit import views
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.source import show_source
from moe_demo.ui.workbench import card, compare, exports, imports, own_data, routes
from moe_demo.ui.workbench import page as workbench_page

view = views.view()
with st.container(key="workbench-title", horizontal=True, vertical_alignment="bottom"):
    st.title(t("workbench.title"), anchor=False, width="content")
    explained(t("workbench.caption"), width="content")
workbench_page.draw(view)
if workbench_page.has_weights(view):
    for part in (compare.draw, card.draw, exports.draw):
        with st.container():  # what one part says more or less does not move the others
            part(view)
own_data.draw()
imports.draw()
routes.draw(view)
show_source(model_card)

"""Start: what happens to one sentence?"""

import streamlit as st

from moe_demo.figures.training import training_curves
from moe_demo.model.moe import MoELayer
from moe_demo.model.router import gate_values, route
from moe_demo.ui import doors, hero, session
from moe_demo.ui.captions import start_caption
from moe_demo.ui.i18n import labels, t
from moe_demo.ui.source import show_source

view = session.view()
doors.draw(view, title=t("start.title"), caption=start_caption(view))
hero.route_flow(view)

st.header(t("start.training_title"), anchor="training")
st.caption(t("start.training_caption"))
st.plotly_chart(
    training_curves(view.run.metrics, view.run.config.model.top_k, labels("start.training")), key="curves"
)
show_source(route, gate_values, MoELayer.forward)

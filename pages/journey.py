"""Journey: what does each stage do?"""

import streamlit as st

from moe_demo.ui.journey import page as journey
from moe_demo.ui.journey.numbers import offered
from moe_demo.ui.journey.settings import JourneySettings
from moe_demo.ui.kit import views
from moe_demo.ui.kit.i18n import prose, t
from moe_demo.ui.kit.lineage import show_lineage
from moe_demo.ui.kit.source import show_source

view = views.view(JourneySettings, "document")
with st.container(key="journey-title", horizontal=True, vertical_alignment="bottom"):
    st.title(t("journey.title"), anchor=False, width="content")
    st.caption(journey.caption(view), width="content")
stage = journey.draw(view)
st.markdown(prose("journey_simplified"))
show_lineage(offered(view), view.selection)
show_source(*journey.code(stage))

"""Journey: what does each stage do?"""

import streamlit as st

from moe_demo.ui import journey, session
from moe_demo.ui.i18n import prose, t
from moe_demo.ui.source import show_source

view = session.view("document")
st.title(t("journey.title"))
stage = journey.draw(view)
st.markdown(prose("journey_simplified"))
show_source(*journey.code(stage))

"""Scale: how does this become DeepSeek-V3, and what came after?"""

import streamlit as st

from moe_demo.published import claims, cost, count
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.source import show_source
from moe_demo.ui.scale import experiments
from moe_demo.ui.scale import page as scale_page
from moe_demo.ui.scale.settings import ScaleSettings

with st.container(key="scale-title", horizontal=True, vertical_alignment="bottom"):
    st.title(t("scale.title"), anchor=False, width="content")
    st.caption(t("scale.caption"), width="content")
asked = selection.current(ScaleSettings).of(ScaleSettings)
scale_page.draw(asked)
scale_page.beside(asked)
scale_page.figures()
scale_page.measured()
experiments.draw()
scale_page.own(asked)
show_source(count, cost, claims)

"""Mixture: what do the chosen experts add?"""

import streamlit as st

from moe_demo.insight.mixture import mixture, removal_effects
from moe_demo.insight.waterfall import waterfall
from moe_demo.model.moe import MoELayer
from moe_demo.ui.kit import views
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.lineage import show_lineage
from moe_demo.ui.kit.source import show_source
from moe_demo.ui.mixture import page as mixture_page
from moe_demo.ui.mixture.numbers import offered
from moe_demo.ui.mixture.settings import MixtureSettings

view = views.view(MixtureSettings)
with st.container(key="mixture-title", horizontal=True, vertical_alignment="bottom"):
    st.title(t("mixture.title"), anchor=False, width="content")
    explained(t("mixture.caption"), width="content")
mixture_page.draw(view)
mixture_page.clearest(view)
mixture_page.toward_classes(view)
mixture_page.gate_and_cause(view)
show_lineage(offered(view), view.selection)
show_source(MoELayer.forward, mixture, waterfall, removal_effects)

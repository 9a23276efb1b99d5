"""Start: what happens to one sentence?"""

from moe_demo.model.moe import MoELayer
from moe_demo.model.router import gate_values, route
from moe_demo.ui import doors, hero, session, training_panel
from moe_demo.ui.captions import start_caption
from moe_demo.ui.i18n import t
from moe_demo.ui.source import show_source

view = session.view()
doors.draw(view, title=t("start.title"), caption=start_caption(view))
hero.route_flow(view)
training_panel.draw(view)
show_source(route, gate_values, MoELayer.forward)

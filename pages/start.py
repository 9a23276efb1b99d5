"""Start: what happens to one sentence?"""

from moe_demo.model.moe import MoELayer
from moe_demo.model.router import gate_values, route
from moe_demo.ui.kit import views
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.lineage import show_lineage
from moe_demo.ui.kit.source import show_source
from moe_demo.ui.start import curves, next_steps, page
from moe_demo.ui.start.captions import start_caption
from moe_demo.ui.start.numbers import offered

view = views.view()
next_steps.draw(view, title=t("start.title"), caption=start_caption(view))
page.draw(view)
curves.draw(view)
show_lineage(offered(view), view.selection)
show_source(route, gate_values, MoELayer.forward)

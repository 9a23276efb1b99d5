"""Training: how did it learn this?"""

from moe_demo.model.balance import max_vio, updated_bias
from moe_demo.training.trainer import Trainer
from moe_demo.ui.kit import views
from moe_demo.ui.kit.lineage import show_lineage
from moe_demo.ui.kit.source import show_source
from moe_demo.ui.training import checkpoint as checkpoint_panel
from moe_demo.ui.training import page as training_page
from moe_demo.ui.training import slow_motion
from moe_demo.ui.training.numbers import offered

view = views.view()
training_page.draw(view)
if training_page.has_weights(view):
    checkpoint_panel.draw(view)
    slow_motion.draw(view)
training_page.own_data_link(view)
if training_page.has_weights(view):
    show_lineage(offered(view, slow_motion.shown(view)), view.selection)
show_source(Trainer.step, updated_bias, max_vio)

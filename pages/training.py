"""Training: how did it learn this?"""

from moe_demo.model.balance import max_vio, updated_bias
from moe_demo.training.trainer import Trainer
from moe_demo.ui import checkpoint_panel, own_data, session, slow_motion, training_page
from moe_demo.ui.source import show_source

view = session.view()
training_page.draw(view)
if training_page.has_weights(view):
    checkpoint_panel.draw(view)
    slow_motion.draw(view)
own_data.draw()
show_source(Trainer.step, updated_bias, max_vio)

"""The picture of the training page: one run's training, or two beside each other, over one axis of steps.

The browser fetches the record itself and goes on doing so while the run trains (`server.live`); Python hears of it only
when the state of the run has changed, or when the reader has chosen a checkpoint.
"""

from __future__ import annotations

from moe_demo.ui.frame import strip
from moe_demo.ui.kit import selection, views
from moe_demo.ui.kit.picture import event_of, picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.training.data import picture_data

KEY = "training.picture"


def training_picture(view: View, state: str) -> None:
    """Loss and accuracy, load and bias of every expert, and the sentence's routes, over the steps."""
    picture(
        "training/picture",
        data=picture_data(view, state, strip.newest_drawn()),
        key=KEY,
        on_step_change=_to_step,
        on_layer_change=_to_layer,
        on_state_change=selection.keep,
    )


def _to_step() -> None:
    step = event_of(KEY, "step")
    if step is None:
        return
    name = selection.current().run
    last = [] if views.is_coming(name) else views.store_of(name).checkpoint_steps()[-1:]
    selection.update(step=None if [int(step)] == last else int(step))  # at its end, a growing run is followed


def _to_layer() -> None:
    layer = event_of(KEY, "layer")
    if layer is not None:
        selection.update(layer=int(layer))

"""The pictures of the router page: one word's way through one router, expert by expert.

score_path(view, shown, asked)      draws it; a click picks an expert, the arrows another word
score_map(view, shown, asked)       all words x all experts of the layer, the chosen ones ringed
"""

from __future__ import annotations

from moe_demo.insight.interventions import Rerouted
from moe_demo.ui.kit import redraw, selection
from moe_demo.ui.kit.picture import event_of, picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.router.controls import Asked
from moe_demo.ui.router.data import RouterMapData, RouterPictureData, map_data, picture_data


def score_path(view: View, shown: Rerouted, asked: Asked) -> None:
    """The path of one word, expert by expert."""
    _mount("router/picture", picture_data(view, shown, asked), key="score")


def score_map(view: View, shown: Rerouted, asked: Asked) -> None:
    """The layer's scores as a map."""
    _mount("router/map", map_data(view, shown, asked), key="map")


def _mount(name: str, data: RouterPictureData | RouterMapData, key: str) -> None:
    def pick() -> None:
        picked = event_of(key, "pick")
        if picked:
            selection.update(**{field: picked[field] for field in ("token", "expert") if field in picked})
            if "token" in picked:
                redraw.ask()  # the sentence strip shows the word too

    picture(name, data=data, key=key, on_pick_change=pick)

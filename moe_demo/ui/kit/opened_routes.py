"""The file of routes that this visit has opened on the workbench, for every page that shows routes.

    opened_routes.keep(OpenedRoutes(...))       until another is opened, or this one forgotten
    found = opened_routes.opened()              None where no file is open
    layer_of(found, 3, n_nodes=8)               its figures: counted once for all who look at the same file

It is state of a visit and stands in no address: a link cannot lead another browser to a file of this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import cast

import streamlit as st

from moe_demo.figures.nodes import nodes_reached
from moe_demo.figures.routes import load_map
from moe_demo.insight.route_figures import LayerFigures, layer_figures, relative_loads
from moe_demo.insight.routes_files import Routes
from moe_demo.ui.kit.bounded import BoundedCache
from moe_demo.ui.kit.chart import drawn
from moe_demo.ui.kit.data import Drawn
from moe_demo.ui.kit.i18n import labels, language

_OPENED, _FORGOTTEN = "routes.opened", "routes.forgotten"
_MAP_BYTES = 20_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class OpenedRoutes:
    """What has been read of one file."""

    file: str
    """Its name in the reader's browser."""
    upload: str
    """Which bringing of a file it came by."""
    content: str
    """Digest of the file, and the number of experts that it was read with."""
    routes: Routes

    @classmethod
    def of(cls, routes: Routes, data: bytes, *, file: str, upload: str) -> OpenedRoutes:
        """The routes read of a file of this name and content."""
        content = f"{sha256(data).hexdigest()} {routes.n_routed}"
        return cls(file=file, upload=upload, content=content, routes=routes)


def opened() -> OpenedRoutes | None:
    """The file that is open in this visit."""
    return cast(OpenedRoutes | None, st.session_state.get(_OPENED))


def keep(found: OpenedRoutes) -> None:
    """Show this file from now on."""
    st.session_state[_OPENED] = found


def forget() -> None:
    """Show none, on any page."""
    st.session_state.pop(_OPENED, None)
    st.session_state[_FORGOTTEN] = times_forgotten() + 1


def times_forgotten() -> int:
    """How often a file has been forgotten: the field for the next is another one, and empty."""
    return int(st.session_state.get(_FORGOTTEN, 0))


def layer_of(found: OpenedRoutes, layer: int, n_nodes: int) -> LayerFigures:
    """Everything of one layer."""
    key = (found.content, layer, n_nodes)
    return _layers.get(key, lambda: layer_figures(found.routes, layer, n_nodes))


def map_of(found: OpenedRoutes) -> Drawn:
    """The load of every layer and expert as a chart."""

    def make() -> Drawn:
        figure = load_map(relative_loads(found.routes), found.routes.top_k, labels("routes.chart"))
        return drawn(figure)

    return _maps.get((found.content, language()), make)


def reached_of(found: OpenedRoutes, layer: int, n_nodes: int) -> Drawn:
    """How many nodes the words of a layer reach, as a chart."""

    def make() -> Drawn:
        counted, words = layer_of(found, layer, n_nodes), labels("routes.reached_chart")
        return drawn(nodes_reached(counted.sent, counted.chance_X, words, has_sums=False))

    return _reached.get((found.content, layer, n_nodes, language()), make)


def _map_bytes(figure: Drawn) -> int:
    [cells] = figure["data"]
    return len(str(cells["z"]))


_layers: BoundedCache[LayerFigures] = BoundedCache(256, lambda _: 1)
_reached: BoundedCache[Drawn] = BoundedCache(256, lambda _: 1)
_maps: BoundedCache[Drawn] = BoundedCache(_MAP_BYTES, _map_bytes)

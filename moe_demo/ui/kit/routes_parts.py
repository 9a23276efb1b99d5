"""The parts that show an opened file of routes, wherever they stand: whose they are, load, co-activation, traffic.

    routes_parts.whose(found, "experts.routes")          with the button that forgets the file
    routes_parts.load_map(found, "experts.routes")
    layer = routes_parts.layer_field(found, "experts.routes")
    routes_parts.pairs(found, layer, "experts.routes")

`key` goes before the keys of the elements. Layer and number of nodes that were picked hold on every page of the visit.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from moe_demo.insight.route_figures import LayerFigures, loads, possible_nodes, relative_loads
from moe_demo.insight.routes_files import Routes
from moe_demo.ui.kit import opened_routes
from moe_demo.ui.kit.chart import chart
from moe_demo.ui.kit.folded_table import folded_table
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import labels, t
from moe_demo.ui.kit.opened_routes import OpenedRoutes
from moe_demo.ui.kit.words import expert_name, layer_name, plain

_PICKED = "routes.picked"


def heading(title: str, found: OpenedRoutes, key: str) -> None:
    """Above what a page shows of the opened file, below what is our own: whose it is."""
    st.header(title, anchor="routes")
    whose(found, key)
    st.caption(t("routes.here"))


def whose(found: OpenedRoutes, key: str) -> None:
    """File, model and size, ours or theirs; and how to be rid of it."""
    routes = found.routes
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            t(
                "routes.found",
                whose=t(f"routes.whose.{'ours' if routes.is_ours else 'theirs'}"),
                file=plain(found.file),
                source=t(f"routes.source.{routes.source}"),
                model=plain(routes.model) or "–",
                sequences=len(routes.lengths_B),
                words=routes.n_tokens,
                layers=routes.n_layers,
                experts=routes.n_routed,
                k=routes.top_k,
            ),
            width="stretch",
        )
        st.button(
            t("routes.forget"),
            key=f"{key}.forget",
            help=t("routes.forget_hint"),
            on_click=opened_routes.forget,
        )


def load_map(found: OpenedRoutes, key: str) -> None:
    """The load of every layer and expert."""
    chart(opened_routes.map_of(found), key=f"{key}.map", label=t("routes.label"))
    folded_table(t("routes.table"), f"{key}.table", lambda: load_table(found.routes), t("routes.label"))


def load_table(routes: Routes) -> pd.DataFrame:
    """The words of every layer and expert, a row each."""
    words = labels("routes.columns")
    load_LE, relative_LE = loads(routes), relative_loads(routes)
    return pd.DataFrame(
        {
            words["layer"]: layer_name(layer),
            words["expert"]: expert_name(expert),
            words["words"]: int(load_LE[layer, expert]),
            words["load"]: float(relative_LE[layer, expert]),
        }
        for layer in range(routes.n_layers)
        for expert in range(routes.n_routed)
    )


def layer_field(found: OpenedRoutes, key: str) -> int:
    """The layer that the reader has picked."""
    layers = list(range(found.routes.n_layers))
    return _field("layer", layers, layers[0], f"{key}.layer", layer_name)


def nodes_field(found: OpenedRoutes, key: str, first: int = 0) -> int:
    """The number of nodes that the reader has picked; before that `first`, where the experts can lie on so many."""
    possible = possible_nodes(found.routes.n_routed)
    return _field("nodes", possible, first if first in possible else possible[0], f"{key}.nodes", str)


def _field(name: str, values: list[int], first: int, key: str, said: Callable[[int], str]) -> int:
    """A field that follows what was picked on any page."""
    picked = st.session_state.get(f"{_PICKED}.{name}")
    st.session_state[key] = picked if picked in values else first

    def pick() -> None:
        st.session_state[f"{_PICKED}.{name}"] = st.session_state[key]

    return st.selectbox(t(f"routes.{name}"), values, key=key, on_change=pick, format_func=said, width=200)


def load_of_layer(found: LayerFigures) -> None:
    """MaxVio and the idle experts of a layer, in words."""
    explained(
        t(
            "routes.load_says",
            layer=layer_name(found.layer),
            vio=found.max_vio,
            floor=found.floor,
            idle=found.idle,
            experts=len(found.load_E),
        )
    )


def pairs(found: LayerFigures, key: str) -> None:
    """The experts that are together more often than by chance."""
    if not found.pairs:
        st.caption(t("routes.no_pairs"))
        return
    words = labels("routes.pairs")
    frame = pd.DataFrame(
        {
            words["pair"]: " + ".join(expert_name(e) for e in pair.experts),
            words["together"]: pair.together,
            words["expected"]: round(pair.expected, 1),
            words["lift"]: round(pair.lift, 2),
        }
        for pair in found.pairs
    )
    st.caption(t("routes.pairs_title"))
    st.dataframe(frame, hide_index=True, key=f"{key}.pairs", alt=t("routes.pairs_alt"))


def traffic(found: LayerFigures, n_nodes: int) -> None:
    """What is sent between nodes, in words."""
    sent = found.sent
    explained(
        t(
            "routes.traffic_says",
            nodes=n_nodes,
            reached=sent.nodes_per_token,
            chance=found.chance_nodes,
            per_expert=sent.copies_per_expert,
            per_node=sent.copies_per_node,
            saved=sent.saved_by_sharing,
        )
    )


def reached(found: OpenedRoutes, layer: int, n_nodes: int, key: str) -> None:
    """How many nodes words reach, as a chart; below it what each node receives."""
    figure = opened_routes.reached_of(found, layer, n_nodes)
    chart(figure, key=f"{key}.reached", label=t("routes.reached_label"))
    sent, words = opened_routes.layer_of(found, layer, n_nodes).sent, labels("routes.copies")
    frame = pd.DataFrame(
        {
            words["node"]: range(n_nodes),
            words["per_node"]: sent.copies_G,
            words["per_expert"]: sent.assignments_G,
            words["share"]: [f"{share:.1%}" for share in sent.copies_share_G],
        }
    )
    st.dataframe(frame, hide_index=True, key=f"{key}.copies", alt=t("routes.copies_alt"))

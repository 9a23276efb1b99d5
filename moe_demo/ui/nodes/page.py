"""The nodes page: the board with its limit, and what the limit saves on all held-out headlines.

The inference guarantee is in `guarantee`, replicas and plans in `placement`.
"""

from __future__ import annotations

import streamlit as st

from moe_demo.cluster.traffic import Traffic, chance_by_nodes, chance_nodes
from moe_demo.figures.nodes import nodes_reached
from moe_demo.insight.held_out import DataGoneError
from moe_demo.insight.kept import RunCache
from moe_demo.insight.node_traffic import (
    frame,
    nodes_for,
    possible_limits,
    sentence_traffic,
    traffic_of,
    trained_limit,
)
from moe_demo.insight.run import Run
from moe_demo.ui.kit import redraw, selection
from moe_demo.ui.kit.chart import chart, drawn
from moe_demo.ui.kit.data import Drawn
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.picture import event_of, picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.waiting import waiting
from moe_demo.ui.kit.words import layer_name, plain
from moe_demo.ui.nodes.data import picture_data
from moe_demo.ui.nodes.measured import every_limit, is_routed, limited, routed
from moe_demo.ui.nodes.settings import NodesSettings

KEY, LIMIT, EVERY = "nodes", "nodes.limit", "nodes.every"


def draw(view: View) -> None:
    """The limit, and the board of one sentence."""
    asked, model = view.selection.of(NodesSettings), view.run.config.model
    limit, none = asked.limit or trained_limit(model), nodes_for(model)
    if model.n_groups > 1:
        _limit_slider(limit, possible_limits(model), trained_limit(model))
    else:
        explained(t("nodes.no_groups"))
    trace = limited(view.run, view.trace.text, limit)
    sent, free = (sentence_traffic(one, none) for one in (trace, limited(view.run, view.trace.text, none)))
    layer = view.selection.layer
    claim = t(
        "nodes.claim" if limit < none else "nodes.claim_free",
        per_expert=sent.layers[layer].copies_per_expert,
        per_node=sent.layers[layer].copies_per_node,
        free=free.layers[layer].copies_per_node,
        words=len(trace.tokens),
        k=model.top_k,
    )

    def act() -> None:
        if clicked := event_of(KEY, "go"):
            selection.update(NodesSettings, **clicked)

    data = picture_data(view, trace, sent, _held_out(view.run, asked.limit, layer), claim)
    picture("nodes/picture", data=data, key=KEY, on_go_change=act)


def _limit_slider(limit: int, possible: list[int], trained: int) -> None:
    st.session_state[LIMIT] = limit

    def moved() -> None:
        value = st.session_state[LIMIT]
        selection.update(NodesSettings, limit=None if value == trained else value)

    def said(value: int) -> str:
        return t("nodes.no_limit") if value == possible[-1] else str(value)

    st.select_slider(
        t("nodes.limit", trained=trained),
        possible,
        key=LIMIT,
        on_change=moved,
        format_func=said,
        width=420,
        help=t("nodes.limit_hint"),
    )


def _held_out(run: Run, limit: int | None, layer: int) -> Traffic | None:
    try:
        with waiting(t("nodes.measuring"), when=not is_routed(run, limit)) as tell:
            return _traffic(run, limit, tell)[layer]
    except DataGoneError:
        return None


def _traffic(run: Run, limit: int | None, tell: object = None) -> tuple[Traffic, ...]:
    found = routed(run, limit, tell) if callable(tell) else routed(run, limit)
    return _counted.get(run, limit, lambda: traffic_of(found, nodes_for(run.config.model)))


@st.fragment
def on_all(view: View) -> None:
    """What the limit saves, beside chance, on the held-out headlines; every limit once a reader asks."""
    redraw.if_asked()
    asked, run, layer = view.selection.of(NodesSettings), view.run, view.selection.layer
    st.header(t("nodes.all_title"), anchor="held-out")
    try:
        sent = _traffic(run, asked.limit)[layer]
    except DataGoneError as error:
        st.info(t("nodes.data_gone", source=plain(error.source)))
        return
    model, limit = run.config.model, asked.limit or trained_limit(run.config.model)
    shape = (model.n_routed, nodes_for(model), model.top_k, limit)
    st.markdown(
        t(
            "nodes.reached",
            n=sent.n_tokens,
            nodes=sent.nodes_per_token,
            chance=chance_nodes(*shape),
            saved=sent.saved_by_sharing,
            v3=chance_nodes(256, 8, 8),
            limit=limit,
        )
    )
    kept = _reached.get(
        run,
        (asked.limit, layer, language()),
        lambda: drawn(nodes_reached(sent, chance_by_nodes(*shape), labels("nodes.reached_chart"))),
    )
    chart(kept, key="nodes.reached", label=t("nodes.reached_label"))
    if model.n_groups > 1 and st.toggle(t("nodes.every_limit"), key=EVERY):
        _every_limit(run)
    st.markdown(t("nodes.after"))


def _every_limit(run: Run) -> None:
    with waiting(t("nodes.measuring")):
        found = every_limit(run)
    rows, words = frame(found), labels("nodes.limits")
    rows["layer"] = rows["layer"].map(layer_name)
    shares = ["saved", "accuracy", "difference", "low", "high"]
    rows[shares] = rows[shares].map("{:.2%}".format)
    rows[["nodes_per_word", "nodes_by_chance"]] = rows[["nodes_per_word", "nodes_by_chance"]].map(
        "{:.2f}".format
    )
    st.dataframe(
        rows[list(words)].rename(columns=words),
        hide_index=True,
        key="nodes.limits",
        alt=t("nodes.limits_label"),
    )
    explained(t("nodes.limits_caption"))


_counted: RunCache[tuple[Traffic, ...]] = RunCache(16)
_reached: RunCache[Drawn] = RunCache(64)

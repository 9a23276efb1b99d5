"""Routes of other models, from a file: load, co-activation and traffic, as our own runs have them on other pages."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from moe_demo.figures.routes import load_map
from moe_demo.insight.route_figures import LayerFigures, layer_figures, loads, possible_nodes, relative_loads
from moe_demo.insight.routes_errors import RoutesError
from moe_demo.insight.routes_files import MAX_BYTES, MAX_EXPERTS, Routes
from moe_demo.ui.kit import streamlit_quirks
from moe_demo.ui.kit.chart import chart, drawn
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.folded_table import folded_table
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import labels, t
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.waiting import waiting
from moe_demo.ui.kit.words import expert_name, layer_name, plain
from moe_demo.ui.workbench.routes_process import routes_apart

DROP, FILE, READ, COUNT, LAYER, NODES = (
    "workbench-routes",
    "workbench.routes",
    "workbench.routes.read",
    "workbench.routes.n",
    "workbench.routes.layer",
    "workbench.routes.nodes",
)
_MB = MAX_BYTES // 1_000_000


@st.fragment
def draw(_view: View) -> None:
    """The field, and what is in the file."""
    st.header(t("workbench.routes_title"), anchor="routes")
    st.markdown(t("workbench.routes_says"))
    with st.container(key=DROP):
        file = st.file_uploader(t("workbench.routes_file"), key=FILE, max_upload_size=_MB)
    streamlit_quirks.upload_field_words(
        DROP,
        browse=t("own_data.browse"),
        limit=t("workbench.routes_limit", mb=_MB),
        refused=t("workbench.routes_refused", mb=_MB),
    )
    if file is None:
        st.session_state.pop(READ, None)
        return
    count = st.number_input(
        t("workbench.routes_count"),
        1,
        MAX_EXPERTS,
        None,
        key=COUNT,
        help=t("workbench.routes_count_help"),
        width=300,
    )
    asked = (file.file_id, count)
    if st.session_state.get(READ, (None,))[0] != asked:
        try:
            with waiting(t("workbench.routes_reading")):
                st.session_state[READ] = (asked, routes_apart(file.getvalue(), file.name, count))
        except RoutesError as error:
            st.session_state[READ] = (asked, error)
    found = st.session_state[READ][1]
    if isinstance(found, RoutesError):
        st.error(sentence(found))
    else:
        _shown(found)


def _shown(routes: Routes) -> None:
    whose = t(f"workbench.routes_whose.{'ours' if routes.is_ours else 'theirs'}")
    st.markdown(
        t(
            "workbench.routes_found",
            whose=whose,
            source=t(f"workbench.routes_source.{routes.source}"),
            model=plain(routes.model) or "–",
            sequences=len(routes.lengths_B),
            words=routes.n_tokens,
            layers=routes.n_layers,
            experts=routes.n_routed,
            k=routes.top_k,
        )
    )
    figure = load_map(relative_loads(routes), routes.top_k, labels("workbench.routes_chart"))
    chart(drawn(figure), key="workbench.routes.map", label=t("workbench.routes_label"))
    folded_table(
        t("workbench.table"),
        "workbench.routes.table",
        lambda: load_table(routes),
        t("workbench.routes_label"),
    )
    with st.container(horizontal=True):
        layer = st.selectbox(
            t("workbench.routes_layer"), range(routes.n_layers), key=LAYER, format_func=layer_name, width=200
        )
        nodes = st.selectbox(
            t("workbench.routes_nodes"), possible_nodes(routes.n_routed), key=NODES, width=200
        )
    _layer(layer_figures(routes, layer, nodes), nodes)


def load_table(routes: Routes) -> pd.DataFrame:
    """The words of every layer and expert, a row each."""
    words = labels("workbench.routes_columns")
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


def _layer(found: LayerFigures, n_nodes: int) -> None:
    explained(
        t(
            "workbench.routes_load",
            layer=layer_name(found.layer),
            vio=found.max_vio,
            floor=found.floor,
            idle=found.idle,
            experts=len(found.load_E),
        )
    )
    sent = found.sent
    explained(
        t(
            "workbench.routes_traffic",
            nodes=n_nodes,
            reached=sent.nodes_per_token,
            chance=found.chance_nodes,
            per_expert=sent.copies_per_expert,
            per_node=sent.copies_per_node,
            saved=sent.saved_by_sharing,
        )
    )
    if not found.pairs:
        st.caption(t("workbench.routes_no_pairs"))
        return
    words = labels("workbench.pair_columns")
    frame = pd.DataFrame(
        {
            words["pair"]: " + ".join(expert_name(e) for e in pair.experts),
            words["together"]: pair.together,
            words["expected"]: round(pair.expected, 1),
            words["lift"]: round(pair.lift, 2),
        }
        for pair in found.pairs
    )
    st.dataframe(frame, hide_index=True, key="workbench.routes.pairs", alt=t("workbench.pairs_alt"))

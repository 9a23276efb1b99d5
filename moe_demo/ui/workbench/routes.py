"""Routes of other models, from a file: opened here, with load, co-activation and traffic of a layer.

The experts page and the nodes page show the opened file beside our own (`kit.opened_routes`).
"""

from __future__ import annotations

import streamlit as st

from moe_demo.insight.routes_arrays import MAX_EXPERTS
from moe_demo.insight.routes_errors import RoutesError
from moe_demo.insight.routes_files import MAX_BYTES
from moe_demo.ui.frame import navigation
from moe_demo.ui.kit import opened_routes, routes_parts, streamlit_quirks
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.opened_routes import OpenedRoutes
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.waiting import waiting
from moe_demo.ui.workbench.routes_process import routes_apart

DROP, FILE, READ, COUNT = (
    "workbench-routes",
    "workbench.routes.file",
    "workbench.routes.read",
    "workbench.routes.n",
)
KEY = "workbench.routes"
_MB = MAX_BYTES // 1_000_000


@st.fragment
def draw(view: View) -> None:
    """The field, and what is in the file that is open."""
    st.header(t("workbench.routes_title"), anchor="routes")
    st.markdown(t("workbench.routes_says"))
    _field()
    if found := opened_routes.opened():
        _shown(found, view)


def _field() -> None:
    """Where a file is brought in. One that is refused leaves open what was open."""
    key = f"{FILE}.{opened_routes.times_forgotten()}"

    def taken() -> None:
        """A file that is taken out of the field is forgotten."""
        found = opened_routes.opened()
        if st.session_state[key] is None and found and found.upload == st.session_state.get(READ, ("",))[0]:
            opened_routes.forget()

    with st.container(key=DROP):
        file = st.file_uploader(t("workbench.routes_file"), key=key, max_upload_size=_MB, on_change=taken)
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
    if st.session_state.get(READ, ("", None, ""))[:2] != asked:
        st.session_state[READ] = (*asked, _read(file.getvalue(), file.name, file.file_id, count))
    if problem := st.session_state[READ][2]:
        st.error(problem)


def _read(data: bytes, file: str, upload: str, count: int | None) -> str:
    """Open a file; why it is refused, or nothing."""
    try:
        with waiting(t("workbench.routes_reading")) as tell:
            routes = routes_apart(data, file, count, meanwhile=lambda: tell(0, 1))
    except RoutesError as error:
        return sentence(error)
    opened_routes.keep(OpenedRoutes.of(routes, data, file=file, upload=upload))
    return ""


def _shown(found: OpenedRoutes, view: View) -> None:
    routes_parts.whose(found, KEY)
    with st.container(horizontal=True):
        navigation.link("experts", view.selection, t("routes.to_experts"))
        navigation.link("nodes", view.selection, t("routes.to_nodes"))
    st.caption(t("routes.kept"))
    routes_parts.load_map(found, KEY)
    with st.container(horizontal=True):
        layer, nodes = routes_parts.layer_field(found, KEY), routes_parts.nodes_field(found, KEY)
    counted = opened_routes.layer_of(found, layer, nodes)
    routes_parts.load_of_layer(counted)
    routes_parts.traffic(counted, nodes)
    routes_parts.pairs(counted, KEY)

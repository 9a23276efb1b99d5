"""Five generations of one router on the router page: five small models, one sentence, side by side."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from moe_demo.insight.generations import SentenceRouting, sentence_routing
from moe_demo.insight.run import Run, open_run
from moe_demo.releases.generations import Generations, generation_store, read_generations
from moe_demo.runs.errors import RunError
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.kit.provenance import how_made
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import layer_name
from moe_demo.ui.router.data_generations import GROUP_SIZE, generations_data

_KEPT = 256


def draw(view: View) -> None:
    """The sentence of the page under each router, in the selected layer."""
    st.header(t("generations.title"), anchor="generations")
    try:
        recorded = read_generations()
        tokens, layer, found = _routed(view.trace.text, view.selection.layer, recorded)
    except RunError as error:
        st.error(t("generations.broken", reason=sentence(error)))
        return
    explained(t("generations.caption", layer=layer_name(layer)))
    token = min(view.selection.token or 0, len(tokens) - 1)
    picture(
        "router/generations", data=generations_data(tokens, token, layer, found, recorded), key="generations"
    )
    way = "within" if recorded.router_spread <= recorded.seed_spread else "beyond"
    st.markdown(t(f"generations.says_{way}", routers=recorded.router_spread, seeds=recorded.seed_spread))
    how_made(recorded, t("generations.note", n=recorded.n_held_out))


@lru_cache(maxsize=8)
def _run(router: str) -> Run:
    return open_run(generation_store(router))


@lru_cache(maxsize=_KEPT)
def _routed(
    text: str, layer: int, recorded: Generations
) -> tuple[tuple[str, ...], int, dict[str, SentenceRouting]]:
    """The words, the layer, and what each router does with them. Raises RunError."""
    traces = {one.router: _run(one.router).trace(text) for one in recorded.routers}
    first = next(iter(traces.values()))
    layer = min(layer, len(first.layers) - 1)
    return (
        first.tokens,
        layer,
        {name: sentence_routing(trace, layer, GROUP_SIZE) for name, trace in traces.items()},
    )

"""Redundant experts on the nodes page: experts placed for all classes, and asked for one alone for a while."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from moe_demo.figures.nodes import imbalance_over_windows
from moe_demo.insight.held_out import DataGoneError
from moe_demo.insight.kept import RunCache
from moe_demo.insight.plan_outcome import PlanOutcome, machines_for
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.chart import chart, drawn
from moe_demo.ui.kit.choice import choice
from moe_demo.ui.kit.data import Drawn
from moe_demo.ui.kit.folded_table import folded_table
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_word, plain
from moe_demo.ui.nodes.data_placement import placement_data
from moe_demo.ui.nodes.measured import ALONE, PLANNED, outcome_for
from moe_demo.ui.nodes.settings import MAX_REFRESH, MAX_SPARE, WINDOWS, NodesSettings

KEY = "nodes.placement"
WINDOWS_TABLE = "nodes.windows_table"
_SLIDERS = {"spare": (0, MAX_SPARE), "refresh": (1, MAX_REFRESH), "window": (0, WINDOWS - 1)}


def draw(view: View) -> None:
    """Controls, the devices, imbalance window by window, and the wrong metric beside the right one."""
    asked, layer = view.selection.of(NodesSettings), view.selection.layer
    st.header(t("nodes.placement_title"), anchor="placement")
    explained(t("nodes.placement_caption"))
    _controls(view, asked)
    try:
        found = outcome_for(view.run, asked)
    except DataGoneError as error:
        st.info(t("nodes.data_gone", source=plain(error.source)))
        return
    claim = t(
        "nodes.outcome",
        planned=found.planned_L[layer],
        served=found.stale.imbalance_WL[asked.window, layer],
        refreshed=found.refreshed.imbalance_WL[asked.window, layer],
        window=asked.window + 1,
        slow=found.slowdown,
        slow_fresh=found.slowdown_refreshed,
        moved=sum(found.refreshed.moved),
    )
    st.markdown(claim)
    nodes = machines_for(view.run.config.model, asked.spare, True)
    per_node = nodes.n_devices // nodes.n_nodes
    data = placement_data(view, found, asked.window, per_node, t("nodes.placement_label"))
    picture("nodes/placement", data=data, key=KEY)
    kept = _charts.get(
        view.run,
        (asked.spare, asked.stay, asked.hour, asked.refresh, asked.window, layer, language()),
        lambda: drawn(imbalance_over_windows(found, layer, asked.window, labels("nodes.windows_chart"))),
    )
    chart(kept, key="nodes.windows", label=t("nodes.windows_label"))
    folded_table(
        t("nodes.words.table"), WINDOWS_TABLE, lambda: _windows(found, layer), t("nodes.windows_label")
    )
    explained(t("nodes.windows_caption", first=PLANNED + 1, last=PLANNED + ALONE))
    st.markdown(t("nodes.published"))
    _metrics(found)


def _controls(view: View, asked: NodesSettings) -> None:
    places = st.columns([1.2, 1, 1, 1, 1], vertical_alignment="bottom", gap="medium")
    with places[0]:
        policy = "stay" if asked.stay else "free"
        choice(t("nodes.policy"), labels("nodes.policies"), policy, "nodes.policy", _policy, keep=False)
    with places[1]:
        classes = {str(place): class_word(label) for place, label in enumerate(view.run.labels)}
        choice(t("nodes.hour"), classes, str(asked.hour), "nodes.hour", _hour, keep=False)
    for place, (name, (low, high)) in zip(places[2:], _SLIDERS.items(), strict=True):
        key, first = f"nodes.{name}", 1 if name == "window" else 0
        st.session_state[key] = getattr(asked, name) + first
        with place:
            st.slider(
                t(f"nodes.{name}"), low + first, high + first, key=key, on_change=_moved, args=(name, first)
            )


def _policy(value: str) -> None:
    selection.update(NodesSettings, stay=value == "stay")


def _hour(value: str) -> None:
    selection.update(NodesSettings, hour=int(value))


def _moved(name: str, first: int) -> None:
    selection.update(NodesSettings, **{name: st.session_state[f"nodes.{name}"] - first})


def _windows(found: PlanOutcome, layer: int) -> pd.DataFrame:
    """The numbers of the chart."""
    rows, words = found.frame(), labels("nodes.windows")
    rows = rows[rows["layer"] == layer]
    rows["window"] += 1
    rows[["slowest", "slowest_refreshed"]] += 1
    return rows[list(words)].round(3).rename(columns=words)


def _metrics(found: PlanOutcome) -> None:
    """Two figures that are both called balancedness; which one is right is said once a reader opens it."""
    st.subheader(t("nodes.metric_title"), anchor=False)
    left, right = st.columns(2)
    left.metric(t("nodes.metric_a"), f"{found.balancedness_over_layers:.3f}")
    right.metric(t("nodes.metric_b"), f"{found.balancedness:.3f}")
    with st.expander(t("nodes.metric_which")):
        st.markdown(t("nodes.metric_answer"))


_charts: RunCache[Drawn] = RunCache(128)

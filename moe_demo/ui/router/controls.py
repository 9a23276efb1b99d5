"""The router page's controls, and the forward pass they ask for.

asked = read(view)          what the address asks for: Asked(token, k, temperature, push, groups)
draw(view, asked)           the controls; a moved one writes the address
rerouted(view, asked)       the record of a new forward pass beside the trained one (insight.interventions)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from moe_demo.config import ConfigError, RoutingRule
from moe_demo.insight import interventions
from moe_demo.insight.interventions import Rerouted, RouterIntervention
from moe_demo.insight.router_path import router_path
from moe_demo.ui.kit import redraw, selection
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import expert_name, layer_name
from moe_demo.ui.router.settings import MAX_K, TEMPERATURES, RouterSettings

KEYS = {
    "layer": "router.layer",
    "k": "router.k",
    "temp": "router.temp",
    "bias": "router.bias",
    "groups": "router.groups",
}
"""Widget of each setting."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the reader wants of the router of one layer."""

    token: int
    layer: int
    expert: int
    """Whose bias the slider pushes: the selected expert, else the best one below the cut."""
    top_k: int
    temperature: float
    pushed: int | None
    """The expert whose bias is pushed now."""
    push: float
    groups: bool

    def rule(self, trained: RoutingRule) -> RoutingRule:
        """The trained rule with the asked changes. Raises ConfigError where they do not go together."""
        grouped = trained if self.groups else replace(trained, n_groups=1, topk_groups=1)
        return replace(grouped, top_k=self.top_k, temperature=self.temperature)


def read(view: View) -> Asked:
    """The settings in the address, checked against the run."""
    chosen, rule = view.selection, view.run.config.model.routing_rule
    settings, token = chosen.of(RouterSettings), chosen.token or 0
    trained = router_path(view.trace.layers[chosen.layer], token, rule)
    fallback = trained.order[0] if trained.next_in_line is None else trained.next_in_line
    expert = fallback if chosen.expert is None else chosen.expert
    pushed = (expert if settings.be is None else settings.be) if settings.bias else None
    return Asked(
        token=token,
        layer=chosen.layer,
        expert=expert if chosen.expert is not None or pushed is None else pushed,
        top_k=rule.top_k if settings.k is None else settings.k,
        temperature=settings.temp,
        pushed=pushed,
        push=settings.bias,
        groups=settings.groups,
    )


def max_k(rule: RoutingRule) -> int:
    """The largest k that is offered."""
    return min(MAX_K, rule.n_routed)


def refusal(view: View, asked: Asked) -> str:
    """Why the asked rule cannot be had, or an empty string; where it is refused the router stays as trained."""
    trained = view.run.config.model.routing_rule
    try:
        asked.rule(trained)
    except ConfigError:
        return t("router.refused", k=asked.top_k, reachable=trained.topk_groups * trained.group_size)
    return ""


def rerouted(view: View, asked: Asked) -> Rerouted:
    """The forward pass that was asked for, beside the trained one."""
    change = RouterIntervention(layer=asked.layer, rule=view.run.config.model.routing_rule)
    if not refusal(view, asked):
        change = replace(change, rule=asked.rule(change.rule), expert=asked.pushed, push=asked.push)
    return interventions.rerouted(view.run, view.trace, change, asked.token)


def draw(view: View, asked: Asked) -> None:
    """One line of controls. The address is the truth: each widget is set to it before it is drawn."""
    rule, trained = view.run.config.model.routing_rule, view.trace.layers[asked.layer]
    shown = {
        KEYS["layer"]: asked.layer,
        KEYS["k"]: asked.top_k,
        KEYS["temp"]: min(TEMPERATURES, key=lambda value: abs(value - asked.temperature)),
        KEYS["bias"]: asked.push if asked.pushed == asked.expert else 0.0,
        KEYS["groups"]: asked.groups,
    }
    for key, value in shown.items():
        st.session_state[key] = value
    places = iter(st.columns([1.1, 1.5, 1.5, 1.9, 1.3, 0.8], vertical_alignment="bottom", gap="small"))
    with next(places):
        _layers(len(view.trace.layers))
    with next(places):
        label = t("router.k", trained=rule.top_k)
        st.slider(label, 1, max_k(rule), key=KEYS["k"], on_change=_k, args=(rule.top_k,))
    with next(places):
        st.select_slider(
            t("router.temperature"),
            TEMPERATURES,
            key=KEYS["temp"],
            on_change=_temperature,
            format_func="{:g}".format,
        )
    with next(places):
        by_hash = trained.hash_order_TE is not None
        bias = float(trained.bias_TE[asked.token, asked.expert])
        label = (
            t("router.hash.bias")
            if by_hash
            else t("router.bias", expert=expert_name(asked.expert), bias=bias)
        )
        key, expert = KEYS["bias"], (asked.expert,)
        st.slider(label, -1.0, 1.0, step=0.01, key=key, on_change=_push, args=expert, disabled=by_hash)
    with next(places):
        hint = t("router.groups_hint", groups=rule.n_groups, kept=rule.topk_groups)
        st.toggle(
            t("router.groups"), key=KEYS["groups"], on_change=_groups, disabled=rule.n_groups == 1, help=hint
        )
    with next(places):
        st.button(t("router.reset"), key="router.reset", on_click=reset, width="stretch")


def reset() -> None:
    """Back to the trained router."""
    selection.update(RouterSettings, k=None, temp=None, bias=None, be=None, groups=None)


def _layers(n_layers: int) -> None:
    st.segmented_control(
        t("router.layer"),
        range(n_layers),
        key=KEYS["layer"],
        required=True,
        on_change=_layer,
        format_func=layer_name,
    )


def _layer() -> None:
    selection.update(layer=int(st.session_state[KEYS["layer"]]))
    redraw.ask()  # the strip shows this layer's experts too


def _k(trained: int) -> None:
    k = int(st.session_state[KEYS["k"]])
    selection.update(RouterSettings, k=None if k == trained else k)


def _temperature() -> None:
    selection.update(RouterSettings, temp=float(st.session_state[KEYS["temp"]]))


def _push(expert: int) -> None:
    push = float(st.session_state[KEYS["bias"]])
    selection.update(RouterSettings, bias=push, be=expert if push else None, expert=expert)


def _groups() -> None:
    selection.update(RouterSettings, groups=bool(st.session_state[KEYS["groups"]]))

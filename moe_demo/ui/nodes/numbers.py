"""The numbers of the nodes page that tell where they come from."""

from __future__ import annotations

from moe_demo.insight.held_out import DataGoneError
from moe_demo.insight.lineage import QUANTITIES, Case, NumberKey, PlanCase, TrafficCase
from moe_demo.insight.node_traffic import nodes_for, trained_limit
from moe_demo.insight.plan_outcome import machines_for
from moe_demo.ui.kit.effects import headlines_of
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.lineage import Offer
from moe_demo.ui.kit.views import View
from moe_demo.ui.nodes.measured import limited, outcome_for, routed
from moe_demo.ui.nodes.settings import WINDOWS, NodesSettings

OF_SENTENCE = ("sent_per_expert", "sent_per_node", "sent_free", "sent_count")
OF_ALL = ("reached_mean", "reached_chance_mean", "reached_saved", "reached_v3")
OF_PLAN = (
    "imbalance_planned",
    "slowdown",
    "slowdown_refreshed",
    "experts_moved",
    "balanced_layers",
    "balanced_devices",
)
OF_WINDOW = ("imbalance_served", "imbalance_refreshed", "imbalance_without")
OF_DEVICE = ("device_planned", "device_served", "device_refreshed")


def offered(view: View) -> Offer:
    """Copies of the sentence; nodes reached and devices, where the held-out headlines are at hand."""
    run, asked = view.run, view.selection.of(NodesSettings)
    model = run.config.model
    n_nodes = nodes_for(model)
    n_devices = machines_for(model, asked.spare, asked.stay).n_devices
    nodes, devices = range(n_nodes), range(n_devices)
    has_all = _has_headlines(view)
    of_all = [
        *(NumberKey(name) for name in (*OF_ALL, *OF_PLAN)),
        *(NumberKey(name, (asked.window,)) for name in OF_WINDOW),
        *(NumberKey(name, (device,)) for device in devices for name in OF_DEVICE),
        *(NumberKey("sent_share", (node,)) for node in nodes),
        *(NumberKey(name, (n + 1,)) for name in ("reached_share", "reached_chance") for n in nodes),
    ]
    windows = range(WINDOWS)
    return Offer(
        keys=(
            *(NumberKey(name) for name in OF_SENTENCE),
            *(NumberKey("sent_copies", (node,)) for node in nodes),
            *(of_all if has_all else ()),
        ),
        within=lambda key: has_all and key.name in OF_WINDOW and len(key.at) == 1 and key.at[0] in windows,
        case=lambda key: _case(view, key),
        layer=view.selection.layer,
        expert=view.selection.expert or 0,
        names={
            "node": [t("nodes.node", n=node + 1) for node in nodes],
            "nodes": range(n_nodes + 1),
            "device": [t("nodes.device", n=device + 1) for device in devices],
            "window": range(1, WINDOWS + 1),
        },
    )


def _has_headlines(view: View) -> bool:
    try:
        headlines_of(view.run)
    except DataGoneError:
        return False
    return True


def _case(view: View, key: NumberKey) -> Case:
    run, asked, layer = view.run, view.selection.of(NodesSettings), view.selection.layer
    model = run.config.model
    if QUANTITIES[key.name].of is PlanCase:
        return PlanCase(found=outcome_for(run, asked), layer=layer, window=asked.window)
    limit, none = asked.limit or trained_limit(model), nodes_for(model)
    of_limit, free = (limited(run, view.trace.text, one).layers[layer] for one in (limit, none))
    return TrafficCase(
        sentence_TK=of_limit.topk_idx_TK,
        free_TK=free.topk_idx_TK,
        held_out_TK=routed(run, asked.limit).experts_LTK[layer] if _has_headlines(view) else None,
        n_routed=model.n_routed,
        n_nodes=none,
        limit=limit,
        expert=view.selection.expert or 0,
    )

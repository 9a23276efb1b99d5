"""What the picture of a placement is given: devices, the experts in their slots, and their loads."""

from __future__ import annotations

from typing import TypedDict

from moe_demo.insight.plan_outcome import PlanOutcome
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import ExpertLook, expert_looks
from moe_demo.ui.kit.views import View


class Slot(TypedDict):
    """A place for an expert."""

    expert: int
    replica: bool
    """Whether another slot has it too."""


class Device(TypedDict):
    """A device; its loads are over the mean of all."""

    name: str
    node: str
    slots: list[Slot]
    planned: float
    served: float
    refreshed: float
    slowest: list[str]
    """Of the three loads, those with which everyone waits for this device."""


class NodesPlacementData(TypedDict):
    """All devices in one layer and window."""

    layer: int
    devices: list[Device]
    experts: list[ExpertLook]
    top: float
    """The largest load, for the scale of the bars."""
    label: str
    words: dict[str, str]
    lang: str


def placement_data(
    view: View, found: PlanOutcome, window: int, per_node: int, claim: str
) -> NodesPlacementData:
    """What is drawn: the first plan's slots, and each device as planned, as served and with new plans."""
    layer = view.selection.layer
    rows = found.device_rows(layer, window)
    replicas_E = found.stale.plans[0].replicas_LE[layer]
    largest = {name: max(getattr(row, name) for row in rows) for name in ("planned", "served", "refreshed")}
    return {
        "layer": layer,
        "devices": [
            {
                "name": t("nodes.device", n=place + 1),
                "node": t("nodes.node", n=place // per_node + 1) if place % per_node == 0 else "",
                "slots": [{"expert": e, "replica": bool(replicas_E[e] > 1)} for e in row.experts],
                "planned": row.planned,
                "served": row.served,
                "refreshed": row.refreshed,
                "slowest": [name for name, most in largest.items() if getattr(row, name) == most],
            }
            for place, row in enumerate(rows)
        ],
        "experts": expert_looks(view.run.config.model),
        "top": max(largest.values()),
        "label": claim,
        "words": labels("nodes.placement"),
        "lang": language(),
    }

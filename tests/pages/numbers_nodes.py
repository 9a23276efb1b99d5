"""What the nodes page shows under the key of a number."""

from __future__ import annotations

from typing import Any

from moe_demo.insight.lineage import NumberKey
from moe_demo.ui.kit.lineage import Offer
from moe_demo.ui.nodes import numbers as nodes_numbers
from moe_demo.ui.nodes.measured import outcome_for
from moe_demo.ui.nodes.settings import NodesSettings
from tests.pages.app import drawn, opened, pictures
from tests.pages.numbers import Shown, values_of, view_of


def nodes(params: dict[str, str]) -> tuple[Offer, Shown]:
    """The page as Streamlit draws it."""
    view, at = view_of("nodes", params), opened("nodes", **params)
    offer, board, devices = nodes_numbers.offered(view), drawn(at, "copies"), drawn(at, "devices")["devices"]
    lines = [line for data in pictures(at) if "figure" in data for line in data["figure"]["data"]]
    found = outcome_for(view.run, view.selection.of(NodesSettings))

    def of_chart(key: NumberKey) -> float:
        kinds = {f"{key.name}-{{x}}": key.at, f"{key.name}-{{at}}": key.at, key.name: ()}
        line = next(one for one in lines if one["meta"]["why"] in kinds)
        if "{x}" in line["meta"]["why"]:
            return values_of(line["y"])[list(values_of(line["x"])).index(key.at[0])]
        return values_of(line["y"])[key.at[0] if key.at else 0]

    def shown(key: NumberKey) -> Any:
        kind = key.name.split("_")[0]
        if kind == "device":
            return devices[key.at[0]][key.name.removeprefix("device_")]
        if key.name in ("reached_share", "reached_chance") or kind == "imbalance":
            return of_chart(key)
        return {
            "sent_count": lambda: board["counts"][offer.expert],
            "sent_copies": lambda: board["nodes"][key.at[0]]["copies"],
            "sent_per_node": lambda: len(board["copies"]),
            "sent_share": lambda: board["nodes"][key.at[0]]["share"],
            "slowdown": lambda: found.slowdown,
            "slowdown_refreshed": lambda: found.slowdown_refreshed,
            "balanced_layers": lambda: found.balancedness_over_layers,
            "balanced_devices": lambda: found.balancedness,
        }.get(key.name, lambda: None)()

    return offer, shown

"""Plan against outcome on a run's own loads: experts placed for one mix of classes, asked another.

    found = plan_outcome(assignments(run, headlines), Plan(served=((0.0, 1.0, 0.0),) * 12), machines)
    found.planned_L, found.stale.imbalance_WL, found.refreshed.imbalance_WL

Half of the headlines, every other one, make the loads that are planned for; the rest is served. So nothing is planned
with what it is judged by.

Letters: B headlines, W windows, L MoE layers, E routed experts, C classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from moe_demo.cluster.placement import Machines, contiguous_loads, imbalance, place
from moe_demo.cluster.serving import Served, balancedness, balancedness_over_layers, serve
from moe_demo.config import ModelConfig
from moe_demo.insight.assignments import Assignments
from moe_demo.insight.node_traffic import nodes_for

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]
Mix = Sequence[float]
"""Shares of the classes, in the order of the labels; they sum to 1."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is planned for and what comes."""

    served: tuple[Mix, ...]
    """The mix of each window."""
    planned: Mix | None = None
    """None: as the planning half has it."""
    window: int = 48
    """Headlines in a window."""
    refresh: int = 3
    """Windows between two new plans."""


@dataclass(frozen=True, kw_only=True)
class DeviceRow:
    """One device in one layer and window; loads over the mean of all devices."""

    experts: tuple[int, ...]
    """What its slots hold by the first plan."""
    experts_refreshed: tuple[int, ...]
    """And by the plan in force when plans are made anew."""
    planned: float
    served: float
    refreshed: float


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanOutcome:
    """Imbalance planned, served and after new plans."""

    planned_LE: Array
    """The load of each expert that was planned for."""
    windows_WLE: Array
    """What came, window by window."""
    planned_loads_LV: Array
    """Of each device, on the loads that the plan was made of."""
    without_WL: Array
    """Imbalance of every window without replicas, experts in their order."""
    stale: Served
    """The first plan kept for good."""
    refreshed: Served

    @property
    def planned_L(self) -> Array:
        """Imbalance that the plan promises on the loads it was made of."""
        return imbalance(self.planned_loads_LV)

    @property
    def balancedness(self) -> float:
        """Of all that was served under the first plan: over devices, layer by layer."""
        return balancedness(self.stale.device_loads_WLV.sum(0))

    @property
    def balancedness_over_layers(self) -> float:
        """The wrong axis."""
        return balancedness_over_layers(self.stale.device_loads_WLV.sum(0))

    @property
    def slowdown(self) -> float:
        """Time over that of even devices under the first plan, over all windows."""
        return float(self.stale.slowdown_W.mean())

    @property
    def slowdown_refreshed(self) -> float:
        """The same with new plans."""
        return float(self.refreshed.slowdown_W.mean())

    def device_rows(self, layer: int, window: int) -> list[DeviceRow]:
        """One record a device: what it holds, and its load over the mean as planned, as served, and with new plans."""
        plans = self.refreshed.plans
        shown = plans[int(self.refreshed.plan_W[window])]
        planned_V = self.planned_loads_LV[layer] / self.planned_loads_LV[layer].mean()
        served_V = self.stale.relative(window, layer)
        fresh_V = self.refreshed.relative(window, layer)
        return [
            DeviceRow(
                experts=tuple(plans[0].held(layer, device)),
                experts_refreshed=tuple(shown.held(layer, device)),
                planned=float(planned_V[device]),
                served=float(served_V[device]),
                refreshed=float(fresh_V[device]),
            )
            for device in range(len(planned_V))
        ]

    def frame(self) -> pd.DataFrame:
        """A tidy table, one row a window and layer."""
        import pandas as pd

        stale_WL, fresh_WL = self.stale.imbalance_WL, self.refreshed.imbalance_WL
        slow_WL, slow_fresh_WL = self.stale.slowest_WL, self.refreshed.slowest_WL
        return pd.DataFrame(
            {
                "window": window,
                "layer": layer,
                "planned": float(self.planned_L[layer]),
                "without": float(self.without_WL[window, layer]),
                "served": float(stale_WL[window, layer]),
                "slowest": int(slow_WL[window, layer]),
                "refreshed": float(fresh_WL[window, layer]),
                "slowest_refreshed": int(slow_fresh_WL[window, layer]),
                "plan": int(self.refreshed.plan_W[window]),
            }
            for window in range(len(stale_WL))
            for layer in range(len(self.planned_L))
        )


def machines_for(model: ModelConfig, spare: int, stay: bool) -> Machines:
    """Two devices a node where its experts divide evenly, else one; every device has `spare` slots more than it needs.

    With `stay` every group of experts stays on one node (the hierarchical policy), else experts go anywhere (global).
    """
    n_nodes = nodes_for(model)
    n_devices = n_nodes * (1 if (model.n_routed // n_nodes) % 2 else 2)
    n_slots = model.n_routed + spare * n_devices
    within = n_nodes if stay else 1
    return Machines(n_slots=n_slots, n_groups=within, n_nodes=within, n_devices=n_devices)


def plan_outcome(found: Assignments, plan: Plan, machines: Machines) -> PlanOutcome:
    """Plan with one half of the headlines, serve the other. Raises PlacementError where the machines do not fit."""
    loads_BLE = np.stack([found.by_headline(layer) for layer in range(found.n_layers)], axis=1)
    planned_LE = _mixed(loads_BLE[::2], found.label_ids_B[::2], plan.planned)
    windows_WLE = windows(loads_BLE[1::2], found.label_ids_B[1::2], plan.served, plan.window)
    placed = place(planned_LE, machines)
    return PlanOutcome(
        planned_LE=planned_LE,
        windows_WLE=windows_WLE,
        planned_loads_LV=placed.device_loads(planned_LE),
        without_WL=np.stack(
            [imbalance(contiguous_loads(load_LE, machines.n_devices)) for load_LE in windows_WLE]
        ),
        stale=serve(windows_WLE, placed),
        refreshed=serve(windows_WLE, placed, plan.refresh),
    )


def windows(loads_BLE: Array, label_ids_B: Array, mixes: Sequence[Mix], size: int) -> Array:
    """The loads of each window, shape (W, L, E): so many headlines of each class, in their order, over and over."""
    rows_of = [np.flatnonzero(label_ids_B == c) for c in range(len(mixes[0]))]
    taken, found = [0] * len(rows_of), []
    for mix in mixes:
        rows: list[int] = []
        for c, n in enumerate(_counts(mix, size)):
            rows += [int(rows_of[c][(taken[c] + i) % len(rows_of[c])]) for i in range(n)]
            taken[c] += n
        found.append(loads_BLE[rows].sum(0))
    return np.array(found)


def _counts(mix: Mix, size: int) -> list[int]:
    """Whole headlines of each class that sum to `size`."""
    ends = np.rint(np.cumsum([0.0, *mix]) * size).astype(int)
    return np.diff(ends).tolist()


def _mixed(loads_BLE: Array, label_ids_B: Array, mix: Mix | None) -> Array:
    """The load of one headline on the average, with the classes as they are or in these shares, shape (L, E)."""
    if mix is None:
        return np.asarray(loads_BLE.mean(0))
    of_class = [share * loads_BLE[label_ids_B == c].mean(0) for c, share in enumerate(mix) if share]
    return np.asarray(sum(of_class))

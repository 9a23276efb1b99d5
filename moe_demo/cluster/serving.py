"""Plan against outcome: experts placed for one load, asked another, with or without new plans on the way.

    served = serve(windows_WLE, place(planned_LE, machines), refresh=4)
    served.imbalance_WL          of every window, with the plan in force then

A window is what is served between two looks at the loads. A new plan is made of the loads since the last one, so it
comes too late for these: past loads stand for those to come. EPLB leaves the estimate to the operator (its README);
SGLang's and vLLM's engines take the last windows, as here.

Letters: W windows, L layers, E experts, V devices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from moe_demo.cluster.placement import Placement, imbalance, place

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Served:
    """What the devices had to do, window by window."""

    device_loads_WLV: Array
    plans: tuple[Placement, ...]
    """In the order in which they came into force, the first from the beginning."""
    plan_W: Array
    """Which of them was in force in each window."""
    moved: tuple[int, ...]
    """Experts, over all layers, that each new plan brought to a device which did not have them: weights that travel."""

    @property
    def imbalance_WL(self) -> Array:
        """Largest load of a device / mean load - 1 of every window and layer."""
        return np.stack([imbalance(loads_LV) for loads_LV in self.device_loads_WLV])

    @property
    def slowest_WL(self) -> Array:
        """The device that everyone waits for."""
        return np.asarray(self.device_loads_WLV.argmax(-1))

    def relative(self, window: int, layer: int) -> Array:
        """Load of each device over their mean, shape (V,); 1 where nothing is to be done."""
        loads_V = self.device_loads_WLV[window, layer]
        return np.asarray(loads_V / loads_V.mean() if loads_V.any() else np.ones_like(loads_V))

    @property
    def slowdown_W(self) -> Array:
        """Time over that of even devices: layers come one after the other, and in each all wait for the slowest."""
        return np.asarray(self.device_loads_WLV.max(-1).sum(-1) / self.device_loads_WLV.mean(-1).sum(-1))


def serve(windows_WLE: Array, plan: Placement, refresh: int | None = None) -> Served:
    """Serve these loads in order, beginning with a plan; every `refresh` windows a new one is made, None: never."""
    loads, plan_W, plans, moved = [], [], [plan], []
    for window, load_LE in enumerate(windows_WLE):
        if refresh and window and window % refresh == 0:
            plans.append(place(windows_WLE[window - refresh : window].sum(0), plan.machines))
            moved.append(arrivals(plans[-2], plans[-1]))
        loads.append(plans[-1].device_loads(load_LE))
        plan_W.append(len(plans) - 1)
    return Served(
        device_loads_WLV=np.array(loads), plans=tuple(plans), plan_W=np.array(plan_W), moved=tuple(moved)
    )


def arrivals(before: Placement, after: Placement) -> int:
    """Experts that come to a device which did not have them, over all layers; places within a device do not count."""
    shape = (len(before.physical_to_logical_LP), before.machines.n_devices, -1)
    pairs = zip(
        before.physical_to_logical_LP.reshape(shape), after.physical_to_logical_LP.reshape(shape), strict=True
    )
    return sum(
        len(set(new.tolist()) - set(old.tolist()))
        for old_VS, new_VS in pairs
        for old, new in zip(old_VS, new_VS, strict=True)
    )


def balancedness(device_loads_LV: Array) -> float:
    """Mean load / largest load over the devices of each layer, then the mean over layers: 1 is even, 1/V the worst."""
    return float(np.mean(1 / (1 + imbalance(device_loads_LV))))


def balancedness_over_layers(device_loads_LV: Array) -> float:
    """The same along the wrong axis: mean / largest over the layers of each device, then the mean over devices.

    It tells whether layers are alike, not whether devices are: with one device twice as busy as the other in every
    layer it is 1. A serving engine once logged this (vLLM, pull request 36304).
    """
    return balancedness(device_loads_LV.T)

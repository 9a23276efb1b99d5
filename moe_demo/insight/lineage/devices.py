"""Numbers of experts placed on devices (`insight.plan_outcome`): loads as planned, as served, and with new plans.

Letters: E routed experts, L MoE layers, W windows, V devices, P physical slots.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moe_demo.cluster.placement import contiguous_loads, imbalance
from moe_demo.cluster.serving import Served
from moe_demo.insight.lineage.record import Array, Lineage
from moe_demo.insight.plan_outcome import PlanOutcome

_EPLB = "github.com/deepseek-ai/EPLB; moe_demo/cluster/placement.py"
_SERVING = "moe_demo/cluster/serving.py"
_DEVICES = '''
def device_loads(load, slots, n_devices):
    """An expert's load is split evenly among the slots that hold it; a device has the sum of its slots."""
    return (load / np.bincount(slots, minlength=len(load)))[slots].reshape(n_devices, -1).sum(1)
'''
_RELATIVE = r"\frac{d_v}{\bar d},\quad d_v = \sum_{p \in v} \frac{c_{e(p)}}{r_{e(p)}}"
_IMBALANCE = r"\frac{\max_v d_v}{\bar d} - 1,\quad d_v = \sum_{p \in v} \frac{c_{e(p)}}{r_{e(p)}}"


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanCase:
    """What was planned and served: one layer and window of it."""

    found: PlanOutcome
    layer: int
    window: int

    @property
    def n_devices(self) -> int:
        """V."""
        return self.found.planned_loads_LV.shape[1]


def device_planned(case: PlanCase, device: int) -> Lineage:
    """A device's load over the mean, on the loads that the plan was made of."""
    expected = case.found.device_rows(case.layer, case.window)[device].planned
    return _device("device_planned", case, device, _planned(case), expected)


def device_served(case: PlanCase, device: int) -> Lineage:
    """The same of what was served in the window, under the first plan."""
    expected = case.found.device_rows(case.layer, case.window)[device].served
    return _device("device_served", case, device, _served(case, case.found.stale, case.window), expected)


def device_refreshed(case: PlanCase, device: int) -> Lineage:
    """The same with new plans."""
    expected = case.found.device_rows(case.layer, case.window)[device].refreshed
    arrays = _served(case, case.found.refreshed, case.window)
    return _device("device_refreshed", case, device, arrays, expected)


def imbalance_planned(case: PlanCase) -> Lineage:
    """How much the slowest device has above the mean, as planned."""
    return _imbalance("imbalance_planned", case, _planned(case), float(case.found.planned_L[case.layer]))


def imbalance_served(case: PlanCase, window: int) -> Lineage:
    """The same in a window, under the first plan."""
    expected = float(case.found.stale.imbalance_WL[window, case.layer])
    return _imbalance("imbalance_served", case, _served(case, case.found.stale, window), expected)


def imbalance_refreshed(case: PlanCase, window: int) -> Lineage:
    """The same with new plans."""
    expected = float(case.found.refreshed.imbalance_WL[window, case.layer])
    return _imbalance("imbalance_refreshed", case, _served(case, case.found.refreshed, window), expected)


def imbalance_without(case: PlanCase, window: int) -> Lineage:
    """The same without replicas: experts in their order."""
    load_E = case.found.windows_WLE[window, case.layer]
    return Lineage(
        name="imbalance_without",
        equation=r"\frac{\max_v d_v}{\bar d} - 1",
        source=_EPLB,
        arrays={"load": load_E, "n_devices": np.asarray(case.n_devices)},
        snippet="devices = np.array([part.sum() for part in np.array_split(load, n_devices)])\n"
        "result = devices.max() / devices.mean() - 1",
        expected=float(imbalance(contiguous_loads(load_E[None], case.n_devices))[0]),
    )


def slowdown(case: PlanCase) -> Lineage:
    """Time over that of even devices under the first plan: in each layer all wait for the slowest."""
    return _slowdown("slowdown", case.found.stale, case.found.slowdown)


def slowdown_refreshed(case: PlanCase) -> Lineage:
    """The same with new plans."""
    return _slowdown("slowdown_refreshed", case.found.refreshed, case.found.slowdown_refreshed)


def experts_moved(case: PlanCase) -> Lineage:
    """Experts that new plans brought to a device which did not have them."""
    plans = np.stack([plan.physical_to_logical_LP for plan in case.found.refreshed.plans])
    lines = [
        "held = plans.reshape(len(plans), plans.shape[1], n_devices, -1)",
        "result = 0",
        "for old, new in zip(held[:-1], held[1:]):",
        "    for place in np.ndindex(*old.shape[:2]):",
        "        result += len(np.setdiff1d(new[place], old[place]))",
    ]
    return Lineage(
        name="experts_moved",
        equation=r"\sum_{n,l,v} |\,H_{n+1,l,v} \setminus H_{n,l,v}\,|",
        source=_SERVING,
        arrays={"plans": plans, "n_devices": np.asarray(case.n_devices)},
        snippet="\n".join(lines),
        expected=float(sum(case.found.refreshed.moved)),
    )


def balanced_layers(case: PlanCase) -> Lineage:
    """Mean over largest load along the wrong axis: the layers of each device."""
    expected = case.found.balancedness_over_layers
    equation = r"\frac{1}{V} \sum_v \frac{\bar d_{\cdot,v}}{\max_l d_{l,v}}"
    return _balanced("balanced_layers", case, equation, 0, expected)


def balanced_devices(case: PlanCase) -> Lineage:
    """Mean over largest load of the devices of each layer."""
    equation = r"\frac{1}{L} \sum_l \frac{\bar d_{l,\cdot}}{\max_v d_{l,v}}"
    return _balanced("balanced_devices", case, equation, 1, case.found.balancedness)


# -- what they read --------------------------------------------------------------------------------------------------


def _planned(case: PlanCase) -> dict[str, Array]:
    slots_LP = case.found.stale.plans[0].physical_to_logical_LP
    return {"load": case.found.planned_LE[case.layer], "slots": slots_LP[case.layer]}


def _served(case: PlanCase, served: Served, window: int) -> dict[str, Array]:
    plan = served.plans[int(served.plan_W[window])]
    return {
        "load": case.found.windows_WLE[window, case.layer],
        "slots": plan.physical_to_logical_LP[case.layer],
    }


def _device(name: str, case: PlanCase, device: int, arrays: dict[str, Array], expected: float) -> Lineage:
    return _of_devices(name, case, _RELATIVE, arrays, f"devices[{device}] / devices.mean()", expected)


def _imbalance(name: str, case: PlanCase, arrays: dict[str, Array], expected: float) -> Lineage:
    return _of_devices(name, case, _IMBALANCE, arrays, "devices.max() / devices.mean() - 1", expected)


def _of_devices(
    name: str, case: PlanCase, equation: str, arrays: dict[str, Array], result: str, expected: float
) -> Lineage:
    return Lineage(
        name=name,
        equation=equation,
        source=_EPLB,
        arrays=arrays | {"n_devices": np.asarray(case.n_devices)},
        prelude=_DEVICES,
        snippet=f"devices = device_loads(load, slots, n_devices)\nresult = {result}",
        expected=expected,
    )


def _slowdown(name: str, served: Served, expected: float) -> Lineage:
    return Lineage(
        name=name,
        equation=r"\frac{1}{W} \sum_w \frac{\sum_l \max_v d_{w,l,v}}{\sum_l \bar d_{w,l}}",
        source=_SERVING,
        arrays={"devices": served.device_loads_WLV},
        snippet="result = (devices.max(-1).sum(-1) / devices.mean(-1).sum(-1)).mean()",
        expected=expected,
    )


def _balanced(name: str, case: PlanCase, equation: str, axis: int, expected: float) -> Lineage:
    return Lineage(
        name=name,
        equation=equation,
        source=_SERVING,
        arrays={"devices": case.found.stale.device_loads_WLV},
        snippet=f"load = devices.sum(0)\nresult = (load.mean({axis}) / load.max({axis})).mean()",
        expected=expected,
    )

"""Which expert lies on which device, and which experts get replicas: DeepSeek's expert-parallel load balancer, EPLB.

    placed = place(loads_LE, Machines(n_slots=16, n_groups=4, n_nodes=2, n_devices=8))
    placed.physical_to_logical_LP            the expert in each slot
    imbalance(placed.device_loads(loads_LE)) how much the slowest device has above the mean, layer by layer

A device has the same number of slots as every other, and each slot holds one expert. There are more slots than experts:
those to spare hold replicas of the busiest experts, and the load of an expert is split evenly among its replicas.
Which replica serves a token changes no output, since all have the same weights.

Two policies (github.com/deepseek-ai/EPLB). *Hierarchical* keeps every group of experts on one node, as routing that is
limited to a few groups needs it; it takes groups that divide evenly among nodes. *Global* sees one node and one group,
and so balances better. The policy does not forbid two replicas of one expert on one device; they help nobody there.

Letters: L layers, E experts, P physical slots, G groups, N nodes, V devices, R replicas of each expert.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from moe_demo.cluster.errors import PlacementError

Array = np.ndarray[Any, Any]

MAX_SLOTS = 8192


@dataclass(frozen=True, kw_only=True)
class Machines:
    """How many of everything there are. Slot p lies on device p // (P / V), device v on node v // (V / N)."""

    n_slots: int
    n_groups: int
    n_nodes: int
    n_devices: int

    def __post_init__(self) -> None:
        names = {"n_slots": "replicas", "n_groups": "groups", "n_nodes": "nodes", "n_devices": "devices"}
        for field, name in names.items():
            value = getattr(self, field)
            if value < 1:
                raise PlacementError("positive", name=name, value=value)
            if value > MAX_SLOTS:
                raise PlacementError("many", name=name, value=value, limit=MAX_SLOTS)
        if self.n_devices % self.n_nodes:
            raise PlacementError("nodes", devices=self.n_devices, nodes=self.n_nodes)

    def check(self, n_experts: int) -> None:
        """Raise PlacementError where so many experts cannot be placed."""
        if self.n_slots < n_experts:
            raise PlacementError("few_slots", slots=self.n_slots, experts=n_experts)
        if self.n_devices > n_experts:
            raise PlacementError("devices", devices=self.n_devices, experts=n_experts)
        if self.n_slots % self.n_devices:
            raise PlacementError("slots", slots=self.n_slots, devices=self.n_devices)
        if n_experts % self.n_groups:
            raise PlacementError("groups", groups=self.n_groups, experts=n_experts)

    @property
    def hierarchical(self) -> bool:
        """Whether every group can stay on one node; otherwise the policy is global."""
        return self.n_groups % self.n_nodes == 0

    @property
    def slots_per_device(self) -> int:
        """P / V."""
        return self.n_slots // self.n_devices


@dataclass(frozen=True, kw_only=True, eq=False)
class Placement:
    """The expert in every slot of every layer."""

    machines: Machines
    n_experts: int
    physical_to_logical_LP: Array

    @property
    def replicas_LE(self) -> Array:
        """How many slots hold each expert; a layer's sum is P."""
        return np.stack(
            [np.bincount(row_P, minlength=self.n_experts) for row_P in self.physical_to_logical_LP]
        )

    def slot_loads(self, loads_LE: Array) -> Array:
        """What every slot has to do where an expert's load is split evenly among its replicas, shape (L, P)."""
        per_replica_LE = loads_LE / self.replicas_LE
        return np.take_along_axis(per_replica_LE, self.physical_to_logical_LP, axis=1)

    def device_loads(self, loads_LE: Array) -> Array:
        """The sum over each device's slots, shape (L, V). The loads may be others than those it was planned for."""
        slots_LP = self.slot_loads(loads_LE)
        return slots_LP.reshape(len(slots_LP), self.machines.n_devices, -1).sum(-1)

    def held(self, layer: int, device: int) -> list[int]:
        """The experts in the slots of a device."""
        size = self.machines.slots_per_device
        return self.physical_to_logical_LP[layer, device * size : (device + 1) * size].tolist()

    def slots_of(self, layer: int) -> list[list[int]]:
        """The slots that hold each expert, in ascending order."""
        row_P = self.physical_to_logical_LP[layer]
        return [np.flatnonzero(row_P == expert).tolist() for expert in range(self.n_experts)]

    def serve(self, experts_TK: Array, layer: int) -> Array:
        """The slot that serves each assignment, shape (T, K): the replicas of an expert take turns."""
        served_TK = np.empty_like(experts_TK)
        for expert, slots in enumerate(self.slots_of(layer)):
            asked_TK = experts_TK == expert
            served_TK[asked_TK] = np.resize(slots, int(asked_TK.sum()))
        return served_TK


def place(loads_LE: Array, machines: Machines) -> Placement:
    """The plan for these loads, each layer for itself. Raises PlacementError where the machines do not fit."""
    loads_LE = np.asarray(loads_LE, dtype=np.float64)
    machines.check(loads_LE.shape[1])
    whole = machines if machines.hierarchical else replace(machines, n_groups=1, n_nodes=1)
    rows = [_placed(load_E, whole) for load_E in loads_LE]
    return Placement(machines=machines, n_experts=loads_LE.shape[1], physical_to_logical_LP=np.array(rows))


def _placed(load_E: Array, machines: Machines) -> list[int]:
    """The expert in each slot of one layer: groups onto nodes, then each node for itself."""
    experts_Ge = np.arange(len(load_E)).reshape(machines.n_groups, -1)
    slots: list[int] = []
    for groups in balanced_packs(load_E[experts_Ge].sum(1), machines.n_nodes):
        experts = experts_Ge[groups].ravel()
        slots += _on_node(
            load_E[experts],
            experts,
            machines.n_slots // machines.n_nodes,
            machines.n_devices // machines.n_nodes,
        )
    return slots


def _on_node(load_X: Array, experts_X: Array, n_slots: int, n_devices: int) -> list[int]:
    """The expert in each slot of one node: replicas for the busiest, then slots onto devices."""
    held_P = replicated(load_X, n_slots)
    per_replica_P = (load_X / np.bincount(held_P))[held_P]
    packs = balanced_packs(per_replica_P, n_devices)
    return [int(experts_X[held_P[slot]]) for pack in packs for slot in pack]


def balanced_packs(weight_X: Array, n_packs: int) -> list[list[int]]:
    """X items into packs of equally many, the heaviest first, each into the lightest pack that is not full.

    Where every pack takes one item, item i goes into pack i. Of equally light packs the first is taken, and of equally
    heavy items too.
    """
    size = len(weight_X) // n_packs
    if size == 1:
        return [[item] for item in range(n_packs)]
    packs: list[list[int]] = [[] for _ in range(n_packs)]
    total = [0.0] * n_packs
    for item in np.argsort(-weight_X, kind="stable").tolist():
        lightest = min((pack for pack in range(n_packs) if len(packs[pack]) < size), key=total.__getitem__)
        packs[lightest].append(item)
        total[lightest] += float(weight_X[item])
    return packs


def replicated(load_X: Array, n_slots: int) -> Array:
    """The expert in each of P slots: first every expert once, then one more replica of whichever has most per replica.

    So the largest load of a single replica becomes as small as it can.
    """
    held = list(range(len(load_X)))
    count_X = np.ones(len(load_X))
    while len(held) < n_slots:
        busiest = int(np.argmax(load_X / count_X))
        held.append(busiest)
        count_X[busiest] += 1
    return np.array(held)


def contiguous_loads(loads_LE: Array, n_devices: int) -> Array:
    """What every device has to do without replicas, shape (L, V): experts in their order, in blocks as even as can be.

    Where V does not divide E, the first devices have one expert more.
    """
    blocks = np.array_split(np.asarray(loads_LE, dtype=np.float64), n_devices, axis=1)
    return np.stack([block.sum(1) for block in blocks], axis=1)


def imbalance(device_loads_LV: Array) -> Array:
    """Largest load / mean load - 1 of each layer, shape (L,): 0 is even; 0 too where nothing is to be done."""
    mean_L = device_loads_LV.mean(-1)
    return np.divide(device_loads_LV.max(-1), mean_L, out=np.ones_like(mean_L), where=mean_L > 0) - 1

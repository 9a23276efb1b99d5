"""The command that places experts on devices: `place`. It needs no torch and no run."""

from __future__ import annotations

import argparse
import json
from typing import Any

from moe_demo.cluster.loads import read_loads
from moe_demo.cluster.placement import Machines, contiguous_loads, imbalance
from moe_demo.cluster.placement import place as planned


def place(args: argparse.Namespace) -> int:
    """The plan for the loads of a file, and the slowest device with and without it."""
    loads_LE = read_loads(args.loads)
    machines = Machines(
        n_slots=args.replicas, n_groups=args.groups, n_nodes=args.nodes, n_devices=args.devices
    )
    placed = planned(loads_LE, machines)
    device_loads_LV = placed.device_loads(loads_LE)
    record = {
        "policy": "hierarchical" if machines.hierarchical else "global",
        "physical_to_logical": placed.physical_to_logical_LP.tolist(),
        "replicas": placed.replicas_LE.tolist(),
        "imbalance_before": imbalance(contiguous_loads(loads_LE, machines.n_devices)).tolist(),
        "imbalance_after": imbalance(device_loads_LV).tolist(),
        "slowest_device": device_loads_LV.argmax(1).tolist(),
    }
    print(json.dumps(record, allow_nan=False) if args.json else _table(record, machines))
    return 0


def _table(record: dict[str, Any], machines: Machines) -> str:
    lines = [f"policy  {record['policy']}"]
    for layer, slots in enumerate(record["physical_to_logical"]):
        before, after = record["imbalance_before"][layer], record["imbalance_after"][layer]
        slowest = record["slowest_device"][layer]
        lines += ["", f"layer {layer}: imbalance {before:.3f} -> {after:.3f}, slowest device {slowest}"]
        for device in range(machines.n_devices):
            held = slots[device * machines.slots_per_device : (device + 1) * machines.slots_per_device]
            lines.append(f"  device {device:>3}  experts {' '.join(map(str, held))}")
    return "\n".join(lines)

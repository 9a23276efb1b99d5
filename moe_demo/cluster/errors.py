"""What can be wrong with loads and with the machines that experts are to be placed on, one sentence each."""

from __future__ import annotations

from moe_demo.errors import SaidError

PLACEMENT_SENTENCES = {
    "missing": "{file} does not exist; check the path.",
    "unreadable": "{file} cannot be read ({why}); check the file and its permissions.",
    "too_large": "{file} is larger than {limit} bytes, the most that is read; keep some of its layers.",
    "not_json": "{file} is not JSON; write a list of layers, each a list of its experts' loads.",
    "shape": "{file} is no table of loads; write a list of layers, each a list of its experts' loads.",
    "empty": "{file} has no loads; write at least one layer with at least one expert.",
    "ragged": "{file}: layer {layer} has {found} experts and layer 0 has {expected}; give every layer as many.",
    "value": "{file}: the load of expert {expert} in layer {layer} is {value}; write a number from 0 to {limit:.0e}.",
    "positive": "{name} must be 1 or more, got {value}.",
    "many": "{name} is {value}, and {limit} is the most.",
    "groups": "{groups} groups do not divide {experts} experts evenly; choose a divisor of {experts}.",
    "nodes": "{devices} devices do not divide evenly among {nodes} nodes; choose a multiple of {nodes}.",
    "few_slots": "{slots} replicas are fewer than {experts} experts; every expert needs a place of its own.",
    "devices": "{devices} devices are more than {experts} experts; without replicas some would have nothing to do.",
    "slots": "{slots} replicas do not divide evenly among {devices} devices; choose a multiple of {devices}.",
}


class PlacementError(SaidError):
    """Loads or machines from which no placement can be made."""

    topic = "placement"
    sentences = PLACEMENT_SENTENCES

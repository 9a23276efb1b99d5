"""Experts on devices: the golden vectors of EPLB, the laws of a plan, and that no plan changes an output."""

import numpy as np
import pytest
import torch

from moe_demo.cluster.errors import PlacementError
from moe_demo.cluster.placement import (
    Machines,
    balanced_packs,
    contiguous_loads,
    imbalance,
    place,
    replicated,
)
from moe_demo.insight.run import load_run
from moe_demo.model.experts import RoutedExperts

# The example of github.com/deepseek-ai/EPLB (README): two layers of 12 experts, 16 slots on 8 devices of 2 nodes.
LOADS_LE = np.array(
    [
        [90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86],
        [20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27],
    ]
)
FOUR_GROUPS = Machines(n_slots=16, n_groups=4, n_nodes=2, n_devices=8)
THREE_GROUPS = Machines(n_slots=16, n_groups=3, n_nodes=2, n_devices=8)


def test_the_example_of_eplb_is_placed_as_its_readme_says():
    placed = place(LOADS_LE, FOUR_GROUPS)
    assert placed.physical_to_logical_LP.tolist() == [
        [5, 6, 5, 7, 8, 4, 3, 4, 10, 9, 10, 2, 0, 1, 11, 1],
        [7, 10, 6, 8, 6, 11, 8, 9, 2, 4, 5, 1, 5, 0, 3, 1],
    ]
    assert [np.flatnonzero(row == 2).tolist() for row in placed.replicas_LE] == [[1, 4, 5, 10], [1, 5, 6, 8]]
    assert placed.device_loads(LOADS_LE).tolist() == [
        [121.5, 86.5, 125, 113, 147.5, 131.5, 156, 152],
        [173, 179.5, 120.5, 172, 123, 152, 118.5, 117.5],
    ]
    assert imbalance(placed.device_loads(LOADS_LE)).round(3).tolist() == [0.208, 0.242]


def test_groups_that_do_not_divide_among_nodes_are_placed_globally_and_more_evenly():
    assert FOUR_GROUPS.hierarchical
    assert not THREE_GROUPS.hierarchical
    placed = place(LOADS_LE, THREE_GROUPS)
    assert placed.physical_to_logical_LP.tolist() == [
        [10, 6, 10, 7, 0, 2, 11, 4, 5, 9, 5, 4, 8, 3, 1, 1],
        [1, 10, 2, 4, 5, 11, 5, 0, 6, 7, 6, 3, 8, 8, 9, 7],
    ]
    assert imbalance(placed.device_loads(LOADS_LE)).round(3).tolist() == [0.073, 0.190]


def test_without_replicas_packing_alone_evens_the_load():
    alone = place(LOADS_LE, Machines(n_slots=12, n_groups=1, n_nodes=1, n_devices=4))
    assert imbalance(contiguous_loads(LOADS_LE, 4)).round(3).tolist() == [0.278, 0.785]
    assert imbalance(alone.device_loads(LOADS_LE)).round(3).tolist() == [0.073, 0.010]


def test_contiguous_blocks_are_as_even_as_can_be():
    """12 experts on 8 devices: the first four have two each."""
    loads_LV = contiguous_loads(np.ones((1, 12)), 8)
    assert loads_LV.tolist() == [[2, 2, 2, 2, 1, 1, 1, 1]]


def test_the_heaviest_goes_into_the_lightest_pack_that_is_not_full():
    assert balanced_packs(np.array([1.0, 9.0, 4.0, 5.0]), 2) == [[1, 0], [3, 2]]
    assert balanced_packs(np.array([1.0, 9.0, 8.0]), 3) == [[0], [1], [2]]  # one each: nothing is sorted
    assert balanced_packs(np.array([2.0, 2.0, 2.0, 2.0]), 2) == [[0, 2], [1, 3]]  # ties: the first


def test_a_replica_goes_to_whoever_has_most_per_replica():
    """9 is halved, then 5 is more than 4.5."""
    assert replicated(np.array([9.0, 5.0, 1.0]), 5).tolist() == [0, 1, 2, 0, 1]


def greedy_device_loads(load_E: np.ndarray, machines: Machines) -> np.ndarray:
    """The obvious plan: one replica for each of the busiest, then slots in their order onto the emptiest device."""
    spare = machines.n_slots - len(load_E)
    held = [*range(len(load_E)), *np.argsort(-load_E, kind="stable")[:spare].tolist()]
    load_P = (load_E / np.bincount(held))[held]
    total_V, taken_V = np.zeros(machines.n_devices), np.zeros(machines.n_devices)
    for load in load_P:
        open_V = np.flatnonzero(taken_V < machines.slots_per_device)
        device = open_V[total_V[open_V].argmin()]
        total_V[device] += load
        taken_V[device] += 1
    return total_V


@pytest.mark.parametrize("seed", range(200))
def test_never_slower_than_the_obvious_plan(seed: int):
    """200 random loads. EPLB is greedy too: with two experts or three a device the obvious plan is luckier at times."""
    random = np.random.default_rng(seed)
    n_experts, n_slots, n_devices = [(64, 72, 8), (256, 288, 72), (32, 40, 8), (12, 16, 8)][seed % 4]
    machines = Machines(n_slots=n_slots, n_groups=1, n_nodes=1, n_devices=n_devices)
    load_E = random.gamma(random.uniform(0.3, 3), size=n_experts) * 1000
    loads_V = place(load_E[None], machines).device_loads(load_E[None])[0]
    assert loads_V.max() <= greedy_device_loads(load_E, machines).max() * (1 + 1e-12)


SIZES = [(16, 20, 4, 1, 4), (16, 24, 4, 4, 4), (64, 72, 8, 4, 8), (256, 288, 8, 3, 72), (12, 16, 4, 2, 8)]


@pytest.mark.parametrize("seed", range(40))
def test_laws_of_a_plan_of_random_loads(seed: int):
    random = np.random.default_rng(seed)
    n_experts, n_slots, n_groups, n_nodes, n_devices = SIZES[seed % len(SIZES)]
    machines = Machines(n_slots=n_slots, n_groups=n_groups, n_nodes=n_nodes, n_devices=n_devices)
    loads_LE = random.gamma(random.uniform(0.3, 3), size=(2, n_experts)) * 1000
    placed = place(loads_LE, machines)
    assert placed.replicas_LE.sum(1).tolist() == [n_slots] * 2
    assert placed.replicas_LE.min() >= 1
    np.testing.assert_allclose(placed.device_loads(loads_LE).sum(1), loads_LE.sum(1))
    if machines.hierarchical:
        node_P = np.arange(n_slots) // (n_slots // n_nodes)
        group_LP = placed.physical_to_logical_LP // (n_experts // n_groups)
        pairs = [set(zip(group_P.tolist(), node_P.tolist(), strict=True)) for group_P in group_LP]
        assert [len(found) for found in pairs] == [n_groups] * 2  # all experts of a group lie on one node


def test_no_load_at_all_is_even():
    placed = place(np.zeros((1, 4)), Machines(n_slots=6, n_groups=1, n_nodes=1, n_devices=2))
    assert placed.replicas_LE.sum() == 6
    assert imbalance(placed.device_loads(np.zeros((1, 4)))).tolist() == [0]


@pytest.mark.parametrize("seed", range(5))
def test_outputs_are_the_same_whichever_replica_serves(seed: int):
    """The bundled layer over physical slots: weights copied into them, replicas taking turns."""
    run, random = load_run("deepseek"), np.random.default_rng(seed)
    layer = run.model.moe_layers[seed % 2]
    n_experts, dim = layer.router.weight_ED.shape
    loads_LE = random.gamma(0.5, size=(2, n_experts))
    machines = Machines(n_slots=24, n_groups=(1, 4)[seed % 2], n_nodes=2, n_devices=8)
    placed = place(loads_LE, machines)
    slots_P = torch.from_numpy(placed.physical_to_logical_LP[seed % 2])
    x_TD = torch.from_numpy(random.normal(size=(200, dim)).astype(np.float32))
    physical = RoutedExperts(24, dim, run.config.model.expert_dim)
    with torch.inference_mode():
        routing = layer.router(x_TD)
        physical.gate_up_E2FD.copy_(layer.experts.gate_up_E2FD[slots_P])
        physical.down_EDF.copy_(layer.experts.down_EDF[slots_P])
        served_TK = placed.serve(routing.topk_idx_TK.numpy(), seed % 2)
        found_TD = physical(x_TD, torch.from_numpy(served_TK), routing.gates_TK)
        expected_TD = layer.experts(x_TD, routing.topk_idx_TK, routing.gates_TK)
    assert slots_P[served_TK].tolist() == routing.topk_idx_TK.tolist()
    torch.testing.assert_close(found_TD, expected_TD, atol=1e-6, rtol=0)
    served_P = np.bincount(served_TK.ravel(), minlength=24)
    for slots in placed.slots_of(seed % 2):  # in turns: no replica serves two more than another
        assert np.ptp(served_P[slots]) <= 1


WRONG = [
    ({"n_slots": 0}, "replicas must be 1 or more, got 0."),
    ({"n_devices": -1}, "devices must be 1 or more, got -1."),
    ({"n_slots": 10**9}, "replicas is 1000000000, and 8192 is the most."),
    ({"n_nodes": 3}, "8 devices do not divide evenly among 3 nodes; choose a multiple of 3."),
    ({"n_slots": 8}, "8 replicas are fewer than 12 experts; every expert needs a place of its own."),
    (
        {"n_slots": 26, "n_devices": 26},
        "26 devices are more than 12 experts; without replicas some would have nothing to do.",
    ),
    ({"n_slots": 18}, "18 replicas do not divide evenly among 8 devices; choose a multiple of 8."),
    ({"n_groups": 5}, "5 groups do not divide 12 experts evenly; choose a divisor of 12."),
]


@pytest.mark.parametrize(("changed", "sentence"), WRONG)
def test_machines_that_cannot_be(changed: dict[str, int], sentence: str):
    fields = {"n_slots": 16, "n_groups": 4, "n_nodes": 2, "n_devices": 8} | changed
    with pytest.raises(PlacementError) as error:
        place(LOADS_LE, Machines(**fields))
    assert str(error.value) == sentence

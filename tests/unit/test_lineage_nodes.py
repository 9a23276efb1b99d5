"""Every number of words on nodes and of experts on devices comes out again, whatever the shape."""

from __future__ import annotations

import itertools
from dataclasses import fields
from functools import cache

import numpy as np
import pytest

from moe_demo import load_run
from moe_demo.cluster.placement import Machines
from moe_demo.insight.assignments import Assignments, assignments
from moe_demo.insight.lineage import QUANTITIES, NumberKey, PlanCase, TrafficCase, check, lineage_of
from moe_demo.insight.node_traffic import sentence_traffic
from moe_demo.insight.plan_outcome import Plan, plan_outcome
from moe_demo.insight.whatif import Headlines


def drawn(n_words: int, n_routed: int, n_nodes: int, k: int, limit: int) -> np.ndarray:
    """Experts of words by random routing that reaches `limit` nodes at most."""
    random, size = np.random.default_rng(n_words), n_routed // n_nodes
    rows = []
    for _ in range(n_words):
        allowed = np.isin(np.arange(n_routed) // size, random.permutation(n_nodes)[:limit])
        rows.append(random.permutation(np.flatnonzero(allowed))[:k])
    return np.array(rows)


@pytest.mark.parametrize("shape", [(16, 4, 4, 2), (16, 4, 4, 4), (3, 3, 1, 3), (8, 2, 3, 1), (32, 8, 6, 5)])
def test_numpy_finds_every_number_of_words_on_nodes(shape: tuple[int, int, int, int]):
    n_routed, n_nodes, k, limit = shape
    case = TrafficCase(
        sentence_TK=drawn(9, *shape),
        free_TK=drawn(9, n_routed, n_nodes, k, n_nodes),
        held_out_TK=drawn(3000, *shape),
        n_routed=n_routed,
        n_nodes=n_nodes,
        limit=limit,
        expert=1,
    )
    places = {"node": range(n_nodes), "nodes": range(1, n_nodes + 1)}
    names = [name for name, quantity in QUANTITIES.items() if quantity.of is TrafficCase]
    assert len(names) >= 12
    expected = {}
    for name in names:
        for at in itertools.product(*(places[kind] for kind in QUANTITIES[name].takes)):
            lineage = lineage_of(NumberKey(name, at), case)
            assert check(lineage).agrees, (name, at)
            expected[name, *at] = float(lineage.expected)
    assert sum(expected["sent_copies", node] for node in range(n_nodes)) == expected["sent_per_node",]
    assert sum(expected["reached_share", n] for n in range(1, n_nodes + 1)) == pytest.approx(1)
    chance = sum(n * expected["reached_chance", n] for n in range(1, n_nodes + 1))
    assert chance == pytest.approx(expected["reached_chance_mean",])
    assert expected["reached_mean",] == pytest.approx(chance, abs=0.15)  # the words above were drawn


def test_the_sums_of_a_sentence_are_those_of_its_copies():
    run = load_run("deepseek")
    trace = run.trace("火箭夺冠，球迷疯狂庆祝")
    sent = sentence_traffic(trace, 4)
    for layer, traffic in zip(trace.layers, sent.layers, strict=True):
        case = TrafficCase(
            sentence_TK=layer.topk_idx_TK,
            free_TK=layer.topk_idx_TK,
            held_out_TK=None,
            n_routed=layer.n_routed,
            n_nodes=4,
            limit=2,
            expert=3,
        )
        found = [check(lineage_of(NumberKey("sent_copies", (node,)), case)).result for node in range(4)]
        assert found == traffic.copies_G.tolist()
        assert check(lineage_of(NumberKey("sent_count"), case)).result == layer.load_E[3]


@cache
def held_out() -> Assignments:
    run = load_run("deepseek")
    return assignments(run, Headlines.held_out(run, 300))


@pytest.mark.parametrize(
    "machines",
    [
        Machines(n_slots=24, n_groups=1, n_nodes=1, n_devices=8),
        Machines(n_slots=24, n_groups=4, n_nodes=4, n_devices=8),
        Machines(n_slots=16, n_groups=1, n_nodes=1, n_devices=4),
    ],
    ids=lambda one: "-".join(str(getattr(one, field.name)) for field in fields(one)),
)
def test_numpy_finds_every_number_of_a_plan(machines: Machines):
    even, alone = (1 / 3, 1 / 3, 1 / 3), (0.0, 1.0, 0.0)
    found = plan_outcome(
        held_out(), Plan(served=(even,) * 2 + (alone,) * 4, planned=even, refresh=2), machines
    )
    assert len(found.refreshed.plans) > 1
    places = {"device": range(machines.n_devices), "window": range(6)}
    names = [name for name, quantity in QUANTITIES.items() if quantity.of is PlanCase]
    assert len(names) >= 12
    for name, layer in itertools.product(names, range(2)):
        case = PlanCase(found=found, layer=layer, window=3)
        for at in itertools.product(*(places[kind] for kind in QUANTITIES[name].takes)):
            result = check(lineage_of(NumberKey(name, at), case))
            assert result.agrees, (name, layer, at, result)
    frame = found.frame().set_index(["window", "layer"])
    for window in range(6):
        without = lineage_of(
            NumberKey("imbalance_without", (window,)), PlanCase(found=found, layer=1, window=0)
        )
        assert without.expected == pytest.approx(frame.loc[(window, 1), "without"])

"""Copies between nodes: counted by hand and by loops, beside the exact chances of blind routing."""

import time
import tracemalloc
from itertools import combinations

import numpy as np
import pytest

from moe_demo.cluster.traffic import chance_by_nodes, chance_nodes, traffic


def test_a_token_is_sent_to_a_node_once():
    """Three tokens, experts 0-3 on node 0, ... 12-15 on node 3."""
    sent = traffic(np.array([[0, 1, 2, 3], [0, 1, 4, 15], [4, 5, 8, 9]]), n_routed=16, n_groups=4)
    assert sent.copies_per_expert == 12
    assert sent.copies_G.tolist() == [2, 2, 1, 1]
    assert sent.assignments_G.tolist() == [6, 3, 2, 1]
    assert sent.tokens_by_nodes_X.tolist() == [0, 1, 1, 1, 0]
    assert sent.nodes_per_token == 2
    assert sent.saved_by_sharing == 0.5


@pytest.mark.parametrize("seed", range(10))
def test_copies_agree_with_sets(seed: int):
    random = np.random.default_rng(seed)
    experts_TK = np.stack([random.permutation(16)[:4] for _ in range(50)])
    sent = traffic(experts_TK, 16, 4)
    sets = [{int(e) // 4 for e in row} for row in experts_TK]
    assert [
        set(np.flatnonzero(traffic(row_K[None], 16, 4).copies_G).tolist()) for row_K in experts_TK
    ] == sets
    assert sent.copies_per_node == sum(map(len, sets))
    assert sent.tokens_by_nodes_X.tolist() == [sum(len(s) == m for s in sets) for m in range(5)]
    assert sent.copies_per_node <= sent.copies_per_expert == sent.assignments_G.sum()


@pytest.mark.parametrize(
    ("n_routed", "n_groups", "top_k", "expected"),
    [(256, 8, 8, 5.29), (16, 4, 4, 2.91), (256, 8, 6, 4.44), (384, 8, 6, 4.43)],
)
def test_nodes_that_blind_routing_reaches(n_routed: int, n_groups: int, top_k: int, expected: float):
    """DeepSeek-V3's size, ours, and both of DeepSeek-V4."""
    assert chance_nodes(n_routed, n_groups, top_k) == pytest.approx(expected, abs=0.005)
    chance_X = chance_by_nodes(n_routed, n_groups, top_k)
    assert chance_X.sum() == pytest.approx(1)
    assert chance_X @ np.arange(n_groups + 1) == pytest.approx(chance_nodes(n_routed, n_groups, top_k))


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_the_chances_are_those_of_counting_every_choice(limit: int):
    """All choices of 3 of 8 experts on 4 nodes, within all sets of so many nodes."""
    choices = [
        chosen
        for nodes in combinations(range(4), limit)
        for chosen in combinations([e for e in range(8) if e // 2 in nodes], min(3, 2 * limit))
    ]
    counted_X = np.bincount([len({e // 2 for e in chosen}) for chosen in choices], minlength=5) / len(choices)
    np.testing.assert_allclose(chance_by_nodes(8, 4, min(3, 2 * limit), limit), counted_X, atol=1e-12)


def test_no_tokens_send_nothing():
    sent = traffic(np.zeros((0, 4), dtype=int), 16, 4)
    assert (sent.copies_per_node, sent.nodes_per_token) == (0, 0)


def test_as_many_nodes_as_experts_take_no_memory_of_words_times_nodes():
    experts_TK = np.stack([np.arange(200_000) % 4093, (np.arange(200_000) + 1) % 4093], axis=1)
    tracemalloc.start()
    sent = traffic(experts_TK, 4093, 4093)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent.nodes_per_token == 2
    assert peak < 50_000_000  # (T, G) in single bytes: 800 MB


def test_chance_of_thousands_of_nodes_is_found_at_once():
    started = time.process_time()
    found_X = chance_by_nodes(4093, 4093, 2)
    assert time.process_time() - started < 2
    assert np.flatnonzero(found_X).tolist() == [2]  # a node an expert
    assert found_X.sum() == pytest.approx(1)

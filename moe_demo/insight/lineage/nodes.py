"""Numbers of experts on nodes: copies of words, nodes reached beside chance, devices as planned and as served.

Letters: T words, K chosen, E routed experts, L MoE layers, W windows, V devices, P physical slots.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moe_demo.cluster.traffic import Traffic, chance_by_nodes, chance_nodes, traffic
from moe_demo.insight.lineage.record import Array, Lineage

_TRAFFIC = "DeepSeek-V3, arXiv 2412.19437, section 3.2.2; moe_demo/cluster/traffic.py"
_CHANCE = "moe_demo/cluster/traffic.py"
_REACHED_LINES = [
    "size = n_experts // n_nodes",
    "reached = (experts[:, :, None] // size == np.arange(n_nodes)).any(1)",
]
_CHANCE_EQUATION = r"M \Big(1 - \prod_{j<K} \frac{M n - n - j}{M n - j}\Big),\quad n = E / G"


@dataclass(frozen=True, kw_only=True, eq=False)
class TrafficCase:
    """One layer: where the words of a sentence go, with the limit and without, and those of the held-out headlines."""

    sentence_TK: Array
    free_TK: Array
    held_out_TK: Array | None
    """None where the headlines are gone."""
    n_routed: int
    n_nodes: int
    limit: int
    expert: int

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """As chance takes it: E, G, K, M."""
        return self.n_routed, self.n_nodes, self.sentence_TK.shape[1], self.limit

    @property
    def held_out(self) -> Array:
        """The experts of all held-out words."""
        assert self.held_out_TK is not None, "the headlines are gone"
        return self.held_out_TK

    def sent(self, experts_TK: Array) -> Traffic:
        """The copies of these words."""
        return traffic(experts_TK, self.n_routed, self.n_nodes)


def sent_count(case: TrafficCase) -> Lineage:
    """Words of the sentence at an expert."""
    return Lineage(
        name="sent_count",
        equation=r"c_i = \sum_t [\,i \in \mathrm{TopK}(t)\,]",
        source=_TRAFFIC,
        arrays={"experts": case.sentence_TK},
        snippet=f"result = (experts == {case.expert}).sum()",
        expected=float((case.sentence_TK == case.expert).sum()),
    )


def sent_copies(case: TrafficCase, node: int) -> Lineage:
    """Copies of the sentence's words that come to a node: one a word, for all its experts there."""
    expected = float(case.sent(case.sentence_TK).copies_G[node])
    equation = r"\sum_t [\,\exists\, i \in \mathrm{TopK}(t) \text{ on the node}\,]"
    return _reached("sent_copies", equation, case, case.sentence_TK, f"reached[:, {node}].sum()", expected)


def sent_per_expert(case: TrafficCase) -> Lineage:
    """Copies if every expert got its own."""
    expected = float(case.sent(case.sentence_TK).copies_per_expert)
    return _reached("sent_per_expert", r"T \cdot K", case, case.sentence_TK, "experts.size", expected)


def sent_per_node(case: TrafficCase) -> Lineage:
    """Copies with one a node."""
    expected = float(case.sent(case.sentence_TK).copies_per_node)
    return _reached("sent_per_node", _PER_NODE, case, case.sentence_TK, "reached.sum()", expected)


def sent_free(case: TrafficCase) -> Lineage:
    """The same without a limit."""
    expected = float(case.sent(case.free_TK).copies_per_node)
    return _reached("sent_free", _PER_NODE, case, case.free_TK, "reached.sum()", expected)


def sent_share(case: TrafficCase, node: int) -> Lineage:
    """A node's part of the copies of all held-out words."""
    expected = float(case.sent(case.held_out).copies_share_G[node])
    result, equation = f"reached[:, {node}].sum() / reached.sum()", r"\frac{n_g}{\sum_h n_h}"
    return _reached("sent_share", equation, case, case.held_out, result, expected)


def reached_mean(case: TrafficCase) -> Lineage:
    """Nodes that a held-out word reaches, the mean."""
    expected = case.sent(case.held_out).nodes_per_token
    equation = r"\frac{1}{T} \sum_t \text{nodes of } t"
    return _reached("reached_mean", equation, case, case.held_out, "reached.sum(1).mean()", expected)


def reached_saved(case: TrafficCase) -> Lineage:
    """What one copy a node saves against one an expert."""
    expected = case.sent(case.held_out).saved_by_sharing
    result = "1 - reached.sum() / experts.size"
    return _reached(
        "reached_saved", r"1 - \frac{\sum_g n_g}{T \cdot K}", case, case.held_out, result, expected
    )


def reached_share(case: TrafficCase, nodes: int) -> Lineage:
    """Part of the held-out words that reach so many nodes."""
    expected = float(case.sent(case.held_out).tokens_share_X[nodes])
    equation = rf"\frac{{1}}{{T}} \sum_t [\,\text{{nodes of }} t = {nodes}\,]"
    result = f"(reached.sum(1) == {nodes}).mean()"
    return _reached("reached_share", equation, case, case.held_out, result, expected)


def reached_chance(case: TrafficCase, nodes: int) -> Lineage:
    """The same of random routing: ways to draw K experts so that they lie on just so many nodes."""
    lines = [
        "size = n_experts // n_nodes",
        "draws = np.cumprod(np.append(1, (size - np.arange(k)) / (np.arange(k) + 1)))",
        "ways = np.zeros((n_nodes + 1, k + 1))",
        "ways[0, 0] = 1",
        "for node in range(limit):",
        "    before = ways.copy()",
        "    for n in range(1, k + 1):",
        "        ways[1:, n:] += before[:-1, : k + 1 - n] * draws[n]",
        f"result = ways[{nodes}, k] / ways[:, k].sum()",
    ]
    n_routed, n_nodes, k, limit = case.shape
    expected = float(chance_by_nodes(n_routed, n_nodes, k, limit)[nodes])
    equation = rf"\frac{{\text{{ways on {nodes}}}}}{{\text{{all ways}}}}"
    return _by_chance("reached_chance", case.shape, equation, lines, expected)


def reached_chance_mean(case: TrafficCase) -> Lineage:
    """Nodes by random routing, the mean."""
    return _mean_by_chance("reached_chance_mean", case.shape)


def reached_v3(case: TrafficCase) -> Lineage:
    """The same at DeepSeek-V3's size, without a limit."""
    return _mean_by_chance("reached_v3", (256, 8, 8, 8))


_PER_NODE = r"\sum_t \text{nodes of } t"


def _reached(
    name: str, equation: str, case: TrafficCase, experts_TK: Array, result: str, expected: float
) -> Lineage:
    return Lineage(
        name=name,
        equation=equation,
        source=_TRAFFIC,
        arrays={
            "experts": experts_TK,
            "n_experts": np.asarray(case.n_routed),
            "n_nodes": np.asarray(case.n_nodes),
        },
        snippet="\n".join([*_REACHED_LINES, f"result = {result}"]),
        expected=expected,
    )


def _mean_by_chance(name: str, shape: tuple[int, int, int, int]) -> Lineage:
    lines = [
        "size = n_experts // n_nodes",
        "drawn = np.arange(k)",
        "missed = ((limit * size - size - drawn) / (limit * size - drawn)).prod()",
        "result = limit * (1 - missed)",
    ]
    return _by_chance(name, shape, _CHANCE_EQUATION, lines, chance_nodes(*shape))


def _by_chance(
    name: str, shape: tuple[int, int, int, int], equation: str, lines: list[str], expected: float
) -> Lineage:
    names = ("n_experts", "n_nodes", "k", "limit")
    return Lineage(
        name=name,
        equation=equation,
        source=_CHANCE,
        arrays={name: np.asarray(value) for name, value in zip(names, shape, strict=True)},
        snippet="\n".join(lines),
        expected=expected,
    )

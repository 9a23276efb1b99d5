"""What has to travel when experts lie on many nodes: copies of tokens, one an expert or one a node.

    sent = traffic(experts_TK, n_routed=16, n_groups=4)
    sent.copies_per_expert, sent.copies_per_node, sent.tokens_by_nodes_X

Experts lie in contiguous groups, one group a node: group g holds experts g E/G ... (g+1) E/G - 1. A token whose experts
share a node is sent there once and handed on inside it, where links are faster: that is why a limit on the nodes of a
token saves traffic, and a limit on its experts alone would not (DeepSeek-V3, arXiv 2412.19437, section 3.2.2). Where a
token starts is left out: on the average one in G copies stays on its own node.

Letters: T tokens, K chosen, E routed experts, G groups, which are nodes here, M nodes a token may reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What one layer sends for some tokens, in copies of a token vector."""

    n_tokens: int
    top_k: int
    copies_G: Array
    """Copies that arrive at each node where one serves all experts there."""
    assignments_G: Array
    """Copies that would arrive if every expert had one of its own: the load of the node's experts."""
    tokens_by_nodes_X: Array
    """Tokens by how many nodes they reach, 0 to G."""

    @property
    def copies_per_expert(self) -> int:
        """T x K: one copy for each chosen expert."""
        return self.n_tokens * self.top_k

    @property
    def copies_per_node(self) -> int:
        """One copy for each node that has a chosen expert."""
        return int(self.copies_G.sum())

    @property
    def copies_share_G(self) -> Array:
        """Each node's part of all copies; 0 without a token."""
        return np.asarray(self.copies_G / max(self.copies_per_node, 1))

    @property
    def tokens_share_X(self) -> Array:
        """The tokens by nodes as parts of all."""
        return np.asarray(self.tokens_by_nodes_X / max(self.n_tokens, 1))

    @property
    def nodes_per_token(self) -> float:
        """Mean number of nodes that a token reaches; 0 without a token."""
        return self.copies_per_node / max(self.n_tokens, 1)

    @property
    def saved_by_sharing(self) -> float:
        """Share of copies that one copy a node saves against one copy an expert."""
        return 1 - self.copies_per_node / max(self.copies_per_expert, 1)

    def saved_against(self, other: Traffic) -> float:
        """Share of the copies between nodes that are saved against another routing of the same tokens."""
        return 1 - self.copies_per_node / max(other.copies_per_node, 1)


def traffic(experts_TK: Array, n_routed: int, n_groups: int) -> Traffic:
    """Count the copies for these choices of one layer."""
    nodes_TK = np.sort(
        experts_TK // (n_routed // n_groups), axis=1
    )  # not (T, G): there may be thousands of nodes
    is_first_TK = np.diff(nodes_TK, axis=1, prepend=-1) != 0
    return Traffic(
        n_tokens=len(experts_TK),
        top_k=experts_TK.shape[1],
        copies_G=np.bincount(nodes_TK[is_first_TK], minlength=n_groups),
        assignments_G=np.bincount(nodes_TK.ravel(), minlength=n_groups),
        tokens_by_nodes_X=np.bincount(is_first_TK.sum(1), minlength=n_groups + 1),
    )


def chance_by_nodes(n_routed: int, n_groups: int, top_k: int, limit: int | None = None) -> Array:
    """Probability that K experts drawn blindly lie on 0, 1, ... G nodes, shape (G + 1,).

    With a limit of M nodes they are drawn from M groups, themselves drawn blindly. Inclusion and exclusion over the
    nodes that may be missed: P(m) = C(G, m) sum_j (-1)^j C(m, j) C((m - j) E/G, K) / C(E, K). 256 experts on 8 nodes
    with K = 8 reach 5.29 of them on the average.
    """
    size, within = n_routed // n_groups, limit or n_groups
    every = comb(within * size, top_k)
    found_X = np.zeros(n_groups + 1)
    for m in range(1, min(within, top_k) + 1):  # nobody reaches more nodes than experts
        ways = sum((-1) ** j * comb(m, j) * comb((m - j) * size, top_k) for j in range(m + 1))
        found_X[m] = comb(within, m) * ways / every
    return found_X


def chance_nodes(n_routed: int, n_groups: int, top_k: int, limit: int | None = None) -> float:
    """Mean number of nodes that K experts drawn blindly lie on: M (1 - C(E - E/G, K) / C(E, K)) within the M groups."""
    size, within = n_routed // n_groups, limit or n_groups
    return within * (1 - comb((within - 1) * size, top_k) / comb(within * size, top_k))

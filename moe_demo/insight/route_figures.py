"""Load, co-activation and traffic of routes that came from a file: counted as those of our own runs are.

    found = layer_figures(routes, layer=3, n_nodes=8)

Letters: T words, L MoE layers, K chosen, E routed experts, G nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from moe_demo.cluster.traffic import Traffic, chance_by_nodes, chance_nodes, traffic
from moe_demo.insight.load import DEAD_BELOW, random_max_vio
from moe_demo.insight.routes_files import Routes

Array = np.ndarray[Any, Any]
MAX_PAIRS = 12
_CELLS_AT_ONCE = 2_000_000


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two experts of a layer."""

    experts: tuple[int, int]
    together: int
    """Words that went to both."""
    expected: float
    """By chance: in proportion to both loads, as many pairs in all."""

    @property
    def lift(self) -> float:
        """Observed / by chance."""
        return self.together / self.expected


@dataclass(frozen=True, kw_only=True)
class LayerFigures:
    """One layer of a file of routes."""

    layer: int
    load_E: Array
    """Assignments."""
    max_vio: float
    floor: float
    """MaxVio of blind choice for as many words."""
    idle: int
    """Experts with less than a twentieth of their fair share."""
    pairs: tuple[Pair, ...]
    """Those together most often, against chance."""
    sent: Traffic
    chance_X: Array
    """Part of the words that would reach 0, 1, ... nodes by blind choice."""
    chance_nodes: float
    """Nodes that a word would reach by blind choice."""

    @property
    def relative_E(self) -> Array:
        """Load / fair share."""
        return np.asarray(self.load_E / self.load_E.mean())


def loads(routes: Routes) -> Array:
    """Assignments of every layer's experts, (L, E)."""
    return np.stack(
        [np.bincount(chosen_TK.ravel(), minlength=routes.n_routed) for chosen_TK in routes.experts_LTK]
    )


def relative_loads(routes: Routes) -> Array:
    """The same over the fair share of the layer: 1 is fair."""
    load_LE = loads(routes)
    return np.asarray(load_LE / load_LE.mean(axis=1, keepdims=True))


def possible_nodes(n_routed: int) -> list[int]:
    """Numbers of nodes on which the experts can be laid evenly, 2 to 16; the experts themselves where there is none."""
    return [n for n in range(2, 17) if n_routed % n == 0 and n <= n_routed] or [n_routed]


def layer_figures(routes: Routes, layer: int, n_nodes: int) -> LayerFigures:
    """Everything of one layer; `n_nodes` divides the number of experts."""
    chosen_TK = routes.experts_LTK[layer].astype(
        np.int64
    )  # numbers of pairs are larger than those of experts
    n_routed, top_k = routes.n_routed, routes.top_k
    load_E = np.bincount(chosen_TK.ravel(), minlength=n_routed)
    relative_E = load_E / load_E.mean()
    return LayerFigures(
        layer=layer,
        load_E=load_E,
        max_vio=float(relative_E.max() - 1),
        floor=random_max_vio(routes.n_tokens, n_routed, top_k),
        idle=int((relative_E < DEAD_BELOW).sum()),
        pairs=_pairs(chosen_TK, load_E),
        sent=traffic(chosen_TK, n_routed, n_nodes),
        chance_X=chance_by_nodes(n_routed, n_nodes, top_k),
        chance_nodes=chance_nodes(n_routed, n_nodes, top_k),
    )


def pairs_met(chosen_TK: Array, n_routed: int) -> tuple[Array, Array, Array]:
    """The pairs of experts that have words in common, first < second, in order, and how many: no (E, E) is made."""
    chosen_TK = np.sort(chosen_TK, axis=1)
    first_K, second_K = np.triu_indices(chosen_TK.shape[1], k=1)
    words = max(1, _CELLS_AT_ONCE // max(len(first_K), 1))
    cell_P, together_P = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    for start in range(0, len(chosen_TK), words):
        part_TK = chosen_TK[start : start + words]
        cells = part_TK[:, first_K] * n_routed + part_TK[:, second_K]
        found_P, count_P = np.unique(cells, return_counts=True)
        cell_P, place_P = np.unique(np.concatenate([cell_P, found_P]), return_inverse=True)
        counted_P = np.concatenate([together_P, count_P])
        together_P = np.bincount(place_P, counted_P, minlength=len(cell_P)).astype(np.int64)
    return cell_P // n_routed, cell_P % n_routed, together_P


def _pairs(chosen_TK: Array, load_E: Array) -> tuple[Pair, ...]:
    """The pairs that are together most often beyond chance, by words more than expected."""
    first_P, second_P, together_P = pairs_met(chosen_TK, len(load_E))
    if not len(together_P):
        return ()
    products = (load_E.sum() ** 2 - (load_E**2).sum()) / 2  # of the loads of every pair
    expected_P = load_E[first_P].astype(float) * load_E[second_P] * together_P.sum() / products
    most = np.argsort(expected_P - together_P, kind="stable")[:MAX_PAIRS]
    return tuple(
        Pair(
            experts=(int(first_P[p]), int(second_P[p])),
            together=int(together_P[p]),
            expected=float(expected_P[p]),
        )
        for p in most
        if together_P[p] > expected_P[p]
    )

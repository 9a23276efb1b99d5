"""Words in clusters of like vectors, as the model itself has them before its first layer: k-means on directions.

k-means++ (Arthur and Vassilvitskii 2007) with a fixed seed; the same vectors give the same clusters.

Letters: W words, D width, C clusters, E routed experts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from moe_demo.insight.assignments import Assignments

Array = np.ndarray[Any, Any]

N_CLUSTERS = 48
_STEPS = 25


def word_clusters(vector_WD: Array, n_clusters: int = N_CLUSTERS) -> Array:
    """The cluster of each word, shape (W,); at most as many clusters as there are words."""
    norm_W1 = np.linalg.norm(vector_WD, axis=1, keepdims=True)
    direction_WD = vector_WD / np.maximum(norm_W1, 1e-12)
    centre_CD = _first_centres(direction_WD, min(n_clusters, len(direction_WD)))
    cluster_W = np.zeros(len(direction_WD), dtype=np.int64)
    for _ in range(_STEPS):
        again_W = (direction_WD @ centre_CD.T).argmax(axis=1)
        if (again_W == cluster_W).all():
            break
        cluster_W = again_W
        sum_CD = np.eye(len(centre_CD), dtype=direction_WD.dtype)[cluster_W].T @ direction_WD
        is_there_C1 = np.linalg.norm(sum_CD, axis=1, keepdims=True) > 0
        centre_CD = np.where(is_there_C1, sum_CD, centre_CD)
        centre_CD = centre_CD / np.linalg.norm(centre_CD, axis=1, keepdims=True)
    return cluster_W


@dataclass(frozen=True, kw_only=True)
class TakenCluster:
    """One cluster among the words of an expert."""

    words: tuple[str, ...]
    """Those that it took most often."""
    share: float
    """Of what the expert takes."""
    lift: float
    """Against the cluster's share of all words."""


def clusters_of(
    found: Assignments, layer: int, expert: int, cluster_W: Array, most: int = 4, n_words: int = 6
) -> tuple[TakenCluster, ...]:
    """The clusters of which an expert takes most beyond chance, the largest surplus first."""
    load_WE, n = found.by_word(layer), int(cluster_W.max()) + 1
    taken_W = load_WE[:, expert]
    taken_C = np.bincount(cluster_W, weights=taken_W, minlength=n)
    chance_C = np.bincount(cluster_W, weights=load_WE.sum(axis=1), minlength=n) / load_WE.sum()
    total = max(float(taken_W.sum()), 1.0)
    surplus_C = taken_C / total - chance_C
    chosen = [int(c) for c in np.argsort(-surplus_C, kind="stable")[:most] if surplus_C[c] > 0]
    return tuple(
        TakenCluster(
            words=_most_taken(found, np.where(cluster_W == c, taken_W, 0), n_words),
            share=float(taken_C[c] / total),
            lift=float(taken_C[c] / total / chance_C[c]),
        )
        for c in chosen
    )


def _most_taken(found: Assignments, taken_W: Array, n_words: int) -> tuple[str, ...]:
    return tuple(found.words[w] for w in np.argsort(-taken_W, kind="stable")[:n_words] if taken_W[w] > 0)


def _first_centres(direction_WD: Array, n_clusters: int) -> Array:
    random = np.random.default_rng(0)
    centres = [direction_WD[0]]
    distance_W = 1 - direction_WD @ centres[0]
    while len(centres) < n_clusters:
        weight_W = np.maximum(distance_W, 1e-9).astype(float)
        centres.append(direction_WD[random.choice(len(direction_WD), p=weight_W / weight_W.sum())])
        distance_W = np.minimum(distance_W, 1 - direction_WD @ centres[-1])
    return np.stack(centres)

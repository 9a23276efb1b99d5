"""Four published accounts of what experts are, each as one number of a model beside what chance gives.

    committee   a few experts take most of the routing in every class   (Standing Committee, arXiv 2601.03425)
    topic       an expert belongs to a class                            (the older reading, tested by OLMoE and others)
    features    an expert is a union of a few clusters of words         (superposed specialisation; arXiv 2604.02178)
    path        what means something is the path through the layers     (Polysemantic Experts, Monosemantic Paths)

No number says that an account is right: each says how far the model is from chance, in the account's own unit.

Letters: T tokens, B headlines, W different words, E routed experts, C classes or clusters, K chosen, L MoE layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import torch

from moe_demo.config import RoutingRule
from moe_demo.insight.assignments import Assignments
from moe_demo.insight.information import entropy, information
from moe_demo.insight.shuffled import frequency_strata, shuffled_loads
from moe_demo.insight.word_clusters import word_clusters
from moe_demo.model.router import route

Array = np.ndarray[Any, Any]
Account = Literal["committee", "topic", "features", "path"]
ACCOUNTS: tuple[Account, ...] = get_args(Account)

DRAWS = 10
SHUFFLES = 60
PATH_HEADLINES = 1000  # of which paths are counted


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One account in one layer."""

    account: Account
    layer: int | None
    """None: of all layers together."""
    value: float
    chance: float
    """What the same count gives where there is nothing: mean of random routing or of shuffled labels."""
    beside: float | None = None
    """Of a path: the layer that tells most by itself."""


def figures(found: Assignments, rule: RoutingRule) -> tuple[Figure, ...]:
    """All accounts of one model, layer by layer; a model of one layer has no paths."""
    each = [
        figure
        for layer in range(found.n_layers)
        for figure in (committee(found, layer, rule), topic(found, layer))
    ]
    cluster_W = word_clusters(found.vector_WD)
    each += [features(found, layer, cluster_W) for layer in range(found.n_layers)]
    if found.n_layers > 1:
        each.append(path(found))
    return tuple(each)


def committee(found: Assignments, layer: int, rule: RoutingRule) -> Figure:
    """The part of the gates that goes to the K experts which all classes use most, in the class that uses them least.

    Chance is a router that draws its affinities, under the same rule.
    """
    gates_TK = found.gates_LTK[layer]
    drawn = [
        _committee_share(_drawn(found, rule, seed), np.full_like(gates_TK, 1 / found.top_k), found)
        for seed in range(DRAWS)
    ]
    return Figure(
        account="committee",
        layer=layer,
        value=_committee_share(found.experts_LTK[layer], gates_TK, found),
        chance=float(np.mean(drawn)),
    )


def topic(found: Assignments, layer: int) -> Figure:
    """Of what there is to know about a headline's class, the part that one chosen expert tells, bias taken off.

    Chance is what 95 of 100 shuffles of the labels stay below.
    """
    told = information(found.by_headline(layer), found.label_ids_B, len(found.labels))
    return Figure(account="topic", layer=layer, value=told.share, chance=told.luck_share)


def features(found: Assignments, layer: int, cluster_W: Array) -> Figure:
    """Clusters of words that an expert's words come from: 2 to the entropy over clusters, the mean of the experts.

    Chance: the clusters shuffled among words that are about as frequent.
    """
    load_WE, n = found.by_word(layer), int(cluster_W.max()) + 1
    shuffled = shuffled_loads(load_WE, cluster_W, n, SHUFFLES, strata_B=frequency_strata(found.count_W))
    return Figure(
        account="features",
        layer=layer,
        value=_clusters_in_use(load_WE.T @ np.eye(n)[cluster_W]),
        chance=float(np.mean([_clusters_in_use(load_EC) for load_EC in shuffled])),
    )


def path(found: Assignments) -> Figure:
    """Of what there is to know about the class, the part that a path tells, bias taken off.

    A path is an expert of the first layer and one of the last. Chance is as in `topic`.
    """
    rows = np.unique(np.linspace(0, len(found.texts) - 1, PATH_HEADLINES).round().astype(int))
    load_BP = paths_by_headline(found, rows)
    label_ids_B, n = found.label_ids_B[rows], len(found.labels)
    told = information(load_BP, label_ids_B, n, n_shuffles=SHUFFLES)
    alone = [
        information(found.by_headline(layer)[rows], label_ids_B, n, n_shuffles=SHUFFLES).share
        for layer in (0, found.n_layers - 1)
    ]
    return Figure(
        account="path", layer=None, value=told.share, chance=told.luck_share, beside=float(max(alone))
    )


def paths_by_headline(found: Assignments, headlines: Array) -> Array:
    """How often each pair of an expert of the first layer and one of the last is on a word's way, (B, E x E)."""
    n_paths, place_B = found.n_routed**2, np.full(len(found.texts), -1)
    place_B[headlines] = np.arange(len(headlines))
    place_T = place_B[found.headline_T]
    is_counted_T = place_T >= 0
    first_TK, last_TK = (found.experts_LTK[layer][is_counted_T] for layer in (0, -1))
    path_TKK = first_TK[:, :, None] * found.n_routed + last_TK[:, None, :]
    cell = (place_T[is_counted_T][:, None, None] * n_paths + path_TKK).ravel()
    return np.bincount(cell, minlength=len(headlines) * n_paths).reshape(len(headlines), n_paths)


def _committee_share(experts_TK: Array, gates_TK: Array, found: Assignments) -> float:
    label_TK = np.broadcast_to(found.label_T[:, None], experts_TK.shape)
    cell = (label_TK * found.n_routed + experts_TK).ravel()
    mass_CE = np.bincount(
        cell, weights=gates_TK.ravel().astype(float), minlength=len(found.labels) * found.n_routed
    )
    mass_CE = mass_CE.reshape(len(found.labels), found.n_routed)
    mass_CE = mass_CE[mass_CE.sum(axis=1) > 0]
    share_CE = mass_CE / mass_CE.sum(axis=1, keepdims=True)
    members = np.argsort(-share_CE.min(axis=0), kind="stable")[: found.top_k]
    return float(share_CE[:, members].sum(axis=1).min())


def _drawn(found: Assignments, rule: RoutingRule, seed: int) -> Array:
    logits_TE = torch.from_numpy(
        np.random.default_rng(seed).standard_normal((found.n_tokens, found.n_routed))
    )
    return np.asarray(route(logits_TE, torch.zeros(found.n_routed), rule).topk_idx_TK.numpy())


def _clusters_in_use(load_EC: Array) -> float:
    return float(np.mean([2 ** entropy(load_C) for load_C in load_EC if load_C.sum() > 0]))

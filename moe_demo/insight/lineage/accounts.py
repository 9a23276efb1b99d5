"""The four accounts of what experts are (`insight.accounts`): each figure of this run, and its chance.

Letters: T words of all headlines, K chosen, E routed experts, B headlines, W different words, C classes or clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moe_demo.insight.accounts import DRAWS, PATH_HEADLINES, SHUFFLES, Figure
from moe_demo.insight.lineage.assigned import BITS, SHUFFLED_COUNTS, AssignedCase, information_lines
from moe_demo.insight.lineage.record import Array, Lineage
from moe_demo.insight.lineage.routing import random_choice
from moe_demo.insight.shuffled import frequency_strata

_SOURCE = "moe_demo/insight/accounts.py"
_SHARE = '''
def share(experts, gates):
    """What the K experts that all classes use most take in the class that uses them least."""
    mass = np.zeros((label.max() + 1, n_experts))
    np.add.at(mass, (label[:, None], experts), gates)
    mass = mass[mass.sum(1) > 0]
    part = mass / mass.sum(1, keepdims=True)
    members = np.argsort(-part.min(0), kind="stable")[: experts.shape[1]]
    return part[:, members].sum(1).min()
'''
_IN_USE = '''
def in_use(counts):
    """Clusters that an expert's words come from: 2 to the entropy, the mean of the experts."""
    return np.mean([2 ** entropy(row) for row in counts if row.sum() > 0])
'''


@dataclass(frozen=True, kw_only=True, eq=False)
class AccountCase:
    """One layer of a checkpoint, the figures of all accounts, and the cluster of every different word."""

    of: AssignedCase
    figures: tuple[Figure, ...]
    cluster_W: Array

    def figure(self, account: str) -> Figure:
        """One account in the selected layer, or of all layers."""
        return next(
            one for one in self.figures if one.account == account and one.layer in (self.of.layer, None)
        )


def committee(case: AccountCase) -> Lineage:
    """The part of the gates that goes to the K experts that all classes use most."""
    return _committee(case, "committee", ["result = share(experts, gates)"], case.figure("committee").value)


def committee_chance(case: AccountCase) -> Lineage:
    """The same of a router that draws its affinities, under the same rule."""
    lines = [
        "shares = []",
        f"for seed in range({DRAWS}):",
        "    logits = np.random.default_rng(seed).standard_normal((len(label), n_experts))",
        *(f"    {line}" for line in random_choice(case.of.rule)),
        "    shares.append(share(drawn, np.ones(drawn.shape)))",
        "result = np.mean(shares)",
    ]
    return _committee(case, "committee_chance", lines, case.figure("committee").chance)


def features(case: AccountCase) -> Lineage:
    """Clusters of words that an expert's words come from, the mean of the experts."""
    n = int(case.cluster_W.max()) + 1
    lines = [f"result = in_use(load.T @ np.eye({n})[cluster])"]
    return _features(case, "features", lines, case.figure("features").value)


def features_chance(case: AccountCase) -> Lineage:
    """The same with the clusters shuffled among words that are about as frequent."""
    n = int(case.cluster_W.max()) + 1
    lines = [
        f"shuffled = shuffled_counts(load, cluster, strata, {n}, {SHUFFLES})",
        "result = np.mean([in_use(counts) for counts in shuffled])",
    ]
    return _features(case, "features_chance", lines, case.figure("features").chance)


def path(case: AccountCase) -> Lineage:
    """Of what there is to know about the class, the part that a path through the layers tells."""
    return _path(case, "path", "bits(counts) - np.mean(shuffled)", case.figure("path").value)


def path_chance(case: AccountCase) -> Lineage:
    """What 95 of 100 shuffles of the classes stay below."""
    luck = "np.quantile(shuffled, 0.95) - np.mean(shuffled)"
    return _path(case, "path_chance", luck, case.figure("path").chance)


def path_alone(case: AccountCase) -> Lineage:
    """The layer that tells most by itself."""
    alone = case.figure("path").beside
    assert alone is not None
    lines = [
        *_ROWS,
        "told = []",
        "for experts in (first, last):",
        "    load = np.zeros((len(kept), n_experts))",
        "    np.add.at(load, (place[headline][:, None], experts), is_kept[:, None])",
        *(f"    {line}" for line in information_lines(len(case.of.found.labels), SHUFFLES)),
        "    told.append((bits(counts) - np.mean(shuffled)) / entropy(counts.sum(0)))",
        "result = max(told)",
    ]
    return _of_paths(case, "path_alone", lines, alone)


# -- what they read ------------------------------------------------------------------------------------------------


def _committee(case: AccountCase, name: str, lines: list[str], expected: float) -> Lineage:
    return Lineage(
        name=name,
        equation=r"\min_c \sum_{i \in \mathrm{TopK}_i\, \min_c m_{c,i}} m_{c,i}",
        source=f"Standing Committee, arXiv 2601.03425; {_SOURCE}",
        arrays={
            "experts": case.of.experts_TK,
            "gates": case.of.found.gates_LTK[case.of.layer],
            "label": case.of.found.label_T,
            "n_experts": np.asarray(case.of.found.n_routed),
        },
        prelude=_SHARE,
        snippet="\n".join(lines),
        expected=expected,
    )


def _features(case: AccountCase, name: str, lines: list[str], expected: float) -> Lineage:
    return Lineage(
        name=name,
        equation=r"\frac{1}{E} \sum_i 2^{H(\text{clusters of } i)}",
        source=f"arXiv 2604.02178; {_SOURCE}",
        arrays={
            "load": case.of.found.by_word(case.of.layer),
            "cluster": case.cluster_W,
            "strata": frequency_strata(case.of.found.count_W),
        },
        prelude=SHUFFLED_COUNTS + BITS + _IN_USE,
        snippet="\n".join(lines),
        expected=expected,
    )


def _path(case: AccountCase, name: str, told: str, expected: float) -> Lineage:
    lines = [
        *_ROWS,
        "way = (first[:, :, None] * n_experts + last[:, None, :]).reshape(len(first), -1)",
        "load = np.zeros((len(kept), n_experts**2))",
        "np.add.at(load, (place[headline][:, None], way), is_kept[:, None])",
        *information_lines(len(case.of.found.labels), SHUFFLES),
        f"result = ({told}) / entropy(counts.sum(0))",
    ]
    return _of_paths(case, name, lines, expected)


_ROWS = [
    f"kept = np.unique(np.linspace(0, headline[-1], {PATH_HEADLINES}).round().astype(int))",
    "place = np.zeros(headline[-1] + 1, dtype=int)",
    "place[kept] = np.arange(len(kept))",
    "is_kept = np.isin(headline, kept)",
    "labels, strata = classes[kept], np.zeros(len(kept))",
]


def _of_paths(case: AccountCase, name: str, lines: list[str], expected: float) -> Lineage:
    return Lineage(
        name=name,
        equation=r"\frac{I(\text{path};C) - \overline{I}_{\text{shuffled}}}{H(C)}",
        source=f"Polysemantic Experts, Monosemantic Paths; {_SOURCE}",
        arrays={
            "first": case.of.found.experts_LTK[0],
            "last": case.of.found.experts_LTK[-1],
            "headline": case.of.found.headline_T,
            "classes": case.of.found.label_ids_B,
            "n_experts": np.asarray(case.of.found.n_routed),
        },
        prelude=SHUFFLED_COUNTS + BITS,
        snippet="\n".join(lines),
        expected=expected,
    )

"""Numbers of who handles what: all of them counted again from the experts that every word was sent to.

A column is a class, or behind the classes a kind of word, as on the experts page. What luck would do is found again by
the same shuffles: the seed is fixed.

Letters: T words of all headlines, K chosen, E routed experts, B headlines (or different words), C classes or kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from moe_demo.config import RoutingRule
from moe_demo.insight.assignments import Assignments
from moe_demo.insight.coactivation import CoActivation
from moe_demo.insight.experts import LayerExperts, kinds
from moe_demo.insight.information import N_SHUFFLES as TOLD_SHUFFLES
from moe_demo.insight.information import Information
from moe_demo.insight.lineage.record import Array, Lineage
from moe_demo.insight.shuffled import N_SHUFFLES, frequency_strata

_SPECIALISATION = "moe_demo/insight/specialisation.py"
_SHUFFLED = "moe_demo/insight/shuffled.py: whole headlines (or words) are shuffled"
By = Literal["class", "kind"]
_BY: tuple[By, By] = ("class", "kind")
_INFORMATION = "moe_demo/insight/information.py; Treves and Panzeri 1995, Neural Computation 7"

SHUFFLED_COUNTS = '''
def shuffled_counts(load, labels, strata, n_labels, n):
    """Words of each expert by label, the labels shuffled within their strata, n times."""
    random, load = np.random.default_rng(0), load.T.astype(float)
    places = [np.flatnonzero(strata == one) for one in np.unique(strata)]
    for _ in range(n):
        shuffled = labels.copy()
        for place in places:
            shuffled[place] = random.permutation(labels[place])
        yield load @ np.eye(n_labels)[shuffled]
'''
BITS = '''
def bits(counts):
    """Mutual information of rows and columns."""
    p = counts / counts.sum()
    chance = p.sum(1, keepdims=True) * p.sum(0)
    seen = p > 0
    return (p[seen] * np.log2(p[seen] / chance[seen])).sum()


def entropy(counts):
    p = counts[counts > 0] / counts.sum()
    return -(p * np.log2(p)).sum()
'''


@dataclass(frozen=True, kw_only=True, eq=False)
class AssignedCase:
    """One checkpoint's experts on its held-out headlines: one layer and expert of it."""

    found: Assignments
    rule: RoutingRule
    by_class: LayerExperts
    by_kind: LayerExperts
    pairs: CoActivation | None
    """None where a word has one expert only."""
    told: tuple[Information, Information]
    """What the expert tells about the class, and about the kind of word."""
    layer: int
    expert: int

    @property
    def experts_TK(self) -> Array:
        """The experts of every word in the layer."""
        return np.asarray(self.found.experts_LTK[self.layer])

    def map_at(self, column: int) -> tuple[LayerExperts, int]:
        """The map that a column lies in, and its place there."""
        n = len(self.found.labels)
        return (self.by_class, column) if column < n else (self.by_kind, column - n)

    def label_T(self, column: int) -> Array:
        """The class of each word's headline, or the kind of each word: whichever the column is one of."""
        if column < len(self.found.labels):
            return self.found.label_T
        return np.asarray(kinds(self.found)[self.found.word_T])


# -- counts --------------------------------------------------------------------------------------------------------


def assigned_load(case: AssignedCase) -> Lineage:
    """An expert's part of all assignments, over the fair share."""
    e, found = case.expert, float(case.by_class.load_E[case.expert])
    load_E = case.by_class.counts.load_E
    return Lineage(
        name="assigned_load",
        equation=r"f_i = \frac{E}{K\,T}\, c_i",
        filled=rf"\frac{{{len(load_E)}}}{{{int(load_E.sum())}}} \cdot {int(load_E[e])} = {found:.4f}",
        source="DeepSeekMoE, arXiv 2401.06066, Eq. 13",
        arrays={"experts": case.experts_TK, "n_experts": np.asarray(len(load_E))},
        snippet=f"count = (experts == {e}).sum()\nresult = count * n_experts / experts.size",
        expected=found,
    )


def assigned_count(case: AssignedCase, column: int) -> Lineage:
    """Words of one column that an expert took."""
    layer, c = case.map_at(column)
    return Lineage(
        name="assigned_count",
        equation=r"n_{i,c}",
        source=_SPECIALISATION,
        arrays=_words(case, column),
        snippet=f"result = ((experts == {case.expert}).any(1) & (label == {c})).sum()",
        expected=float(layer.counts.load_EC[case.expert, c]),
    )


def assigned_share(case: AssignedCase, column: int) -> Lineage:
    """Of an expert's words, the part that one column has."""
    layer, c = case.map_at(column)
    n_C, e = layer.counts.load_EC[case.expert], case.expert
    found = float(layer.counts.share_EC[e, c])
    return Lineage(
        name="assigned_share",
        equation=r"\frac{n_{i,c}}{\sum_k n_{i,k}}",
        filled=rf"\frac{{{int(n_C[c])}}}{{{int(n_C.sum())}}} = {found:.4f}",
        source=_SPECIALISATION,
        arrays=_words(case, column),
        snippet=f"taken = (experts == {e}).any(1)\nresult = (label[taken] == {c}).mean()",
        expected=found,
    )


def assigned_lift(case: AssignedCase, column: int) -> Lineage:
    """That share over the column's share of all words."""
    layer, c = case.map_at(column)
    counts, e = layer.counts, case.expert
    found = float(counts.lift_EC[e, c])
    return Lineage(
        name="assigned_lift",
        equation=r"\mathrm{lift} = \frac{n_{i,c} / \sum_k n_{i,k}}{\sum_j n_{j,c} / \sum_{j,k} n_{j,k}}",
        filled=rf"\frac{{{counts.share_EC[e, c]:.4f}}}{{{counts.chance_C[c]:.4f}}} = {found:.4f}",
        source=_SPECIALISATION,
        arrays=_words(case, column),
        snippet=f"taken = (experts == {e}).any(1)\nshare = (label[taken] == {c}).mean()\n"
        f"result = share / (label == {c}).mean()",
        expected=found,
    )


def assigned_chance(case: AssignedCase, column: int) -> Lineage:
    """The column's share of all words."""
    layer, c = case.map_at(column)
    return Lineage(
        name="assigned_chance",
        equation=r"\frac{\sum_j n_{j,c}}{\sum_{j,k} n_{j,k}}",
        source=_SPECIALISATION,
        arrays=_words(case, column),
        snippet=f"result = (label == {c}).mean()",
        expected=float(layer.counts.chance_C[c]),
    )


# -- luck ----------------------------------------------------------------------------------------------------------


def assigned_band(case: AssignedCase, column: int) -> Lineage:
    """Between which lifts 95 of 100 shuffles lie."""
    layer, c = case.map_at(column)
    at = (case.expert, c)
    lines = [
        *_lift_lines(case.expert, c, layer, N_SHUFFLES),
        "result = np.quantile(np.nan_to_num(lifts), [0.025, 0.975])",
    ]
    expected = np.array([layer.band.low_EC[at], layer.band.high_EC[at]])
    equation = r"[q_{2.5\,\%},\ q_{97.5\,\%}]"
    return _shuffled(case, _by(case, column), "assigned_band", equation, lines, expected)


def assigned_luck(case: AssignedCase, column: int) -> Lineage:
    """The lift of one shuffle: the column of luck beside the map."""
    layer, c = case.map_at(column)
    lines = [*_lift_lines(case.expert, c, layer, 1), "result = lifts[0]"]
    expected, equation = float(layer.luck_EC[case.expert, c]), r"\mathrm{lift}(\text{shuffled labels})"
    return _shuffled(case, _by(case, column), "assigned_luck", equation, lines, expected)


def _lift_lines(e: int, c: int, layer: LayerExperts, n: int) -> list[str]:
    return [
        "lifts = []",
        f"for n in shuffled_counts(load, labels, strata, {len(layer.counts.labels)}, {n}):",
        f"    share, chance = n[{e}, {c}] / n[{e}].sum(), n[:, {c}].sum() / n.sum()",
        "    lifts.append(share / chance)",
    ]


# -- information ---------------------------------------------------------------------------------------------------


def information_raw(case: AssignedCase, by: int) -> Lineage:
    """Bits between expert and label, as counted."""
    told = case.told[by]
    return _information(case, by, "information_raw", _MUTUAL, ["result = bits(counts)"], told.raw)


def information_bias(case: AssignedCase, by: int) -> Lineage:
    """The mean of shuffled labels: what finite counts feign."""
    lines = ["result = np.mean(shuffled)"]
    return _information(
        case, by, "information_bias", r"\overline{I}(\text{shuffled})", lines, case.told[by].bias
    )


def information(case: AssignedCase, by: int) -> Lineage:
    """As counted, less the bias."""
    told = case.told[by]
    filled = rf"{told.raw:.4f} - {told.bias:.4f} = {told.corrected:.4f}"
    lines = ["result = bits(counts) - np.mean(shuffled)"]
    return _information(case, by, "information", _CORRECTED, lines, told.corrected, filled)


def information_luck(case: AssignedCase, by: int) -> Lineage:
    """What 95 of 100 shuffles stay below, their mean taken off."""
    lines = ["result = np.quantile(shuffled, 0.95) - np.mean(shuffled)"]
    equation = r"q_{95\,\%}(I_{\text{shuffled}}) - \overline{I}_{\text{shuffled}}"
    return _information(case, by, "information_luck", equation, lines, case.told[by].luck)


def information_share(case: AssignedCase, by: int) -> Lineage:
    """Of what there is to know about the label, the part that the expert tells."""
    told = case.told[by]
    filled = rf"\frac{{{told.corrected:.4f}}}{{{told.at_most:.4f}}} = {told.share:.4f}"
    lines = ["result = (bits(counts) - np.mean(shuffled)) / entropy(counts.sum(0))"]
    return _information(
        case, by, "information_share", rf"\frac{{{_CORRECTED}}}{{H(C)}}", lines, told.share, filled
    )


def information_luck_share(case: AssignedCase, by: int) -> Lineage:
    """The same of the luck."""
    lines = [
        "luck = np.quantile(shuffled, 0.95) - np.mean(shuffled)",
        "result = luck / entropy(counts.sum(0))",
    ]
    equation = r"\frac{q_{95\,\%}(I_{\text{shuffled}}) - \overline{I}_{\text{shuffled}}}{H(C)}"
    return _information(case, by, "information_luck_share", equation, lines, case.told[by].luck_share)


_MUTUAL = r"I(E;C) = \sum_{i,c} p_{ic} \log_2 \frac{p_{ic}}{p_i\, p_c}"
_CORRECTED = r"I(E;C) - \overline{I}_{\text{shuffled}}"


def _information(
    case: AssignedCase,
    by: int,
    name: str,
    equation: str,
    lines: list[str],
    expected: float,
    filled: str = "",
) -> Lineage:
    n_labels = len((case.by_class if by == 0 else case.by_kind).counts.labels)
    lines = [*information_lines(n_labels, TOLD_SHUFFLES), *lines]
    return _shuffled(
        case, _BY[by], name, equation, lines, expected, filled, functions=BITS, source=_INFORMATION
    )


# -- what all read -------------------------------------------------------------------------------------------------


def information_lines(n_labels: int, n_shuffles: int) -> list[str]:
    """Counts by label, and the bits of shuffled ones."""
    return [
        f"counts = load.T @ np.eye({n_labels})[labels]",
        f"shuffled = [bits(n) for n in shuffled_counts(load, labels, strata, {n_labels}, {n_shuffles})]",
    ]


def blocks(found: Assignments, layer: int, by: By) -> Mapping[str, Array]:
    """What is shuffled: whole headlines by class, or whole words by kind, with each one's assignments."""
    if by == "class":
        label_B = found.label_ids_B
        return {
            "load": found.by_headline(layer),
            "labels": label_B,
            "strata": np.zeros(len(label_B), dtype=int),
        }
    return {
        "load": found.by_word(layer),
        "labels": kinds(found),
        "strata": frequency_strata(found.count_W),
    }


def _by(case: AssignedCase, column: int) -> By:
    """What a column is one of."""
    return "class" if column < len(case.found.labels) else "kind"


def _shuffled(
    case: AssignedCase,
    by: By,
    name: str,
    equation: str,
    lines: list[str],
    expected: float | Array,
    filled: str = "",
    *,
    functions: str = "",
    source: str = _SHUFFLED,
) -> Lineage:
    """A number that is counted again with labels shuffled."""
    return Lineage(
        name=name,
        equation=equation,
        filled=filled,
        source=source,
        arrays=blocks(case.found, case.layer, by),
        prelude=SHUFFLED_COUNTS + functions,
        snippet="\n".join(lines),
        expected=expected,
    )


def _words(case: AssignedCase, column: int) -> dict[str, Array]:
    return {"experts": case.experts_TK, "label": case.label_T(column)}

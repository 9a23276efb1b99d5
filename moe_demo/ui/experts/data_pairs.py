"""What the picture of co-activation is given: which experts of a layer are chosen together; and who tells how much."""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from moe_demo.insight.coactivation import CoActivation, coactivation
from moe_demo.insight.experts import kinds, plain
from moe_demo.insight.information import Information, information
from moe_demo.insight.run import Run
from moe_demo.insight.shuffled import frequency_strata
from moe_demo.text.word_kinds import KINDS
from moe_demo.ui.experts.measured import measured, once_for_all
from moe_demo.ui.kit.data import KitNumberTableData, NumberRow
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import Ramp, signed_ramp
from moe_demo.ui.kit.words import expert_name, layer_name, layer_title

BY = ("class", "kind")
DIGITS = 3  # of what a browser is sent: more than it shows


class PairCell(TypedDict):
    """Two experts."""

    lift: float | None
    n: int
    expected: float
    low: float
    high: float
    clear: bool


class ExpertsPairsData(TypedDict):
    """All pairs of one layer."""

    experts: list[str]
    group_size: int
    rows: list[list[PairCell]]
    """Below the diagonal: row 1 has the pair with expert 0, and so on."""
    ramp: Ramp
    title: str
    claim: str
    words: dict[str, str]
    lang: str


@once_for_all(64)
def pairs(run: Run, layer: int) -> CoActivation | None:
    """Counted once for all readers; None where a word has one expert only."""
    return coactivation(measured(run).found, layer, run.config.model.routing_rule)


@once_for_all(64)
def pairs_data(run: Run, layer: int, lang: str) -> ExpertsPairsData | None:
    """What the picture draws, in the language that is spoken; None where there are no pairs."""
    found = pairs(run, layer)
    if found is None:
        return None
    assert lang == language()
    n = len(found.together_EE)
    return {
        "experts": [expert_name(e) for e in range(n)],
        "group_size": run.config.model.routing_rule.group_size,
        "rows": [[_cell(found, i, j) for j in range(i)] for i in range(n)],
        "ramp": signed_ramp(),
        "title": t("experts.pairs_label", layer=layer_title(layer)),
        "claim": _claim(found, layer),
        "words": labels("experts.pairs"),
        "lang": lang,
    }


def _cell(found: CoActivation, i: int, j: int) -> PairCell:
    return {
        "lift": plain(found.lift_EE[i, j], DIGITS),
        "n": int(found.together_EE[i, j]),
        "expected": round(float(found.expected_EE[i, j]), 1),
        "low": round(float(found.low_EE[i, j]), DIGITS),
        "high": round(float(found.high_EE[i, j]), DIGITS),
        "clear": bool(found.clear_EE[i, j]),
    }


def _claim(found: CoActivation, layer: int) -> str:
    """Who is together most, and who least, with the counts."""
    lift_EE = np.where(found.clear_EE, found.lift_EE, np.nan)
    if np.isnan(lift_EE).all():
        return t("experts.pairs_none", layer=layer_name(layer))
    most, least = (
        tuple(int(e) for e in np.unravel_index(int(pick(lift_EE)), lift_EE.shape))
        for pick in (np.nanargmax, np.nanargmin)
    )
    values = {
        f"{name}_{key}": value
        for name, (i, j) in (("most", sorted(most)), ("least", sorted(least)))
        for key, value in (
            ("pair", f"{expert_name(i)} + {expert_name(j)}"),
            ("n", int(found.together_EE[i, j])),
            ("expected", found.expected_EE[i, j]),
            ("lift", found.lift_EE[i, j]),
        )
    }
    return t("experts.pairs_claim", layer=layer_name(layer), **values)


@once_for_all(64)
def tells(run: Run) -> tuple[tuple[Information, Information], ...]:
    """For each layer, what the expert tells about the class and about the kind of word."""
    found = measured(run).found
    kind_W, strata_W = kinds(found), frequency_strata(found.count_W)
    return tuple(
        (
            information(found.by_headline(layer), found.label_ids_B, len(found.labels)),
            information(found.by_word(layer), kind_W, len(KINDS), strata_W),
        )
        for layer in range(found.n_layers)
    )


def tells_table(run: Run) -> KitNumberTableData:
    """The same as a table whose numbers tell where they come from."""
    heads = ("what", "raw", "bias", "corrected", "luck", "share")
    return {
        "label": t("experts.tells_title"),
        "heads": [t(f"experts.tells.{head}") for head in heads],
        "rows": [
            _told_row(layer, by, one)
            for layer, of_layer in enumerate(tells(run))
            for by, one in enumerate(of_layer)
        ],
        "is_text": False,
        "lang": language(),
    }


def _told_row(layer: int, by: int, one: Information) -> NumberRow:
    texts = {
        "information_raw": f"{one.raw:.3f}",
        "information_bias": f"{one.bias:.3f}",
        "information": f"{one.corrected:.3f}",
        "information_luck": f"{one.luck:.3f}",
        "information_share": f"{one.share:.1%}",
    }
    return {
        "head": f"{layer_name(layer)}\u00a0{t(f'experts.tells.{BY[by]}')}",
        "cells": [
            {"text": text, "why": f"{name}-{by}", "expert": None, "layer": layer}
            for name, text in texts.items()
        ],
    }

"""Cells of the map by their place in the address, and what they say in words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from moe_demo.insight.expert_cell import By
from moe_demo.insight.experts import LayerExperts
from moe_demo.insight.run import Run
from moe_demo.text.word_kinds import KINDS
from moe_demo.ui.experts.measured import measured
from moe_demo.ui.experts.settings import ExpertsSettings
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_word


class Place(NamedTuple):
    """A cell of the map, as the address has it."""

    layer: int
    expert: int
    column: int


def picked_place(view: View) -> Place:
    """The cell of the address; without a column, the class that stands out most, of the selected expert or of all."""
    chosen, column = view.selection, view.selection.of(ExpertsSettings).col
    if chosen.expert is not None and column is not None:
        return Place(chosen.layer, chosen.expert, column)
    return Place(chosen.layer, *strongest(measured(view.run).by_class[chosen.layer], chosen.expert))


def strongest(layer: LayerExperts, of: int | None = None) -> tuple[int, int]:
    """Expert and class of the largest lift outside of luck; the largest at all where there is none."""
    lift_EC = np.nan_to_num(layer.counts.lift_EC)
    if of is not None:
        lift_EC = np.where(np.arange(len(lift_EC))[:, None] == of, lift_EC, -1.0)
    clear_EC = np.where(layer.within_luck_EC, -1.0, lift_EC)
    best_EC = clear_EC if clear_EC.max() > 0 else lift_EC
    expert, column = np.unravel_index(int(best_EC.argmax()), best_EC.shape)
    return int(expert), int(column)


def map_at(run: Run, place: Place) -> tuple[LayerExperts, int, By]:
    """The map that a place lies in, its column there, and what the columns are."""
    of_run, n_classes = measured(run), len(run.labels)
    if place.column < n_classes:
        return of_run.by_class[place.layer], place.column, "class"
    return of_run.by_kind[place.layer], place.column - n_classes, "kind"


def column_word(run: Run, column: int) -> str:
    """The class, or the kind of word, in the reader's language."""
    if column < len(run.labels):
        return class_word(run.labels[column])
    return t(f"experts.kinds.{KINDS[column - len(run.labels)]}")


def rests_on(run: Run, place: Place) -> str:
    """`sports ×1.49, n = 690`: what a name rests on."""
    layer, column, _ = map_at(run, place)
    lift, n = layer.counts.lift_EC[place.expert, column], int(layer.counts.load_EC[place.expert, column])
    if np.isnan(lift):
        return t("experts.rests_on_nothing", column=column_word(run, place.column), n=n)
    return t("experts.rests_on", column=column_word(run, place.column), lift=lift, n=n)


def says(layer: LayerExperts, expert: int, column: int, word: str) -> str:
    """Share against chance, and whether luck would do the same."""
    counts, band, at = layer.counts, layer.band, (expert, column)
    if np.isnan(counts.lift_EC[at]):
        return t("experts.says_nothing", column=word)
    return t(
        "experts.says_luck" if layer.within_luck_EC[at] else "experts.says",
        share=counts.share_EC[at],
        chance=counts.chance_C[column],
        lift=counts.lift_EC[at],
        column=word,
        low=band.low_EC[at],
        high=band.high_EC[at],
    )

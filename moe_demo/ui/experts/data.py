"""What the experts page's map is given: lift of every expert by class and by kind of word, and the picked cell."""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from moe_demo.insight.expert_cell import ExpertCell
from moe_demo.insight.experts import LayerExperts, plain
from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.run import Run
from moe_demo.text.word_kinds import KINDS
from moe_demo.ui.experts.measured import Measured, cell, measured
from moe_demo.ui.experts.places import Place, column_word, map_at, picked_place, rests_on, says, strongest
from moe_demo.ui.experts.settings import ExpertsSettings, Shown
from moe_demo.ui.kit.glossary import meanings
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import Ramp, class_looks, signed_ramp
from moe_demo.ui.kit.page_settings import MAX_NAME_CHARS
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import (
    badge,
    badge_hint,
    class_word,
    expert_name,
    layer_name,
    layer_title,
    sentences,
)

DIGITS = 4  # of what a browser is sent: more than it shows
MOST_CLASSES = 12
"""Columns of classes: of more, those with most words."""


class Column(TypedDict):
    """A class or a kind of word."""

    column: int
    """Its number in the address: classes first, then kinds."""
    word: str
    glyph: str
    hue: str
    hint: str


class MapCell(TypedDict):
    """One expert and column."""

    lift: float | None
    """None: nothing to divide."""
    n: int
    low: float | None
    high: float | None
    luck: float | None
    """Lift of one shuffle of the labels."""
    clear: bool
    """Whether the lift lies outside the band of luck."""


class MapRow(TypedDict):
    """One expert."""

    expert: int
    label: str
    load: float
    n: int
    cells: list[list[MapCell]]
    """By class, then by kind."""
    names: list[str]
    """That a reader gave, each with what it rests on."""
    has_word: bool
    """Whether the selected word of the sentence goes to it."""


class CellWord(TypedDict):
    """A word behind the picked cell."""

    word: str
    n: int
    of: int


class CellHeadline(TypedDict):
    """A headline behind it: its words, and which of them this expert took."""

    text: str
    tokens: list[str]
    gaps: list[bool]
    """Whether a space stands before each."""
    taken: list[int]
    glyph: str
    hue: str
    label: str


class CellNumber(TypedDict):
    """A number of the picked cell, and the key of its sum."""

    name: str
    text: str
    why: str


class PickedCell(TypedDict):
    """The picked cell in words."""

    expert: int
    column: int
    title: str
    says: str
    numbers: list[CellNumber]
    n_words: str
    words: list[CellWord]
    headlines: list[CellHeadline]
    name: str
    """That a reader gave it, or an empty text."""


class NameGiven(TypedDict):
    """A name that a reader gave, with lift and n of the cell it rests on."""

    place: list[int]
    name: str
    says: str


class ExpertsPictureData(TypedDict):
    """The map of one layer and the picked cell."""

    layer: int
    layers: list[str]
    shown: Shown
    columns: list[list[Column]]
    """Classes, then kinds."""
    rows: list[MapRow]
    load_limit: float
    picked: PickedCell
    names: list[NameGiven]
    max_name: int
    ramp: Ramp
    title: str
    claim: str
    says: str
    """The whole picture in a sentence, for those who do not see it."""
    badge: str
    badge_hint: str
    words: dict[str, str]
    lang: str


def picture_data(view: View) -> ExpertsPictureData:
    """What the map draws."""
    run, chosen, asked = view.run, view.selection, view.selection.of(ExpertsSettings)
    layer, place = chosen.layer, picked_place(view)
    base = _base(run, layer, language())
    picked_word_experts = set()
    if chosen.token is not None:
        picked_word_experts = set(view.trace.layers[layer].topk_idx_TK[chosen.token].tolist())
    rows: list[MapRow] = [
        {
            **row,
            "has_word": row["expert"] in picked_word_experts,
            "names": [
                f"{item[3]}{t('common.colon')}{rests_on(run, Place(*item[:3]))}"
                for item in asked.named
                if item[:2] == (layer, row["expert"])
            ],
        }
        for row in base["rows"]
    ]
    word = view.trace.tokens[chosen.token] if chosen.token is not None else ""
    changes: ExpertsPictureData = {
        **base,
        "shown": asked.cells,
        "rows": rows,
        "picked": _picked(run, place, asked),
        "names": _names(run, asked),
        "words": base["words"] | {"word_goes": t("experts.word_goes", word=word)},
    }
    return changes


@kept_with_run(64)
def _base(run: Run, layer: int, lang: str) -> ExpertsPictureData:
    """All that does not depend on what is picked; the language is that of the reader."""
    of_run = measured(run)
    layers = (of_run.by_class[layer], of_run.by_kind[layer])
    shown = shown_classes(layers[0])
    load_E, title = layers[0].load_E, t("experts.title_label", layer=layer_title(layer))
    rows: list[MapRow] = [
        {
            "expert": e,
            "label": expert_name(e),
            "load": round(float(load_E[e]), DIGITS),
            "n": int(layers[0].counts.load_E[e]),
            "cells": [
                [_cell(layers[0], e, c) for c in shown],
                [_cell(layers[1], e, c) for c in range(len(KINDS))],
            ],
            "names": [],
            "has_word": False,
        }
        for e in range(len(load_E))
    ]
    return {
        "layer": layer,
        "layers": [layer_name(index) for index in range(run.config.model.n_layers)],
        "shown": "lift",
        "columns": _columns(run, shown),
        "rows": rows,
        "load_limit": float(max(load_E.max(), 2.0)),
        "picked": _no_cell(),
        "names": [],
        "max_name": MAX_NAME_CHARS,
        "ramp": signed_ramp(),
        "title": title,
        "claim": (claim := _claim(run, of_run, layer)),
        "says": sentences(title, claim),
        "badge": badge(run),
        "badge_hint": badge_hint(),
        "words": labels("experts.words")
        | {"lift_hint": meanings("lift"), "load_hint": meanings("load", "fair")},
        "lang": lang,
    }


def counted(run: Run) -> str:
    """What the map is counted on, and which classes it leaves out, in words."""
    of_run = measured(run)
    n, there = len(of_run.found.texts), of_run.n_held_out
    said = t("experts.counted" if n == there else "experts.counted_sample", n=n, all=there)
    if len(run.labels) > MOST_CLASSES:
        said += t("experts.classes_cut", n=MOST_CLASSES, all=len(run.labels))
    return said


def shown_classes(layer: LayerExperts) -> list[int]:
    """The classes that have a column."""
    n_C = layer.counts.load_EC.sum(axis=0)
    most = np.argsort(-n_C, kind="stable")[:MOST_CLASSES]
    return sorted(int(c) for c in most)


def _columns(run: Run, shown: list[int]) -> list[list[Column]]:
    looks = class_looks(run.labels)
    classes: list[Column] = [
        {
            "column": c,
            "word": looks[c]["word"],
            "glyph": looks[c]["glyph"],
            "hue": looks[c]["hue"],
            "hint": t("experts.class_hint", label=looks[c]["word"]),
        }
        for c in shown
    ]
    kinds: list[Column] = [
        {
            "column": len(run.labels) + place,
            "word": t(f"experts.kinds.{kind}"),
            "glyph": "",
            "hue": "",
            "hint": t(f"experts.kind_hints.{kind}"),
        }
        for place, kind in enumerate(KINDS)
    ]
    return [classes, kinds]


def _cell(layer: LayerExperts, expert: int, column: int) -> MapCell:
    counts, at = layer.counts, (expert, column)
    return {
        "lift": plain(counts.lift_EC[at], DIGITS),
        "n": int(counts.load_EC[at]),
        "low": plain(layer.band.low_EC[at], DIGITS),
        "high": plain(layer.band.high_EC[at], DIGITS),
        "luck": plain(layer.luck_EC[at], DIGITS),
        "clear": not layer.within_luck_EC[at],
    }


def _claim(run: Run, of_run: Measured, layer: int) -> str:
    """What the map says at first sight, in numbers alone."""
    classes, kinds = of_run.by_class[layer], of_run.by_kind[layer]
    expert, column = strongest(classes)
    said = t(
        "experts.claim",
        layer=layer_name(layer),
        classes_clear=int((~classes.within_luck_EC).sum()),
        classes_all=classes.within_luck_EC.size,
        kinds_clear=int((~kinds.within_luck_EC).sum()),
        kinds_all=kinds.within_luck_EC.size,
        classes_luck=classes.clear_by_luck,
        kinds_luck=kinds.clear_by_luck,
    )
    lift = classes.counts.lift_EC[expert, column]
    if not np.isnan(lift):
        said += t(
            "experts.claim_most", expert=expert_name(expert), label=class_word(run.labels[column]), lift=lift
        )
    empty = [class_word(run.labels[c]) for c in np.flatnonzero(classes.counts.load_EC.sum(axis=0) == 0)]
    if empty:
        said += t("experts.claim_empty", labels=t("common.comma").join(empty))
    return said


def _names(run: Run, asked: ExpertsSettings) -> list[NameGiven]:
    return [
        {
            "place": [layer, expert, column],
            "name": name,
            "says": t(
                "experts.name_says",
                layer=layer_name(layer),
                expert=expert_name(expert),
                rests=rests_on(run, Place(layer, expert, column)),
            ),
        }
        for layer, expert, column, name in asked.named
    ]


def _no_cell() -> PickedCell:
    return {
        "expert": 0,
        "column": 0,
        "title": "",
        "says": "",
        "numbers": [],
        "n_words": "",
        "words": [],
        "headlines": [],
        "name": "",
    }


def _picked(run: Run, place: Place, asked: ExpertsSettings) -> PickedCell:
    layer, column, by = map_at(run, place)
    behind = cell(run, place.layer, place.expert, column, by)
    names = [item[3] for item in asked.named if item[:3] == tuple(place)]
    word = column_word(run, place.column)
    return {
        "expert": place.expert,
        "column": place.column,
        "title": f"{layer_name(place.layer)} {expert_name(place.expert)} × {word}",
        "says": says(layer, place.expert, column, word),
        "numbers": _numbers(layer, place, column),
        "n_words": t("experts.n_words", n=behind.n, words=behind.n_words),
        "words": [{"word": one.word, "n": one.n, "of": one.of} for one in behind.words],
        "headlines": _headlines(run, behind),
        "name": names[0] if names else "",
    }


def _numbers(layer: LayerExperts, place: Place, column: int) -> list[CellNumber]:
    """The numbers behind the cell, each with the key of its sum."""
    counts, at = layer.counts, (place.expert, column)
    found = {"assigned_load": f"{layer.load_E[place.expert]:.2f}", "assigned_count": f"{counts.load_EC[at]}"}
    if not np.isnan(counts.lift_EC[at]):
        found |= {
            "assigned_share": f"{counts.share_EC[at]:.1%}",
            "assigned_chance": f"{counts.chance_C[column]:.1%}",
            "assigned_lift": f"{counts.lift_EC[at]:.2f}",
            "assigned_band": f"{layer.band.low_EC[at]:.2f}–{layer.band.high_EC[at]:.2f}",
            "assigned_luck": f"{layer.luck_EC[at]:.2f}",
        }
    return [
        {
            "name": t(f"experts.numbers.{name}"),
            "text": text,
            "why": name if name == "assigned_load" else f"{name}-{place.column}",
        }
        for name, text in found.items()
    ]


def _headlines(run: Run, behind: ExpertCell) -> list[CellHeadline]:
    looks = class_looks(run.labels)
    return [
        {
            "text": one.text,
            "tokens": list(one.tokens),
            "gaps": list(one.gaps),
            "taken": list(one.taken),
            "glyph": looks[one.label]["glyph"],
            "hue": looks[one.label]["hue"],
            "label": looks[one.label]["word"],
        }
        for one in behind.headlines
    ]

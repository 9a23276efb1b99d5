"""Which expert has which class, and which kind of word, on any headlines, beside what luck would give.

    found = experts_of(run, headlines)          one record a layer, by class
    frame(found)                                a tidy table, one row per layer x expert x class
    by_kind(assignments(run, headlines))        the same by kind of word

Letters: B headlines, W different words, L MoE layers, E routed experts, C classes or kinds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from moe_demo.insight.assignments import Assignments, assignments
from moe_demo.insight.run import Run
from moe_demo.insight.shuffled import COVERAGE, Band, band, frequency_strata, lifts, shuffled_loads
from moe_demo.insight.specialisation import Specialisation
from moe_demo.insight.whatif import Headlines
from moe_demo.text.word_kinds import KINDS, kind_of

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class LayerExperts:
    """One layer's experts by class (or by kind of word), and the band of shuffled labels."""

    counts: Specialisation
    band: Band
    luck_EC: Array
    """The lifts of one shuffle: what a map looks like that has nothing to show."""

    @property
    def load_E(self) -> Array:
        """Assignments over the fair share: 1 is even."""
        load_E = self.counts.load_E
        return np.asarray(load_E * len(load_E) / load_E.sum())

    @property
    def within_luck_EC(self) -> Array:
        """True where the lift lies inside the band: no more to be said than that it may be luck."""
        lift_EC = self.counts.lift_EC
        outside_EC = (lift_EC < self.band.low_EC) | (lift_EC > self.band.high_EC)
        return np.asarray(~outside_EC)

    @property
    def clear_by_luck(self) -> float:
        """Cells that lie outside of their bands where there is nothing but luck, on average."""
        return float((1 - COVERAGE) * (~np.isnan(self.counts.lift_EC)).sum())

    def rows(self) -> list[dict[str, Any]]:
        """One record per expert and class, in plain JSON types; None where there is nothing to divide."""
        counts = self.counts
        return [
            {
                "layer": counts.layer,
                "expert": e,
                "class": label,
                "load": float(self.load_E[e]),
                "share": plain(counts.share_EC[e, c]),
                "lift": plain(counts.lift_EC[e, c]),
                "n": int(counts.load_EC[e, c]),
                "band": [plain(self.band.low_EC[e, c]), plain(self.band.high_EC[e, c])],
            }
            for e in range(len(counts.load_E))
            for c, label in enumerate(counts.labels)
        ]


def experts_of(run: Run, headlines: Headlines) -> list[LayerExperts]:
    """Every layer's experts on these headlines, by class."""
    return by_class(assignments(run, headlines))


def by_class(found: Assignments) -> list[LayerExperts]:
    """Every layer's experts by the class of the headline that a word stands in; whole headlines are shuffled."""
    return [
        _layer(found, layer, found.by_headline(layer), found.label_ids_B, found.labels)
        for layer in range(found.n_layers)
    ]


def by_kind(found: Assignments) -> list[LayerExperts]:
    """Every layer's experts by the kind of the word; kinds are shuffled among words that are about as frequent."""
    kind_W, strata_W = kinds(found), frequency_strata(found.count_W)
    return [
        _layer(found, layer, found.by_word(layer), kind_W, KINDS, strata_W) for layer in range(found.n_layers)
    ]


def kinds(found: Assignments) -> Array:
    """The kind of each different word, as its place among KINDS."""
    return np.array([KINDS.index(kind_of(word)) for word in found.words], dtype=np.int64)


def _layer(
    found: Assignments,
    layer: int,
    load_BE: Array,
    label_ids_B: Array,
    labels: tuple[str, ...],
    strata_B: Array | None = None,
) -> LayerExperts:
    member_BC = np.eye(len(labels), dtype=np.int64)[label_ids_B]
    lifts_REC = lifts(shuffled_loads(load_BE, label_ids_B, len(labels), strata_B=strata_B))
    return LayerExperts(
        counts=Specialisation(
            layer=layer, labels=labels, n_headlines=len(found.texts), load_EC=load_BE.T @ member_BC
        ),
        band=band(lifts_REC),
        luck_EC=lifts_REC[0],
    )


def frame(layers: Sequence[LayerExperts]) -> pd.DataFrame:
    """A tidy table for notebooks and CSV export."""
    import pandas as pd

    rows = [row for layer in layers for row in layer.rows()]
    return pd.DataFrame([{**row, "low": row["band"][0], "high": row["band"][1]} for row in rows]).drop(
        columns="band"
    )


def plain(value: float, digits: int | None = None) -> float | None:
    """A number, or None where there is nothing to divide; with so many decimals."""
    if np.isnan(value):
        return None
    return float(value) if digits is None else round(float(value), digits)

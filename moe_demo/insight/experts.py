"""Which expert has which class, on any headlines, beside what luck would give.

    found = experts_of(run, headlines)          one record a layer
    frame(found)                                a tidy table, one row per layer x expert x class

Letters: B headlines, L MoE layers, E routed experts, C classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from moe_demo.insight.run import Run
from moe_demo.insight.shuffled import Band, band, shuffled_lifts
from moe_demo.insight.specialisation import Specialisation
from moe_demo.insight.whatif import Headlines
from moe_demo.model.batch import TokenBatch
from moe_demo.training.evaluation import BATCH_SIZE

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class LayerExperts:
    """One layer's experts by class, and the band of shuffled labels."""

    counts: Specialisation
    band: Band

    @property
    def load_E(self) -> Array:
        """Assignments over the fair share: 1 is even."""
        load_E = self.counts.load_E
        return np.asarray(load_E * len(load_E) / load_E.sum())

    def rows(self) -> list[dict[str, Any]]:
        """One record per expert and class, in plain JSON types; None where there is nothing to divide."""
        counts = self.counts
        return [
            {
                "layer": counts.layer,
                "expert": e,
                "class": label,
                "load": float(self.load_E[e]),
                "share": _plain(counts.share_EC[e, c]),
                "lift": _plain(counts.lift_EC[e, c]),
                "n": int(counts.load_EC[e, c]),
                "band": [_plain(self.band.low_EC[e, c]), _plain(self.band.high_EC[e, c])],
            }
            for e in range(len(counts.load_E))
            for c, label in enumerate(counts.labels)
        ]


def experts_of(run: Run, headlines: Headlines) -> list[LayerExperts]:
    """Every layer's experts on these headlines."""
    load_LBE, labels_B = loads_by_headline(run, headlines), headlines.label_ids_B.numpy()
    member_BC = np.eye(len(run.labels), dtype=np.int64)[labels_B]
    return [
        LayerExperts(
            counts=Specialisation(
                layer=layer, labels=run.labels, n_headlines=len(headlines), load_EC=load_BE.T @ member_BC
            ),
            band=band(shuffled_lifts(load_BE, labels_B, len(run.labels))),
        )
        for layer, load_BE in enumerate(load_LBE)
    ]


@torch.inference_mode()
def loads_by_headline(run: Run, headlines: Headlines) -> Array:
    """How many of a headline's assignments each expert has, shape (L, B, E)."""
    n_routed, parts = run.config.model.n_routed, []
    for begin in range(0, len(headlines), BATCH_SIZE):
        batch = TokenBatch.of(headlines.texts[begin : begin + BATCH_SIZE])
        n_headlines = len(batch.lengths_B)
        cells = [
            (batch.sequence_T.unsqueeze(1) * n_routed + routing.topk_idx_TK).flatten()
            for routing in run.model(batch).routings
        ]
        counts = [torch.bincount(cell, minlength=n_headlines * n_routed) for cell in cells]
        parts.append(torch.stack(counts).unflatten(1, (n_headlines, n_routed)))
    return np.asarray(torch.cat(parts, dim=1).numpy())


def frame(layers: Sequence[LayerExperts]) -> pd.DataFrame:
    """A tidy table for notebooks and CSV export."""
    import pandas as pd

    rows = [row for layer in layers for row in layer.rows()]
    return pd.DataFrame([{**row, "low": row["band"][0], "high": row["band"][1]} for row in rows]).drop(
        columns="band"
    )


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)

"""What each method pushes at one step of training: its formula with that step's own numbers in it.

    batch_loss      L = alpha sum f_i P_i over the whole batch      DeepSeekMoE, arXiv 2401.06066, Eq. 12-14
    sequence_loss   the same sum within each headline, then their mean    DeepSeek-V3, arXiv 2412.19437, Eq. 17-20
    bias_update     b_i + u sign(mean load - load)                  arXiv 2408.15664, Algorithm 1

A balance loss pushes through P alone, with the strength f: since the affinity shares of a word sum to 1, an expert with
f above 1 is pressed down and one with f below 1 is lifted. So f - 1 is the push, in units of alpha.

Letters: E routed experts, K chosen, L MoE layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from moe_demo.config import RunConfig
from moe_demo.releases.recording import StepPressure, read_pressures
from moe_demo.runs.metrics import StepMetrics
from moe_demo.runs.store import RunStore

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One recorded step of one run: its settings, its metrics, and what the losses saw."""

    config: RunConfig
    metrics: StepMetrics
    pressure: StepPressure

    @property
    def step(self) -> int:
        """Which step it was, from 1."""
        return self.metrics.step


def moments(folder: Path) -> list[Moment]:
    """Every step of a recorded run that was looked into. Raises RunError where the folder is broken."""
    store = RunStore(folder)
    config = store.config()
    by_step = {record.step: record for record in store.metrics()[0] if isinstance(record, StepMetrics)}
    return [
        Moment(config=config, metrics=by_step[pressure.step], pressure=pressure)
        for pressure in read_pressures(folder)
        if pressure.step in by_step
    ]


@dataclass(frozen=True, kw_only=True)
class LossTerms:
    """sum f_i P_i of some words, written out."""

    load_E: Array
    n_tokens: int
    top_k: int
    share_E: Array
    """P_i: mean affinity share."""

    @property
    def f_E(self) -> Array:
        """f_i = E / (K T) x load: 1.0 is fair, 0 is dead."""
        return np.asarray(self.load_E * (len(self.load_E) / (self.top_k * self.n_tokens)))

    @property
    def product_E(self) -> Array:
        """f_i P_i."""
        return np.asarray(self.f_E * self.share_E)

    @property
    def total(self) -> float:
        """The sum: 1 when even."""
        return float(self.product_E.sum())


def batch_loss(moment: Moment, layer: int) -> LossTerms:
    """The sum over the whole batch of that step; f counts what was really chosen."""
    return LossTerms(
        load_E=np.asarray(moment.metrics.load_LE[layer]),
        n_tokens=moment.metrics.n_tokens,
        top_k=moment.config.model.top_k,
        share_E=np.asarray(moment.pressure.share_LE[layer]),
    )


@dataclass(frozen=True, kw_only=True)
class HeadlineTerms:
    """The sum within one headline."""

    text: str
    label: str
    terms: LossTerms


@dataclass(frozen=True, kw_only=True)
class SequenceTerms:
    """The sequence-wise loss of one layer: a few headlines of the batch, and the mean over all of them."""

    headlines: tuple[HeadlineTerms, ...]
    mean: float
    """Of the sum f P over every headline of the batch, without alpha."""
    unevenness: float
    """Mean |f - 1| within one headline, over every headline of the batch and every expert."""


def sequence_loss(moment: Moment, layer: int) -> SequenceTerms:
    """What the sequence-wise loss saw at that step; f counts the K best unbiased affinities (Eq. 18)."""
    top_k = moment.config.model.top_k
    return SequenceTerms(
        headlines=tuple(
            HeadlineTerms(
                text=headline.text,
                label=headline.label,
                terms=LossTerms(
                    load_E=np.asarray(headline.load_LE[layer]),
                    n_tokens=sum(headline.load_LE[layer]) // top_k,
                    top_k=top_k,
                    share_E=np.asarray(headline.share_LE[layer]),
                ),
            )
            for headline in moment.pressure.headlines
        ),
        mean=moment.pressure.sequence_loss_L[layer],
        unevenness=moment.pressure.unevenness_L[layer],
    )


@dataclass(frozen=True, kw_only=True)
class BiasUpdate:
    """One bias update of one layer, expert by expert."""

    load_E: Array
    after_E: Array
    rate: float
    """u."""

    @property
    def mean(self) -> float:
        """Mean load."""
        return float(self.load_E.mean())

    @property
    def sign_E(self) -> Array:
        """sign(mean - load): +1 for an idle expert, -1 for a busy one, 0 exactly at the mean."""
        return np.asarray(np.sign(self.mean - self.load_E).astype(int))

    @property
    def before_E(self) -> Array:
        """The bias that took part in choosing at this step."""
        return np.asarray(self.after_E - self.rate * self.sign_E)


def bias_update(moment: Moment, layer: int) -> BiasUpdate:
    """Algorithm 1 at that step. With a rate of 0 nothing moves, and the numbers say so."""
    return BiasUpdate(
        load_E=np.asarray(moment.metrics.load_LE[layer]),
        after_E=np.asarray(moment.metrics.bias_LE[layer]),
        rate=moment.config.balance.bias_step,
    )


def unevenness(f_E: Array) -> float:
    """Mean |f - 1|: how hard the experts are pushed on average, in units of alpha."""
    return float(np.abs(f_E - 1).mean())

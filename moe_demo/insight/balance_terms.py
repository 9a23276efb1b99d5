"""What each method pushes at one step of training: its formula with that step's own numbers in it.

    batch_loss      L = alpha sum f_i P_i over the whole batch      DeepSeekMoE, arXiv 2401.06066, Eq. 12-14
    sequence_loss   the same sum within each headline, then their mean    DeepSeek-V3, arXiv 2412.19437, Eq. 17-20
    bias_update     b_i + u sign(mean load - load)                  arXiv 2408.15664, Algorithm 1

A balance loss pushes through P alone, with the strength f: since the affinity shares of a word sum to 1, an expert with
f above 1 is pressed down and one with f below 1 is lifted. So f - 1 is the push, in units of alpha.

Letters: T tokens, B headlines, E routed experts, K chosen, L MoE layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from moe_demo.config import RunConfig
from moe_demo.model.balance import affinity_share, expert_load, relative_load, sequence_balance_loss
from moe_demo.model.router import Routing, choose
from moe_demo.runs.metrics import StepMetrics
from moe_demo.training.trainer import BatchResult

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class RecordedHeadline:
    """One headline of a batch, whose words are on show."""

    text: str
    label: str


@dataclass(frozen=True, kw_only=True)
class BalanceTerms:
    """What the balance losses of one optimizer step are made of, from the forward pass of that step.

    Recorded for every method, also where the loss has no weight: so one sees what it would have pushed.
    """

    step: int
    share_LE: list[list[float]]
    """P of the whole batch (DeepSeekMoE, arXiv 2401.06066, Eq. 14)."""
    sequence_loss_L: list[float]
    """Mean over the batch's headlines of their sum of f P, without alpha."""
    unevenness_L: list[float]
    """Mean over the batch's headlines and the experts of |f - 1|, f counted within one headline."""
    load_LBE: list[list[list[int]]]
    """Of every headline: how often each expert is among a word's K best *unbiased* affinities (DeepSeek-V3, Eq. 18)."""
    share_LBE: list[list[list[float]]]
    """Of every headline: P, the mean affinity share over its words (DeepSeek-V3, arXiv 2412.19437, Eq. 20)."""
    headlines: tuple[RecordedHeadline, ...]
    """Texts of the first few."""


@dataclass(frozen=True, kw_only=True)
class RecordedStep:
    """One recorded step of one run: its settings, its metrics, and what the losses saw."""

    config: RunConfig
    metrics: StepMetrics
    terms: BalanceTerms

    @property
    def step(self) -> int:
        """Which step it was, from 1."""
        return self.metrics.step


# -- from a forward pass -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class HeadlineFactors:
    """What the sequence-wise loss takes of each headline of a batch, all of shape (B, E)."""

    load_BE: Tensor
    """How often each expert is among a word's K best unbiased affinities, whatever was chosen."""
    f_BE: Tensor
    P_BE: Tensor


@torch.no_grad()
def headline_factors(routing: Routing, sequence_T: Tensor, n_headlines: int) -> HeadlineFactors:
    """Load, f and P of one layer, headline by headline (DeepSeek-V3 Eq. 18 and 20)."""
    scores_TE, n_routed = routing.scores_TE.detach(), routing.scores_TE.shape[1]
    best_TK = choose(scores_TE, routing.topk_idx_TK.shape[1])
    of_B = [sequence_T == place for place in range(n_headlines)]
    return HeadlineFactors(
        load_BE=torch.stack([expert_load(best_TK[of_T], n_routed) for of_T in of_B]),
        f_BE=torch.stack([relative_load(best_TK[of_T], n_routed) for of_T in of_B]),
        P_BE=torch.stack([affinity_share(scores_TE[of_T]).mean(0) for of_T in of_B]),
    )


@torch.no_grad()
def balance_terms(step: int, result: BatchResult, headlines: Sequence[tuple[str, str]]) -> BalanceTerms:
    """What the balance losses saw of this forward pass; `headlines` are text and class of the first few."""
    batch, routings = result.batch, result.output.routings
    n_texts = len(batch.lengths_B)
    factors_L = [headline_factors(routing, batch.sequence_T, n_texts) for routing in routings]
    f_BLE = torch.stack([factors.f_BE for factors in factors_L], dim=1)
    return BalanceTerms(
        step=step,
        share_LE=[_rounded(affinity_share(routing.scores_TE).mean(0)) for routing in routings],
        sequence_loss_L=[
            round(float(sequence_balance_loss(routing, batch.sequence_T, n_texts)), 6) for routing in routings
        ],
        unevenness_L=_rounded((f_BLE - 1).abs().mean((0, 2))),
        load_LBE=[factors.load_BE.tolist() for factors in factors_L],
        share_LBE=[[_rounded(P_E) for P_E in factors.P_BE] for factors in factors_L],
        headlines=tuple(RecordedHeadline(text=text, label=label) for text, label in headlines[:n_texts]),
    )


def _rounded(values: Tensor) -> list[float]:
    return [round(value, 6) for value in values.detach().tolist()]


# -- the formulas ------------------------------------------------------------------------------------------------


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


def batch_loss(step: RecordedStep, layer: int) -> LossTerms:
    """The sum over the whole batch of that step; f counts what was really chosen."""
    return LossTerms(
        load_E=np.asarray(step.metrics.load_LE[layer]),
        n_tokens=step.metrics.n_tokens,
        top_k=step.config.model.top_k,
        share_E=np.asarray(step.terms.share_LE[layer]),
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
    load_BE: Array
    """Of every headline of the batch, as `share_BE`."""
    share_BE: Array
    top_k: int
    mean: float
    """Of the sum f P over every headline of the batch, without alpha."""
    unevenness: float
    """Mean |f - 1| within one headline, over every headline of the batch and every expert."""


def sequence_loss(step: RecordedStep, layer: int) -> SequenceTerms:
    """What the sequence-wise loss saw at that step; f counts the K best unbiased affinities (Eq. 18)."""
    top_k = step.config.model.top_k
    load_BE, share_BE = np.asarray(step.terms.load_LBE[layer]), np.asarray(step.terms.share_LBE[layer])
    return SequenceTerms(
        headlines=tuple(
            HeadlineTerms(
                text=headline.text,
                label=headline.label,
                terms=LossTerms(
                    load_E=load_E,
                    n_tokens=int(load_E.sum()) // top_k,
                    top_k=top_k,
                    share_E=share_E,
                ),
            )
            for headline, load_E, share_E in zip(step.terms.headlines, load_BE, share_BE, strict=False)
        ),
        load_BE=load_BE,
        share_BE=share_BE,
        top_k=top_k,
        mean=step.terms.sequence_loss_L[layer],
        unevenness=step.terms.unevenness_L[layer],
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


def bias_update(step: RecordedStep, layer: int) -> BiasUpdate:
    """Algorithm 1 at that step. With a rate of 0 nothing moves, and the numbers say so."""
    return BiasUpdate(
        load_E=np.asarray(step.metrics.load_LE[layer]),
        after_E=np.asarray(step.metrics.bias_LE[layer]),
        rate=step.config.balance.bias_step,
    )


def unevenness(f_E: Array) -> float:
    """Mean |f - 1|: how hard the experts are pushed on average, in units of alpha."""
    return float(np.abs(f_E - 1).mean())

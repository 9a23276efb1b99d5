"""One optimizer step as a record: what `slow_step` takes apart.

Letters: T tokens of the batch, B headlines, E routed experts, K chosen, L MoE layers, S steps of the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from moe_demo.config import BalanceConfig
from moe_demo.insight.balance_terms import LossTerms
from moe_demo.insight.load import random_max_vio
from moe_demo.runs.metrics import StepMetrics

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class BatchHeadline:
    """One headline of the batch, as training saw it."""

    text: str
    label: int
    predicted: int
    loss: float
    """Cross-entropy against the smoothed label; the mean over the batch is `ce_loss`."""
    logits_C: tuple[float, ...]
    words: tuple[str, ...]
    own_row: tuple[bool, ...]
    """Which words have a row of their own in the word table."""
    hidden: tuple[bool, ...]
    """Word dropout: their own row was not read, only their n-grams."""
    silenced: tuple[bool, ...]
    """Token dropout: their whole vector was set to zero."""
    left_out: tuple[bool, ...]
    """Which words the model did not get at all: no place among the T tokens is theirs."""
    begin: int
    """Place of the first word that was read among the T tokens of the batch."""

    @property
    def read(self) -> tuple[int, ...]:
        """The words that were read, by place in the headline."""
        return tuple(place for place, left_out in enumerate(self.left_out) if not left_out)

    @property
    def tokens(self) -> slice:
        """Their places among the T tokens of the batch."""
        return slice(self.begin, self.begin + len(self.read))

    @property
    def n_hidden(self) -> int:
        """Words whose own row was not read."""
        return sum(self.hidden)

    @property
    def n_silenced(self) -> int:
        """Words whose vector was set to zero."""
        return sum(self.silenced)

    @property
    def n_left_out(self) -> int:
        """Words the model did not get."""
        return sum(self.left_out)


@dataclass(frozen=True, kw_only=True)
class SlowLayer:
    """One MoE layer during the step."""

    input_TD: Array
    """What the router saw of every word."""
    directions_ED: Array
    """The router's weights before the step."""
    logits_TE: Array
    scores_TE: Array
    topk_idx_TK: Array
    load_E: Array
    """Assignments per expert over the batch."""
    f_E: Array
    """load / fair share."""
    P_E: Array
    """Mean affinity share."""
    sequence_load_BE: Array
    """Headline by headline, how often an expert is among the K largest affinities of a word, whatever was chosen."""
    sequence_f_BE: Array
    """The same two, headline by headline; f counts the K largest affinities, whatever was chosen."""
    sequence_P_BE: Array
    bias_before_E: Array
    bias_after_E: Array
    moves_by_load: bool = True
    """Whether these loads move its biases: not in a hash layer, nor where each kind of word has its own."""

    @property
    def busiest(self) -> int:
        """The expert with the most assignments."""
        return int(self.load_E.argmax())

    @property
    def idlest(self) -> int:
        """The one with the fewest."""
        return int(self.load_E.argmin())

    @property
    def mean_load(self) -> float:
        """Assignments an expert, the fair share."""
        return float(self.load_E.mean())

    @property
    def random_f(self) -> float:
        """load / fair share of the busiest expert if words chose blindly."""
        n_tokens, top_k = self.topk_idx_TK.shape
        return 1 + random_max_vio(n_tokens, len(self.load_E), top_k)

    @property
    def bias_sign_E(self) -> Array:
        """sign(mean - load): +1 for an idle expert, -1 for a busy one, 0 exactly at the mean."""
        return np.asarray(np.sign(self.mean_load - self.load_E).astype(int))


@dataclass(frozen=True, kw_only=True)
class LossPart:
    """One balance loss of the method: weight x value, summed over the layers, is its part of the loss."""

    name: str
    """`expert`, `sequence`, `device` or `communication`."""
    weight: float
    value_L: tuple[float, ...]

    @property
    def part(self) -> float:
        """What it adds to the loss."""
        return self.weight * sum(self.value_L)


@dataclass(frozen=True, kw_only=True)
class GradientPart:
    """The gradient of one part of the network: its Euclidean norm, before clipping."""

    name: str
    layer: int | None
    norm: float
    norm_E: tuple[float, ...] = ()
    """Expert by expert, where the part is the routed experts."""


@dataclass(frozen=True, kw_only=True)
class BalanceFactors:
    """f and P as the method in force takes them: headline by headline, or over the batch."""

    kind: str
    """`sequence`, `batch`, or `unused` where the method has no loss."""
    terms: LossTerms
    loss: float
    """What the method makes of it in this layer, without its weight; 0 where it has no loss."""

    @property
    def even_P(self) -> float:
        """P of every expert where affinity is even."""
        return 1 / len(self.terms.share_E)


@dataclass(frozen=True, kw_only=True)
class SlowStep:
    """The whole step."""

    metrics: StepMetrics
    """What the trainer says of it, as it would in metrics.jsonl."""
    recorded: StepMetrics | None
    """The line that training wrote of this step; None past the end, and where a bundled run does not keep it."""
    n_steps: int
    """Steps the run was planned for; a step past them is one that would have come next."""
    steps_per_epoch: int
    balance: BalanceConfig
    label_smoothing: float
    n_outliers: int
    """Texts of no class beside the headlines: they add `metrics.outlier_loss` and count nowhere else."""
    group_size: int
    headlines: tuple[BatchHeadline, ...]
    layers: tuple[SlowLayer, ...]
    losses: tuple[LossPart, ...]
    gradients: tuple[GradientPart, ...]
    grad_clip: float
    lr_S: Array
    """The learning rate of every step of the plan."""

    @property
    def clip_scale(self) -> float:
        """What every gradient was multiplied by: clip / norm where the norm is larger, else 1."""
        return min(1.0, self.grad_clip / (self.metrics.grad_norm + 1e-6))

    @property
    def clipped_norm(self) -> float:
        """The gradient's norm after clipping."""
        return self.clipped(self.metrics.grad_norm)

    def clipped(self, norm: float) -> float:
        """What clipping leaves of a part of the gradient of this norm."""
        return norm * self.clip_scale

    @property
    def balance_share(self) -> float:
        """The part of the whole loss that the balance losses are."""
        return self.metrics.balance_loss / (self.metrics.ce_loss + self.metrics.balance_loss)

    @property
    def place_in_epoch(self) -> int:
        """Which step of its epoch it is, from 1."""
        return (self.metrics.step - 1) % self.steps_per_epoch + 1

    @property
    def n_hidden(self) -> int:
        """Words whose own row was not read."""
        return sum(headline.n_hidden for headline in self.headlines)

    @property
    def n_silenced(self) -> int:
        """Words whose vector was set to zero."""
        return sum(headline.n_silenced for headline in self.headlines)

    @property
    def n_left_out(self) -> int:
        """Words the model did not get."""
        return sum(headline.n_left_out for headline in self.headlines)

    @property
    def n_right(self) -> int:
        """Headlines whose class was found."""
        return sum(headline.predicted == headline.label for headline in self.headlines)

    def headline_load(self, layer: int, headline: int) -> Array:
        """Assignments of one headline's words to each expert of a layer, shape (E,)."""
        shown, one = self.layers[layer], self.headlines[headline]
        chosen_TK = shown.topk_idx_TK[one.tokens]
        return np.bincount(chosen_TK.ravel(), minlength=len(shown.load_E))

    def headline_f(self, layer: int, headline: int) -> Array:
        """What one headline adds to load / fair share of each expert of a layer, shape (E,)."""
        return self.headline_load(layer, headline) / self.layers[layer].mean_load

    def factors(self, layer: int, headline: int) -> BalanceFactors:
        """What the balance loss of the method in force multiplies."""
        shown = self.layers[layer]
        over_experts = [part for part in self.losses if part.name in ("expert", "sequence")]
        by_headline = any(part.name == "sequence" for part in over_experts)
        return BalanceFactors(
            kind="sequence" if by_headline else "batch" if over_experts else "unused",
            terms=LossTerms(
                load_E=shown.sequence_load_BE[headline] if by_headline else shown.load_E,
                n_tokens=len(self.headlines[headline].read) if by_headline else len(shown.scores_TE),
                top_k=shown.topk_idx_TK.shape[1],
                share_E=shown.sequence_P_BE[headline] if by_headline else shown.P_E,
            ),
            loss=over_experts[0].value_L[layer] if over_experts else 0.0,
        )

    def parts_of(self, layer: int) -> tuple[list[GradientPart], list[GradientPart]]:
        """The parts of the network that are in a layer or in none, and those of all other layers."""
        ours = [part for part in self.gradients if part.layer in (None, layer)]
        return ours, [part for part in self.gradients if part.layer not in (None, layer)]

    def experts_part(self, layer: int) -> GradientPart:
        """The routed experts of a layer."""
        return next(part for part in self.gradients if part.layer == layer and part.name == "experts")

    @property
    def as_recorded(self) -> bool:
        """Whether training wrote the same loss and loads; a rounded checkpoint gives others."""
        return (
            self.recorded is not None
            and abs(self.metrics.loss - self.recorded.loss) < 1e-5
            and self.metrics.load_LE == self.recorded.load_LE
        )


def joint_norm(parts: Sequence[GradientPart]) -> float:
    """The Euclidean norm of several parts of the gradient together."""
    return float(np.linalg.norm([part.norm for part in parts]))

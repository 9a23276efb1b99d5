"""From nothing to a class logit, step by step: what the pieces of one MoE layer, and all else, bring to each class.

    waterfall(run, trace, layer)              the whole sentence: a step for each expert
    waterfall(run, trace, layer, token)       one word: a step for each of its pieces

Two kinds, told apart by `exact`:

exact       In the article's order, in its last block, everything behind the experts' sum but the Transformer layer is
            linear: the residual path around that layer, the mean over words, the classifier's matrix. So each piece
            brings piece . w_c / n (n: `ForwardTrace.pooling_count`), what attention
            and FFN add brings the same of theirs, the classifier its bias, and together they are the logit. What
            attention and FFN *make* of a piece cannot be told apart: it is in their own step.
measured    Everywhere else a norm or another layer stands behind the sum. There each step is what the logit loses when
            that piece alone is left out, and the model runs again. Such effects do not add up: the first step is the
            rest, all else and what the pieces only do together.

Letters: T tokens, D width, P pieces, E routed experts, C classes, N steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch

from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.mixture import LayerMixture, mixture, removal_effects, toward
from moe_demo.insight.run import Run
from moe_demo.insight.trace import ForwardTrace
from moe_demo.model.batch import TokenBatch
from moe_demo.model.change import LayerChange

Array = np.ndarray[Any, Any]
Kind = Literal["bias", "others", "expert", "shared", "transformer", "rest"]

_KEPT = 256  # sentences: some 2 kB each


@dataclass(frozen=True, kw_only=True)
class Step:
    """One part of the logits."""

    kind: Kind
    value_C: Array
    expert: int | None = None
    """Of a step of kind "expert"."""
    piece: int | None = None
    """Which piece of the word, where the steps are those of one word."""


@dataclass(frozen=True, kw_only=True)
class Waterfall:
    """The steps in their order; they sum to the class logits."""

    steps: tuple[Step, ...]
    logits_C: Array
    exact: bool

    @property
    def running_NC(self) -> Array:
        """The sum after each step; the last is the class logits."""
        return np.cumsum([step.value_C for step in self.steps], axis=0)

    @property
    def base_C(self) -> Array:
        """Where the drawing begins: 0; where the steps are measured, behind the rest, which would dwarf them."""
        return np.zeros_like(self.logits_C) if self.exact else self.running_NC[0]

    @property
    def ends_C2(self) -> Array:
        """Lowest and highest sum of each class from its base on, the same length for all: one scale for all."""
        drawn_NC = np.vstack([self.base_C, self.running_NC[0 if self.exact else 1 :]])
        if self.exact:
            return np.tile([drawn_NC.min(), drawn_NC.max()], (len(self.base_C), 1))
        low_C, high_C = drawn_NC.min(0), drawn_NC.max(0)
        spare_C = (high_C - low_C).max() - (high_C - low_C)
        return np.stack([low_C - spare_C / 2, high_C + spare_C / 2], axis=1)


def waterfall(run: Run, trace: ForwardTrace, layer: int, token: int | None = None) -> Waterfall:
    """The steps of one MoE layer, for one word or for the sentence."""
    parts = mixture(trace).layers[layer]
    direct_TPC = toward(run, trace, parts).direct_TPC
    if direct_TPC is None:
        return _measured(run, trace, parts, token)
    directions_CD = run.model.head.weight.detach().numpy()
    mixed_TC = trace.layers[layer].mixed_TD @ directions_CD.T / trace.pooling_count
    steps = [Step(kind="bias", value_C=run.model.head.bias.detach().numpy())]
    if token is None:
        steps += _by_expert(parts, direct_TPC)
        steps.append(Step(kind="transformer", value_C=mixed_TC.sum(0)))
    else:
        others_T = np.arange(len(trace.tokens)) != token
        if others_T.any():
            all_TC = direct_TPC.sum(1) + mixed_TC
            steps.append(Step(kind="others", value_C=all_TC[others_T].sum(0)))
        steps += _by_piece(parts, direct_TPC[token], token)
        steps.append(Step(kind="transformer", value_C=mixed_TC[token]))
    return Waterfall(steps=tuple(steps), logits_C=trace.logits_C, exact=True)


def _by_expert(parts: LayerMixture, value_TPC: Array) -> list[Step]:
    """The pieces of all words, by the expert they come from; the shared ones together."""
    k = parts.n_chosen
    found = [
        Step(kind="expert", expert=int(e), value_C=value_TPC[:, :k][parts.experts_TK == e].sum(0))
        for e in np.unique(parts.experts_TK)
    ]
    if value_TPC.shape[1] > k:
        found.append(Step(kind="shared", value_C=value_TPC[:, k:].sum((0, 1))))
    return found


def _by_piece(parts: LayerMixture, value_PC: Array, token: int) -> list[Step]:
    """The pieces of one word. Where shared experts are measured together, they are one piece."""
    k = parts.n_chosen
    found = [
        Step(kind="expert", expert=int(parts.experts_TK[token, p]), piece=p, value_C=value_PC[p])
        for p in range(k)
    ]
    if len(value_PC) > k:
        found.append(Step(kind="shared", piece=k, value_C=value_PC[k:].sum(0)))
    return found


def _measured(run: Run, trace: ForwardTrace, parts: LayerMixture, token: int | None) -> Waterfall:
    if token is None:
        steps = list(expert_effects(run, trace.text)[parts.layer])
    else:
        steps = _by_piece(parts, removal_effects(run, trace.text)[parts.layer][token], token)
    rest_C = trace.logits_C - np.sum([step.value_C for step in steps], axis=0)
    return Waterfall(steps=(Step(kind="rest", value_C=rest_C), *steps), logits_C=trace.logits_C, exact=False)


@kept_with_run(_KEPT)
@torch.inference_mode()
def expert_effects(run: Run, text: str) -> tuple[tuple[Step, ...], ...]:
    """Per layer, what every expert that the sentence uses causes: the class logits less those without it.

    Measured: in all words at once it is still chosen and adds nothing. The shared experts are left out together.
    """
    trained, encoded = run.trace(text), run.encoder.encode(text)
    n_tokens, found = len(trained.tokens), []
    for layer in trained.layers:
        used = np.unique(layer.topk_idx_TK)
        has_shared = layer.shared_out_TSD.shape[1] > 0
        n_copies = len(used) + int(has_shared)
        silenced_CTE = torch.zeros(n_copies, n_tokens, layer.n_routed, dtype=torch.bool)
        silenced_CTE[torch.arange(len(used)), :, torch.from_numpy(used)] = True
        shared_off_CT = torch.zeros(n_copies, n_tokens, dtype=torch.bool)
        shared_off_CT[len(used) :] = True
        change = LayerChange(silenced=silenced_CTE.flatten(0, 1), shared_off=shared_off_CT.flatten())
        batch = TokenBatch.of([encoded] * n_copies)
        lost_NC = trained.logits_C - run.model(batch, {layer.layer: change}).logits_BC.numpy()
        steps = [Step(kind="expert", expert=int(e), value_C=lost_NC[i]) for i, e in enumerate(used)]
        if has_shared:
            steps.append(Step(kind="shared", value_C=lost_NC[-1]))
        found.append(tuple(steps))
    return tuple(found)

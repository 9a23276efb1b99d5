"""Is the gate the cause? How much each chosen expert adds, against what happens when it is left out.

    found = pieces_of(run, text)            every (word, chosen expert) of a sentence, one list a layer
    off_diagonal(found[layer])              which of them are large for nothing, or small and decisive
    unheard_gate(found)                     the word whose largest gate does least
    agreement(run, texts)                   per layer: does the order of the one follow the order of the other?

The gate says how loud an expert is heard, the length of its piece (gate x output) how far it moves the word, and only
leaving it out says what it does to the answer. What is measured is the logit of the class that the trained model says.

Letters: T tokens, K chosen, C classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from moe_demo.insight.mixture import mixture, removal_effects
from moe_demo.insight.ranks import mean_ranks
from moe_demo.insight.run import Run

Array = np.ndarray[Any, Any]

Z_95 = 1.96


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One word at one of its experts."""

    token: int
    expert: int
    gate: float
    norm: float
    """Length of gate x output."""
    effect: float
    """The logit of the model's answer as it is, less without this piece."""


@dataclass(frozen=True, kw_only=True)
class Correlation:
    """Spearman's rank correlation with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How well size tells of effect (of either sign) in one layer, over the pieces of many headlines."""

    layer: int
    n_headlines: int
    n_pieces: int
    of_gate: Correlation
    of_norm: Correlation


def pieces_of(run: Run, text: str) -> tuple[tuple[Piece, ...], ...]:
    """The pieces of one sentence, layer by layer. Raises EmptyTextError."""
    trace = run.trace(text)
    answer = int(trace.logits_C.argmax())
    return tuple(
        tuple(
            Piece(
                token=t,
                expert=int(layer.experts_TK[t, k]),
                gate=float(layer.gates_TP[t, k]),
                norm=float(layer.norm_TP[t, k]),
                effect=float(effect_TPC[t, k, answer]),
            )
            for t, k in np.ndindex(layer.experts_TK.shape)
        )
        for layer, effect_TPC in zip(mixture(trace).layers, removal_effects(run, text), strict=True)
    )


@dataclass(frozen=True, kw_only=True)
class OffDiagonal:
    """The pieces of a sentence whose size says least of their effect, the furthest off first."""

    large_for_nothing: tuple[Piece, ...]
    small_and_decisive: tuple[Piece, ...]


def off_diagonal(pieces: Sequence[Piece], most: int = 3) -> OffDiagonal:
    """Those whose rank by length and rank by effect (of either sign) are furthest apart: at least half of all ranks."""
    norm = mean_ranks(np.array([piece.norm for piece in pieces]))
    effect = mean_ranks(np.abs([piece.effect for piece in pieces]))
    apart, least = norm - effect, len(pieces) / 2
    order = np.argsort(-np.abs(apart), kind="stable")
    return OffDiagonal(
        large_for_nothing=tuple(pieces[i] for i in order if apart[i] >= least)[:most],
        small_and_decisive=tuple(pieces[i] for i in order if apart[i] <= -least)[:most],
    )


@dataclass(frozen=True, kw_only=True)
class UnheardGate:
    """A word and layer whose largest gate does least, beside the piece there that does most."""

    layer: int
    loud: Piece
    """At the largest gate."""
    most: Piece
    """With the largest effect, of either sign."""


def unheard_gate(layers: Sequence[Sequence[Piece]]) -> UnheardGate | None:
    """The clearest case in a sentence; None where the largest gate does most everywhere, as where one is chosen.

    Clearest is the largest difference between what another piece of the word does and what its largest gate does.
    """
    found = []
    for layer, pieces in enumerate(layers):
        for token in sorted({piece.token for piece in pieces}):
            mine = [piece for piece in pieces if piece.token == token]
            loud = max(mine, key=lambda piece: piece.gate)
            most = max(mine, key=lambda piece: abs(piece.effect))
            if most is not loud:
                found.append(UnheardGate(layer=layer, loud=loud, most=most))
    return max(found, key=lambda one: abs(one.most.effect) - abs(one.loud.effect), default=None)


def agreement(run: Run, texts: Sequence[str]) -> tuple[Agreement, ...]:
    """Per layer, over all pieces of these headlines."""
    by_text = [pieces_of(run, text) for text in texts]
    found = []
    for layer in range(run.config.model.n_layers):
        headline = np.repeat(np.arange(len(texts)), [len(layers[layer]) for layers in by_text])
        pieces = [piece for layers in by_text for piece in layers[layer]]
        effect = np.abs([piece.effect for piece in pieces])
        found.append(
            Agreement(
                layer=layer,
                n_headlines=len(texts),
                n_pieces=len(pieces),
                of_gate=rank_correlation(np.array([piece.gate for piece in pieces]), effect, headline),
                of_norm=rank_correlation(np.array([piece.norm for piece in pieces]), effect, headline),
            )
        )
    return tuple(found)


def rank_correlation(x: Array, y: Array, block: Array) -> Correlation:
    """Spearman's, with a jackknife over whole blocks: the pieces of one headline are not independent.

    Leave one headline out at a time (Efron and Tibshirani 1993, chapter 11); no random numbers are needed.
    """
    value = _spearman(x, y)
    blocks = np.unique(block)
    without = np.array([_spearman(x[block != one], y[block != one]) for one in blocks])
    n = len(blocks)
    spread = Z_95 * float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())) if n > 1 else np.nan
    return Correlation(value=value, low=max(-1.0, value - spread), high=min(1.0, value + spread))


def _spearman(x: Array, y: Array) -> float:
    """Pearson's correlation of the ranks; 0 where one side is all the same."""
    rank_x, rank_y = mean_ranks(x), mean_ranks(y)
    rank_x, rank_y = rank_x - rank_x.mean(), rank_y - rank_y.mean()
    scale = float(np.sqrt((rank_x**2).sum() * (rank_y**2).sum()))
    return float((rank_x * rank_y).sum() / scale) if scale > 0 else 0.0

"""The expert sets of a sentence's words, and those of two runs side by side.

    found = word_sets(trace)
    found.sets_per_word_L       1: every word has a set of its own
    side_by_side(found, other)  word by word, where the two runs cut the sentence into the same words

An expert of one run is not that of the same number in another: what can be held beside each other is how the words
fall apart, not who takes them.

Letters: T tokens, K chosen, L MoE layers.
"""

from __future__ import annotations

from dataclasses import dataclass

from moe_demo.insight.trace import ForwardTrace
from moe_demo.insight.word_routing import overlap, sets_per_word


@dataclass(frozen=True, kw_only=True)
class WordSets:
    """Which experts each word of a sentence goes to."""

    tokens: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    experts_LT: tuple[tuple[tuple[int, ...], ...], ...]
    """Ascending."""
    sets_per_word_L: tuple[float, ...]
    overlap_L: tuple[float | None, ...]
    """The share of its experts that a word has in common with another; None where the sentence is one word."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A word in two runs; None where a run cuts the sentence elsewhere."""

    word: str
    one_L: tuple[tuple[int, ...], ...] | None
    other_L: tuple[tuple[int, ...], ...] | None


def word_sets(trace: ForwardTrace) -> WordSets:
    """Of a trace."""
    chosen_L = [layer.topk_idx_TK for layer in trace.layers]
    return WordSets(
        tokens=trace.tokens,
        spans=trace.token_spans,
        experts_LT=tuple(tuple(tuple(sorted(row)) for row in chosen.tolist()) for chosen in chosen_L),
        sets_per_word_L=tuple(sets_per_word(chosen) for chosen in chosen_L),
        overlap_L=tuple(overlap(chosen) for chosen in chosen_L),
    )


def side_by_side(one: WordSets, other: WordSets) -> list[Pair]:
    """Every word of both, in the order of the sentence; both were made of the same text."""
    places = [{span: t for t, span in enumerate(found.spans)} for found in (one, other)]
    words = {
        span: word for found in (one, other) for span, word in zip(found.spans, found.tokens, strict=True)
    }

    def of(found: WordSets, t: int | None) -> tuple[tuple[int, ...], ...] | None:
        return None if t is None else tuple(of_layer[t] for of_layer in found.experts_LT)

    return [
        Pair(word=words[span], one_L=of(one, places[0].get(span)), other_L=of(other, places[1].get(span)))
        for span in sorted(words)
    ]

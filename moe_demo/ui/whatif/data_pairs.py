"""Two sentences beside each other, as the what-if page draws them: which shared words take another route, and where."""

from __future__ import annotations

from typing import TypedDict

from moe_demo.config import ModelConfig
from moe_demo.insight.routing_diff import RoutingDiff, by_word_alone
from moe_demo.insight.trace import ForwardTrace
from moe_demo.ui.kit.gloss import of_sentence, of_word
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import ExpertLook, expert_looks
from moe_demo.ui.kit.words import class_word, layer_title


class PairWord(TypedDict):
    """A word of a sentence."""

    text: str
    gloss: str
    shared: bool


class PairSentence(TypedDict):
    """A sentence with its answer."""

    text: str
    gloss: str
    words: list[PairWord]
    answer: str


class PairCell(TypedDict):
    """A shared word in one layer: its experts in either sentence."""

    a: list[int]
    b: list[int]
    moved: bool


class PairRow(TypedDict):
    """A shared word in all layers."""

    word: str
    gloss: str
    cells: list[PairCell]


class WhatifPairsData(TypedDict):
    """Two sentences and the routes of the words they share."""

    sentences: list[PairSentence]
    layers: list[str]
    rows: list[PairRow]
    claim: str
    why: str
    """Why a word must take the same route here; empty where it need not."""
    experts: list[ExpertLook]
    words: dict[str, str]
    lang: str


def pairs_data(model: ModelConfig, found: RoutingDiff) -> WhatifPairsData:
    """What the picture of a pair draws."""
    in_a, in_b = {word.token_a for word in found.words}, {word.token_b for word in found.words}
    moved = [word for word in found.words if any(word.moved)]
    kind = "none_shared" if not found.words else "some" if moved else "none_moved"
    return {
        "sentences": [_sentence(found.a, in_a), _sentence(found.b, in_b)],
        "layers": [layer_title(layer) for layer in range(model.n_layers)],
        "rows": [
            {
                "word": word.text,
                "gloss": of_word(word.text),
                "cells": [
                    {"a": list(a), "b": list(b), "moved": is_moved}
                    for a, b, is_moved in zip(word.experts_a, word.experts_b, word.moved, strict=True)
                ],
            }
            for word in found.words
        ],
        "claim": t(f"whatif.pairs.{kind}", n=len(found.words), moved=len(moved)),
        "why": t("whatif.pairs.why_same") if by_word_alone(model, 0) else "",
        "experts": expert_looks(model),
        "words": labels("whatif.pair_words"),
        "lang": language(),
    }


def _sentence(trace: ForwardTrace, shared: set[int]) -> PairSentence:
    return {
        "text": trace.text,
        "gloss": of_sentence(trace.text),
        "words": [
            {"text": token, "gloss": of_word(token), "shared": place in shared}
            for place, token in enumerate(trace.tokens)
        ],
        "answer": t(
            "whatif.pairs.answer", answer=class_word(trace.label), p=float(trace.probabilities_C.max())
        ),
    }

"""What stands behind one cell of the map of experts: the words that an expert took, and headlines they stand in.

    cell = cell_of(found, layer=0, expert=11, of=0, by="class")
    cell.words[0]          the word it took most often there
    cell.headlines[0]      a headline, with the places of the words that went to this expert

Letters: T tokens of all headlines, C classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from moe_demo.insight.assignments import Assignments
from moe_demo.insight.experts import kinds

Array = np.ndarray[Any, Any]
By = Literal["class", "kind"]


@dataclass(frozen=True, kw_only=True)
class TakenWord:
    """A word of the cell."""

    word: str
    n: int
    """How often it went to this expert, in headlines of this class."""
    of: int
    """How often it stands there at all."""


@dataclass(frozen=True, kw_only=True)
class TakenHeadline:
    """A headline with words of the cell."""

    text: str
    tokens: tuple[str, ...]
    gaps: tuple[bool, ...]
    """Whether there is a space before each word."""
    taken: tuple[int, ...]
    """Places of the words that are counted in the cell."""
    label: int
    """Its class."""


@dataclass(frozen=True, kw_only=True)
class ExpertCell:
    """The most frequent words of a cell, and the headlines with most of them."""

    n: int
    """Assignments counted in the cell."""
    n_words: int
    """Different words among them."""
    words: tuple[TakenWord, ...]
    headlines: tuple[TakenHeadline, ...]


def cell_of(
    found: Assignments, layer: int, expert: int, of: int, by: By, n_words: int = 24, n_headlines: int = 6
) -> ExpertCell:
    """The words of class (or kind) `of` that went to this expert."""
    belongs_T = (found.label_T if by == "class" else kinds(found)[found.word_T]) == of
    taken_T = belongs_T & (found.experts_LTK[layer] == expert).any(axis=1)
    n_words_all = len(found.words)
    there_W = np.bincount(found.word_T[belongs_T], minlength=n_words_all)
    taken_W = np.bincount(found.word_T[taken_T], minlength=n_words_all)
    most = np.argsort(-taken_W, kind="stable")[:n_words]
    return ExpertCell(
        n=int(taken_T.sum()),
        n_words=int((taken_W > 0).sum()),
        words=tuple(
            TakenWord(word=found.words[w], n=int(taken_W[w]), of=int(there_W[w])) for w in most if taken_W[w]
        ),
        headlines=_headlines(found, taken_T, n_headlines),
    )


def _headlines(found: Assignments, taken_T: Array, most: int) -> tuple[TakenHeadline, ...]:
    n_B = np.bincount(found.headline_T[taken_T], minlength=len(found.texts))
    begin_B = np.concatenate([[0], np.cumsum([len(text.tokens) for text in found.texts])])
    return tuple(
        TakenHeadline(
            text=text_of(found, b),
            tokens=tuple(token.text for token in found.texts[b].tokens),
            gaps=_gaps(found, b),
            taken=tuple(np.flatnonzero(taken_T[begin_B[b] : begin_B[b + 1]]).tolist()),
            label=int(found.label_ids_B[b]),
        )
        for b in np.argsort(-n_B, kind="stable")[:most]
        if n_B[b]
    )


def text_of(found: Assignments, headline: int) -> str:
    """A headline as text again: its words with a space where there was one between them."""
    tokens = found.texts[headline].tokens
    return "".join(" " * gap + token.text for gap, token in zip(_gaps(found, headline), tokens, strict=True))


def _gaps(found: Assignments, headline: int) -> tuple[bool, ...]:
    tokens = found.texts[headline].tokens
    return (False, *(after.start > before.end for before, after in pairwise(tokens)))

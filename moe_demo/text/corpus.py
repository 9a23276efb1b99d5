"""Labelled headlines: the built-in ones and those of files, cleaned, counted and split.

A file is read in three steps: bytes -> rows (`formats`), what a file calls a class -> our classes (`labels`),
and here rows -> a `Corpus`, in which every headline is there once and has one label. Nothing is dropped in
silence: what is not used stands in `rejected` with its line and the reason.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from moe_demo.config import LABELS
from moe_demo.text.errors import CorpusError, Detail, quote, quote_some
from moe_demo.text.files import read_bytes
from moe_demo.text.formats import parse
from moe_demo.text.labels import (
    LABEL_NAMES_ZH,
    OTHER_CLASS,
    accepted_labels,
    published_names,
    resolve_label,
)
from moe_demo.text.rows import Format, Row
from moe_demo.text.segmentation import MAX_CHARS, normalize

__all__ = [
    "LABELS",
    "LABEL_NAMES_ZH",
    "Corpus",
    "CorpusError",
    "Headline",
    "PlainTexts",
    "Reason",
    "Rejected",
    "Split",
    "builtin_corpus",
    "corpus_from_bytes",
    "read_corpus",
    "read_labelled_or_plain",
    "stratified_split",
    "text_key",
]

BUILTIN_PATH = Path(__file__).with_name("headlines.csv")
MAX_BYTES = 100_000_000  # a file is held in memory as a whole
MAX_ROWS = 500_000
RowType = TypeVar("RowType", bound=Row)


class Reason(StrEnum):
    """Why a row is not used; the name is for programs, the value for people."""

    BLANK_TEXT = "no text"
    NO_LABEL = "no label"
    OTHER_CLASS = "other class left out"
    DUPLICATE = "the same headline as before"
    CONFLICT = "the same headline with another label"
    BROKEN = "not a row of this format"


@dataclass(frozen=True)
class Headline:
    """A text and its class."""

    text: str
    label: str


@dataclass(frozen=True)
class Rejected:
    """A row that is not used."""

    line: int
    text: str
    reason: Reason
    detail: str = ""
    """What exactly: the class, the other line, the missing part."""


@dataclass(frozen=True)
class Corpus:
    """Headlines, each there once and with one label."""

    headlines: tuple[Headline, ...]
    labels: tuple[str, ...]
    """All classes, in the order of their ids; a file need not have headlines of each."""
    source: str
    rejected: tuple[Rejected, ...] = ()

    def __len__(self) -> int:
        return len(self.headlines)

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of every headline."""
        return tuple(headline.text for headline in self.headlines)

    @cached_property
    def label_ids(self) -> npt.NDArray[np.int64]:
        """The class of every headline as its place in `labels`, shape (B,)."""
        id_of = {label: label_id for label_id, label in enumerate(self.labels)}
        return np.array([id_of[headline.label] for headline in self.headlines], dtype=np.int64)

    @property
    def class_counts(self) -> dict[str, int]:
        """Headlines of each class, in the order of `labels`."""
        counts = Counter(headline.label for headline in self.headlines)
        return {label: counts[label] for label in self.labels}

    @property
    def rejected_counts(self) -> dict[Reason, int]:
        """How many rows were left out for which reason."""
        return dict(Counter(row.reason for row in self.rejected))


@dataclass(frozen=True)
class PlainTexts:
    """Texts to be classified, in the order of their file."""

    texts: tuple[str, ...]
    source: str
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True)
class Split:
    """Two corpora without a headline in common."""

    train: Corpus
    held_out: Corpus


def builtin_corpus() -> Corpus:
    """The headlines that were written for this project."""
    return read_corpus(BUILTIN_PATH)


def read_corpus(
    path: str | os.PathLike[str],
    *,
    labels: tuple[str, ...] = LABELS,
    max_bytes: int = MAX_BYTES,
    max_rows: int = MAX_ROWS,
) -> Corpus:
    """Read a labelled file in any format of `formats`.

    Raises:
        CorpusError: the file cannot be used; the message is one sentence naming the file and what to do.
    """
    file = str(path)
    return corpus_from_bytes(read_bytes(file, max_bytes), file, labels=labels, max_rows=max_rows)


def corpus_from_bytes(
    data: bytes, file: str, *, labels: tuple[str, ...] = LABELS, max_rows: int = MAX_ROWS
) -> Corpus:
    """Read the content of a labelled file, such as one a visitor has uploaded; `file` is its name.

    Raises:
        CorpusError: as `read_corpus`.
    """
    parsed = parse(data, file, max_rows, need_label=True)
    labelled, rejected = _resolve_labels(parsed.rows, file, parsed.form, labels)
    labelled, repeated = without_repeats(labelled, lambda row: text_key(row.text))
    rejected = sorted(rejected + repeated, key=lambda row: row.line)
    if not labelled:
        raise CorpusError(
            "nothing_left", file=file, reasons=tally(rejected), accepted=accepted_labels(labels)
        )
    present = {row.label for row in labelled}
    if len(present) == 1:
        raise CorpusError("one_class", file=file, label=present.pop(), accepted=accepted_labels(labels))
    headlines = tuple(Headline(row.text.strip(), row.label) for row in labelled)
    return Corpus(headlines, labels, source=file, rejected=tuple(rejected))


def read_labelled_or_plain(
    path: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES, max_rows: int = MAX_ROWS
) -> PlainTexts:
    """Read texts to be classified: a labelled file, a table with a text column, or one headline a line.

    Labels are not looked at and repeated headlines stay, so that every line gets its answer.

    Raises:
        CorpusError: as `read_corpus`.
    """
    file = str(path)
    parsed = parse(read_bytes(file, max_bytes), file, max_rows, need_label=False)
    usable, rejected = _without_unreadable(parsed.rows)
    if not usable:
        raise CorpusError("no_text", file=file, reasons=tally(rejected))
    return PlainTexts(tuple(row.text.strip() for row in usable), source=file, rejected=tuple(rejected))


def stratified_split(corpus: Corpus, held_out_fraction: float = 0.2) -> Split:
    """The fixed split: of each class, the headlines whose hash comes first are held out.

    No seed, and the order of the rows does not matter: the hash of a text decides where it stands. Cutting at
    a rank holds out the same share of every class; a threshold on the hash would only do so on average. A
    headline added later moves the cut of its class by one place at most, so at most one other headline changes
    sides. Both sides come in hash order, so training does not depend on the order of the rows either.

    Raises:
        CorpusError: a class has too few headlines for both sides.
        ValueError: the fraction is not between 0 and 1.
    """
    if not 0 < held_out_fraction < 1:
        raise ValueError(f"held_out_fraction must be in (0, 1), got {held_out_fraction}.")
    ordered = sorted(corpus.headlines, key=lambda headline: _hash(headline.text))
    held_out: set[Headline] = set()
    for label in {headline.label for headline in ordered}:
        members = [headline for headline in ordered if headline.label == label]
        held_out.update(members[: held_out_size(corpus.source, label, len(members), held_out_fraction)])
    return Split(
        train=replace(corpus, headlines=tuple(h for h in ordered if h not in held_out), rejected=()),
        held_out=replace(corpus, headlines=tuple(h for h in ordered if h in held_out), rejected=()),
    )


def text_key(text: str) -> str:
    """What makes two headlines the same: their characters, whatever their width, case and spaces.

    Piece by piece: a letter under a hundred thousand accents takes NFKC minutes.
    """
    shown = normalize(text)
    pieces = (shown[start : start + MAX_CHARS] for start in range(0, len(shown), MAX_CHARS))
    return "".join("".join(unicodedata.normalize("NFKC", piece) for piece in pieces).casefold().split())


def _without_unreadable(rows: Iterable[Row]) -> tuple[list[Row], list[Rejected]]:
    """Rows with a text, and the others."""
    usable, rejected = [], []
    for row in rows:
        if row.broken:
            rejected.append(Rejected(row.line, row.text, Reason.BROKEN, row.broken))
        elif not normalize(row.text).strip():
            rejected.append(Rejected(row.line, row.text, Reason.BLANK_TEXT))
        else:
            usable.append(row)
    return usable, rejected


def _resolve_labels(
    rows: Iterable[Row], file: str, form: Format, labels: Sequence[str]
) -> tuple[list[Row], list[Rejected]]:
    """Rows whose label is one of `labels`, and the others.

    A label that nobody knows is an error and not a rejected row: it may be a whole class, misspelt.
    """
    usable, rejected = _without_unreadable(rows)
    published = published_names(form, (row.label for row in usable))
    labelled: list[Row] = []
    unknown: list[Row] = []
    for row in usable:
        label = resolve_label(row.label, labels, published)
        if not row.label.strip():
            rejected.append(Rejected(row.line, row.text, Reason.NO_LABEL))
        elif label is None:
            unknown.append(row)
        elif label == OTHER_CLASS and OTHER_CLASS not in labels:  # it may be the name of a class one has
            rejected.append(
                Rejected(row.line, row.text, Reason.OTHER_CLASS, Detail("label", label=row.label.strip()))
            )
        else:
            labelled.append(replace(row, label=label))
    if unknown:
        found = quote_some([f"{quote(row.label)} in line {row.line}" for row in unknown])
        raise CorpusError("unknown_label", file=file, found=found, accepted=accepted_labels(labels))
    return labelled, rejected


def without_repeats(
    rows: Sequence[RowType], key_of: Callable[[RowType], str]
) -> tuple[list[RowType], list[Rejected]]:
    """Each headline once; none of its copies where their labels differ, since nobody knows which is right.

    Args:
        rows: in the order of their file.
        key_of: equal for rows with the same headline, as `text_key` is.
    """
    copies: dict[str, list[RowType]] = defaultdict(list)
    for row in rows:
        copies[key_of(row)].append(row)
    kept, rejected = [], []
    for first, *others in copies.values():
        if len({row.label for row in (first, *others)}) == 1:
            kept.append(first)
            detail = Detail("same_as", line=first.line)
            rejected += [Rejected(r.line, r.text, Reason.DUPLICATE, detail) for r in others]
        else:
            detail = _disagreement([first, *others])
            rejected += [Rejected(r.line, r.text, Reason.CONFLICT, detail) for r in (first, *others)]
    return kept, rejected


def _disagreement(copies: Sequence[Row]) -> Detail:
    """Which line gives the headline which label: `tech in line 2, sports in line 3`."""
    places = ", ".join(f"{row.label} in line {row.line}" for row in copies)
    return Detail("disagree", places=places, labels=[(row.label, row.line) for row in copies])


def tally(rejected: Sequence[Rejected]) -> str:
    """The reasons with their counts: `no text: 2, no label: 1`."""
    counts = Counter(row.reason.value for row in rejected)
    return ", ".join(f"{reason}: {n}" for reason, n in counts.items()) or "no row at all"


def _hash(text: str) -> bytes:
    """Where a headline stands in the fixed order; the same on every machine."""
    return hashlib.blake2b(text_key(text).encode("utf-8"), digest_size=16).digest()


def _least_size(n_headlines: int, fraction: float) -> int:
    """The least size from here on that has a headline on each side: half a headline there, rounded, is the first."""
    part = Fraction(fraction)
    size = max(n_headlines, *(int(1 / (2 * side)) for side in (part, 1 - part)))
    while (
        size < 2**50 and not 0 < round(size * fraction) < size
    ):  # twice at the most; beyond, a float tells no halves
        size += 1
    return size


def held_out_size(source: str, label: str, n_headlines: int, fraction: float) -> int:
    """The held-out share of a class of this size, at least one headline on each side."""
    n_held_out = round(n_headlines * fraction)
    if not 0 < n_held_out < n_headlines:
        enough = _least_size(n_headlines, fraction)
        numbers = {"count": n_headlines, "fraction": fraction, "missing": enough - n_headlines}
        raise CorpusError("too_few", file=source, label=label, **numbers)
    return n_held_out

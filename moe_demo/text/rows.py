"""What every format is read into: rows of a text and a label, as they stand in the file."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from moe_demo.text.entities import unescape, without_tags

FASTTEXT_MARKS = ("__label__", "__LABEL__", "__Label__", "__class__", "__CLASS__", "__Class__")
"""What stands before a label of fastText, as people write it."""
_NO_LABEL = ("", "nan", "null", "none", "nil", "n/a", "na", "<na>", "#n/a", "-", "--", "—", "/", "\\n")
"""How programs and people write that there is none, in lower case."""
_MAX_LABEL_CHARS = 100  # no longer one is looked at: it is none, and folding millions of characters is slow


class Format(StrEnum):
    """How a file writes its headlines."""

    TABLE = "CSV or TSV"
    JSONL = "JSONL"
    FASTTEXT = "fastText"
    THUCNEWS = "THUCNews"
    TOUTIAO = "Toutiao"
    PLAIN = "plain text"


@dataclass(frozen=True)
class Row:
    """One row as it stands in the file."""

    line: int
    """Where it begins, from 1."""
    text: str
    label: str
    """As `clean_label` has it; empty if there is none."""
    broken: str = ""
    """Why the row cannot be read, empty if it can."""


@dataclass(frozen=True)
class RawRow:
    """One row before it is known which of the columns that may be its label says it best."""

    line: int
    text: str
    labels: tuple[str, ...] = ()
    """Its value in each of these columns, in one order for the whole file."""
    broken: str = ""


def settled(rows: Sequence[RawRow]) -> list[Row]:
    """Rows with one label each, and HTML's way of writing characters undone.

    TNEWS writes 109 beside news_tech, and copies of it 8: the column of names counts, whatever the numbers are.
    A row without a name has the one that its number has elsewhere in the file.
    """
    rows = [replace(row, labels=tuple(map(clean_label, row.labels))) for row in rows]
    labelled = [row.labels for row in rows if row.labels]
    columns = list(zip(*labelled, strict=True))
    order = sorted(range(len(columns)), key=lambda place: _is_of_numbers(columns[place]))
    names_of = _names_of(labelled, order)
    return [
        Row(row.line, unescape(without_tags(row.text)), _label(row.labels, order, names_of), row.broken)
        for row in rows
    ]


def is_number(value: str) -> bool:
    """Whether it is a whole number, as class ids are; a spreadsheet may have written 3 as 3.0."""
    return value.strip().removeprefix("-").removesuffix(".0").isdecimal()


def clean_label(written: str) -> str:
    """A label as it is compared: what looks the same is the same, and a sign for none is none.

    Full-width letters are plain ones, characters that cannot be seen are gone, 3.0 is 3, `__label__` is no part of it.
    """
    return written.strip() if len(written) > _MAX_LABEL_CHARS else _clean(written)


@lru_cache(maxsize=1000)
def _clean(written: str) -> str:
    folded = unicodedata.normalize("NFKC", unescape(written))
    seen = "".join(char for char in folded if unicodedata.category(char) not in ("Cf", "Cc"))
    label = " ".join(seen.split())
    label = next(
        (label.removeprefix(mark) for mark in FASTTEXT_MARKS if label.startswith(mark)), label
    ).strip()
    if label.casefold() in _NO_LABEL:
        return ""
    whole, point, rest = label.partition(".")
    return whole if point and is_number(whole) and not rest.strip("0") else label


def _is_of_numbers(column: Sequence[str]) -> int:
    """0 for a column of names, 1 for one of numbers, 2 for an empty one."""
    filled = [value for value in column if value]
    return 2 if not filled else int(all(map(is_number, filled)))


def _names_of(labelled: Sequence[tuple[str, ...]], order: Sequence[int]) -> dict[tuple[int, str], set[str]]:
    """The names that stand beside a value of another column, by that column and value."""
    names_of: dict[tuple[int, str], set[str]] = defaultdict(set)
    for labels in labelled:
        if name := labels[order[0]]:
            for place in order[1:]:
                names_of[place, labels[place]].add(name)
    return names_of


def _label(labels: tuple[str, ...], order: Sequence[int], names_of: dict[tuple[int, str], set[str]]) -> str:
    """The first column that is filled in, as a name where the file gives one."""
    for place in order if labels else ():
        if value := labels[place]:
            names = names_of.get((place, value), set())
            return next(iter(names)) if len(names) == 1 else value
    return ""

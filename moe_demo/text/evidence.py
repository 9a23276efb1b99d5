"""How much a column of a file looks like one of labels, or like one of headlines, by all that stands in it.

A column of labels repeats a few short values, or holds names that classes of news have. A column of headlines is made
of words, and is no address, date or key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import IntEnum
from itertools import pairwise

from moe_demo.text.encodings import FIRST_WIDE
from moe_demo.text.labels import is_class_name
from moe_demo.text.rows import is_number

MOST = 0.8  # share of the rows that have to agree: some may be broken, some labels misspelt
_MAX_LABEL_CHARS = 20
_MAX_ID_CHARS = 3
_MAX_FEW_ROWS = 20
_LEAST_ROWS, _LEAST_REPEATS = 6, 3  # beginnings of headlines do not come back three times each
_LEAST_TITLE_CHARS = 4  # on average; keywords and authors are shorter


class Evidence(IntEnum):
    """How much a column looks like one of labels."""

    NONE = 0
    NUMBERS = 1
    """Short numbers, again and again or in a few rows only."""
    NAMES = 2
    """A few short values, again and again."""
    CLASSES = 3
    """Names that classes of news have."""


def evidence(values: Sequence[str], *, is_sure: bool) -> Evidence:
    """What a column says for being the label.

    Args:
        values: the column, without white space around each.
        is_sure: the lines are certainly columns; else headlines may have been cut at their commas, and a few
            numbers say nothing.
    """
    counts = Counter(value for value in values if value)
    n_rows = counts.total()
    if n_rows < MOST * len(values) or not counts:
        return Evidence.NONE
    if _share_of_classes(counts) >= MOST:
        return Evidence.CLASSES
    if all(map(is_number, counts)):
        is_label = is_repeated(counts) or (is_sure and n_rows <= _MAX_FEW_ROWS)
        return Evidence.NUMBERS if is_label and max(map(len, counts)) <= _MAX_ID_CHARS else Evidence.NONE
    return (
        Evidence.NAMES if is_repeated(counts) and max(map(len, counts)) <= _MAX_LABEL_CHARS else Evidence.NONE
    )


def is_repeated(counts: Counter[str]) -> bool:
    """A few values, each again and again."""
    return counts.total() >= max(_LEAST_ROWS, _LEAST_REPEATS * len(counts))


def is_no_chance(counts: Counter[str]) -> bool:
    """Two classes, or one of them three times: one headline may begin with 科技 by itself, but not all of them."""
    return len(counts) > 1 or counts.total() >= 3


def counts_up(values: Sequence[str]) -> bool:
    """Whether these short numbers are the numbers of the rows: each is one more than the one before."""
    numbers = [int(float(value)) for value in values]
    return len(numbers) > 1 and all(after - before == 1 for before, after in pairwise(numbers))


def text_column(columns: Sequence[Sequence[str]], label: int | None, *, is_sure: bool) -> int | None:
    """The column of headlines; None where there is none.

    Of several the first that is long enough is the title: keywords and articles stand after it. Without a label
    beside it to confirm that, nothing is chosen; nor where another one has as much Chinese in it, if among numbers:
    it may be the titles, and this one their authors.
    """
    others = [place for place in range(len(columns)) if place != label]
    of_words = [place for place in others if _is_of_words(columns[place])]
    found = of_words
    if len(found) > 1:
        found = [place for place in found if evidence(columns[place], is_sure=is_sure) is Evidence.NONE]
    if not found or (len(found) > 1 and label is None):
        return None
    lengths = {place: sum(map(len, columns[place])) / len(columns[place]) for place in found}
    long_enough = [place for place in found if lengths[place] >= _LEAST_TITLE_CHARS]
    chosen = long_enough[0] if long_enough else max(found, key=lambda place: lengths[place])
    n_chinese = {place: _n_chinese(columns[place]) for place in others}
    among_numbers = [n_chinese[place] for place in others if place not in of_words]
    is_clear = max(among_numbers, default=0) < max(n_chinese[chosen], 1)
    return chosen if is_clear else None


def _n_chinese(values: Sequence[str]) -> int:
    return sum(char >= FIRST_WIDE and char.isalpha() for value in values for char in value)


def _share_of_classes(counts: Counter[str]) -> float:
    """Of values that are the name of a class, or begin with one: 体育/足球, sports_17.txt."""
    return (
        sum(n for value, n in counts.items() if is_class_name(value) or _begins_with_class(value))
        / counts.total()
    )


def _begins_with_class(value: str) -> bool:
    return any(is_class_name(value.partition(mark)[0]) for mark in "/_-" if mark in value)


def _is_of_words(values: Sequence[str]) -> bool:
    filled = [value for value in values if value]
    return (
        bool(filled) and sum(map(_has_words, filled)) >= MOST * len(filled) and 2 * len(filled) >= len(values)
    )


def _has_words(value: str) -> bool:
    """More letters than digits, which dates and keys have not, and no address."""
    n_letters, n_digits = sum(map(str.isalpha, value)), sum(map(str.isdigit, value))
    return n_letters > n_digits and not value.lower().startswith(("http://", "https://", "www."))

"""Lines without a header: which part of each is the label and which the text, by what stands in all of them.

    体育<TAB>标题        1|,|tech|,|标题|,|关键词        标题,科技        0<TAB>标题<TAB>4

Where two columns look alike, or none like what it should be, nothing is decided: a label that is read as part of a
headline would be learned, and answered, in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from moe_demo.text.encodings import LINE_ENDS
from moe_demo.text.ends import find_class_end
from moe_demo.text.errors import CorpusError, Detail
from moe_demo.text.evidence import MOST, Evidence, counts_up, evidence, is_no_chance, text_column
from moe_demo.text.labels import BRACKETS, is_class_name
from moe_demo.text.rows import Format, RawRow
from moe_demo.text.separated import NAMED_SEPARATORS, records

_SURE_SEPARATORS = ("_!_", "|,|", "||", *NAMED_SEPARATORS, "\t", "\x01", "\x1f")  # no headline contains them
_CHINESE_SEPARATORS = ("｜", "；", "，", "、")  # any headline may
_SOFT_MARKS = (
    " ",
    "\u3000",
    "：",
    ":",
    "-",
    "—",
    "/",
    "、",
    "·",
    "_",
)  # headlines do; between a class and its text
_AFTER_LABEL = ("】", "]", "］", "）", ")", *_SOFT_MARKS)
_BEFORE_LABEL = ("【", "[", "［", "（", "(", *_SOFT_MARKS)
_MAX_COLUMNS = 50
_LEAST_ROWS = 3
_HEAD = 2000

Fields = list[str]
Way = Callable[[Fields, str], Fields]
"""From the fields between separators to columns."""


@dataclass(frozen=True)
class Layout:
    """Where text and label are on a line."""

    separator: str
    is_quoted: bool
    """Fields may stand in quotation marks."""
    way: Way
    n_columns: int
    text: int
    label: int | None
    evidence: Evidence

    @property
    def form(self) -> Format:
        """THUCNews where a class id stands after the last tab, whatever stands before the title."""
        is_last = self.label == self.n_columns - 1 and self.evidence is Evidence.NUMBERS
        return Format.THUCNEWS if is_last and self.separator == "\t" else Format.TABLE


def find_layout(lines: Sequence[str], separators: Sequence[str]) -> Layout | None:
    """The layout that the lines speak for most clearly; None where they speak for none, or for two."""
    filled = [line for line in lines if line.strip()]
    found: list[Layout] = []
    for separator in separators:
        is_sure = len(separators) == 1 or separator in _SURE_SEPARATORS
        is_common = sum(separator in line for line in filled) >= MOST * len(filled)
        if is_common and any(_layouts(filled[:_HEAD], separator, is_sure)):  # soon known of most files
            found += _layouts(lines, separator, is_sure)
        if found and is_sure:
            break  # then marks that headlines have as well are theirs
    return max(found, key=lambda layout: layout.evidence, default=None)  # the first of equals


def layout_rows(lines: Sequence[str], layout: Layout) -> Iterator[RawRow]:
    """The rows of a file that is laid out like this."""
    for number, fields in _cut(lines, layout.separator, layout.is_quoted):
        columns = layout.way(fields, layout.separator)
        if len(columns) != layout.n_columns:
            why = Detail("fields", found=len(columns), columns=layout.n_columns)
            yield RawRow(number, layout.separator.join(fields), broken=why)
        else:
            labels = () if layout.label is None else (columns[layout.label].strip(BRACKETS),)
            yield RawRow(number, columns[layout.text].strip(), labels)


def names_its_columns(lines: Sequence[str], layout: Layout) -> bool:
    """Whether the first line has no class where all the others have one: it names columns, in words not known here."""
    first, *others = (row.labels for row in layout_rows(lines, layout) if not row.broken)
    is_of_classes = layout.evidence is Evidence.CLASSES and len(others) > 1
    return is_of_classes and not is_class_name(first[0]) and all(is_class_name(label) for (label,) in others)


def looks_like_columns(lines: Sequence[str]) -> bool:
    """Whether lines of which no layout is known are rather columns than headlines: then nothing may be guessed."""
    filled = [line for line in lines if line.strip()]
    if has_sure_separator(filled):
        return True
    counts = (
        {line.count(mark) for line in filled} for mark in ",;|"
    )  # the same number of them in every line
    is_even = any(len(found) == 1 and found != {0} for found in counts)
    return is_even and len(filled) >= _LEAST_ROWS


def has_sure_separator(lines: Sequence[str]) -> bool:
    """Whether at least every other line has something in it that no headline has."""
    filled = [line for line in lines if line.strip()]
    return any(2 * sum(separator in line for line in filled) >= len(filled) for separator in _SURE_SEPARATORS)


def _cut(lines: Sequence[str], separator: str, is_quoted: bool) -> Iterator[tuple[int, Fields]]:
    if is_quoted:
        return records(lines, separator, file="")
    return (
        (number, line.strip(" \u3000" + LINE_ENDS).split(separator))
        for number, line in enumerate(lines, 1)
        if line.strip()
    )


def _as_it_is(fields: Fields, separator: str) -> Fields:
    return fields


def _first_apart(fields: Fields, separator: str) -> Fields:
    """The first field, and all that follows as one: a text may contain the separator."""
    return [fields[0], separator.join(fields[1:])] if len(fields) > 1 else fields


def _last_apart(fields: Fields, separator: str) -> Fields:
    return [separator.join(fields[:-1]), fields[-1]] if len(fields) > 1 else fields


def _layouts(lines: Sequence[str], separator: str, is_sure: bool) -> Iterator[Layout]:
    """What the lines may be, cut at this separator."""
    is_quoted = True
    try:
        table = [fields for _, fields in _cut(lines, separator, is_quoted)]
    except CorpusError:  # a mark that is closed nowhere: then they are not meant for that
        is_quoted = False
        table = [fields for _, fields in _cut(lines, separator, is_quoted)]
    for way, n_columns, places in _ways(table, is_sure) if table else ():
        rows = [row for fields in table if len(row := way(fields, separator)) == n_columns]
        if len(rows) < MOST * len(table):
            continue
        columns = [[value.strip() for value in column] for column in zip(*rows, strict=True)]
        label, grade = _label_column(columns, places, is_sure)
        text = text_column(columns, label, is_sure=is_sure)
        if text is None or (label is None and not is_sure):
            continue
        is_chance = separator in _CHINESE_SEPARATORS and not is_no_chance(Counter(columns[label or 0]))
        is_repeated_as_well = grade is Evidence.NAMES and len(set(columns[text])) <= len(
            set(columns[label or 0])
        )
        is_labelled_inside = label is None and find_class_end(columns[text], share=MOST) is not None
        if not (is_chance or is_repeated_as_well or is_labelled_inside):
            yield Layout(separator, is_quoted, way, n_columns, text, label, grade)


def _ways(table: Sequence[Fields], is_sure: bool) -> Iterator[tuple[Way, int, Sequence[int]]]:
    """How fields may be columns, how many those are, and which of them may be the label."""
    [(n_usual, n_rows)] = Counter(map(len, table)).most_common(1)
    is_even = n_rows >= MOST * len(table)
    if 2 < n_usual <= _MAX_COLUMNS and is_even:
        yield _as_it_is, n_usual, range(n_usual)
    if n_usual <= 2 or not (is_sure and is_even):
        yield _first_apart, 2, (0,)
        yield _last_apart, 2, (1,)


def _label_column(
    columns: Sequence[Sequence[str]], places: Sequence[int], is_sure: bool
) -> tuple[int | None, Evidence]:
    """The column of labels among these places, and the evidence for it; none where two look like it."""
    grades = {place: evidence(columns[place], is_sure=is_sure) for place in places}
    if grades.get(0) is Evidence.NUMBERS and counts_up(columns[0]):
        grades[0] = Evidence.NONE  # the numbers of the rows
    best = max(grades.values())
    winners = [place for place, grade in grades.items() if grade is best]
    if best is Evidence.NUMBERS and winners[-1] == len(columns) - 1:
        return winners[-1], best  # the last one, as in THUCNews
    if best is Evidence.NONE or (len(winners) > 1 and best is not Evidence.CLASSES):
        return None, Evidence.NONE
    return winners[0], best

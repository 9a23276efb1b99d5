"""Tables with a header: `text,label` in any order, at any separator, other columns beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from moe_demo.text.encodings import LINE_ENDS
from moe_demo.text.errors import CorpusError, Detail
from moe_demo.text.header import column_name, label_places, names_columns_only, text_place
from moe_demo.text.labels import is_class_name
from moe_demo.text.rows import RawRow, is_number
from moe_demo.text.separated import NAMED_SEPARATORS, records

# The longer ones first: each of them contains one of the others.
SEPARATORS = (
    "_!_",
    "|,|",
    "||",
    *NAMED_SEPARATORS,
    "\t",
    "\x01",
    "\x1f",
    "|",
    ";",
    ",",
    "｜",
    "；",
    "，",
    "、",
)
_HINT = "sep="
_COMMENT = "#"
_YES_OR_NO = ("0", "1", "0.0", "1.0", "true", "false")
_FEW, _MOST = 0.5, 0.9  # shares of the rows


@dataclass(frozen=True)
class Header:
    """What the first line of a table says."""

    index: int
    """Of its line."""
    separator: str
    """Of the rows, which may be another one than its own."""
    n_columns: int
    text: int
    labels: tuple[int, ...]
    """Columns that may be the label, none in a table of texts only."""


def without_hint(lines: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """The lines and the separators to try: the one that a first line `sep=;` names, as spreadsheets write it.

    That line becomes a blank one, so that the others keep their numbers.
    """
    index = first_index(lines)
    first = lines[index].strip(' "' + LINE_ENDS)
    if not first.lower().startswith(_HINT) or len(first) > len(_HINT) + 3:
        return lines, SEPARATORS
    hinted = first[len(_HINT) :] or "\t"
    return ["" if number == index else line for number, line in enumerate(lines)], (hinted,)


def without_comments(lines: Sequence[str]) -> list[str]:
    """The lines, those blank that begin with `#` and stand before a line of nothing but names of columns."""
    first = next((index for index, line in enumerate(lines) if line.strip() and line[0] != _COMMENT), 0)
    header = first if names_columns_only(lines[first]) else 0
    return ["" if index < header else line for index, line in enumerate(lines)]


def without_names(lines: Sequence[str]) -> list[str]:
    """The lines, the first one blank where it is nothing but names of columns."""
    index = first_index(lines)
    is_names = names_columns_only(lines[index])
    return ["" if is_names and number == index else line for number, line in enumerate(lines)]


def first_index(lines: Sequence[str]) -> int:
    """The first line that is not blank; 0 where all are."""
    return next((index for index, line in enumerate(lines) if line.strip()), 0)


def find_header(lines: Sequence[str], separators: Sequence[str], file: str) -> Header | None:
    """The header, if the first line names a column of texts at one of these separators."""
    found: Header | None = None
    index = first_index(lines)
    for separator in separators:
        header = _header(lines, index, separator, file)
        if header is not None and (found is None or (header.labels and not found.labels)):
            found = header
    return found


def table_rows(lines: Sequence[str], file: str, header: Header) -> Iterator[RawRow]:
    """The rows under a header.

    Raises:
        CorpusError: quote.
    """
    for number, fields in islice(records(lines, header.separator, file, header.index), 1, None):
        if header.n_columns == 1:
            yield RawRow(number, header.separator.join(fields))  # all there is on a line is text
        elif len(fields) > header.n_columns:
            why = Detail("fields", found=len(fields), columns=header.n_columns)
            yield RawRow(number, fields[0], broken=why)
        else:
            text = _field(fields, header.text)
            if _holds_rows(text, header.separator):
                raise CorpusError("quote", file=file, line=number)
            yield RawRow(number, text, tuple(_field(fields, place) for place in header.labels))


def _holds_rows(text: str, separator: str) -> bool:
    """Whether a text in quotation marks has rows of the table in it: its mark was meant for another place."""
    lines = text.splitlines()
    return len(lines) > 1 and any(
        is_class_name(field) for line in lines if separator in line for field in line.split(separator)
    )


def _field(fields: Sequence[str], place: int) -> str:
    return fields[place] if place < len(fields) else ""


def _header(lines: Sequence[str], index: int, separator: str, file: str) -> Header | None:
    rows = records(lines, separator, file, index)
    try:
        _, fields = next(rows, (0, [""]))
    except CorpusError:  # a quotation mark that is closed nowhere
        return None
    names = [column_name(field) for field in fields]
    text, labels = text_place(names), label_places(names)
    if text is None:
        return None
    values = [] if labels else [n for n, name in enumerate(names) if is_number(name) or is_class_name(name)]
    if values and not _is_one_hot(next(rows, (0, []))[1], values):
        return None  # a headline may consist of the word 标题, but beside a class it is no name of a column
    if len(names) == 1:
        separator = "\t" if file.lower().endswith(".tsv") else ","
    else:
        separator = _row_separator(lines, index, separator, len(names))
    return Header(index, separator, len(names), text, labels)


def _is_one_hot(fields: Sequence[str], places: Sequence[int]) -> bool:
    """Whether a row says yes or no in these columns, whose names are classes."""
    return bool(fields) and all(_field(fields, place).strip().casefold() in _YES_OR_NO for place in places)


def _row_separator(lines: Sequence[str], index: int, of_header: str, n_columns: int) -> str:
    """What separates the rows: as in the header, unless hardly any row is fitting then and most are at another."""
    rows = [line for line in lines[index + 1 :] if line.strip()]
    fitting = {of_header: 0.0}
    for separator in (of_header, *SEPARATORS):
        n_fitting = sum(row.count(separator) == n_columns - 1 for row in rows)
        fitting[separator] = n_fitting / max(len(rows), 1)
        if separator == of_header and fitting[separator] >= _FEW:
            return of_header
    best = max(fitting, key=lambda separator: fitting[separator])
    return best if fitting[best] >= _MOST else of_header

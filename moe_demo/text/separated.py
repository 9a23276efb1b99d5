"""Lines cut into fields at a separator, with quotation marks as spreadsheets write them.

    标题,tech                 two fields
    "苹果,华为",tech          a field in quotation marks may hold the separator, a mark written twice, line breaks
    "火箭"夺冠,sports         a mark that opens no such field is part of the text

Not the standard library's `csv`: that refuses the third, and takes a field over 131,072 characters for a mark that
was never closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from moe_demo.text.encodings import LINE_ENDS
from moe_demo.text.errors import CorpusError

MARK = '"'
NAMED_SEPARATORS = ("\\t", "<sep>", "<SEP>", "[sep]", "[SEP]", "<tab>", "<TAB>")
"""A tab as programs and people write it, and the word between two sentences of language models."""
Record = tuple[int, list[str]]
"""The number of the line it begins on, from 1, and its fields."""


def records(lines: Sequence[str], separator: str, file: str, start: int = 0) -> Iterator[Record]:
    """Every record from the line with this index on; blank ones are skipped.

    Raises:
        CorpusError: quote.
    """
    index = start
    while index < len(lines):
        number, line = index + 1, lines[index]
        if MARK in line:
            fields, index = _quoted_record(lines, index, separator, file)
        else:
            fields, index = line.rstrip(LINE_ENDS).split(separator), index + 1
        if any(field.strip() for field in fields):
            yield number, fields


def _quoted_record(lines: Sequence[str], index: int, separator: str, file: str) -> tuple[list[str], int]:
    """The fields of a record, and the index of the line after it."""
    fields: list[str] = []
    position, first = 0, index
    while True:
        found = _quoted_field(lines, index, position, separator)
        if found is not None:
            field, index, position = found
            if index == len(lines):
                raise CorpusError("quote", file=file, line=first + 1)
        else:
            end = lines[index].find(separator, position)
            end = len(lines[index].rstrip(LINE_ENDS)) if end < 0 else end
            field, position = lines[index][position:end], end
        fields.append(field)
        if not lines[index].startswith(separator, position):
            return fields, index + 1
        position += len(separator)


def _quoted_field(
    lines: Sequence[str], index: int, position: int, separator: str
) -> tuple[str, int, int] | None:
    """A field in quotation marks, with the place of its end; past the last line where it has none.

    None where it is not one: no mark here, or one that closes in the middle of a word, or a tab between two lines
    of it. Programs that separate by tabs hardly ever quote, so there it is rather a headline that begins with a mark.
    """
    if not lines[index].startswith(MARK, position):
        return None
    parts: list[str] = []
    first, position = index, position + 1
    while index < len(lines):
        line = lines[index]
        mark = line.find(MARK, position)
        if mark < 0:
            parts.append(line[position:])
            index, position = index + 1, 0
            continue
        parts.append(line[position:mark])
        position = mark + 1
        if line.startswith(MARK, position):
            parts.append(MARK)
            position += 1
        elif line.startswith(separator, position) or not line[position : position + 2].strip(LINE_ENDS):
            field = "".join(parts)
            is_one = separator != "\t" or index == first or "\t" not in field
            return (field, index, position) if is_one else None
        else:
            return None
    return None if separator == "\t" else ("", index, 0)

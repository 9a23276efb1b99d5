"""Files of headlines become rows: encoding, format and columns are found out here, labels are not judged.

| format | a line | recognised by |
|---|---|---|
| JSONL | `{"text": ..., "label": ...}` | the name's ending, or most lines being objects |
| CSV, TSV | `text,label` under a header, columns in any order | the header |
| fastText | `__label__class text` | `__label__` in most lines; before or behind the text |
| Toutiao | `id_!_code_!_category_!_title_!_keywords` | `_!_` |
| THUCNews | `title<TAB>class id` | a number after the last tab |
| columns | `class<TAB>title`, `id,title,class`, ... | what stands in every line (`layout`) |
| ends | `【class】title`, `class: title`, `title_class` | the name of a class in every line (`ends`) |
| plain | a headline | nothing of the above, where labels are not needed |

Whatever was found, the texts are looked at last (`leftover`): a label that is still in them refuses the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

from moe_demo.text.encodings import LINE_ENDS, Decoded, decode
from moe_demo.text.ends import Cut, find_class_end, find_number_end
from moe_demo.text.errors import CorpusError, quote
from moe_demo.text.header import header_error, names_columns_only
from moe_demo.text.json_lines import is_json, json_rows
from moe_demo.text.layout import (
    find_layout,
    has_sure_separator,
    layout_rows,
    looks_like_columns,
    names_its_columns,
)
from moe_demo.text.leftover import has_heads, holds_more
from moe_demo.text.markup import markup_of
from moe_demo.text.published import published_format, published_row
from moe_demo.text.rows import Format, RawRow, Row, settled
from moe_demo.text.tables import (
    find_header,
    first_index,
    table_rows,
    without_comments,
    without_hint,
    without_names,
)

_TABLE_ENDINGS = (".csv", ".tsv")


@dataclass(frozen=True)
class Parsed:
    """A file's rows and what was found out on the way."""

    form: Format
    encoding: str
    rows: list[Row]


def parse(data: bytes, file: str, max_rows: int, *, need_label: bool) -> Parsed:
    """From the bytes of a file to its rows.

    Raises:
        CorpusError: as `decode`; too_many_rows, json_array, json_object, markup, quote, more, header (text_header
            where none needs a label).
    """
    decoded = decode(data, file)
    form, reading = _reading(decoded, file, need_label)
    rows = list(islice(reading, max_rows + 1))
    if len(rows) > max_rows:
        raise CorpusError("too_many_rows", file=file, limit=max_rows)
    found = settled(rows)
    _refuse_more_than_texts([row for row in found if row.text.strip() and not row.broken], file)
    return Parsed(form, decoded.encoding, found)


def _refuse_more_than_texts(rows: Sequence[Row], file: str) -> None:
    """Whatever the format, a label that is left in a text would be learned, or classified, in silence.

    Raises:
        CorpusError: more.
    """
    texts = [row.text for row in rows]
    is_labelled = any(row.label for row in rows)
    if holds_more(texts) or (not is_labelled and has_heads(texts)):
        raise CorpusError("more", file=file, line=rows[0].line, found=quote(texts[0]))


def _reading(decoded: Decoded, file: str, need_label: bool) -> tuple[Format, Iterator[RawRow]]:
    """The format, and every row that is not blank, in order."""
    if is_json(decoded.lines_of_json, file):
        return Format.JSONL, json_rows(decoded.lines_of_json, file, need_label)
    lines = decoded.lines
    if kind := markup_of(lines):
        raise CorpusError("markup", file=file, kind=kind)
    index = first_index(lines)
    refused = header_error(file, index + 1, lines[index], need_label)
    lines, separators = without_hint(lines)
    lines = without_comments(lines)
    if header := find_header(lines, separators, file):
        if need_label and not header.labels:
            raise refused
        return Format.TABLE, table_rows(lines, file, header)
    need_label = need_label or names_columns_only(lines[first_index(lines)])
    lines = without_names(lines)  # at what separates the rows, it may be found out of these alone
    numbered = ((number, line.rstrip(LINE_ENDS)) for number, line in enumerate(lines, 1) if line.strip())
    if form := published_format(lines):
        return form, (published_row(form, number, line) for number, line in numbered)
    layout = find_layout(lines, separators)
    if layout and not (need_label and layout.label is None):
        if names_its_columns(lines, layout):
            raise refused
        return layout.form, layout_rows(lines, layout)
    if not has_sure_separator(lines):
        if cut := find_class_end(lines):
            rows = list(_ends(numbered, cut))
            if find_number_end([row.text for row in rows])[1]:
                raise refused  # numbers of the lines at the other end
            return Format.TABLE, iter(rows)
        number, is_sure = find_number_end(lines)
        if number and is_sure and not need_label:
            return Format.PLAIN, _ends(numbered, number)
        need_label = need_label or number is not None
    if need_label or PurePath(file).suffix.lower() in _TABLE_ENDINGS or looks_like_columns(lines):
        raise refused
    return Format.PLAIN, (RawRow(number, line.strip()) for number, line in numbered)


def _ends(numbered: Iterable[tuple[int, str]], cut: Cut) -> Iterator[RawRow]:
    """Rows of lines that all have something at one end that is no text."""
    for number, line in numbered:
        label, text = cut(line) or ("", line)
        yield RawRow(number, text, (label,))

"""Files of headlines become rows: encoding, format and columns are found out here, labels are not judged.

| format | a line | recognised by |
|---|---|---|
| CSV, TSV | `text,label` under a header, columns in any order | the header |
| JSONL | `{"text": ..., "label": ...}` | `{`, or the name's ending |
| THUCNews | `title<TAB>class id` | a number after the last tab |
| Toutiao | `id_!_code_!_category_!_title_!_keywords` | `_!_` |
| plain | a headline | nothing of the above, where labels are not needed |
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from moe_demo.text.errors import CorpusError, Detail, quote

TEXT_COLUMNS = ("text", "title", "sentence", "headline", "标题", "文本", "新闻标题")
LABEL_COLUMNS = ("label", "label_desc", "category", "class", "标签", "类别", "分类")
_JSON_ENDINGS = (".json", ".jsonl", ".ndjson")
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\xd0\xcf\x11\xe0")
_FIRST_WIDE = "\u2e80"  # from here on: Chinese characters and their punctuation
_LEAST_TO_TELL = 2  # the two characters 联通 in GBK are also UTF-8, but of no Chinese character
_LEAST_COMMON_SHARE = 0.6  # simplified Chinese has 0.99, Big5 read as GBK some 0.4


class Format(StrEnum):
    """How a file writes its headlines."""

    TABLE = "CSV or TSV"
    JSONL = "JSONL"
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
    """As written; empty if there is none."""
    broken: str = ""
    """Why the row cannot be read, empty if it can."""


@dataclass(frozen=True)
class Decoded:
    """A file's text and how it was written down."""

    text: str
    encoding: str


@dataclass(frozen=True)
class Parsed:
    """A file's rows and what was found out on the way."""

    form: Format
    encoding: str
    rows: list[Row]


def parse(data: bytes, file: str, max_rows: int, *, need_label: bool) -> Parsed:
    """From the bytes of a file to its rows.

    Raises:
        CorpusError: as `decode`, `recognise` and `read_rows`; too_many_rows.
    """
    decoded = decode(data, file)
    form = recognise(decoded.text, file, need_label=need_label)
    rows: list[Row] = []
    for row in read_rows(decoded.text, file, form, need_label=need_label):
        if len(rows) == max_rows:
            raise CorpusError("too_many_rows", file=file, limit=max_rows)
        rows.append(row)
    return Parsed(form, decoded.encoding, rows)


def decode(data: bytes, file: str) -> Decoded:
    """The text of a file: UTF-8, or UTF-16 with its mark, or GBK and its superset GB18030.

    Raises:
        CorpusError: empty, archive, binary, encoding, mixed.
    """
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if data.startswith(_ARCHIVES):
        raise CorpusError("archive", file=file)
    if b"\0" in data and not is_utf16:
        raise CorpusError("binary", file=file, line=data.count(b"\n", 0, data.index(b"\0")) + 1)
    decoded = _utf16(data, file) if is_utf16 else _utf8_or_gbk(data, file)
    if not decoded.text.strip():
        raise CorpusError("empty", file=file)
    return decoded


def recognise(text: str, file: str, *, need_label: bool) -> Format:
    """The format, by the first line that is not blank, and by the file name where that line could be two.

    Raises:
        CorpusError: json_array.
    """
    ending = PurePath(file).suffix.lower()
    first = text.lstrip().split("\n", 1)[0].rstrip()
    if first.startswith("[") and (ending in _JSON_ENDINGS or first[1:].lstrip()[:1] in ("", "{")):
        raise CorpusError("json_array", file=file, line=_first_line(text))
    if first.startswith("{") or ending in _JSON_ENDINGS:
        return Format.JSONL
    if "_!_" in first:
        return Format.TOUTIAO
    if re.search(r"\t\s*\d+$", first):
        return Format.THUCNEWS
    has_header = _find(_columns(re.split(r"[,\t]", first)), TEXT_COLUMNS) is not None
    if has_header or need_label or ending in (".csv", ".tsv"):
        return Format.TABLE
    return Format.PLAIN


def read_rows(text: str, file: str, form: Format, *, need_label: bool) -> Iterator[Row]:
    """Every row that is not blank, in order.

    Raises:
        CorpusError: header (text_header where no label is needed), quote.
    """
    if form is Format.TABLE:
        return _table_rows(text, file, need_label)
    if form is Format.JSONL:
        return _json_rows(text, file, need_label)
    read_line = {Format.THUCNEWS: _thucnews_row, Format.TOUTIAO: _toutiao_row, Format.PLAIN: _plain_row}[form]
    return (read_line(number, line) for number, line in _lines(text))


def _utf16(data: bytes, file: str) -> Decoded:
    try:
        return Decoded(data.decode("utf-16"), "UTF-16")
    except UnicodeDecodeError as error:
        line = data[: error.start].decode("utf-16", errors="ignore").count("\n") + 1
        raise CorpusError("encoding", file=file, line=line) from error


def _utf8_or_gbk(data: bytes, file: str) -> Decoded:
    """UTF-8 where all of it is; else GBK, if every line is. An error names the first line that is neither."""
    try:
        return Decoded(data.decode("utf-8-sig"), "UTF-8")
    except UnicodeDecodeError as error:
        _refuse_mixed(data, file)
        with contextlib.suppress(UnicodeDecodeError):
            text = data.decode("gb18030")
            if _reads_as_chinese(text):
                return Decoded(text, "GBK")
        line = data.count(b"\n", 0, error.start) + 1
        raise CorpusError("encoding", file=file, line=line) from error


def _refuse_mixed(data: bytes, file: str) -> None:
    """Say where a file changes from one encoding to the other, as files do that were joined from two.

    Read as GBK as a whole, the UTF-8 part would turn into rare characters and the model would learn those. No
    character of either encoding contains the byte of a line break, so lines can be looked at one by one.
    """
    before = None
    for number, line in enumerate(data.removeprefix(codecs.BOM_UTF8).split(b"\n"), start=1):
        encoding = _encoding_of(line)
        if before and encoding and encoding != before:
            raise CorpusError("mixed", file=file, line=number, encoding=encoding, before=before)
        before = before or encoding


def _encoding_of(line: bytes) -> str | None:
    """The encoding in which a line reads as Chinese, None where it has no such text or too little to tell."""
    if line.isascii():
        return None
    for name, codec in (("UTF-8", "utf-8"), ("GBK", "gb18030")):
        with contextlib.suppress(UnicodeDecodeError):
            text = line.decode(codec)
            if sum(char >= _FIRST_WIDE for char in text) >= _LEAST_TO_TELL and _reads_as_chinese(text):
                return name
    return None


def _reads_as_chinese(text: str) -> bool:
    """Whether bytes read as GBK gave common characters.

    Almost any bytes can be read as GBK; what was Big5, Japanese, Latin-1 or a torn UTF-8 file then turns into
    rare characters. GB2312 holds the common ones.
    """
    n_ascii = sum(map(str.isascii, text))
    n_common = (len(text.encode("gb2312", errors="ignore")) - n_ascii) // 2
    return n_common >= _LEAST_COMMON_SHARE * (len(text) - n_ascii)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Every line that is not blank, with its number. Not `splitlines`: that also cuts at rarer characters."""
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if line.strip():
            yield number, line.rstrip("\n")


def _first_line(text: str) -> int:
    """The number of the first line that is not blank."""
    return text.count("\n", 0, len(text) - len(text.lstrip())) + 1


def _columns(header: Sequence[str]) -> list[str]:
    return [name.strip().strip('"').casefold() for name in header]


def _find(columns: Sequence[str], names: Sequence[str]) -> int | None:
    """The place of the first of `names` that is among the columns."""
    return next((columns.index(name) for name in names if name in columns), None)


def _header_error(file: str, line: int, found: str, need_label: bool) -> CorpusError:
    return CorpusError("header" if need_label else "text_header", file=file, line=line, found=quote(found))


def _table_rows(text: str, file: str, need_label: bool) -> Iterator[Row]:
    first_line = text.lstrip().split("\n", 1)[0]
    is_tab = "\t" in first_line or file.lower().endswith(".tsv")
    records = _records(text, file, delimiter="\t" if is_tab else ",")
    header_line, header = next(records)
    text_place, label_place = (_find(_columns(header), names) for names in (TEXT_COLUMNS, LABEL_COLUMNS))
    if text_place is None or (label_place is None and need_label):
        raise _header_error(file, header_line, first_line, need_label)
    for line, fields in records:
        if len(fields) > len(header):
            why = Detail("fields", found=len(fields), columns=len(header))
            yield Row(line, fields[0], "", broken=why)
            continue
        fields = fields + [""] * (len(header) - len(fields))
        yield Row(line, fields[text_place], "" if label_place is None else fields[label_place])


def _records(text: str, file: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The records of a table with the line each begins on; blank ones are skipped."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise CorpusError("quote", file=file, line=line, why=error) from error
        if any(field.strip() for field in fields):
            yield line, fields


def _json_rows(text: str, file: str, need_label: bool) -> Iterator[Row]:
    """Rows of JSON objects; whether the keys are there at all is known after the last line."""
    keys: dict[str, None] = {}  # in the order in which they were met
    for number, line in _lines(text):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            yield Row(number, line, "", broken=Detail("not_json"))
            continue
        record = {key.casefold(): value for key, value in record.items()}
        keys |= dict.fromkeys(record)
        yield Row(number, _json_value(record, TEXT_COLUMNS), _json_value(record, LABEL_COLUMNS))
    needed = (TEXT_COLUMNS, LABEL_COLUMNS) if need_label else (TEXT_COLUMNS,)
    if keys and any(_find(list(keys), names) is None for names in needed):
        raise _header_error(file, _first_line(text), ", ".join(keys), need_label)


def _json_value(record: dict[str, object], names: Sequence[str]) -> str:
    """The first of these keys that holds a text or a whole number, else nothing."""
    for name in names:
        value = record.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value)
    return ""


def _thucnews_row(number: int, line: str) -> Row:
    title, tab, class_id = line.rpartition("\t")
    return Row(number, title, class_id) if tab else Row(number, line, "", broken=Detail("no_tab"))


def _toutiao_row(number: int, line: str) -> Row:
    fields = line.split("_!_")
    if len(fields) < 4:
        return Row(number, line, "", broken=Detail("few_fields"))
    _, code, category, title = fields[:4]
    return Row(number, title, category.strip() or code)


def _plain_row(number: int, line: str) -> Row:
    return Row(number, line, "")

"""The fixed layouts of published data sets: fastText, THUCNews and Toutiao.

__label__体育 标题                                fastText; the label may come last
标题<TAB>4                                       THUCNews: a class id after the last tab
1_!_109_!_news_tech_!_标题_!_关键词               Toutiao: id, code, category, title, keywords
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from moe_demo.text.errors import Detail
from moe_demo.text.rows import FASTTEXT_MARKS, Format, RawRow, is_number
from moe_demo.text.separated import MARK

_TOUTIAO_SEPARATOR = "_!_"
_TOUTIAO_FIELDS = 5
_BETWEEN = " \t\u3000,，;；|"  # what stands between a label of fastText and its text


def published_format(lines: Sequence[str]) -> Format | None:
    """The layout that most of the lines have, None if it is none of these."""
    signs: dict[Format, Callable[[str], bool]] = {
        Format.FASTTEXT: _is_fasttext,
        Format.TOUTIAO: _is_toutiao,
        Format.THUCNEWS: _is_thucnews,
    }
    filled = [line for line in lines if line.strip()]
    least = max(len(filled) / 2, 1)
    return next((form for form, sign in signs.items() if sum(map(sign, filled)) >= least), None)


def published_row(form: Format, number: int, line: str) -> RawRow:
    """A line of such a file."""
    read_line = {Format.FASTTEXT: _fasttext, Format.TOUTIAO: _toutiao, Format.THUCNEWS: _thucnews}[form]
    return read_line(number, line)


def _is_fasttext(line: str) -> bool:
    """A label, and no other columns."""
    return any(mark in line for mark in FASTTEXT_MARKS) and line.count("\t") <= 1


def _is_toutiao(line: str) -> bool:
    fields = line.split(_TOUTIAO_SEPARATOR, 4)
    return len(fields) >= 4 and is_number(fields[1])


def _is_thucnews(line: str) -> bool:
    title, tab, class_id = line.rpartition("\t")
    return bool(tab) and "\t" not in title.strip() and bool(title.strip()) and is_number(class_id)


def _fasttext(number: int, line: str) -> RawRow:
    """One label before the text, maybe after a number of the line, or behind it.

    Which of several labels one class it is, nobody can know, nor which side of one in the middle is the text.
    """
    n_labels = sum(map(line.count, FASTTEXT_MARKS))
    if n_labels > 1:
        return RawRow(number, line, broken=Detail("many_labels", count=n_labels))
    if not n_labels:
        return RawRow(number, line.strip(), ("",))
    before, _, after = line.partition(next(mark for mark in FASTTEXT_MARKS if mark in line))
    before, after = before.strip(_BETWEEN), after.rstrip(_BETWEEN)
    end = next((place for place, char in enumerate(after) if char in _BETWEEN), len(after))
    label, text = after[:end], after[end:].strip(_BETWEEN)
    if before and not text and not is_number(before):
        return RawRow(number, before, (label,))
    if before.strip(MARK) and not is_number(before):
        return RawRow(number, line, broken=Detail("label_inside"))
    return RawRow(number, text, (label,))


def _toutiao(number: int, line: str) -> RawRow:
    fields = line.split(_TOUTIAO_SEPARATOR)
    if not 4 <= len(fields) <= _TOUTIAO_FIELDS:
        return RawRow(number, line, broken=Detail("few_fields" if len(fields) < 4 else "many_fields"))
    _, code, category, title = fields[:4]
    return RawRow(number, title, (category, code))


def _thucnews(number: int, line: str) -> RawRow:
    title, tab, class_id = line.rpartition("\t")
    return RawRow(number, title, (class_id,)) if tab else RawRow(number, line, broken=Detail("no_tab"))

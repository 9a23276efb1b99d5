"""The names of columns, and which of them hold the text and the label: for the header of a table and for JSON keys."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from moe_demo.text.errors import CorpusError, quote

TEXT_COLUMNS = (
    "text",
    "title",
    "sentence",
    "headline",
    "text_a",
    "content",
    "标题",
    "文本",
    "新闻标题",
    "内容",
)
LABEL_COLUMNS = (
    *("label", "label_desc", "label_des", "label_name", "label_text", "label_zh", "label_cn", "labels"),
    *("category", "category_name", "news_category", "class", "class_name", "topic", "target", "tag"),
    *("标签", "标签名称", "类别", "类别名称", "新闻类别", "分类", "新闻分类", "类型", "类目", "频道", "栏目"),
)
_MAX_NAME_CHARS = 100  # no name is longer, and a line of millions of characters is none


def column_name(written: str) -> str:
    """The name as it is looked up: without quotation marks, full-width letters as plain ones, in any case."""
    folded = unicodedata.normalize("NFKC", written[:_MAX_NAME_CHARS])
    seen = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    return (seen + written[_MAX_NAME_CHARS:]).strip().strip('"').strip().casefold()


def text_place(names: Sequence[str]) -> int | None:
    """Where the text is; the first of TEXT_COLUMNS that is there decides."""
    return next((names.index(name) for name in TEXT_COLUMNS if name in names), None)


def label_places(names: Sequence[str]) -> tuple[int, ...]:
    """Where the label may be, in the order of LABEL_COLUMNS."""
    return tuple(names.index(name) for name in LABEL_COLUMNS if name in names)


def names_columns_only(line: str) -> bool:
    """Whether a line is the names of a column of texts and of one of labels, whatever is between them."""
    if len(line) > _MAX_NAME_CHARS:
        return False
    words = "".join(char if char.isalnum() or char == "_" else " " for char in line).split()
    names = [column_name(word) for word in words]
    return len(names) == 2 and text_place(names) is not None and bool(label_places(names))


def header_error(file: str, line: int, found: str, need_label: bool) -> CorpusError:
    """The columns that are needed are not among those that were found."""
    return CorpusError("header" if need_label else "text_header", file=file, line=line, found=quote(found))

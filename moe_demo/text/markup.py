"""Files that are no lines of headlines although they are text: XML or HTML, YAML, SQL, values of a program, ...

Read line by line they would give headlines with marks in them, or the class as a part of the headline. Found by plain
comparisons: no regular expression runs over what people bring.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from moe_demo.text.entities import without_tags
from moe_demo.text.evidence import MOST
from moe_demo.text.header import LABEL_COLUMNS, TEXT_COLUMNS

_MAX_KEY_CHARS = 20
_SQL = ("insert into", "create table", "update ", "drop table")
_ARFF = ("@relation", "@attribute", "@data")
_QUOTES = "'\"“‘"
_ASSIGNS = str.maketrans(":：＝】]", "=====")
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_LOOKED_AT = 200  # lines
_MAX_CHARS = 2000  # of a line that are looked at for names


def markup_of(lines: Sequence[str]) -> str | None:
    """What the file is, None where it may be lines of headlines."""
    filled = [line.strip() for line in lines[:_LOOKED_AT] if line.strip()]
    if not filled:
        return None
    kinds = (
        ("XML or HTML", _is_tagged),
        ("YAML", _is_yaml),
        ("SQL", _is_sql),
        ("ARFF", _is_arff),
        ("TOML", _is_toml),
        ('("…", "…")', _is_of_values),
        ("text=… label=…", _is_of_pairs),
    )
    for kind, is_one in kinds:
        if is_one(filled):
            return kind
    return "Markdown" if any(map(_is_rule, filled[:3])) else None


def _is_tagged(lines: Sequence[str]) -> bool:
    """Half of the lines end an element; the tags of a page's running text are none of these."""
    plain = [without_tags(line) for line in lines]
    return 2 * sum("</" in line or "/>" in line for line in plain) >= len(plain)


def _is_yaml(lines: Sequence[str]) -> bool:
    """Nothing but keys and items, and both."""
    items = [line for line in lines if line.startswith("- ")]
    keys = [line for line in lines if _has_key(line.removeprefix("- "))]
    return bool(items) and bool(keys) and all(line.startswith("- ") or _has_key(line) for line in lines)


def _has_key(line: str) -> bool:
    key, colon, rest = line.partition(":")
    return bool(colon) and 0 < len(key) <= _MAX_KEY_CHARS and " " not in key and (not rest or rest[0] == " ")


def _is_sql(lines: Sequence[str]) -> bool:
    """Statements of a line each, or one with a row of values on each of its lines."""
    is_one = lines[0].lower().startswith(_SQL) and _is_of_values(lines[1:])
    return is_one or 2 * sum(line.lower().startswith(_SQL) for line in lines) >= len(lines)


def _is_arff(lines: Sequence[str]) -> bool:
    return len({word for line in lines for word in _ARFF if line.lower().startswith(word)}) > 1


def _is_toml(lines: Sequence[str]) -> bool:
    """Nothing but heads of sections and keys with their values, and a value in quotation marks."""
    values = [line.partition("=")[2].strip() for line in lines if not (line[0] == "[" and line[-1] == "]")]
    return all(values) and any(value[0] in _QUOTES for value in values)


def _is_of_values(lines: Sequence[str]) -> bool:
    """Half of the lines are tuples, lists or the like, as programs write them: brackets around quoted words."""
    bare = [line.rstrip(",; ") for line in lines]
    n_values = sum(
        len(line) > 2 and _BRACKETS.get(line[0]) == line[-1] and max(map(line.count, "'\"")) > 1
        for line in bare
    )
    return 0 < len(lines) <= 2 * n_values


def _is_of_pairs(lines: Sequence[str]) -> bool:
    """In most lines the same name of a column before a value: `text=标题 label=体育`, `标题：... 类别：体育`."""
    n_lines = Counter(name for line in lines for name in _names_of_values(line[:_MAX_CHARS]))
    return max(n_lines.values(), default=0) >= max(2, MOST * len(lines))


def _names_of_values(line: str) -> set[str]:
    """The names of columns that stand before a mark of assignment."""
    before = line.casefold().translate(_ASSIGNS).split("=")[:-1]
    ends = (part.rstrip("\"' ")[-_MAX_KEY_CHARS:] for part in before)
    words = ("".join(char if char.isalnum() or char == "_" else " " for char in end).split() for end in ends)
    return {found[-1] for found in words if found and found[-1] in (*TEXT_COLUMNS, *LABEL_COLUMNS)}


def _is_rule(line: str) -> bool:
    """The line above or below the head of a table: `|---|:--|`, `+----+`."""
    return "--" in line and any(mark in line for mark in "|+") and not line.strip("|-:+= ")

"""Files that are no lines of headlines although they are text: XML or HTML, YAML, SQL, a table in Markdown.

Read line by line they would give headlines with marks in them, or the class as a part of the headline. Found by plain
comparisons: no regular expression runs over what people bring.
"""

from __future__ import annotations

from collections.abc import Sequence

from moe_demo.text.entities import without_tags

_MAX_KEY_CHARS = 20
_SQL = ("insert into", "create table", "update ", "drop table")
_LOOKED_AT = 200  # lines


def markup_of(lines: Sequence[str]) -> str | None:
    """What the file is, None where it may be lines of headlines."""
    filled = [line.strip() for line in lines[:_LOOKED_AT] if line.strip()]
    if not filled:
        return None
    for kind, is_one in (("XML or HTML", _is_tagged), ("YAML", _is_yaml), ("SQL", _is_sql)):
        if is_one(filled):
            return kind
    return "Markdown" if len(filled) > 1 and _is_rule(filled[1]) else None


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
    return 2 * sum(line.lower().startswith(_SQL) for line in lines) >= len(lines)


def _is_rule(line: str) -> bool:
    """The line below the head of a table: `|---|:--|`."""
    return "--" in line and "|" in line and not line.strip("|-:+ ")

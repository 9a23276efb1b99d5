"""On which line of a TOML file a key stands: Python's own reader does not say.

    lines = lines_of(text)                      (("steps", 0, "question", "right"), 31), …
    line_of(lines, ("steps", 0, "settings", "k"))

Of what stands in braces, the line of the whole; the lines of texts and lists that go on are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]
Lines = Mapping[Path, int]

_TABLE = re.compile(r"\s*\[([\w.-]+)\]")
_ITEM = re.compile(r"\s*\[\[([\w.-]+)\]\]")
_KEY = re.compile(r"""\s*["']?([\w-]+)["']?\s*=""")
_LONG = re.compile(r'"""|\'\'\'')
_TORN = re.compile(r"at line (\d+)")


def lines_of(text: str) -> Lines:
    """Every table and key with its line, counted from 1."""
    found: dict[Path, int] = {}
    items: dict[Path, int] = {}
    at: Path = ()
    is_inside = False  # of a text over several lines
    for number, line in enumerate(text.splitlines(), start=1):
        is_whole, is_inside = not is_inside, is_inside ^ bool(len(_LONG.findall(line)) % 2)
        if not is_whole:
            continue
        if item := _ITEM.match(line):
            names: Path = tuple(item[1].split("."))
            items[names] = items.get(names, -1) + 1
            at = (*names, items[names])
            found.setdefault(names, number)
            found[at] = number
        elif table := _TABLE.match(line):
            at = _within(tuple(table[1].split(".")), items)
            found.setdefault(at, number)
        elif key := _KEY.match(line):
            found.setdefault((*at, key[1]), number)
    return found


def line_of(lines: Lines, path: Path) -> int:
    """The line of a key; of what is around it, where it has none of its own; else the first."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def torn_at(error: Exception, text: str) -> int:
    """The line where a file stops being TOML."""
    found = _TORN.search(str(error))
    return int(found[1]) if found else max(len(text.splitlines()), 1)


def _within(names: Path, items: Mapping[Path, int]) -> Path:
    """`steps.question` belongs to the last of the steps."""
    for n in range(len(names), 0, -1):
        if names[:n] in items:
            return (*names[:n], items[names[:n]], *names[n:])
    return names

"""Lines that all begin or end with the name of a class, as headlines alone do not.

    【体育】标题        体育：标题        0、体育 - 标题        标题_体育        标题（体育）

What stands between class and title may stand in any headline, so one line says nothing unless the class is in brackets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from moe_demo.text.evidence import counts_up, is_no_chance
from moe_demo.text.labels import is_class_name

_OPENING, _CLOSING = "【[［（(<〈《「#", "】]］）)>〉》」#"
_OPENING_OF_CLASS = "【[［（(<#"  # 《民生》 may be the name of a book
_BETWEEN = " \u3000\t:：-—–>=~^$&@|｜/\\,，;；、·•*+_→⇒│"
_BETWEEN_NUMBER = (
    "\t,，;；|｜"  # and a text before it: 15 in `iPhone 15` and 108 in `112-108` belong to theirs
)
_DIGITS = "0123456789"
_OF_DATES = _DIGITS + _BETWEEN + ".年月日"
_MAX_DIGITS = 3
_MAX_NAME_CHARS = 40  # no name of a class is longer
_LEAST_NUMBERED = 3

Cut = Callable[[str], tuple[str, str] | None]
"""The label and the text of a line; None where it has no label there."""


def class_first(line: str) -> tuple[str, str] | None:
    """A class at the beginning, after the number of the line or a date if it has one."""
    line = line.strip()
    for rest in (line, line.lstrip(_OF_DATES)):
        for marks in (_BETWEEN.replace("_", ""), _BETWEEN):  # news_sports is one name
            start = rest.lstrip(_OPENING + _BETWEEN)
            named = enumerate(start[:_MAX_NAME_CHARS])
            end = next((place for place, char in named if char in marks + _CLOSING), len(start))
            text = start[end:].lstrip(_BETWEEN + _CLOSING)
            if text and is_class_name(start[:end]):
                return start[:end], text
    return None


def class_last(line: str) -> tuple[str, str] | None:
    """A class at the end."""
    line = line.strip()
    for marks in (_BETWEEN.replace("_", ""), _BETWEEN):
        rest = line.rstrip(_CLOSING + _BETWEEN)
        named = range(len(rest), max(len(rest) - _MAX_NAME_CHARS, 0), -1)
        start = next((place for place in named if rest[place - 1] in marks + _OPENING), 0)
        text = rest[:start].strip().rstrip(_BETWEEN + _OPENING)
        if text and is_class_name(rest[start:]):
            return rest[start:], text
    return None


def number_first(line: str) -> tuple[str, str] | None:
    """A short number at the beginning, of the line or of a class: nobody can say which. 3 in `3:0` is neither."""
    line = line.strip()
    text = line.lstrip(_DIGITS)
    number, rest = line[: len(line) - len(text)], text.lstrip(_BETWEEN + ".")
    is_apart = rest not in ("", text) and rest[0] not in _DIGITS
    return (number, rest) if is_apart and 0 < len(number) <= _MAX_DIGITS else None


def number_last(line: str) -> tuple[str, str] | None:
    """A short number at the end."""
    line = line.strip()
    text = line.rstrip(_DIGITS)
    number, rest = line[len(text) :], text.rstrip(_BETWEEN_NUMBER + " ")
    is_apart = rest != "" and any(char in _BETWEEN_NUMBER for char in text[len(rest) :])
    return (number, rest) if is_apart and 0 < len(number) <= _MAX_DIGITS else None


def numbers_both(line: str) -> tuple[str, str] | None:
    """A short number at each end: that of the line and that of a class."""
    first = number_first(line)
    return number_last(first[1]) if first else None


def find_class_end(lines: Sequence[str], share: float = 1.0) -> Cut | None:
    """The end at which this share of the lines has a class, None if at neither."""
    filled = [line for line in lines if line.strip()]
    for cut in (class_first, class_last):
        names = Counter(label for label, _ in _found(filled, cut, share))
        in_brackets = (line.lstrip()[0] in _OPENING_OF_CLASS for line in filled)
        if names and (is_no_chance(names) or (cut is class_first and all(in_brackets))):
            return cut
    return None


def find_number_end(lines: Sequence[str]) -> tuple[Cut | None, bool]:
    """The end, or both, at which every line has a short number, and whether those are no part of it for sure.

    They count the lines, or are few, as classes are. Else `3 人` and `5 月` may begin headlines.
    """
    filled = [line for line in lines if line.strip()]
    for cut in (numbers_both, number_first, number_last):
        numbers = [number for number, _ in _found(filled, cut, 1.0)]
        if len(numbers) >= _LEAST_NUMBERED:
            return cut, counts_up(numbers) or 2 * len(set(numbers)) <= len(numbers)
    return None, False


def _found(filled: Sequence[str], cut: Cut, share: float) -> list[tuple[str, str]]:
    """What is cut off, nothing as soon as too many lines have nothing there."""
    found: list[tuple[str, str]] = []
    for number, line in enumerate(filled, 1):
        if parts := cut(line):
            found.append(parts)
        elif number - len(found) > (1 - share) * len(filled):
            return []
    return found

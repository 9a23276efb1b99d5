"""Whether a value that came through JSON is what a type says: every difference by its place."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from typing import (
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)


def mismatches(value: Any, expected: Any, place: str = "data") -> Iterator[str]:
    """Missing, unknown and wrongly typed parts; tuples are lists in JSON, and a whole number is a float too."""
    origin, inner = get_origin(expected), get_args(expected)
    if is_typeddict(expected):
        yield from _of_dictionary(value, expected, place)
    elif origin in (NotRequired, Required):
        yield from mismatches(value, inner[0], place)
    elif origin is Literal:
        if value not in inner:
            yield f"{place} is {value!r}, none of {inner}"
    elif origin in (Union, types.UnionType):
        tried = [list(mismatches(value, one, place)) for one in inner]
        if all(tried):
            yield from min(tried, key=len)
    elif origin in (list, Sequence) or (origin is tuple and inner[1:] == (...,)):
        yield from _of_list(value, [inner[0]] * len(value) if isinstance(value, list) else [], place)
    elif origin is tuple:
        yield from _of_list(value, list(inner), place)
    elif origin in (dict, Mapping):
        if not isinstance(value, dict):
            yield f"{place} is {_shown(value)}, not a dictionary"
        else:
            for name, one in value.items():
                yield from mismatches(one, inner[1], f"{place}.{name}")
    elif not _is_plain(value, expected):
        yield f"{place} is {_shown(value)}, not {getattr(expected, '__name__', expected)}"


def _of_dictionary(value: Any, expected: Any, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place} is {_shown(value)}, not a {expected.__name__}"
        return
    hints = get_type_hints(expected, include_extras=True)
    for name, hint in hints.items():
        if name in value:
            yield from mismatches(value[name], hint, f"{place}.{name}")
        elif get_origin(hint) is not NotRequired:
            yield f"{place} lacks {name} of {expected.__name__}"
    yield from (
        f"{place} has {name}, which {expected.__name__} does not know" for name in value.keys() - hints
    )


def _of_list(value: Any, expected: list[Any], place: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{place} is {_shown(value)}, not a list"
    elif len(value) != len(expected):
        yield f"{place} has {len(value)} parts, not {len(expected)}"
    else:
        for i, (one, hint) in enumerate(zip(value, expected, strict=True)):
            yield from mismatches(one, hint, f"{place}[{i}]")


def _is_plain(value: Any, expected: Any) -> bool:
    if expected is Any:
        return True
    if isinstance(value, bool):
        return expected is bool
    return isinstance(value, (int, float) if expected is float else expected)


def _shown(value: Any) -> str:
    return f"{value!r:.60}"

"""What stands in the files of a run, checked before anything is made of it: a file may have been edited by hand.

parsed(line)                     JSON; ValueError for NaN, too many digits, or what is nested too deep
record_of(Status, parsed(text))  the record; ValueError where a field is missing, foreign or of another type
"""

from __future__ import annotations

import json
import math
import types
import typing
from dataclasses import fields
from functools import cache
from typing import Any, Literal, NoReturn, TypeVar

Record = TypeVar("Record")
_LARGEST = 2**63


def parsed(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def record_of(kind: type[Record], values: Any) -> Record:
    """A record made of a JSON object. Raises ValueError."""
    hints = _hints(kind)  # type: ignore[arg-type]  # a class is hashable
    if not isinstance(values, dict) or not values.keys() <= hints.keys():
        raise ValueError(f"it is no {kind.__name__}")
    for name, value in values.items():
        if not _is(hints[name], value):
            raise ValueError(f"{name} is of another type")
    try:
        return kind(**values)
    except TypeError:
        raise ValueError(f"it is no whole {kind.__name__}") from None


def is_finite_number(value: object) -> bool:
    """Whether this is a number that fits into 64 bits; a truth value is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < _LARGEST if isinstance(value, int) else math.isfinite(value)


@cache
def _hints(kind: type) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {name: hint for name, hint in typing.get_type_hints(kind).items() if name in names}


def _is(hint: Any, value: Any) -> bool:
    """Whether a JSON value is of this type, through lists and tables."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_is(one, value) for one in args)
    if origin is Literal:
        return isinstance(value, str) and value in args
    if origin is list:
        return isinstance(value, list) and all(_is(args[0], one) for one in value)
    if origin is dict:
        return isinstance(value, dict) and all(_is(args[1], one) for one in value.values())
    if hint is float:
        return is_finite_number(value)
    if hint is int:
        return is_finite_number(value) and isinstance(value, int)
    return value is None if hint is type(None) else isinstance(value, hint)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")

"""What one page keeps in the address beside the shared selection: a frozen dataclass, and how it is read and written.

    @dataclass(frozen=True, kw_only=True)
    class RouterSettings(PageSettings):
        k: Annotated[int, Between(1, 8)] | None = None       # k=4; not in the address: None
        groups: bool = True                                  # groups=no
        way: Literal["none", "loss_free+seq"] = "none"       # way=loss_free_seq
        off: Annotated[Seats, Places(2)] = ()                # off=0-3.1-12
        named: Annotated[Names, Named(2)] = ()               # named=0-3-球队
        beside: Annotated[str, Words(80)] = ""               # beside=any text

A field is a parameter of the address, with a word where it stands for a choice and a number where it is a number. What
has its default does not stand in the address. Whatever cannot be read is its default, and named.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Self,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from moe_demo.insight.run import Run

Settings = TypeVar("Settings", bound="PageSettings")
MAX_NAME_CHARS = 12
BOOLS = {"yes": True, "no": False}
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_ANYWHERE, _AFTER_A_DIGIT = re.compile("-"), re.compile("(?<=[0-9])-")
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?(e-?[0-9]{1,2})?")


@dataclass(frozen=True)
class Between:
    """A number from low to high, both included."""

    low: float
    high: float

    def allows(self, value: float) -> bool:
        """Whether it may stand in the address."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class OneOf:
    """One of these numbers."""

    values: tuple[float, ...]

    def allows(self, value: float) -> bool:
        """Whether it may stand in the address."""
        return value in self.values


@dataclass(frozen=True)
class Places:
    """A list of places, each so many whole numbers: `0-3.1-12` are two places of two numbers."""

    numbers: int
    most: int = 64
    signed: bool = False
    """Whether a number may be below zero: `0-3--20` is 0, 3 and -20."""

    def read(self, raw: str) -> tuple[tuple[int, ...], ...]:
        """The places of a parameter. Raises ValueError."""
        between = _AFTER_A_DIGIT if self.signed else _ANYWHERE
        places = [tuple(int(_number(int, part)) for part in between.split(item)) for item in raw.split(".")]
        if len(places) > self.most or any(len(place) != self.numbers for place in places):
            raise ValueError(f"{raw} is not {self}")
        if len(set(places)) < len(places):
            raise ValueError(f"{raw} names a place twice")
        return tuple(places)


@dataclass(frozen=True)
class Named:
    """A list of places with a name that a reader gave each: `0-3-球队` is a place of two numbers."""

    numbers: int
    most: int = 16

    def read(self, raw: str) -> tuple[tuple[int | str, ...], ...]:
        """The places and names of a parameter. Raises ValueError."""
        parts = [item.split("-") for item in raw.split(".")]
        named: list[tuple[int | str, ...]] = [
            (*(int(_number(int, part)) for part in item[:-1]), item[-1]) for item in parts
        ]
        if len(named) > self.most or any(len(item) != self.numbers + 1 for item in parts):
            raise ValueError(f"{raw} is not {self}")
        if any(item[-1] != tidy_name(str(item[-1])) or not item[-1] for item in named):
            raise ValueError(f"{raw} has a name of other signs")
        if len({item[:-1] for item in named}) < len(named):
            raise ValueError(f"{raw} names a place twice")
        return tuple(named)


def tidy_name(raw: str) -> str:
    """What a reader typed as a name, as it may stand in an address; an empty text where nothing is left.

    Letters, digits and single spaces stay, MAX_NAME_CHARS of them.
    """
    kept = "".join(char if char.isalnum() else " " for char in unicodedata.normalize("NFC", raw))
    return " ".join(kept.split())[:MAX_NAME_CHARS].strip()


@dataclass(frozen=True)
class Words:
    """A text of a reader's own, of at most so many characters."""

    most: int

    def read(self, raw: str) -> str:
        """The text without white space around it. Raises ValueError."""
        text = raw.encode("utf-8", "ignore").decode().strip()
        if len(text) > self.most or not text.isprintable():
            raise ValueError(f"{len(raw)} characters are not {self}")
        return text


@dataclass(frozen=True, kw_only=True)
class PageSettings:
    """No settings: of a page that has none, and the base of those that have some."""

    former: ClassVar[Mapping[tuple[str, str], tuple[str, str]]] = {}
    """Parameter and value as they once were -> as they are now: what old links ask for."""

    def fitting(self, run: Run) -> Self:
        """These settings, with what this run does not have back at its default."""
        return self


def read(kind: type[Settings], params: Mapping[str, str]) -> tuple[Settings, tuple[str, ...]]:
    """The settings of a page in the parameters of an address, and the names of those that were not understood."""
    hints = get_type_hints(kind, include_extras=True)
    found, unread = {}, []
    renewed = dict(kind.former.get(pair, pair) for pair in params.items() if pair[0] in names(kind))
    for name, raw in renewed.items():
        try:
            found[name] = _value(hints[name], raw)
        except (KeyError, ValueError):
            unread.append(name)
    return kind(**found), tuple(unread)


def written(settings: PageSettings) -> dict[str, str]:
    """The parameters that say so in an address."""
    found = {field.name: (getattr(settings, field.name), field.default) for field in fields(settings)}
    return {name: word(value) for name, (value, default) in found.items() if value != default}


def changed(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """The settings with changes; None is the default. Raises ValueError for what the page does not have."""
    kind = type(settings)
    defaults = {field.name: field.default for field in fields(kind)}
    if unknown := changes.keys() - defaults.keys():
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}.")
    wanted = replace(settings, **{n: defaults[n] if v is None else v for n, v in changes.items()})
    again, unread = read(kind, written(wanted))
    if unread or again != wanted:
        raise ValueError(f"{kind.__name__} cannot be {dict(changes)}.")
    return wanted


def names(kind: type[PageSettings]) -> frozenset[str]:
    """The parameters that this page reads, those it once had among them."""
    return frozenset({field.name for field in fields(kind)} | {name for name, _ in kind.former})


def every_name() -> frozenset[str]:
    """The parameters that any page reads."""
    return frozenset().union(*(names(kind) for kind in PageSettings.__subclasses__()))


def _value(hint: Any, raw: str) -> Any:
    """What a parameter says, by the type of its field. Raises ValueError."""
    if get_origin(hint) in (Union, UnionType):
        [hint] = [part for part in get_args(hint) if part is not type(None)]
    if get_origin(hint) is Annotated:
        kind, limit = get_args(hint)
        if isinstance(limit, Places | Named | Words):
            return limit.read(raw)
        value = _number(kind, raw)
        if not limit.allows(value):
            raise ValueError(f"{raw} is not {limit}")
        return value
    words = BOOLS if hint is bool else {word(value): value for value in get_args(hint)}
    if raw not in words:
        raise ValueError(f"{raw} is none of {', '.join(words)}")
    return words[raw]


def _number(kind: type[float], raw: str) -> float:
    if not (_WHOLE if kind is int else _NUMBER).fullmatch(raw):
        raise ValueError(f"{raw} is no {kind.__name__}")
    return kind(raw)


def word(value: object) -> str:
    """A value as it stands in an address, without signs that would have to be escaped there."""
    if isinstance(value, tuple):
        return ".".join("-".join(map(str, place)) for place in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value).replace("+", "_")

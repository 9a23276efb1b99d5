"""What a setting must be: the rules as the ends of sentences, and the checks that refuse what breaks one.

The words are English here; in other languages they are found by their key, `errors.rule` in the locales.
"""

from __future__ import annotations

import typing
from functools import cache
from typing import Any, Literal, NoReturn

from moe_demo.errors import ConfigError, Said
from moe_demo.limits import HIGHEST, LOWEST, MAX_DIVISOR, MAX_DIVISORS

SHOWN_CHARS = 60  # of a value that cannot be

RULES = {
    "at_least": "at least {bound}",
    "at_most": "at most {bound:g}",
    "above": "above {bound}",
    "within": "in {bounds}",
    "one_of": "one of {choices}",
    "divisor": "a divisor of {of}",
    "multiple": "a multiple of {of}",
    "is": "{value}",
    "words": "words",
    "two_labels": "at least two labels",
    "short": "of at most {limit} characters each",
    "no_repeats": "free of repeats, also in capitals",
    "shown": "free of line breaks and of what cannot be written",
    "plain_name": "a name of 1 to {limit} letters, digits, - and _",
    "group_size": "groups of {least} or more experts",
    "not_normalised": "above 1 where gates are normalised",
    "their_layer": "a DeepseekV3MoE",
    "number": "a number",
    "whole": "a whole number",
    "truth": "true or false",
    "text": "text",
    "list": "a list",
    "numbers": "at most {most} numbers in {bounds}",
}


def must_be(code: str, **values: Any) -> Said:
    """One rule with its values filled in."""
    return Said(f"rule.{code}", RULES[code], values)


def require(owner: object, holds: bool, field_name: str, wanted: Said) -> None:
    """Raise ConfigError unless a rule for a field holds."""
    if not holds:
        refuse(type(owner), field_name, wanted, getattr(owner, field_name))


def refuse(owner: type, field_name: str, wanted: Said, value: object) -> NoReturn:
    """Raise ConfigError: this field of this class cannot have that value."""
    raise ConfigError("rule", owner=owner.__name__, field=field_name, rule=wanted, value=shown(value))


def shown(value: object) -> str:
    """As Python writes it; Python refuses to write a whole number of thousands of digits."""
    try:
        text = repr(value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]}…"


@cache
def types_of_fields(cls: type) -> dict[str, Any]:
    """The type of every field; Python reads the annotations anew whenever it is asked."""
    return typing.get_type_hints(cls)


def require_choices(owner: Any) -> None:
    """Every field annotated with a `Literal` holds one of its values."""
    for name, annotation in types_of_fields(owner.__class__).items():
        if typing.get_origin(annotation) is Literal:
            allowed = typing.get_args(annotation)
            require(
                owner, getattr(owner, name) in allowed, name, must_be("one_of", choices=", ".join(allowed))
            )


def require_bounded(owner: Any) -> None:
    """No number is above its upper bound, or no number at all; none that divides is so small that nothing is left."""
    for name in types_of_fields(owner.__class__).keys() & HIGHEST.keys():
        require(owner, getattr(owner, name) <= HIGHEST[name], name, must_be("at_most", bound=HIGHEST[name]))
    for name in types_of_fields(owner.__class__).keys() & LOWEST.keys():
        fits = not 0 < getattr(owner, name) < LOWEST[name]
        require(owner, fits, name, must_be("at_least", bound=LOWEST[name]))


def require_divisors(owner: Any, name: str) -> None:
    """A field that lists numbers to divide by: few of them, each from 1 to an upper bound."""
    listed = getattr(owner, name)
    fits = len(listed) <= MAX_DIVISORS and all(
        isinstance(one, int | float) and not isinstance(one, bool) and 1 <= one <= MAX_DIVISOR
        for one in listed
    )
    wanted = must_be("numbers", most=MAX_DIVISORS, bounds=f"1..{MAX_DIVISOR}")
    require(owner, fits, name, wanted)

"""Words for people, in every language of the app: nothing a reader sees is written in a page.

    t("start.title")                        a short text; {placeholders} are filled with format()
    t("start.claim", word="苹果", n=5)       "…{word}…{n}…"; formats such as {gate:.2f} stand in the locale file
    labels("router.chart")                  {"title": …, "axis.x": …}: the words a figure or component needs
    prose("router_why")                     the Markdown of locales/{language}/router_why.md

The texts live in `moe_demo/locales/{language}/*.toml`, one file per page, one top-level table per file, and all
files of a language are read as one. The language of the reader stands in the address (`?lang=en`), like the
rest of the selection, so that whole runs, fragments and callbacks all speak the same.

A key that does not exist is shown as itself, so that the app stays up; where the environment variable
MOE_DEMO_STRICT_TEXT is set, as in the tests, it raises.
"""

from __future__ import annotations

import logging
import os
import string
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from numbers import Real
from pathlib import Path
from typing import Any

import streamlit as st

from moe_demo.ui.kit import streamlit_quirks

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = LANGUAGES[0]
LOCALES = Path(__file__).parents[2] / "locales"

_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)
_log = logging.getLogger(__name__)


@contextmanager
def speaking(spoken: str) -> Iterator[None]:
    """Speak a given language inside the block, whatever the address says: for tests and exports."""
    token = _spoken.set(spoken)
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """The language of this reader: "zh" or "en"."""
    if (spoken := _spoken.get()) is not None:
        return spoken
    if not streamlit_quirks.in_a_script_run():
        return DEFAULT_LANGUAGE
    asked = st.query_params.get("lang", DEFAULT_LANGUAGE)
    return asked if asked in LANGUAGES else DEFAULT_LANGUAGE


def t(key: str, /, **values: object) -> str:
    """The text of `key` in the reader's language, with its placeholders filled."""
    return text_in(language(), key, **values)


def text_in(spoken: str, key: str, /, **values: object) -> str:
    """The text of `key` in a given language."""
    template = texts(spoken).get(key)
    if template is None:
        return _missing(spoken, key)
    try:
        return _filled(template, values) if values else template
    except (KeyError, IndexError, ValueError) as error:
        if _strict():
            raise ValueError(
                f"locales/{spoken}: {key} cannot be filled with {sorted(values)}: {error!r}"
            ) from error
        return template


def number(value: Any, spec: str = "") -> str:
    """A number as format() writes it, with a minus sign that is as wide as a plus."""
    written = format(value, spec)
    return written.replace("-", "−", 1) if isinstance(value, Real) and written.startswith("-") else written


class _Fill(string.Formatter):
    """As str.format, with numbers as `number` writes them."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """One placeholder."""
        return number(value, format_spec)


_FILL = _Fill()


def _filled(template: str, values: Mapping[str, object]) -> str:
    """str.format is ten times as fast, and does where no number is below zero."""
    if any(isinstance(value, Real) and value < 0 for value in values.values()):
        return _FILL.vformat(template, (), values)
    return template.format(**values)


def labels(prefix: str) -> dict[str, str]:
    """All texts below `prefix`, by the rest of their key: what is handed to figures and components."""
    return dict(_below(language(), prefix)) or {prefix: _missing(language(), prefix)}


@cache
def _below(spoken: str, prefix: str) -> dict[str, str]:
    begin = f"{prefix}."
    return {key[len(begin) :]: text for key, text in texts(spoken).items() if key.startswith(begin)}


def prose(name: str) -> str:
    """A longer piece of Markdown in the reader's language."""
    return _prose(language(), name) or _missing(language(), f"{name}.md")


@cache
def _prose(spoken: str, name: str) -> str:
    path = LOCALES / spoken / f"{name}.md"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@cache
def texts(spoken: str) -> dict[str, str]:
    """Every text of a language by its dotted key. Raises ValueError where two files define the same key."""
    found: dict[str, str] = {}
    for path in sorted((LOCALES / spoken).glob("*.toml")):
        for key, text in _flat(tomllib.loads(path.read_text(encoding="utf-8"))):
            if key in found:
                raise ValueError(
                    f"{path.name} defines {key}, which another file of {spoken} has already defined."
                )
            found[key] = text
    return found


def _flat(table: dict[str, object], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in table.items():
        key = f"{prefix}{name}"
        pairs += _flat(value, f"{key}.") if isinstance(value, dict) else [(key, str(value))]
    return pairs


def _strict() -> bool:
    return bool(os.environ.get("MOE_DEMO_STRICT_TEXT"))


def _missing(spoken: str, key: str) -> str:
    if _strict():
        raise KeyError(f"locales/{spoken} has no text {key!r}")
    _log.warning("locales/%s has no text %r", spoken, key)
    return key

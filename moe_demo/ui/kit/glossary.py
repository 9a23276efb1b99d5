"""The words of the field, explained where they stand: one glossary, in `locales/*/glossary.toml`.

explained(text)                             a caption with a question mark that explains its terms
meanings("gate", "expert")                  for a picture: what to show under the pointer
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import streamlit as st

from moe_demo.ui.kit.i18n import labels, language, speaking, t


def meaning(name: str) -> str:
    """What one entry says, with its term. Raises KeyError where the glossary has no such entry."""
    entry = {key: text for key, text in labels("glossary").items() if key.split(".")[0] == name}
    return _said(entry[f"{name}.term"], entry[f"{name}.says"])


def meanings(*names: str) -> str:
    """Several entries, one a line."""
    return "\n".join(meaning(name) for name in names)


def explained(text: str, **options: Any) -> None:
    """A caption; where terms of the glossary stand in it, with what they mean."""
    st.caption(text, help=help_for(text), **options)


def help_for(*texts: str) -> str | None:
    """The terms in these texts and what they mean, as Markdown; None where there are none."""
    found = [_said(f"**{term}**", says) for term, says in _found(" ".join(texts))]
    return "\n\n".join(found) or None


def _found(text: str) -> list[tuple[str, str]]:
    """Terms and meanings in the order of the text; where one term holds another, the longer one is meant.

    A term of one character, such as 步, is part of too many words: it is explained only where it is asked for.
    """
    by_term, pattern = _terms(language())
    terms = dict.fromkeys(match.lower() for match in pattern.findall(text))
    return [by_term[term] for term in terms]


@cache
def _terms(spoken: str) -> tuple[dict[str, tuple[str, str]], re.Pattern[str]]:
    with speaking(spoken):
        texts = labels("glossary")
    names = [
        key.removesuffix(".term") for key, text in texts.items() if key.endswith(".term") and len(text) > 1
    ]
    by_term = {texts[f"{n}.term"].lower(): (texts[f"{n}.term"], texts[f"{n}.says"]) for n in names}
    longest_first = sorted(by_term, key=len, reverse=True)
    edge = r"\b" if spoken == "en" else ""
    return by_term, re.compile(edge + f"({'|'.join(map(re.escape, longest_first))})", re.IGNORECASE)


def _said(term: str, says: str) -> str:
    return f"{term}{t('common.colon')}{says}"

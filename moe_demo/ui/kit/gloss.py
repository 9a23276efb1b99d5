"""What a Chinese sentence or word means in the reader's language, where it is known; empty where it is not.

    gloss.of_sentence("火箭升空")      "A rocket lifts off" in English; nothing in Chinese
    gloss.of_word("火箭")              "rocket; Rockets"

Written by people in `locales/gloss.toml`: of the built-in examples the whole sentence, of others only the words that
are in the small dictionary. Nothing is guessed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache

from moe_demo.ui.kit.i18n import LOCALES, language


def of_sentence(text: str) -> str:
    """The meaning of a built-in example."""
    return _known("sentences").get(text, "")


def of_word(word: str) -> str:
    """The meaning of one word, all its readings that an example needs."""
    return _known("words").get(word, "")


def of_words(words: Iterable[str]) -> list[str]:
    """The meaning of each word."""
    return [of_word(word) for word in words]


def _known(kind: str) -> dict[str, str]:
    return _glosses().get(language(), {}).get(kind, {})


@cache
def _glosses() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads((LOCALES / "gloss.toml").read_text(encoding="utf-8"))

"""What kind of word a word is, from its characters and jieba's part-of-speech tag: one of eight, for counting.

    kind_of("iPhone")  ->  "latin"        kind_of("夺冠")  ->  "verb"        kind_of("：")  ->  "punctuation"

jieba tags a word without looking at its sentence, and its dictionary is some years old: 苹果 is always a noun, and a
new brand may be one too. So a kind is right for most words and for no word for certain.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, get_args

from moe_demo.text.segmentation import part_of_speech

Kind = Literal["noun", "verb", "name", "latin", "number", "function", "punctuation", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_DIGITS, _SIGNS = "0123456789", ".,:%/+-"
_BEGINS: tuple[tuple[str, Kind], ...] = (
    ("nr", "name"),  # of a person
    ("ns", "name"),  # of a place
    ("nt", "name"),  # of an organisation
    ("nz", "name"),  # any other proper name, brands among them
    ("n", "noun"),
    ("t", "noun"),  # of time
    ("s", "noun"),  # of place
    ("v", "verb"),
    ("m", "number"),
    *(
        (tag, "function") for tag in ("u", "p", "c", "d", "r", "f", "y", "e", "o", "h", "k")
    ),  # the closed classes: particles, prepositions, conjunctions, adverbs, pronouns, positions, exclamations
)
"""Beginning of a tag of jieba's -> kind; the first that fits. Adjectives, measure words and idioms are others."""


@lru_cache(maxsize=65536)
def kind_of(word: str) -> Kind:
    """The kind of one word."""
    if not any(char.isalnum() for char in word):
        return "punctuation"
    if word[0] in _DIGITS and all(char in _DIGITS + _SIGNS for char in word):
        return "number"
    if any("a" <= char.lower() <= "z" or "\u00c0" <= char <= "\u024f" for char in word):
        return "latin"
    tag = part_of_speech(word)
    return next((kind for begin, kind in _BEGINS if tag.startswith(begin)), "other")

"""A headline becomes words: `tokenize` cuts a text and keeps the place of every word in it.

    "ＡＩ眼镜👓  来了"  --normalize-->  "AI眼镜👓  来了"  --segment-->  AI | 眼镜 | 👓 | 来 | 了

Three kinds of words: what jieba cuts (Chinese, ASCII letters and digits), whole runs of other scripts, which
jieba would take apart letter by letter (Beyoncé, Привет, ミク), and emoji, of which one picture may be many
characters. White space is never a word. HTML's `&quot;` is the one character that it stands for.
"""

from __future__ import annotations

import logging
import re
import threading
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from moe_demo.text import entities
from moe_demo.text.errors import EmptyTextError

if TYPE_CHECKING:
    import jieba
    from jieba.posseg import POSTokenizer

MAX_CHARS = 512  # a headline has at most some 40; the rest leaves room for a pasted paragraph
MAX_TOKENS = 64

# One emoji: a flag (two letters), a keycap (1️⃣), or a picture with its colour, joined to others by U+200D.
_PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u25a0-\u27bf\u2934\u2935\u2b05-\u2b55"
    "\U0001f000-\U0001f1e5\U0001f200-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]?"
)
_EMOJI = (
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3|"
    f"{_PICTURE}[\U000e0020-\U000e007f]{{0,8}}(?:\u200d{_PICTURE}){{0,7}}"
)
_MARKS = "\u0300-\u036f"  # accents written as characters of their own, after their letter
_MAX_MARKS = 30  # on one letter; UAX 15 calls it enough for every language, and NFC takes their square
_SIGN = re.compile(
    f"(?P<emoji>{_EMOJI})|(?P<entity>{entities.PATTERN})|.[{_MARKS}]{{0,{_MAX_MARKS}}}", re.DOTALL
)

# Letters of scripts that jieba's dictionary does not have: all but ASCII, Chinese, punctuation and symbols.
_OTHER_SCRIPT = (
    "[^\u0000-\u00bf\u00d7\u00f7\u060c\u061b\u061f\u2000-\u2e7f\u3000-\u303f\u3200-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\ufe00-\ufe6f\uff00-\uffef\U00010000-\U0010ffff]"
)
_ASCII = "[A-Za-z0-9]"
_WHOLE_WORD = re.compile(
    f"{_EMOJI}|(?<!{_ASCII}){_ASCII}*{_OTHER_SCRIPT}(?:{_OTHER_SCRIPT}|{_ASCII}(?!\ufe0f?\u20e3))*"
)

# The full-width twins of what a Latin word or a number is made of; ，！？ and other Chinese punctuation stay.
_HALF_WIDTH = {
    ord(char) + 0xFEE0: char
    for char in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-#&%._"
}
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
_INVISIBLE = ("Cc", "Cf", "Cs")  # control, format (zero-width, text direction), half of a surrogate pair

_start_lock = threading.Lock()
_jieba_tokenizer: jieba.Tokenizer | None = None
_jieba_tagger: POSTokenizer | None = None


@dataclass(frozen=True)
class Token:
    """One word and its place: `normalize(source[start:end]) == text`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Truncation:
    """What was not read of a long text."""

    n_chars_left_out: int
    """Characters after the last token, up to the last one that is not white space."""
    n_tokens_left_out: int
    """Tokens above the token limit among the first MAX_CHARS characters; the rest is not cut into words."""


@dataclass(frozen=True)
class Segmented:
    """The tokens of a text, at least one, and what was left out of it, None if nothing was."""

    tokens: tuple[Token, ...]
    truncated: Truncation | None


def tokenize(text: str, *, hmm: bool = True, max_tokens: int = MAX_TOKENS) -> Segmented:
    """Cut a text into at most `max_tokens` words, reading at most MAX_CHARS characters.

    Raises:
        EmptyTextError: the text has no visible character.
    """
    n_readable = _readable_chars(text)
    tokens = list(_tokens(text[:n_readable], hmm))
    if not tokens:
        raise EmptyTextError
    kept = tuple(tokens[:max_tokens])
    n_tokens_left_out = len(tokens) - len(kept)
    if n_tokens_left_out == 0 and not text[n_readable:].strip():
        return Segmented(kept, truncated=None)
    n_chars_left_out = len(text.rstrip()) - kept[-1].end
    return Segmented(kept, Truncation(n_chars_left_out, n_tokens_left_out))


def normalize(text: str) -> str:
    """The text as it is cut and shown.

    Full-width letters and digits become half-width, an accent joins its letter, white space becomes a plain
    space, and characters that cannot be seen are removed, since they could hide a word from the reader or
    from the model. Upper case stays: only the lookup (`moe_demo.text.tokenizer`) ignores it.
    """
    return "".join(char for char, _, _ in _characters(text))


def segment(text: str, *, hmm: bool = True) -> list[str]:
    """The words jieba finds in a normalized text, without white space. Nothing else asks jieba.

    Args:
        text: what to cut.
        hmm: let jieba's hidden Markov model guess words its dictionary does not have, such as names.
    """
    return [word for word in _dictionary().cut(text, HMM=hmm) if not word.isspace()]


@lru_cache(maxsize=65536)
def part_of_speech(word: str) -> str:
    """The tag that jieba gives to a word standing alone (`n`, `v`, `nr`, …; ICTCLAS's set), `x` where it has none.

    A word that its dictionary does not have is cut by jieba's hidden Markov model, and has the tag of its last part,
    where the head of a Chinese word stands.
    """
    return str(_tagger().lcut(word)[-1].flag) if word.strip() else "x"


def warm_up() -> None:
    """Load jieba's dictionary now, not at the first sentence."""
    _dictionary()


def _dictionary() -> jieba.Tokenizer:
    """Our own jieba tokenizer, loaded once, by whichever thread comes first.

    jieba's own start-up keeps a cache file in a shared folder, which other processes may be writing and other
    users may have written, and logs as it goes. Reading that cache takes as long as building the table from
    the dictionary inside the package, so this builds it and neither writes nor trusts a cache.
    """
    global _jieba_tokenizer  # noqa: PLW0603  a dictionary is loaded once per process
    with _start_lock:
        if _jieba_tokenizer is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # jieba is old: deprecated imports, escape sequences
                import jieba

            jieba.setLogLevel(logging.CRITICAL)
            tokenizer = jieba.Tokenizer()
            tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
            tokenizer.initialized = True
            _jieba_tokenizer = tokenizer
    return _jieba_tokenizer


def _tagger() -> POSTokenizer:
    """What tags words, on our own dictionary; loaded once, by whichever thread comes first."""
    global _jieba_tagger  # noqa: PLW0603  as the dictionary
    dictionary = _dictionary()
    with _start_lock:
        if _jieba_tagger is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                from jieba import posseg

            _jieba_tagger = posseg.POSTokenizer(dictionary)
    return _jieba_tagger


def _tokens(text: str, hmm: bool) -> Iterator[Token]:
    """Every word with the place it has in `text`, found again through the normalized characters."""
    characters = [(char, start, end) for char, start, end in _characters(text) if char]
    normal = "".join(char for char, _, _ in characters)
    position = 0
    for word in _words(normal, hmm):
        begin = normal.index(word, position)  # only white space can lie between
        position = begin + len(word)
        yield Token(word, characters[begin][1], characters[position - 1][2])


def _words(normal: str, hmm: bool) -> Iterator[str]:
    """Emoji and words of other scripts whole, everything between them cut by jieba."""
    position = 0
    for match in _WHOLE_WORD.finditer(normal):
        yield from segment(normal[position : match.start()], hmm=hmm)
        yield match.group()
        position = match.end()
    yield from segment(normal[position:], hmm=hmm)


def _characters(text: str) -> Iterator[tuple[str, int, int]]:
    """The normalized text, character by character, each with the span of `text` it came from."""
    for match in _SIGN.finditer(text):
        start, end = match.span()
        sign = entities.character(match.group()) if match.lastgroup == "entity" else match.group()
        letter = sign if len(sign) == 1 else unicodedata.normalize("NFC", sign)
        if match.lastgroup == "emoji":  # its invisible joiners stay
            yield from ((text[place], place, place + 1) for place in range(start, end))
        elif len(letter) == 1:
            yield _plain(letter), start, end
        else:  # an accent that no single character carries, or &foo; which is none of HTML's
            yield from ((_plain(text[place]), place, place + 1) for place in range(start, end))


@lru_cache(maxsize=8192)
def _plain(char: str) -> str:
    """One character normalized: itself, its half-width twin, a space, or nothing."""
    if char.isspace():
        return " "
    if unicodedata.category(char) in _INVISIBLE or ord(char) in _VARIATION_SELECTORS:
        return ""
    return _HALF_WIDTH.get(ord(char), char)


def _readable_chars(text: str) -> int:
    """How many characters of the text are read: MAX_CHARS at most, and never half an emoji or entity."""
    if len(text) <= MAX_CHARS:
        return len(text)
    for match in _SIGN.finditer(text):
        if match.end() > MAX_CHARS:
            return match.start() if match.lastgroup else MAX_CHARS
    return MAX_CHARS

"""What is left in the texts of a file, however they were found, that is no part of a headline: the last look at them.

    text              体育：标题      the name of a class, a label of fastText, a number, columns under one name
    体育<TAB>         【体育】标题     a second label
    正面：标题         标题｜负面      the same few words at one end of most texts, whatever they are called
    体育              标题            the name of a class on a line of its own

A reader knows one place of a label and takes all else for text. Here no place is known, only what no headlines have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from moe_demo.text.ends import find_class_end, find_number_end
from moe_demo.text.evidence import MOST, is_no_chance, is_repeated
from moe_demo.text.labels import LABEL_NAMES_ZH, is_class_name
from moe_demo.text.layout import has_sure_separator
from moe_demo.text.rows import FASTTEXT_MARKS, is_number

_HALF = 0.5
_LOOKED_AT = 2000  # texts
_LEAST_REPEATS = 3
_MAX_HEAD_CHARS = 6
_MAX_NUMBER_CHARS = 2
_MAX_WORD_CHARS = 8
_MAX_CHARS = 200  # of a text that are looked at for words
_OF_HEADLINES = {
    *["图", "组图", "多图", "附图", "图文", "视频", "直播", "快讯", "独家"]
}  # as newspapers add them


def holds_more(texts: Sequence[str]) -> bool:
    """Whether texts hold something besides headlines, such as their labels."""
    filled = [text for text in texts[:_LOOKED_AT] if text.strip()]
    n_marked = sum(any(mark in text for mark in FASTTEXT_MARKS) for text in filled)
    return bool(filled) and (
        2 * n_marked >= len(filled)
        or has_sure_separator(filled)
        or find_class_end(filled, share=_HALF) is not None
        or find_number_end(filled)[0] is not None
        or _names_classes(filled)
        or _is_labelled(filled)
    )


def has_heads(texts: Sequence[str]) -> bool:
    """Whether some texts are rather heads of the others: `体育`, `== 体育 ==`, `【正面】`, the same word again."""
    counts = Counter(text.strip() for text in texts[:_LOOKED_AT] if text.strip())
    heads = [
        text for text, n in counts.items() if _names_class(text) or _is_apart(text) or _is_again(text, n)
    ]
    is_sure = len(heads) > 1 or any(_names_class(text) and not text.isalnum() for text in heads)
    return is_sure and len(heads) < len(counts)


def _names_classes(filled: Sequence[str]) -> bool:
    """A class as a word of its own in most texts, wherever it stands, or several at the ends of longer words: 新浪体育.

    An English text may well have one.
    """
    words = [[] if text.isascii() else _words(text[:_MAX_CHARS]) for text in filled]
    apart = Counter(name for found in words if (name := next(filter(is_class_name, found), "")))
    glued = Counter(name for found in words if (name := next(filter(None, map(_glued, found)), "")))
    least = MOST * len(filled)
    return (apart.total() >= least and is_no_chance(apart)) or (glued.total() >= least and len(glued) > 1)


def _glued(word: str) -> str:
    """The name of one of our classes at one end of a word."""
    names = LABEL_NAMES_ZH.values()
    return next((name for name in names if word.startswith(name) or word.endswith(name)), "")


def _is_labelled(filled: Sequence[str]) -> bool:
    """A few short words, again and again, each apart from the rest of its text at one end."""
    starts = [words[0] for text in filled if len(words := _words(text[:_MAX_CHARS])) > 1]
    ends = [words[-1] for text in filled if len(words := _words(text[-_MAX_CHARS:])) > 1]
    for found in (starts, ends):
        labels = Counter(word.casefold() for word in found if _may_be_label(word))
        if len(labels) > 1 and labels.total() >= MOST * len(filled) and is_repeated(labels):
            return True
    return False


def _may_be_label(word: str) -> bool:
    return len(word) <= _MAX_WORD_CHARS and "《" not in word and word not in _OF_HEADLINES


def _words(text: str) -> list[str]:
    """What stands between marks. 112-108, -1 and 1.0 are words, and 电影《夺冠 is one: there 电影 is not apart."""
    chars = (
        char if char.isalnum() or char == "《" or (char in "+-." and after.isdigit()) else " "
        for char, after in zip(text, text[1:] + " ", strict=True)
    )
    return "".join(chars).split()


def _names_class(text: str) -> bool:
    """Nothing but the name of a class, with marks or a short number before it: `一、体育`."""
    *before, last = _words(text[: _MAX_CHARS + 1]) or [""]
    return len(text) <= _MAX_CHARS and is_class_name(last) and len("".join(before)) <= _MAX_NUMBER_CHARS


def _is_apart(text: str) -> bool:
    """Short, and in brackets, before a colon, or a number."""
    is_marked = text[-1] in ":：" or (text[0] in "【[［<#" and text[-1] in "】]］>#")
    return len(text) <= _MAX_HEAD_CHARS and (is_number(text) or (is_marked and bool(_words(text))))


def _is_again(text: str, n_times: int) -> bool:
    """Short, and there again and again."""
    return len(text) <= _MAX_HEAD_CHARS and n_times >= _LEAST_REPEATS

"""What is left in the texts of a file, however they were found, that is no part of a headline: the last look at them.

    text              体育：标题      the name of a class, a label of fastText, columns under one name
    体育<TAB>         【体育】标题     a second label
    正面：标题         标题｜负面      the same few words at one end of most texts, whatever they are called
    体育              标题            the name of a class on a line of its own

A reader knows one place of a label and takes all else for text. Here no place is known, only what no headlines have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from moe_demo.text.ends import CLOSING, OPENING_OF_CLASS, find_class_end, first_word, last_word, without_marks
from moe_demo.text.evidence import MOST, is_repeated
from moe_demo.text.labels import is_class_name
from moe_demo.text.layout import has_sure_separator
from moe_demo.text.rows import FASTTEXT_LABEL

_HALF = 0.5
_LOOKED_AT = 2000  # texts
_LEAST_REPEATS = 3
_MAX_HEAD_CHARS = 6


def holds_more(texts: Sequence[str]) -> bool:
    """Whether texts hold something besides headlines, such as their labels."""
    filled = [text for text in texts[:_LOOKED_AT] if text.strip()]
    n_marked = sum(FASTTEXT_LABEL.search(text) is not None for text in filled)
    return bool(filled) and (
        2 * n_marked >= len(filled)
        or has_sure_separator(filled)
        or find_class_end(filled, share=_HALF) is not None
        or _is_labelled(filled)
    )


def has_heads(texts: Sequence[str]) -> bool:
    """Whether some texts are rather heads of the others: `体育`, `== 体育 ==`, `【正面】`, the same word again."""
    counts = Counter(text.strip() for text in texts[:_LOOKED_AT] if text.strip())
    n_heads = sum(n for text, n in counts.items() if _is_head(text, n))
    return 1 < n_heads < counts.total()


def _is_labelled(filled: Sequence[str]) -> bool:
    """A few short words, again and again, each apart from the rest of its text at one end."""
    for word_of in (first_word, last_word):
        words = Counter(word for text in filled if (word := word_of(text)))
        if len(words) > 1 and words.total() >= MOST * len(filled) and is_repeated(words):
            return True
    return False


def _is_head(text: str, n_times: int) -> bool:
    """The name of a class, a short text in brackets or before a colon, or one that comes again and again."""
    is_apart = (text[0] in OPENING_OF_CLASS and text[-1] in CLOSING) or text[-1] in ":："
    is_short = len(text) <= _MAX_HEAD_CHARS
    return is_class_name(without_marks(text)) or (is_short and (is_apart or n_times >= _LEAST_REPEATS))

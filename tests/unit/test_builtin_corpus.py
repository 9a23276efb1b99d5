"""The built-in headlines are many, different, broad, and none of them comes from the headlines we measure on.

Two headlines are *near duplicates* when they share at least half of their character pairs (Jaccard similarity of
bigrams, letters and digits only). Character pairs need no word segmentation, which is itself under test, and a
changed name, number or order leaves most of them in place, as word-swapping does. Half is where real news stops:
among 6,000 real headlines from two portals no two share as much, though many report the same event; the closest
are price reports of two cameras with the same lens (0.49).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from moe_demo.text.corpus import BUILTIN_PATH, LABELS, Corpus, builtin_corpus, read_corpus, stratified_split, text_key

NEAR_DUPLICATE = 0.5
HARD_WORDS = ("苹果", "火箭", "流量", "小米", "明星", "直播", "冠军")


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return builtin_corpus()


def letters(text: str) -> str:
    """The text without spaces and punctuation, in one width and case."""
    return re.sub(r"[\W_]+", "", text_key(text))


def skeleton(text: str) -> str:
    """The text with every number and Latin name blotted out."""
    return re.sub(r"[a-z0-9]+", "#", letters(text))


def similar_pairs(
    texts: Sequence[str], others: Sequence[str] | None = None, *, at_least: float
) -> Iterator[tuple[float, str, str]]:
    """Pairs of `texts`, or of one text and one of `others`, with their similarity.

    Only headlines that share a pair of characters are compared: an index from each pair leads to them.
    """
    pairs_of = {text: set(map("".join, zip(letters(text), letters(text)[1:], strict=False))) for text in texts}
    pairs_of |= {text: set(map("".join, zip(letters(text), letters(text)[1:], strict=False))) for text in others or ()}
    having: dict[str, list[str]] = defaultdict(list)
    for text in others or ():
        for pair in pairs_of[text]:
            having[pair].append(text)
    for text in texts:
        n_shared = Counter(other for pair in pairs_of[text] for other in having[pair])
        for other, n in n_shared.items():
            similarity = n / (len(pairs_of[text]) + len(pairs_of[other]) - n)
            if similarity >= at_least:
                yield similarity, text, other
        if others is None:
            for pair in pairs_of[text]:
                having[pair].append(text)

"""How alike two headlines are, for the tests of what was written by hand.

The similarity of two headlines is the share of character pairs they have in common (Jaccard index of bigrams, letters
and digits only). Character pairs need no word segmentation, which is itself under test, and another name, number or
order leaves most of them in place, which is just how word-swapping and templates make new headlines out of old ones.

Above one half two headlines are *near duplicates*. Real news sets the limit: among thousands of real headlines, many
of them about the same event, none are that similar. The other limits come from there too.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from moe_demo.text.corpus import text_key

Pair = tuple[float, str, str]

NEAR_DUPLICATE = 0.5
RELATED = 0.3  # the same event, or the same sentence with other names in it
COPIED = 0.4  # no two headlines of the two real files, of other portals and years, come near it
MOST_RELATED_PAIRS = 0.01  # per headline
MOST_REPEATS = 4  # of an opening, an ending or a long run of characters, such as a film's title


def letters(text: str) -> str:
    """The text without spaces and punctuation, in one width and case."""
    return re.sub(r"[\W_]+", "", text_key(text))


def skeleton(text: str) -> str:
    """The text with every number and Latin name blotted out."""
    return re.sub(r"[a-z0-9]+", "#", letters(text))


def bigrams(text: str) -> set[str]:
    text = letters(text)
    return {text[place : place + 2] for place in range(len(text) - 1)}


def similar_pairs(texts: Sequence[str], others: Sequence[str], at_least: float) -> Iterator[Pair]:
    """Similarity, a text, and another one of `others`; an index finds those that have a bigram in common."""
    bigrams_of = {text: bigrams(text) for text in (*texts, *others)}
    having: dict[str, list[str]] = defaultdict(list)
    for other in others:
        for bigram in bigrams_of[other]:
            having[bigram].append(other)
    for text in texts:
        n_common = Counter(other for bigram in bigrams_of[text] for other in having[bigram])
        for other, n in n_common.items():
            similarity = n / (len(bigrams_of[text]) + len(bigrams_of[other]) - n)
            if similarity >= at_least and other != text:
                yield similarity, text, other


def pairs_within(texts: Sequence[str], at_least: float) -> list[Pair]:
    """Each pair of similar texts once, the most similar first."""
    return sorted((pair for pair in similar_pairs(texts, texts, at_least) if pair[1] < pair[2]), reverse=True)


def repeated(pieces: list[str]) -> dict[str, int]:
    """The pieces of Chinese that too many headlines share; a Latin name may come as often as it likes."""
    counts = Counter(piece for piece in pieces if not re.search("[a-z0-9]", piece))
    return {piece: count for piece, count in counts.items() if count > MOST_REPEATS}

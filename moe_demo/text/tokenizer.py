"""Words become numbers: a row of the word table for a known word, hashed character n-grams for every word.

    "苹果手机"  -->  苹果 | 手机  -->  word ids [12, 7]
                                       n-grams of 苹果: 苹, 果, 苹果, each hashed to a bucket

A word that the training headlines never had gets word id 0 but still has n-grams, shared with the words it
looks like (fastText: Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information").

Letters: T tokens of one headline. Padding never exists here. `ngram_ids` is flat: the n-grams of token t begin at
`ngram_offsets_T[t]`, which is how `torch.nn.EmbeddingBag` reads them.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from moe_demo.text.errors import VocabularyError
from moe_demo.text.segmentation import MAX_TOKENS, Token, Truncation, tokenize
from moe_demo.text.word_kinds import KINDS, kind_of

Ids = npt.NDArray[np.int64]

UNKNOWN_ID = 0
UNSEEN_NGRAM = -1  # an n-gram without a row: zeros in the mean over a word's n-grams
UNKNOWN_LINE = "<unknown>"  # stands first in a vocabulary file, so that line n + 1 holds word n
MAX_WORD_CHARS = 32  # a serial number or a Thai sentence is one word, but should not outweigh its headline
_MAX_CACHED_WORDS = 100_000


def lookup_form(word: str) -> str:
    """The word as both tables know it: IPHONE, iPhone and iphone are one."""
    return word.lower()


class Vocabulary:
    """The words that have a row of their own: ids 1, 2, ... by falling frequency; 0 is any other word."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._id_of = {word: word_id for word_id, word in enumerate(self.words, start=UNKNOWN_ID + 1)}
        assert len(self._id_of) == len(self.words), "a word stands twice in the vocabulary"

    @classmethod
    def from_texts(
        cls, texts: Iterable[str], *, min_count: int = 1, max_tokens: int = MAX_TOKENS
    ) -> Vocabulary:
        """The words that occur at least `min_count` times in the training texts.

        A word seen once would get a row that a single headline has trained: min_count 2 leaves it to n-grams.
        Words of equal count are sorted by their characters, so the order of the texts does not matter.
        """
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(lookup_form(token.text) for token in tokenize(text, max_tokens=max_tokens).tokens)
        frequent = [word for word, count in counts.items() if count >= min_count]
        return cls(sorted(frequent, key=lambda word: (-counts[word], word)))

    def __len__(self) -> int:
        """Rows of the word table: every word and the row of unknown words."""
        return len(self.words) + 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.words == other.words

    def __hash__(self) -> int:
        return hash(self.words)

    def id_of(self, word: str) -> int:
        """The word's row, in any mixture of upper and lower case; 0 for an unknown word."""
        return self._id_of.get(lookup_form(word), UNKNOWN_ID)

    def to_text(self) -> str:
        """The content of a vocabulary file: one word a line."""
        return "".join(f"{word}\n" for word in (UNKNOWN_LINE, *self.words))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Vocabulary:
        """Read a UTF-8 file that holds `to_text`.

        Raises:
            VocabularyError: it is missing, not UTF-8, has lost its beginning or end, or repeats a word.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
        except OSError as error:
            raise VocabularyError("unreadable", path=path, why=error.strerror) from error
        except UnicodeDecodeError as error:
            raise VocabularyError("not_utf8", path=path) from error
        if not (text.startswith(f"{UNKNOWN_LINE}\n") and text.endswith("\n")):
            raise VocabularyError("torn", path=path)
        words = text.split("\n")[1:-1]
        if wrong := [word for word, count in Counter(words).items() if count > 1 or not word]:
            raise VocabularyError("repeats", path=path, word=wrong[0][:MAX_WORD_CHARS])
        return cls(words)


class NgramHasher:
    """Character n-grams of a word, each hashed into one of `n_buckets` rows.

    Without fastText's boundary marks: most Chinese words have two characters, so marks would give nearly every
    character three rows of its own and each of them a third of the examples (docs/experiments.md has the figures).
    Two n-grams may share a row: that costs a little accuracy and saves a table of every possible n-gram. An n-gram
    that no word of `words` has would get some other one's row by chance, and with it what that one means: where these
    words are given, it has UNSEEN_NGRAM in place of a row.
    """

    def __init__(self, n_buckets: int, min_n: int, max_n: int, words: Iterable[str] | None = None) -> None:
        if n_buckets < 1:
            raise ValueError(f"n_buckets must be at least 1, got {n_buckets}.")
        if not 1 <= min_n <= max_n:
            raise ValueError(f"min_n must be in 1..max_n={max_n}, got {min_n}.")
        self.n_buckets, self.min_n, self.max_n = n_buckets, min_n, max_n
        self._known = None if words is None else {ngram for word in words for ngram in self.ngrams(word)}
        self._ids_of_word: dict[str, Ids] = {}

    def ngrams(self, word: str) -> list[str]:
        """The n-grams of the word, the shortest first; a word too short for any stands for itself.

        Only the first MAX_WORD_CHARS characters are read.
        """
        read = lookup_form(word)[:MAX_WORD_CHARS]
        found = [
            read[start : start + n]
            for n in range(self.min_n, self.max_n + 1)
            for start in range(len(read) - n + 1)
        ]
        return found or [read]

    def shown(self, word: str) -> list[str]:
        """The n-grams as a formula shows them: a 0 for each that has no row."""
        pairs = zip(self.ngrams(word), self.ids(word), strict=True)
        return ["0" if row == UNSEEN_NGRAM else ngram for ngram, row in pairs]

    def ids(self, word: str) -> Ids:
        """The bucket of each n-gram, in [0, n_buckets), or UNSEEN_NGRAM. Read-only: the array is kept and shared."""
        ids = self._ids_of_word.get(word)
        if ids is None:
            ids = np.array([self._bucket(ngram) for ngram in self.ngrams(word)], dtype=np.int64)
            ids.flags.writeable = False
            if len(self._ids_of_word) >= _MAX_CACHED_WORDS:
                self._ids_of_word.clear()
            self._ids_of_word[word] = ids
        return ids

    def _bucket(self, ngram: str) -> int:
        """BLAKE2b: the same on every machine and in every process, which Python's own hash() is not."""
        if self._known is not None and ngram not in self._known:
            return UNSEEN_NGRAM
        digest = hashlib.blake2b(ngram.encode("utf-8"), digest_size=8).digest()
        return int.from_bytes(digest, "little") % self.n_buckets


@dataclass(frozen=True, kw_only=True)
class EncodedText:
    """One headline as numbers; all arrays are int64."""

    tokens: tuple[Token, ...]
    word_ids_T: Ids
    ngram_ids: Ids
    ngram_offsets_T: Ids
    truncated: Truncation | None
    """What the limits of `tokenize` left out, None if nothing."""
    kind_ids_T: Ids | None = None
    """What kind of word each is, a place in `word_kinds.KINDS`; None where the encoder does not look."""


class TextEncoder:
    """From text to the numbers a model reads: the vocabulary, the hasher and the token limit of one run."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        hasher: NgramHasher,
        max_tokens: int = MAX_TOKENS,
        *,
        with_kinds: bool = False,
    ) -> None:
        """`with_kinds`: tell the kind of every word too, which takes a look at jieba's dictionary for each."""
        if max_tokens < 1:
            raise ValueError(f"max_tokens must be at least 1, got {max_tokens}.")
        self.vocabulary, self.hasher, self.max_tokens = vocabulary, hasher, max_tokens
        self.with_kinds = with_kinds

    def encode(self, text: str) -> EncodedText:
        """One headline; raises EmptyTextError if it has no word."""
        segmented = tokenize(text, max_tokens=self.max_tokens)
        words = [token.text for token in segmented.tokens]
        ngrams_of_word = [self.hasher.ids(word) for word in words]
        counts_T = np.array([len(ids) for ids in ngrams_of_word], dtype=np.int64)
        return EncodedText(
            tokens=segmented.tokens,
            word_ids_T=np.array([self.vocabulary.id_of(word) for word in words], dtype=np.int64),
            ngram_ids=np.concatenate(ngrams_of_word),
            ngram_offsets_T=counts_T.cumsum() - counts_T,
            truncated=segmented.truncated,
            kind_ids_T=self._kinds(words) if self.with_kinds else None,
        )

    @staticmethod
    def _kinds(words: list[str]) -> Ids:
        return np.array([KINDS.index(kind_of(word)) for word in words], dtype=np.int64)

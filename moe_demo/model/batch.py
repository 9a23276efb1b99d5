"""Headlines as tensors: real tokens end to end, without padding.

Letters: T tokens of the whole batch, B headlines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from moe_demo.model.rows import Rows

if TYPE_CHECKING:
    from moe_demo.text.tokenizer import EncodedText


_MIX = 2654435761  # Knuth's multiplicative hash (The Art of Computer Programming 3, section 6.4)
_LOW_BITS = 2**31 - 1
_LEFT_OUT_BITS = 8  # of a product the high bits are the mixed ones


@dataclass(frozen=True)
class TokenBatch:
    """B headlines as numbers: word ids and the hashed n-grams of each word, one headline after the other."""

    word_ids_T: Tensor
    ngram_ids: Tensor  # n-gram ids of all tokens, flat; below 0 where an n-gram has no row
    ngram_offsets_T: Tensor  # where each token's n-grams begin in `ngram_ids`
    lengths_B: Tensor
    kind_ids_T: Tensor | None = None  # `text.word_kinds.KINDS`, by number; None where no router asks

    @classmethod
    def of(cls, headlines: Sequence[EncodedText]) -> TokenBatch:
        """Join encoded headlines into one batch."""
        begins = np.cumsum([0] + [len(headline.ngram_ids) for headline in headlines[:-1]])
        offsets = [
            headline.ngram_offsets_T + begin for headline, begin in zip(headlines, begins, strict=True)
        ]
        return cls(
            word_ids_T=torch.from_numpy(np.concatenate([headline.word_ids_T for headline in headlines])),
            ngram_ids=torch.from_numpy(np.concatenate([headline.ngram_ids for headline in headlines])),
            ngram_offsets_T=torch.from_numpy(np.concatenate(offsets)),
            lengths_B=torch.tensor([len(headline.word_ids_T) for headline in headlines]),
            kind_ids_T=_joined([headline.kind_ids_T for headline in headlines]),
        )

    def select(self, rows_B: Tensor) -> TokenBatch:
        """Some of the headlines, in this order, as a batch of their own."""
        return self.of_tokens(self.tokens_of(rows_B), self.lengths_B[rows_B])

    def tokens_of(self, rows_B: Tensor) -> Tensor:
        """The tokens of some of the headlines, by place among all of this batch."""
        return _joined_ranges(self._begin_B[rows_B], self.lengths_B[rows_B])

    def of_tokens(self, token_T: Tensor, lengths_B: Tensor) -> TokenBatch:
        """Other texts made of the same words: their tokens, by place among all of this batch, and their lengths."""
        n_ngrams_T = self.n_ngrams_T[token_T]
        ngram = _joined_ranges(self.ngram_offsets_T[token_T], n_ngrams_T)
        return TokenBatch(
            word_ids_T=self.word_ids_T[token_T],
            ngram_ids=self.ngram_ids[ngram],
            ngram_offsets_T=n_ngrams_T.cumsum(0) - n_ngrams_T,
            lengths_B=lengths_B,
            kind_ids_T=None if self.kind_ids_T is None else self.kind_ids_T[token_T],
        )

    def keep(self, kept_T: Tensor) -> TokenBatch:
        """The same headlines with some of their words left out; each must keep at least one."""
        lengths_B = torch.bincount(self.sequence_T[kept_T], minlength=len(self.lengths_B))
        return self.of_tokens(kept_T.nonzero().squeeze(1), lengths_B)

    def first(self, n_texts: int) -> TokenBatch:
        """The first headlines as a batch of their own."""
        if n_texts == len(self.lengths_B):
            return self
        n_tokens = int(self.lengths_B[:n_texts].sum())
        return TokenBatch(
            word_ids_T=self.word_ids_T[:n_tokens],
            ngram_ids=self.ngram_ids[: self.ngram_offsets_T[n_tokens]],
            ngram_offsets_T=self.ngram_offsets_T[:n_tokens],
            lengths_B=self.lengths_B[:n_texts],
            kind_ids_T=None if self.kind_ids_T is None else self.kind_ids_T[:n_tokens],
        )

    def split(self, n_texts: int) -> list[TokenBatch]:
        """The headlines in their order, as batches of that many; the last one may have fewer."""
        lengths = self.lengths_B.split(n_texts)
        n_tokens = [int(lengths_B.sum()) for lengths_B in lengths]
        offsets = self.ngram_offsets_T.split(n_tokens)
        begins = [int(offsets_T[0]) for offsets_T in offsets]
        n_ngrams = np.diff([*begins, len(self.ngram_ids)]).tolist()
        words, ngrams = self.word_ids_T.split(n_tokens), self.ngram_ids.split(n_ngrams)
        kinds = [None] * len(lengths) if self.kind_ids_T is None else self.kind_ids_T.split(n_tokens)
        return [
            TokenBatch(words_T, ngram_ids, offsets_T - begin, lengths_B, kinds_T)
            for words_T, ngram_ids, offsets_T, begin, lengths_B, kinds_T in zip(
                words, ngrams, offsets, begins, lengths, kinds, strict=True
            )
        ]

    @cached_property
    def _begin_B(self) -> Tensor:
        """First token of each headline."""
        return self.lengths_B.cumsum(0) - self.lengths_B

    @cached_property
    def n_ngrams_T(self) -> Tensor:
        """How many n-grams each token has, shape (T,)."""
        end = self.ngram_offsets_T.new_tensor([len(self.ngram_ids)])
        return self.ngram_offsets_T.diff(append=end)

    @cached_property
    def n_known_words_B(self) -> Tensor:
        """How many different words of two characters or more have a row of their own, in each headline, shape (B,).

        A single character has one n-gram. It is part of many words, so that it says little about which one is meant.
        """
        is_known_T = (self.word_ids_T > 0) & (self.n_ngrams_T > 1)
        pairs_2T = torch.stack([self.sequence_T[is_known_T], self.word_ids_T[is_known_T]])
        return torch.bincount(pairs_2T.unique(dim=1)[0], minlength=len(self.lengths_B))

    @cached_property
    def hash_T(self) -> Tensor:
        """A number of each word, shape (T,), never negative: that of its n-grams mixed.

        So words without a row of their own have one as well, and a word whose row is hidden in training keeps it. An
        n-gram without a row counts as nothing: words of such n-grams alone differ in how many they have, at most.
        """
        mixed = (self.ngram_ids + 1) * _MIX & _LOW_BITS
        word = torch.arange(len(self.word_ids_T), device=mixed.device).repeat_interleave(self.n_ngrams_T)
        sum_T = torch.zeros_like(self.word_ids_T).index_add_(0, word, mixed) & _LOW_BITS
        return (sum_T * _MIX & _LOW_BITS) >> _LEFT_OUT_BITS

    @cached_property
    def sequence_T(self) -> Tensor:
        """Which headline each token belongs to, shape (T,)."""
        return torch.arange(len(self.lengths_B), device=self.lengths_B.device).repeat_interleave(
            self.lengths_B
        )

    @cached_property
    def position_T(self) -> Tensor:
        """Place of each token in its headline, from 0, shape (T,)."""
        begin_T = self._begin_B[self.sequence_T]
        return torch.arange(len(begin_T), device=begin_T.device) - begin_T

    @cached_property
    def rows(self) -> Rows:
        """The headlines in rows of equal length, as attention needs them."""
        return Rows.of(self.sequence_T, self.position_T, self.lengths_B)

    def to(self, device: torch.device | str) -> TokenBatch:
        """The same batch on another device; itself where it is there already."""
        if self.word_ids_T.device == torch.device(device):
            return self
        return TokenBatch(
            self.word_ids_T.to(device),
            self.ngram_ids.to(device),
            self.ngram_offsets_T.to(device),
            self.lengths_B.to(device),
            None if self.kind_ids_T is None else self.kind_ids_T.to(device),
        )


def _joined(parts: Sequence[np.ndarray[Any, Any] | None]) -> Tensor | None:
    found = [part for part in parts if part is not None]
    return torch.from_numpy(np.concatenate(found)) if found else None


def _joined_ranges(begin: Tensor, length: Tensor) -> Tensor:
    """begin[0], begin[0] + 1, ... (length[0] numbers), then begin[1], ..."""
    shift = (begin - (length.cumsum(0) - length)).repeat_interleave(length)
    return torch.arange(len(shift), device=shift.device) + shift

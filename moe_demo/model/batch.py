"""Headlines as tensors: real tokens end to end, without padding.

Letters: T tokens of the whole batch, B headlines, W tokens of the longest headline, X features of any kind.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from moe_demo.text.tokenizer import EncodedText


@dataclass(frozen=True)
class TokenBatch:
    """B headlines as numbers: word ids and the hashed n-grams of each word, one headline after the other."""

    word_ids_T: Tensor
    ngram_ids: Tensor  # n-gram ids of all tokens, flat
    ngram_offsets_T: Tensor  # where each token's n-grams begin in `ngram_ids`
    lengths_B: Tensor

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
        )

    @cached_property
    def sequence_T(self) -> Tensor:
        """Which headline each token belongs to, shape (T,)."""
        return torch.arange(len(self.lengths_B), device=self.lengths_B.device).repeat_interleave(
            self.lengths_B
        )

    @cached_property
    def position_T(self) -> Tensor:
        """Place of each token in its headline, from 0, shape (T,)."""
        begin_B = self.lengths_B.cumsum(0) - self.lengths_B
        return torch.arange(len(self.word_ids_T), device=begin_B.device) - begin_B[self.sequence_T]

    @cached_property
    def width(self) -> int:
        """W, tokens of the longest headline."""
        return int(self.lengths_B.max())

    @cached_property
    def _seat_T(self) -> Tensor:
        """Place of each token where every headline is padded to W."""
        return self.sequence_T * self.width + self.position_T

    @cached_property
    def padding_B1W(self) -> Tensor:
        """-inf on padding, 0 on real tokens: added to attention's fit, it leaves padding out."""
        places_W = torch.arange(self.width, device=self.lengths_B.device)
        padding_BW = places_W >= self.lengths_B.unsqueeze(1)
        return torch.zeros(padding_BW.shape, device=padding_BW.device).masked_fill(padding_BW, -math.inf)[
            :, None
        ]

    def pad(self, x_TX: Tensor) -> Tensor:
        """One row a headline, filled up with zeros, shape (B, W, X)."""
        n_texts = len(self.lengths_B)
        padded = x_TX.new_zeros(n_texts * self.width, x_TX.shape[1]).index_copy(0, self._seat_T, x_TX)
        return padded.view(n_texts, self.width, -1)

    def unpad(self, x_BWX: Tensor) -> Tensor:
        """Real tokens end to end again, shape (T, X)."""
        return x_BWX.flatten(0, 1).index_select(0, self._seat_T)

    def to(self, device: torch.device | str) -> TokenBatch:
        """The same batch on another device."""
        return TokenBatch(
            self.word_ids_T.to(device),
            self.ngram_ids.to(device),
            self.ngram_offsets_T.to(device),
            self.lengths_B.to(device),
        )

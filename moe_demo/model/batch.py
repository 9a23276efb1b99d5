"""Headlines as tensors: real tokens end to end, without padding.

Letters: T tokens of the whole batch, B headlines.
"""

from __future__ import annotations

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

    def to(self, device: torch.device | str) -> TokenBatch:
        """The same batch on another device."""
        return TokenBatch(
            self.word_ids_T.to(device),
            self.ngram_ids.to(device),
            self.ngram_offsets_T.to(device),
            self.lengths_B.to(device),
        )

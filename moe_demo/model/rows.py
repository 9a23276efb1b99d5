"""Headlines in rows of equal length, for attention: a long one has a row to itself, short ones share one.

A row for each headline would be half padding, and so would be half of the work.

Letters: B headlines, T tokens, R rows, W places in a row, N = R x W places, X features of any kind.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

import torch
from torch import Tensor

_USUAL_WIDTH = (
    32  # places in a row where no headline is longer: few remain empty, and processors like the number
)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Which token stands where. An empty place reads some token and is read by nobody."""

    shape: tuple[int, int]
    """R and W."""
    place_T: Tensor
    """The place of each token, counted row after row."""
    token_N: Tensor
    """The token that each place reads."""
    position_N: Tensor
    """How far that token is from the beginning of its headline."""
    apart_RWW: Tensor
    """0 between two places of one headline, -inf between all others: added to attention's fit, it parts them."""

    @classmethod
    def of(cls, sequence_T: Tensor, position_T: Tensor, lengths_B: Tensor) -> Rows:
        """Lay out the headlines of a batch: the headline and position of each token, the length of each headline."""
        (n_rows, width), begin = share_rows(lengths_B.tolist())
        n_places, device = n_rows * width, sequence_T.device
        place_T = torch.tensor(begin, device=device)[sequence_T] + position_T
        tokens_T = torch.arange(len(place_T), device=device)
        token_N = tokens_T.new_zeros(n_places).index_copy_(0, place_T, tokens_T)
        sequence_RW = (
            sequence_T.new_full((n_places,), -1).index_copy_(0, place_T, sequence_T).view(n_rows, -1)
        )
        apart_RWW = sequence_RW.unsqueeze(2) != sequence_RW.unsqueeze(1)
        return cls(
            shape=(n_rows, width),
            place_T=place_T,
            token_N=token_N,
            position_N=position_T[token_N],
            apart_RWW=torch.zeros(apart_RWW.shape, device=device).masked_fill_(apart_RWW, -math.inf),
        )

    def spread(self, x_TX: Tensor) -> Tensor:
        """The features of the token at each place, shape (N, X)."""
        return x_TX.index_select(0, self.token_N)

    def spread_alone(self, x_TX: Tensor) -> Tensor:
        """The same with zeros in the empty places: the transpose of `collect`, so its backward pass."""
        return x_TX.new_zeros(len(self.token_N), x_TX.shape[1]).index_copy_(0, self.place_T, x_TX)

    def collect(self, x_NX: Tensor) -> Tensor:
        """The tokens end to end again, shape (T, X)."""
        return x_NX.index_select(0, self.place_T)


def share_rows(lengths: list[int]) -> tuple[tuple[int, int], list[int]]:
    """Rows and their width, and the first place of each headline.

    The longest headline left opens a row, which then takes the longest ones left that still fit (first-fit decreasing).
    """
    width = max(*lengths, min(sum(lengths), _USUAL_WIDTH)) if lengths else 0
    left = sorted(range(len(lengths)), key=lengths.__getitem__)
    lengths_left = [lengths[headline] for headline in left]
    begin, n_rows = [0] * len(lengths), 0
    while left:
        taken, fitting = 0, len(left)
        while fitting:
            headline = left.pop(fitting - 1)
            begin[headline] = n_rows * width + taken
            taken += lengths_left.pop(fitting - 1)
            fitting = bisect_right(lengths_left, width - taken)
        n_rows += 1
    return (n_rows, width), begin

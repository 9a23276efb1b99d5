"""What each step reads: labelled headlines, and beside them texts of no class.

Everything is drawn from (seed, epoch) or (seed, step), so that a run that was cut off reads on as if
it never had been.

Letters: S steps, T tokens of a batch, B texts of a batch, O texts of no class in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from moe_demo.config import RunConfig
from moe_demo.model.batch import TokenBatch
from moe_demo.text.background import training_outliers
from moe_demo.text.corpus import Corpus
from moe_demo.text.tokenizer import TextEncoder
from moe_demo.training.streams import HIDDEN_WORDS, LEFT_OUT, ORDER, OUTLIERS, WORD_ROWS, generator

WORD_ROWS_SHARE = 0.2
"""Of the texts of no class that are made of words of the training headlines, at every step anew."""
AHEAD, AHEAD_TEXTS = 16, 4096
"""Steps, and texts, that are put together at once at most: with few words, to begin is most of what it costs."""
_LONGEST = 12, 16
"""Words of a repetition, and of characters drawn blindly."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """The texts of one step, the labelled headlines first."""

    rows_B: Tensor
    """Which training headlines the labelled ones are."""
    batch: TokenBatch
    kept_T: Tensor
    """Which of all their words are in it; the others were left out."""


class Batches:
    """The encoded texts of one run, and which of them stand in the batch of each step."""

    def __init__(self, config: RunConfig, train: Corpus, encoder: TextEncoder) -> None:
        self.config = config
        outliers = training_outliers(config.model.labels) if config.outlier_weight else ()
        self._sizes_G = torch.tensor([len(group.texts) for group in outliers])
        self._begin_G = len(train) + self._sizes_G.cumsum(0) - self._sizes_G
        self._shares_G = torch.tensor([group.share for group in outliers])
        others = (text for group in outliers for text in group.texts)
        self.texts = TokenBatch.of([encoder.encode(text) for text in (*train.texts, *others)])
        """The training headlines in their order, then the texts of no class, group after group."""
        self.n_train = len(train)
        n_words = int(self.texts.lengths_B[: self.n_train].sum())
        self._characters = (self.texts.n_ngrams_T[:n_words] == 1).nonzero().squeeze(1)
        """Words of one character, by place among all tokens of the training headlines."""
        self.n_words = n_words
        self.batch_size = min(config.batch_size, len(train))
        self.outliers_per_batch = round(self.batch_size * config.outlier_share) if outliers else 0
        self.steps_per_epoch = len(train) // self.batch_size
        self._order = -1, torch.empty(0, dtype=torch.long)
        """Which epoch's order was drawn last, and that order."""
        n_texts = self.batch_size + self.outliers_per_batch
        self._n_ahead = max(1, min(AHEAD, AHEAD_TEXTS // n_texts))
        self._ahead: dict[int, Drawn] = {}

    def rows(self, step: int) -> Tensor:
        """Which training headlines stand in the batch of a step, counted from 0; shape (batch_size,)."""
        epoch, place = divmod(step, self.steps_per_epoch)
        if self._order[0] != epoch:
            chance = generator(self.config.seed, ORDER, epoch)
            self._order = epoch, torch.randperm(self.n_train, generator=chance)
        return self._order[1][place * self.batch_size : (place + 1) * self.batch_size]

    def at(self, step: int) -> Drawn:
        """The headlines of one step, then its outliers; words are hidden and left out of both alike."""
        if step not in self._ahead:
            self._ahead = self._drawn(range(step, step + self._n_ahead))
        return self._ahead[step]

    def _drawn(self, steps: Sequence[int]) -> dict[int, Drawn]:
        """The texts of several steps: each step draws for itself, and all are then put together at once."""
        rows = [self.rows(step) for step in steps]
        texts = self._texts(rows, steps)
        n_texts = len(texts.lengths_B) // len(steps)
        chance_T = self._chance_of_tokens(HIDDEN_WORDS, steps, texts)
        texts = replace(
            texts, word_ids_T=texts.word_ids_T.masked_fill(chance_T < self.config.word_dropout, 0)
        )
        kept_T = self._kept(texts, steps)
        batches = (texts.keep(kept_T) if self.config.words_left_out else texts).split(n_texts)
        kept = kept_T.split(_n_tokens(texts, steps))
        return {
            step: Drawn(rows_B=rows_B, batch=batch, kept_T=kept_T)
            for step, rows_B, batch, kept_T in zip(steps, rows, batches, kept, strict=True)
        }

    def outlier_rows(self, step: int) -> Tensor:
        """Which of the written texts of no class stand in the batch of a step, counted as in `texts`."""
        n_rows = self.outliers_per_batch - self._n_word_rows
        chance = self._chance(OUTLIERS, step)
        if not n_rows:
            return torch.empty(0, dtype=torch.long)
        group_O = torch.multinomial(self._shares_G, n_rows, replacement=True, generator=chance)
        place_O = torch.rand(n_rows, generator=chance, dtype=torch.double) * self._sizes_G[group_O]
        return self._begin_G[group_O] + place_O.long()

    @property
    def _n_word_rows(self) -> int:
        return round(WORD_ROWS_SHARE * self.outliers_per_batch)

    def _chance(self, purpose: int, step: int) -> torch.Generator:
        return generator(self.config.seed, purpose, step)

    def _chance_of_tokens(self, purpose: int, steps: Sequence[int], texts: TokenBatch) -> Tensor:
        """A number of [0, 1) for each token of the texts of these steps, shape (T,)."""
        n_tokens = _n_tokens(texts, steps)
        draws = zip(steps, n_tokens, strict=True)
        return torch.cat([torch.rand(n, generator=self._chance(purpose, step)) for step, n in draws])

    def _texts(self, headlines: list[Tensor], steps: Sequence[int]) -> TokenBatch:
        """The headlines of each step, and after them its texts of no class, every word in its place."""
        if not self.outliers_per_batch:
            return self.texts.select(torch.cat(headlines))
        drawn = zip(headlines, steps, strict=True)
        rows_SB = torch.stack([torch.cat([rows_B, self.outlier_rows(step)]) for rows_B, step in drawn])
        lengths_SB = self.texts.lengths_B[rows_SB]
        written = self.texts.tokens_of(rows_SB.flatten()).split(lengths_SB.sum(1).tolist())
        made = [self._word_rows(step) for step in steps]
        made_lengths_SO = torch.stack([lengths_O for _, lengths_O in made])
        tokens = [part for both in zip(written, (made_T for made_T, _ in made), strict=True) for part in both]
        return self.texts.of_tokens(torch.cat(tokens), torch.cat([lengths_SB, made_lengths_SO], 1).flatten())

    def _word_rows(self, step: int) -> tuple[Tensor, Tensor]:
        """Words of training headlines that say nothing together: their tokens, and how many make a text, shape (O,).

        Half are a word or two again and again, half are words of one character drawn blindly. No telling word may be
        enough by itself, whichever it is: training headlines know many more than a list of nonsense could.
        """
        chance = self._chance(WORD_ROWS, step)
        n_texts = self._n_word_rows
        n_blind = n_texts // 2 if len(self._characters) else 0
        n_repeats = n_texts - n_blind
        longest_repeat, longest_blind = (min(n, self.config.model.max_tokens) for n in _LONGEST)
        shortest = min(2, self.config.model.max_tokens)
        lengths_O = torch.randint(shortest, longest_repeat + 1, (n_repeats,), generator=chance)
        period_O = torch.randint(1, 3, (n_repeats,), generator=chance)
        word_O2 = torch.randint(self.n_words, (n_repeats, 2), generator=chance)
        text_T = torch.arange(n_repeats).repeat_interleave(lengths_O)
        place_T = torch.arange(len(text_T)) - (lengths_O.cumsum(0) - lengths_O)[text_T]
        repeated_T = word_O2[text_T, place_T % period_O[text_T]]
        blind_lengths_O = torch.randint(shortest, longest_blind + 1, (n_blind,), generator=chance)
        chosen_T = torch.randint(
            max(1, len(self._characters)), (int(blind_lengths_O.sum()),), generator=chance
        )
        return torch.cat([repeated_T, self._characters[chosen_T]]), torch.cat([lengths_O, blind_lengths_O])

    def _kept(self, texts: TokenBatch, steps: Sequence[int]) -> Tensor:
        """Which words are not left out, shape (T,); of every text at least one."""
        if not self.config.words_left_out:
            return torch.ones_like(texts.word_ids_T, dtype=torch.bool)
        chance_T = self._chance_of_tokens(LEFT_OUT, steps, texts)
        best_B = torch.zeros(len(texts.lengths_B)).scatter_reduce(0, texts.sequence_T, chance_T, "amax")
        return (chance_T >= self.config.words_left_out) | (chance_T == best_B[texts.sequence_T])


def _n_tokens(texts: TokenBatch, steps: Sequence[int]) -> list[int]:
    """How many tokens the texts of each step have."""
    return texts.lengths_B.view(len(steps), -1).sum(1).tolist()

"""What each step reads: labelled headlines, and beside them texts of no class.

Everything is drawn from (seed, epoch) or (seed, step), so that a run that was cut off reads on as if
it never had been.

Letters: T tokens of a batch, B texts of a batch, O texts of no class in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from moe_demo.config import RunConfig
from moe_demo.model.batch import TokenBatch
from moe_demo.text.background import training_outliers
from moe_demo.text.corpus import Corpus
from moe_demo.text.tokenizer import TextEncoder
from moe_demo.training.streams import HIDDEN_WORDS, LEFT_OUT, ORDER, OUTLIERS, UNSEEN, WORD_ROWS, generator

WORD_ROWS_SHARE = 0.2
"""Of the texts of no class that are made of words of the training headlines, at every step anew."""
UNSEEN_SHARE = 0.3
"""Of the nonsense whose words stand in rows of words nobody has seen."""
_LONGEST_REPEAT, _LONGEST_CHARACTERS = 12, 16  # words


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

    def rows(self, step: int) -> Tensor:
        """Which training headlines stand in the batch of a step, counted from 0; shape (batch_size,)."""
        epoch, place = divmod(step, self.steps_per_epoch)
        order = torch.randperm(self.n_train, generator=generator(self.config.seed, ORDER, epoch))
        return order[place * self.batch_size : (place + 1) * self.batch_size]

    def at(self, step: int) -> Drawn:
        """The headlines of one step, then its outliers; words are hidden and left out of both alike."""
        rows_B = self.rows(step)
        texts = self._texts(rows_B, step)
        chance_T = torch.rand(len(texts.word_ids_T), generator=self._chance(HIDDEN_WORDS, step))
        texts = replace(
            texts, word_ids_T=texts.word_ids_T.masked_fill(chance_T < self.config.word_dropout, 0)
        )
        if not self.config.words_left_out:
            return Drawn(
                rows_B=rows_B, batch=texts, kept_T=torch.ones_like(texts.word_ids_T, dtype=torch.bool)
            )
        kept_T = self._kept(texts, step)
        return Drawn(rows_B=rows_B, batch=texts.keep(kept_T), kept_T=kept_T)

    def outlier_rows(self, step: int) -> Tensor:
        """Which of the written texts of no class stand in the batch of a step, counted as in `texts`."""
        n_rows = self.outliers_per_batch - self._n_word_rows
        chance = self._chance(OUTLIERS, step)
        if not n_rows:
            return torch.empty(0, dtype=torch.long)
        group_O = torch.multinomial(self._shares_G, n_rows, replacement=True, generator=chance)
        begin_G = self.n_train + self._sizes_G.cumsum(0) - self._sizes_G
        place_O = torch.rand(n_rows, generator=chance, dtype=torch.double) * self._sizes_G[group_O]
        return begin_G[group_O] + place_O.long()

    @property
    def _n_word_rows(self) -> int:
        return round(WORD_ROWS_SHARE * self.outliers_per_batch)

    def _chance(self, purpose: int, step: int) -> torch.Generator:
        return generator(self.config.seed, purpose, step)

    def _texts(self, headline_B: Tensor, step: int) -> TokenBatch:
        """These headlines and the texts of no class of a step, every word in its place."""
        if not self.outliers_per_batch:
            return self.texts.select(headline_B)
        rows_B = torch.cat([headline_B, self.outlier_rows(step)])
        made_T, made_lengths_O = self._word_rows(step)
        texts = self.texts.of_tokens(
            torch.cat([self.texts.tokens_of(rows_B), made_T]),
            torch.cat([self.texts.lengths_B[rows_B], made_lengths_O]),
        )
        chance = self._chance(UNSEEN, step)
        is_nonsense_B = rows_B >= len(self.texts.lengths_B) - int(self._sizes_G[-1])
        moved_B = is_nonsense_B & (torch.rand(len(rows_B), generator=chance) < UNSEEN_SHARE)
        n_buckets = self.config.model.n_buckets
        shift_B = torch.randint(n_buckets, (len(rows_B),), generator=chance) * moved_B
        return texts.in_other_rows(torch.cat([shift_B, torch.zeros_like(made_lengths_O)]), n_buckets)

    def _word_rows(self, step: int) -> tuple[Tensor, Tensor]:
        """Words of training headlines that say nothing together: their tokens, and how many make a text, shape (O,).

        Half are a word or two again and again, half are words of one character drawn blindly. No telling word may be
        enough by itself, whichever it is: training headlines know many more than a list of nonsense could.
        """
        chance = self._chance(WORD_ROWS, step)
        n_texts = self._n_word_rows
        n_blind = n_texts // 2 if len(self._characters) else 0
        n_repeats = n_texts - n_blind
        lengths_O = torch.randint(2, _LONGEST_REPEAT + 1, (n_repeats,), generator=chance)
        period_O = torch.randint(1, 3, (n_repeats,), generator=chance)
        word_O2 = torch.randint(self.n_words, (n_repeats, 2), generator=chance)
        text_T = torch.arange(n_repeats).repeat_interleave(lengths_O)
        place_T = torch.arange(len(text_T)) - (lengths_O.cumsum(0) - lengths_O)[text_T]
        repeated_T = word_O2[text_T, place_T % period_O[text_T]]
        blind_lengths_O = torch.randint(2, _LONGEST_CHARACTERS + 1, (n_blind,), generator=chance)
        chosen_T = torch.randint(
            max(1, len(self._characters)), (int(blind_lengths_O.sum()),), generator=chance
        )
        return torch.cat([repeated_T, self._characters[chosen_T]]), torch.cat([lengths_O, blind_lengths_O])

    def _kept(self, texts: TokenBatch, step: int) -> Tensor:
        """Which words are not left out; of every text at least one."""
        chance_T = torch.rand(len(texts.word_ids_T), generator=self._chance(LEFT_OUT, step))
        best_B = torch.zeros(len(texts.lengths_B)).scatter_reduce(0, texts.sequence_T, chance_T, "amax")
        return (chance_T >= self.config.words_left_out) | (chance_T == best_B[texts.sequence_T])

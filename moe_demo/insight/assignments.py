"""Which experts every word of many headlines was sent to: what all counting of who handles what starts from.

    found = assignments(run, headlines)
    found.by_word(0)              how often each different word went to each expert of layer 0, shape (W, E)
    found.by_headline(0)          the same for each headline, shape (B, E)

Letters: T tokens of all headlines, D width, K chosen, B headlines, W different words, L MoE layers, E routed experts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch

from moe_demo.insight.run import Run, no_answer
from moe_demo.insight.switches import Switches
from moe_demo.insight.whatif import Headlines
from moe_demo.model.batch import TokenBatch
from moe_demo.model.classifier import Classifier
from moe_demo.text.tokenizer import EncodedText
from moe_demo.training.evaluation import BATCH_SIZE

Array = np.ndarray[Any, Any]
Tell = Callable[[int, int], object]

MAX_HEADLINES = 5000
"""That are read of a data set: more would say the same, later."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Assignments:
    """The choices of one model for every word of some headlines."""

    labels: tuple[str, ...]
    label_ids_B: Array
    texts: tuple[EncodedText, ...]
    n_routed: int
    experts_LTK: Array
    gates_LTK: Array
    embedded_TD: Array
    """Token vectors before the first layer; the same word has the same one everywhere."""

    @cached_property
    def headline_T(self) -> Array:
        """The headline that each token stands in."""
        return np.repeat(np.arange(len(self.texts)), [len(text.tokens) for text in self.texts])

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The different words, the most frequent first; upper and lower case are two."""
        return self._words_and_place[0]

    @cached_property
    def word_T(self) -> Array:
        """The place of each token among `words`."""
        return self._words_and_place[1]

    @cached_property
    def count_W(self) -> Array:
        """How often each word stands in the headlines."""
        return np.bincount(self.word_T, minlength=len(self.words))

    @property
    def n_layers(self) -> int:
        """MoE layers."""
        return len(self.experts_LTK)

    @property
    def n_tokens(self) -> int:
        """Words of all headlines."""
        return len(self.headline_T)

    @property
    def top_k(self) -> int:
        """Experts of each word."""
        return int(self.experts_LTK.shape[2])

    @property
    def label_T(self) -> Array:
        """The class of the headline that each token stands in."""
        return np.asarray(self.label_ids_B[self.headline_T])

    def by_headline(self, layer: int) -> Array:
        """Assignments of each headline's words to each expert, shape (B, E)."""
        return self._by(self.headline_T, len(self.texts), layer)

    def by_word(self, layer: int) -> Array:
        """Assignments of each different word to each expert, shape (W, E)."""
        return self._by(self.word_T, len(self.words), layer)

    @property
    def vector_WD(self) -> Array:
        """The token vector of each different word."""
        first_W = np.empty(len(self.words), dtype=np.int64)
        first_W[self.word_T[::-1]] = np.arange(self.n_tokens)[::-1]
        return np.asarray(self.embedded_TD[first_W])

    def chosen(self, layer: int) -> Array:
        """1 where a token went to an expert, else 0, shape (T, E)."""
        chosen_TE = np.zeros((self.n_tokens, self.n_routed), dtype=np.float32)
        np.put_along_axis(chosen_TE, self.experts_LTK[layer], 1, axis=1)
        return chosen_TE

    def _by(self, place_T: Array, n: int, layer: int) -> Array:
        cell_TK = place_T[:, None] * self.n_routed + self.experts_LTK[layer]
        return np.bincount(cell_TK.ravel(), minlength=n * self.n_routed).reshape(n, self.n_routed)

    @cached_property
    def _words_and_place(self) -> tuple[tuple[str, ...], Array]:
        tokens = np.array([token.text for text in self.texts for token in text.tokens])
        words, place_T, count_W = np.unique(tokens, return_inverse=True, return_counts=True)
        order = np.argsort(-count_W, kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        return tuple(words[order].tolist()), rank[place_T]


def assignments(
    run: Run,
    headlines: Headlines,
    tell: Tell = lambda done, of: None,
    switches: Switches | None = None,
) -> Assignments:
    """One pass over the headlines, with something switched or as trained; `tell` hears how many are done.

    Raises WhatIfError where the switches do not fit.
    """
    if switches is not None:
        switches.check(run.config.model)
    found = assignments_of(run.model, run.labels, headlines, tell, switches)
    if not np.isfinite(found.gates_LTK).all():
        raise no_answer(run.store)
    return found


@torch.inference_mode()
def assignments_of(
    model: Classifier,
    labels: tuple[str, ...],
    headlines: Headlines,
    tell: Tell = lambda done, of: None,
    switches: Switches | None = None,
) -> Assignments:
    """The same of a model that belongs to no run yet."""
    model.eval()
    experts, gates, embedded = [], [], []
    for begin in range(0, len(headlines), BATCH_SIZE):
        tell(begin, len(headlines))
        batch = TokenBatch.of(headlines.texts[begin : begin + BATCH_SIZE])
        output = model(batch, switches.changes(model, batch) if switches else None)
        experts.append(torch.stack([routing.topk_idx_TK for routing in output.routings]))
        gates.append(torch.stack([routing.gates_TK for routing in output.routings]))
        embedded.append(output.embedded_TD)
    tell(len(headlines), len(headlines))
    return Assignments(
        labels=labels,
        label_ids_B=headlines.label_ids_B.numpy(),
        texts=headlines.texts,
        n_routed=model.config.n_routed,
        experts_LTK=torch.cat(experts, dim=1).numpy(),
        gates_LTK=torch.cat(gates, dim=1).float().numpy(),
        embedded_TD=torch.cat(embedded).float().numpy(),
    )

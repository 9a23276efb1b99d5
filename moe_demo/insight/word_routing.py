"""Does a model route words, or whole headlines? How many expert sets the words of one headline get, and how alike.

    figures = word_routing(run.model, encoded headlines)
    figures.sets_per_word_L     1: every word has a set of its own; 1 / words: the whole headline shares one
    figures.overlap_L           the share of its experts that a word has in common with another word of its headline

A blind choice of K of E experts gives an overlap of K / E. Repeated words count as often as they stand there.

Letters: T tokens, K chosen, B headlines, L MoE layers, E routed experts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from moe_demo.model.batch import TokenBatch
from moe_demo.model.classifier import Classifier
from moe_demo.text.tokenizer import EncodedText
from moe_demo.training.evaluation import BATCH_SIZE

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class WordRouting:
    """Means over headlines, layer by layer."""

    sets_per_word_L: tuple[float, ...]
    overlap_L: tuple[float | None, ...]
    """None where no headline has two words."""
    n_headlines: int


def sets_per_word(topk_idx_TK: Array) -> float:
    """Different expert sets among the words of one headline, divided by its words; who is first in a set is nothing."""
    return len({frozenset(row) for row in topk_idx_TK.tolist()}) / len(topk_idx_TK)


def overlap(topk_idx_TK: Array) -> float | None:
    """Mean share of experts that two words of one headline have in common; None where it has one word."""
    n_words, top_k = topk_idx_TK.shape
    if n_words < 2:
        return None
    chosen_TE = np.zeros((n_words, int(topk_idx_TK.max()) + 1))
    np.put_along_axis(chosen_TE, topk_idx_TK, 1, axis=1)
    common_TT = chosen_TE @ chosen_TE.T
    return float((common_TT.sum() - np.trace(common_TT)) / (top_k * n_words * (n_words - 1)))


@torch.inference_mode()
def word_routing(model: Classifier, texts: Sequence[EncodedText]) -> WordRouting:
    """Both figures in every layer, in eval mode, over encoded headlines, at least one."""
    model.eval()
    sets_LB: list[list[float]] = [[] for _ in range(model.config.n_layers)]
    overlaps_LB: list[list[float]] = [[] for _ in range(model.config.n_layers)]
    for begin in range(0, len(texts), BATCH_SIZE):
        batch = TokenBatch.of(texts[begin : begin + BATCH_SIZE])
        ends = batch.lengths_B.cumsum(0).tolist()[:-1]
        for layer, routing in enumerate(model.routings(batch)):
            for mine_TK in np.split(routing.topk_idx_TK.numpy(), ends):
                sets_LB[layer].append(sets_per_word(mine_TK))
                shared = overlap(mine_TK)
                overlaps_LB[layer] += [] if shared is None else [shared]
    return WordRouting(
        sets_per_word_L=tuple(float(np.mean(values)) for values in sets_LB),
        overlap_L=tuple(float(np.mean(values)) if values else None for values in overlaps_LB),
        n_headlines=len(texts),
    )

"""The routing biases: moved after each step by its load, and fitted to clean words once training is over.

Letters: L MoE layers, E routed experts, Z kinds of words, B headlines.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from moe_demo.config import ModelConfig, RunConfig
from moe_demo.model.balance import expert_load, updated_bias
from moe_demo.model.batch import TokenBatch
from moe_demo.model.classifier import Classifier
from moe_demo.model.router import Routing
from moe_demo.text.tokenizer import UNSEEN_NGRAM
from moe_demo.text.word_kinds import KINDS
from moe_demo.training.evaluation import BATCH_SIZE
from moe_demo.training.streams import CALIBRATION, generator

CALIBRATION_RATES = (3e-3, 1e-3, 3e-4)  # u, first to last: far at first, then finely
CALIBRATION_HEADLINES = 8192  # a pass reads no more than these: enough to tell how busy an expert is


def loads(routings: Sequence[Routing], n_routed: int) -> Tensor:
    """Assignments per layer and expert, shape (L, E)."""
    return torch.stack([expert_load(routing.topk_idx_TK, n_routed) for routing in routings])


def loads_by_kind(routings: Sequence[Routing], kind_ids_T: Tensor, n_routed: int) -> Tensor:
    """Assignments per layer, kind of word and expert, shape (L, Z, E)."""
    cells = (kind_ids_T.unsqueeze(1) * n_routed + routing.topk_idx_TK for routing in routings)
    return torch.stack([expert_load(cell_TK, len(KINDS) * n_routed) for cell_TK in cells]).unflatten(
        1, (len(KINDS), n_routed)
    )


def loads_that_move(routings: Sequence[Routing], batch: TokenBatch, model: ModelConfig) -> Tensor:
    """What the biases follow: `loads`, or `loads_by_kind` where each kind has its own."""
    if not model.kind_biases or batch.kind_ids_T is None:
        return loads(routings, model.n_routed)
    return loads_by_kind(routings, batch.kind_ids_T, model.n_routed)


def move_biases(model: Classifier, loads_L: Tensor, rate: float) -> None:
    """One update of every layer's biases by these `loads_that_move`. arXiv 2408.15664, Algorithm 1.

    A kind without a word in the batch keeps its biases; a hash layer has none that move.
    """
    for layer, load in zip(model.moe_layers, loads_L, strict=True):
        bias = layer.router.moving_bias
        if bias is not None:
            bias.copy_(updated_bias(bias, load, rate))


@torch.inference_mode()
def fit_biases(model: Classifier, clean: TokenBatch, config: RunConfig) -> int:
    """Passes over headlines read `as_new`, at falling rates; returns how many updates they took.

    In training the biases learn to balance hidden and noisy words. This is the same update, batch by batch with all
    dropout off, as the statistics of batch norm are recomputed after training. A sign update never comes to rest: what
    is kept is the mean over the updates at the last rate (averaging of stochastic approximation: Polyak and Juditsky
    1992).
    """
    model.eval()
    n_train, device = len(clean.lengths_B), next(model.parameters()).device
    moving = [layer.router.moving_bias for layer in model.moe_layers]
    biases = [bias for bias in moving if bias is not None]
    n_updates, late = 0, [list[Tensor]() for _ in biases]
    passes = itertools.product(enumerate(CALIBRATION_RATES), range(config.balance.calibration_passes))
    for (place, rate), pass_ in passes:
        order = torch.randperm(n_train, generator=generator(config.seed, CALIBRATION, place, pass_))
        for rows_B in order[:CALIBRATION_HEADLINES].split(BATCH_SIZE):
            batch = clean.select(rows_B).to(device)
            move_biases(model, loads_that_move(model.routings(batch), batch, config.model), rate)
            n_updates += 1
            if rate == CALIBRATION_RATES[-1]:
                for kept, bias in zip(late, biases, strict=True):
                    kept.append(bias.clone())
    for kept, bias in zip(late, biases, strict=True):
        bias.copy_(torch.stack(kept).mean(0))
    return n_updates


def as_new(batch: TokenBatch, config: RunConfig) -> TokenBatch:
    """Training headlines as a model meets new ones: without what it knows from few headlines but these.

    What has at most one occurrence more than a word needs for a row is taken away: such words are hidden, such
    n-grams stand where one that never came there would, in no row or in a random one (docs/experiments.md).
    """
    model, chance = config.model, generator(config.seed, CALIBRATION)
    count_V = torch.bincount(batch.word_ids_T, minlength=model.vocab_size)
    rare = config.min_count + 1
    count_N = torch.bincount(batch.ngram_ids[batch.ngram_ids >= 0], minlength=model.n_buckets)
    if model.only_known_ngrams:
        other = torch.full_like(batch.ngram_ids, UNSEEN_NGRAM)
    else:
        other = torch.randint(model.n_buckets, batch.ngram_ids.shape, generator=chance)
    return replace(
        batch,
        word_ids_T=batch.word_ids_T.masked_fill(count_V[batch.word_ids_T] <= rare, 0),
        ngram_ids=torch.where(count_N[batch.ngram_ids] <= rare, other, batch.ngram_ids),
    )

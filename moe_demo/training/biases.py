"""The routing biases: moved after each step by its load, and fitted to clean words once training is over.

Letters: L MoE layers, E routed experts, B headlines, S updates.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import torch
from torch import Tensor

from moe_demo.config import RunConfig
from moe_demo.model.balance import expert_load, updated_bias
from moe_demo.model.batch import TokenBatch
from moe_demo.model.classifier import Classifier, ClassifierOutput
from moe_demo.training.evaluation import BATCH_SIZE
from moe_demo.training.streams import CALIBRATION, generator

CALIBRATION_RATES = (3e-3, 1e-3, 3e-4)  # u, first to last: far at first, then finely
CALIBRATION_HEADLINES = 8192  # a pass reads no more than these: enough to tell how busy an expert is


def loads(output: ClassifierOutput, n_routed: int) -> Tensor:
    """Assignments per layer and expert, shape (L, E)."""
    return torch.stack([expert_load(routing.topk_idx_TK, n_routed) for routing in output.routings])


def move_biases(model: Classifier, load_LE: Tensor, rate: float) -> None:
    """One update of every layer's bias by these loads. arXiv 2408.15664, Algorithm 1."""
    for layer, load_E in zip(model.moe_layers, load_LE, strict=True):
        layer.router.bias_E.copy_(updated_bias(layer.router.bias_E, load_E, rate))


@torch.inference_mode()
def fit_biases(model: Classifier, clean: TokenBatch, config: RunConfig) -> int:
    """Passes over headlines read `as_new`, at falling rates; returns how many updates they took.

    In training the biases learn to balance hidden and noisy words. This is the same update, batch by batch with all
    dropout off, as the statistics of batch norm are recomputed after training. A sign update never comes to rest: what
    is kept is the mean over the updates at the last rate (averaging of stochastic approximation: Polyak and Juditsky
    1992).
    """
    model.eval()
    n_train, n_routed = len(clean.lengths_B), config.model.n_routed
    device = next(model.parameters()).device
    n_updates, late_SLE = 0, list[Tensor]()
    passes = itertools.product(enumerate(CALIBRATION_RATES), range(config.balance.calibration_passes))
    for (place, rate), pass_ in passes:
        order = torch.randperm(n_train, generator=generator(config.seed, CALIBRATION, place, pass_))
        for rows_B in order[:CALIBRATION_HEADLINES].split(BATCH_SIZE):
            move_biases(model, loads(model(clean.select(rows_B).to(device)), n_routed), rate)
            n_updates += 1
            if rate == CALIBRATION_RATES[-1]:
                late_SLE.append(torch.stack([layer.router.bias_E for layer in model.moe_layers]))
    for layer, bias_E in zip(model.moe_layers, torch.stack(late_SLE).mean(0), strict=True):
        layer.router.bias_E.copy_(bias_E)
    return n_updates


def as_new(batch: TokenBatch, config: RunConfig) -> TokenBatch:
    """Training headlines as a model meets new ones: without what it knows from few headlines but these.

    What has at most one occurrence more than a word needs for a row is taken away: such words are hidden, such
    n-grams stand in another, random row, as one that never came there would (docs/experiments.md).
    """
    model, chance = config.model, generator(config.seed, CALIBRATION)
    count_V = torch.bincount(batch.word_ids_T, minlength=model.vocab_size)
    rare = config.min_count + 1
    count_N = torch.bincount(batch.ngram_ids, minlength=model.n_buckets)
    other = torch.randint(model.n_buckets, batch.ngram_ids.shape, generator=chance)
    return replace(
        batch,
        word_ids_T=batch.word_ids_T.masked_fill(count_V[batch.word_ids_T] <= rare, 0),
        ngram_ids=torch.where(count_N[batch.ngram_ids] <= rare, other, batch.ngram_ids),
    )

"""The trainer: `step()` takes one optimizer step, and nothing else in this project changes a weight.

Reproducible by construction: what step n does depends on the weights, the optimizer's moments, the seed and n
alone. The order of an epoch and the noise of a step (hidden words, dropout) are drawn from (seed, epoch) and
(seed, step), so a run that was cut off continues bit for bit from any saved state, with no generator to restore.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn

from moe_demo.config import ConfigError, RunConfig
from moe_demo.model.balance import balance_loss, expert_load, max_vio, updated_bias
from moe_demo.model.batch import TokenBatch
from moe_demo.model.classifier import Classifier, ClassifierOutput
from moe_demo.model.familiarity import familiarity
from moe_demo.model.size import require_room
from moe_demo.runs.metrics import EvalMetrics, StepMetrics
from moe_demo.text.background import training_outliers
from moe_demo.text.corpus import Corpus
from moe_demo.text.tokenizer import TextEncoder
from moe_demo.training.evaluation import BATCH_SIZE, encode_all, evaluate
from moe_demo.training.schedule import learning_rate

_ORDER, _HIDDEN_WORDS, _DROPOUT, _OUTLIERS, _CALIBRATION = range(5)  # what a stream of random numbers is for
CALIBRATION_RATES = (3e-3, 1e-3, 3e-4)  # u, first to last: far at first, then finely
FAMILIARITY_WEIGHT = 0.25  # of telling familiar from unfamiliar, beside preferring no class for the latter
CALIBRATION_HEADLINES = 8192  # a pass reads no more than these: enough to tell how busy an expert is


@dataclass(frozen=True, kw_only=True)
class BatchResult:
    """One batch gone forward and backward: the gradients stand on the weights, unclipped; nothing has moved yet."""

    batch: TokenBatch
    """The labelled headlines; those of no class have added their loss and count nowhere else."""
    labels_B: Tensor
    output: ClassifierOutput
    ce: Tensor
    balance: Tensor
    outlier: Tensor
    """Weighted."""


class Trainer:
    """Weights, optimizer and data of one run.

    In a process group (torchrun) every process takes its share of each batch, gradients are averaged and
    loads summed, so that all processes hold the same weights and the same bias. Balance losses are then those
    of each share, averaged; only the loss-free bias sees the load of the whole batch.
    """

    def __init__(
        self, config: RunConfig, train: Corpus, held_out: Corpus, encoder: TextEncoder, device: str = "cpu"
    ) -> None:
        if train.labels != config.model.labels:
            found, named = (", ".join(labels) for labels in (train.labels, config.model.labels))
            raise ConfigError("labels", found=found, labels=named)
        self.encoder = encoder
        self.config = replace(config, model=replace(config.model, vocab_size=len(encoder.vocabulary)))
        self.device = torch.device(device)
        self.rank, self.world = (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)
        outliers = training_outliers(config.model.labels) if config.outlier_weight else ()
        self._outlier_sizes = [len(group.texts) for group in outliers]
        self._outlier_shares = torch.tensor([group.share for group in outliers])
        others = [encoder.encode(text) for group in outliers for text in group.texts]
        self._texts = TokenBatch.of([*encode_all(train, encoder), *others])
        self._train_labels_B = torch.from_numpy(train.label_ids)
        self._held_out = encode_all(held_out, encoder)
        self._held_out_labels_B = torch.from_numpy(held_out.label_ids)
        self.batch_size = min(config.batch_size, len(train))
        if self.batch_size % self.world:
            raise ConfigError("processes", world=self.world, value=self.batch_size)
        self.outliers_per_batch = round(self.batch_size * config.outlier_share) if outliers else 0
        self.steps_per_epoch = len(train) // self.batch_size
        self.n_steps = config.epochs * self.steps_per_epoch
        self.steps_done = 0
        require_room(self.config.model, self.batch_size)
        torch.manual_seed(config.seed)
        self.model = Classifier(self.config.model).to(self.device)
        self._parallel = (
            nn.parallel.DistributedDataParallel(self.model, forward_sync_buffers=False)
            if self.world > 1
            else self.model
        )
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(),
            lr=config.lr,
            weight_decay=config.weight_decay,
            betas=(0.9, 0.95),
            fused=True,
        )

    @property
    def epoch(self) -> int:
        """The epoch the next step belongs to, from 0."""
        return self.steps_done // self.steps_per_epoch

    def step(self) -> StepMetrics:
        """One batch: forward, losses, backward, clipped AdamW step, bias update."""
        return self.update(self.forward_backward())

    def forward_backward(self) -> BatchResult:
        """The first half of a step: the next batch through the model, its losses and their gradients."""
        batch, labels_B = self._batch(self.steps_done)
        if not self.model.training:
            self.model.train()
        with _repeatable(self.device):
            output: ClassifierOutput = self._parallel(batch)
            outlier = self._outlier_loss(output.logits_BC, len(labels_B))
            batch = batch.first(len(labels_B))
            output = output.first(len(labels_B), len(batch.word_ids_T))
            ce = F.cross_entropy(output.logits_BC, labels_B, label_smoothing=self.config.label_smoothing)
            balance = self._balance_loss(output, batch)
            self.optimizer.zero_grad()
            (ce + balance + outlier).backward()
        return BatchResult(
            batch=batch, labels_B=labels_B, output=output, ce=ce, balance=balance, outlier=outlier
        )

    def update(self, result: BatchResult) -> StepMetrics:
        """The second half: clip the gradients, move the weights, then the biases; what the step was."""
        epoch, output = self.epoch, result.output
        grad_norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.config.grad_clip)
        lr = learning_rate(self.steps_done, self.n_steps, self.config)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.step()
        load_LE = self._update_biases(output)
        self.steps_done += 1
        correct = (output.logits_BC.argmax(-1) == result.labels_B).float().mean()
        ce_loss, balance_value, outlier_loss, accuracy = self._mean_over_ranks(
            result.ce, result.balance, result.outlier, correct
        )
        return StepMetrics(
            step=self.steps_done,
            epoch=epoch,
            loss=ce_loss + balance_value + outlier_loss,
            ce_loss=ce_loss,
            balance_loss=balance_value,
            outlier_loss=outlier_loss,
            accuracy=accuracy,
            lr=lr,
            grad_norm=float(grad_norm),
            n_tokens=int(load_LE[0].sum()) // self.config.model.top_k,
            load_LE=load_LE.tolist(),
            max_vio_L=[max_vio(load_E) for load_E in load_LE],
            bias_LE=[_written(layer.router.bias_E) for layer in self.model.moe_layers],
        )

    def adopt(self, config: RunConfig) -> None:
        """Go on under other settings of `events.CHANGEABLE`; weights, moments and data stay."""
        self.config = config
        self.model.adopt(config.model)

    def evaluate(self) -> EvalMetrics:
        """Accuracy, loss and load on the held-out headlines."""
        return evaluate(self.model, self._held_out, self._held_out_labels_B, self.steps_done)

    @property
    def calibrates(self) -> bool:
        """Whether anything is fitted after the last step: the routing biases, or the confidence."""
        return self.config.balance.calibrates or self.config.confidence_temperature != 1

    @torch.inference_mode()
    def calibrate(self) -> int:
        """Fit the routing biases to clean words, and the confidence, after the last step; returns the bias updates.

        In training they learn to balance hidden and noisy words. This is the same update, batch by batch over the
        training headlines with all dropout off, as the statistics of batch norm are recomputed after training.
        Every headline is read as if it were new. The confidence is that of class scores divided by a temperature
        (temperature scaling, arXiv 1706.04599), which changes no answer: the classifier's matrix is, once for all.
        """
        self.model.eval()
        n_updates = self._calibrate_biases() if self.config.balance.calibrates else 0
        for scaled in self.model.head.parameters():
            scaled.div_(self.config.confidence_temperature)
        return n_updates

    def _calibrate_biases(self) -> int:
        """The passes at falling rates; returns how many updates they took.

        A sign update never comes to rest: what is kept is the mean over the updates at the last rate (averaging of
        stochastic approximation: Polyak and Juditsky 1992).
        """
        n_train, n_routed = len(self._train_labels_B), self.config.model.n_routed
        clean = self._as_new(self._texts.first(n_train))
        passes = itertools.product(
            enumerate(CALIBRATION_RATES), range(self.config.balance.calibration_passes)
        )
        n_updates, late_SLE = 0, list[Tensor]()
        for (place, rate), pass_ in passes:
            order = torch.randperm(
                n_train, generator=_generator(self.config.seed, _CALIBRATION, place, pass_)
            )
            for rows_B in order[:CALIBRATION_HEADLINES].split(BATCH_SIZE):
                self._move_biases(_loads(self.model(clean.select(rows_B).to(self.device)), n_routed), rate)
                n_updates += 1
                if rate == CALIBRATION_RATES[-1]:
                    late_SLE.append(torch.stack([layer.router.bias_E for layer in self.model.moe_layers]))
        for layer, bias_E in zip(self.model.moe_layers, torch.stack(late_SLE).mean(0), strict=True):
            layer.router.bias_E.copy_(bias_E)
        return n_updates

    def _as_new(self, batch: TokenBatch) -> TokenBatch:
        """Training headlines as a model meets new ones: without what it knows from few headlines but these.

        What has at most one occurrence more than a word needs for a row is taken away: such words are hidden, such
        n-grams stand in another, random row, as one that never came there would (docs/experiments.md).
        """
        model, chance = self.config.model, _generator(self.config.seed, _CALIBRATION)
        count_V = torch.bincount(batch.word_ids_T, minlength=model.vocab_size)
        rare = self.config.min_count + 1
        count_N = torch.bincount(batch.ngram_ids, minlength=model.n_buckets)
        other = torch.randint(model.n_buckets, batch.ngram_ids.shape, generator=chance)
        return replace(
            batch,
            word_ids_T=batch.word_ids_T.masked_fill(count_V[batch.word_ids_T] <= rare, 0),
            ngram_ids=torch.where(count_N[batch.ngram_ids] <= rare, other, batch.ngram_ids),
        )

    def rows(self, step: int) -> Tensor:
        """Which training headlines stand in the batch of a step, counted from 0, over all processes; shape (B,)."""
        epoch, place = divmod(step, self.steps_per_epoch)
        order = torch.randperm(
            len(self._train_labels_B), generator=_generator(self.config.seed, _ORDER, epoch)
        )
        return order[place * self.batch_size : (place + 1) * self.batch_size]

    def _batch(self, step: int) -> tuple[TokenBatch, Tensor]:
        """The headlines of one step, then its outliers, some of their words hidden; of these, this process's share.

        Everything is drawn for the whole batch first, so that it does not depend on the number of processes.
        """
        seed, chosen_B = self.config.seed, self.rows(step)
        whole = self._texts.select(torch.cat([chosen_B, self._outlier_rows(step)]))
        chance_T = torch.rand(len(whole.word_ids_T), generator=_generator(seed, _HIDDEN_WORDS, step))
        whole = replace(
            whole, word_ids_T=whole.word_ids_T.masked_fill(chance_T < self.config.word_dropout, 0)
        )
        mine_B = torch.arange(self.rank, self.batch_size, self.world)
        others_B = torch.arange(self.batch_size, len(whole.lengths_B))[self.rank :: self.world]
        batch = whole if self.world == 1 else whole.select(torch.cat([mine_B, others_B]))
        self._seed_dropout(_seed(seed, _DROPOUT, step, self.rank))
        return batch.to(self.device), self._train_labels_B[chosen_B[mine_B]].to(self.device)

    def _outlier_rows(self, step: int) -> Tensor:
        """Which texts of no class stand in the batch of a step; they come after the training headlines."""
        n_rows, chance = self.outliers_per_batch, _generator(self.config.seed, _OUTLIERS, step)
        if not n_rows:
            return torch.empty(0, dtype=torch.long)
        group_O = torch.multinomial(self._outlier_shares, n_rows, replacement=True, generator=chance)
        size_G = torch.tensor(self._outlier_sizes)
        begin_G = len(self._train_labels_B) + size_G.cumsum(0) - size_G
        place_O = torch.rand(n_rows, generator=chance, dtype=torch.double) * size_G[group_O]
        return begin_G[group_O] + place_O.long()

    def _seed_dropout(self, seed: int) -> None:
        """Seed this device's default generator, the only one dropout knows.

        `torch.manual_seed` would seed those of every kind of device, and note down who asked, at every step.
        """
        if self.device.type == "cuda":
            torch.cuda.manual_seed(seed)
        else:
            torch.default_generator.manual_seed(seed)

    def _outlier_loss(self, logits_BC: Tensor, n_labelled: int) -> Tensor:
        """What the texts of no class, which come last, add to the loss; weighted, 0 where there are none.

        Two parts: no class should be preferred for them (outlier exposure, arXiv 1812.04606: cross-entropy from the
        uniform distribution, less ln C, its least value); and their familiarity should be below 0, that of the
        labelled headlines above (after arXiv 2010.03759, with a logistic loss in place of a hinge).
        """
        if not self.outliers_per_batch:
            return logits_BC.new_zeros(())
        familiarity_B = familiarity(logits_BC)
        others_OC = logits_BC[n_labelled:]
        uneven_O = -others_OC.log_softmax(-1).mean(-1) - math.log(others_OC.shape[1])
        of_each_O = uneven_O + FAMILIARITY_WEIGHT * F.softplus(familiarity_B[n_labelled:])
        of_outliers = of_each_O.sum() * self.world / self.outliers_per_batch
        of_labelled = FAMILIARITY_WEIGHT * F.softplus(-familiarity_B[:n_labelled]).mean()
        return self.config.outlier_weight * (of_outliers + of_labelled)

    def _balance_loss(self, output: ClassifierOutput, batch: TokenBatch) -> Tensor:
        """Sum over the layers; a zero that carries no gradient where the method has no loss."""
        config, n_texts = self.config, len(batch.lengths_B)
        losses = [
            balance_loss(routing, batch.sequence_T, n_texts, config.balance, config.model.routing_rule)
            for routing in output.routings
        ]
        return torch.stack(losses).sum()

    @torch.no_grad()
    def _update_biases(self, output: ClassifierOutput) -> Tensor:
        """Loads of this step over all processes, shape (L, E); moves every layer's bias by them."""
        load_LE = _loads(output, self.config.model.n_routed)
        if self.world > 1:
            dist.all_reduce(load_LE)
        if self.config.balance.bias_step > 0:
            self._move_biases(load_LE, self.config.balance.bias_step)
        return load_LE

    def _move_biases(self, load_LE: Tensor, rate: float) -> None:
        for layer, load_E in zip(self.model.moe_layers, load_LE, strict=True):
            layer.router.bias_E.copy_(updated_bias(layer.router.bias_E, load_E, rate))

    def _mean_over_ranks(self, *values: Tensor) -> list[float]:
        stacked = torch.stack([value.detach() for value in values])
        if self.world > 1:
            dist.all_reduce(stacked)
            stacked /= self.world
        return stacked.tolist()


def _loads(output: ClassifierOutput, n_routed: int) -> Tensor:
    """Assignments per layer and expert, shape (L, E)."""
    return torch.stack([expert_load(routing.topk_idx_TK, n_routed) for routing in output.routings])


def _written(values: Tensor) -> list[float]:
    """Rounded to 7 decimals: float32 has no more, and its spelled-out rest would double the record's size."""
    return [round(value, 7) for value in values.tolist()]


@contextlib.contextmanager
def _repeatable(device: torch.device) -> Iterator[None]:
    """Sums in a fixed order: with several threads some gradients are otherwise added up as they arrive.

    On a GPU an operation without a fixed order is let through with torch's warning.
    """
    before = (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )
    deterministic: Any = torch.utils.deterministic
    fill = deterministic.fill_uninitialized_memory
    torch.use_deterministic_algorithms(True, warn_only=device.type != "cpu")
    deterministic.fill_uninitialized_memory = False  # costs time and finds no fault of ours
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])
        deterministic.fill_uninitialized_memory = fill


def _seed(*parts: int) -> int:
    """One seed from several numbers, so that neighbouring steps and seeds share nothing."""
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0])


def _generator(*parts: int) -> torch.Generator:
    return torch.Generator().manual_seed(_seed(*parts))

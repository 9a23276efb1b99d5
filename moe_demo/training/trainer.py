"""The trainer: `step()` takes one optimizer step, and nothing else in this project changes a weight.

Reproducible by construction: what step n does depends on the weights, the optimizer's moments, the seed and n
alone. The order of an epoch and the noise of a step (hidden words, dropout) are drawn from (seed, epoch) and
(seed, step), so a run that was cut off continues bit for bit from any saved state, with no generator to restore.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor

from moe_demo.config import ConfigError, RunConfig
from moe_demo.model.balance import SharedBatch, balance_loss, max_vio
from moe_demo.model.batch import TokenBatch
from moe_demo.model.classifier import Classifier, ClassifierOutput
from moe_demo.model.familiarity import familiarity
from moe_demo.model.size import require_room
from moe_demo.runs.metrics import EvalMetrics, StepMetrics
from moe_demo.runs.weights import set_training_state, training_state
from moe_demo.text.corpus import Corpus
from moe_demo.text.tokenizer import TextEncoder
from moe_demo.training.batches import Batches
from moe_demo.training.biases import as_new, fit_biases, loads, loads_that_move, move_biases
from moe_demo.training.distributed import ALONE
from moe_demo.training.evaluation import encode_all, evaluate, in_batches
from moe_demo.training.schedule import learning_rate
from moe_demo.training.shares import Shares
from moe_demo.training.streams import DROPOUT, seed_of

FAMILIARITY_WEIGHT = 0.5  # of telling familiar from unfamiliar, beside preferring no class for the latter
SURE_WEIGHT = 8.0  # of the square of an outlier's preference: the few that are sure weigh most


@dataclass(frozen=True, kw_only=True)
class BatchResult:
    """One batch gone forward and backward: the gradients stand on the weights, unclipped; nothing has moved yet."""

    batch: TokenBatch
    """The labelled headlines; those of no class have added their loss and count nowhere else."""
    kept_T: Tensor
    """Which words of the texts drawn, over all processes, are in it and were not left out."""
    labels_B: Tensor
    output: ClassifierOutput
    load_LE: Tensor
    """Assignments per layer and expert, of all processes."""
    ce: Tensor
    balance: Tensor
    outlier: Tensor
    """Weighted."""


class Trainer:
    """Weights, optimizer and data of one run.

    In a process group (torchrun) every process takes its share of each batch, gradients are averaged and
    loads summed, so that all processes hold the same weights and the same bias. `shares` says whether a process
    holds all experts or some.
    """

    def __init__(
        self,
        config: RunConfig,
        train: Corpus,
        held_out: Corpus,
        encoder: TextEncoder,
        shares: Shares | None = None,
    ) -> None:
        if train.labels != config.model.labels:
            found, named = (", ".join(labels) for labels in (train.labels, config.model.labels))
            raise ConfigError("labels", found=found, labels=named)
        self.encoder = encoder
        self.config = replace(config, model=replace(config.model, vocab_size=len(encoder.vocabulary)))
        self.shares = shares or Shares(ALONE)
        self.ranks = self.shares.ranks
        self.device = torch.device(self.ranks.device)
        self.rank, self.world = self.ranks.rank, self.ranks.world
        self.batches = Batches(self.config, train, encoder)
        self._train_labels_B = torch.from_numpy(train.label_ids)
        self._held_out = in_batches(encode_all(held_out, encoder))
        self._held_out_labels_B = torch.from_numpy(held_out.label_ids)
        if self.batches.batch_size % self.world:
            raise ConfigError("processes", world=self.world, value=self.batches.batch_size)
        self.n_steps = config.epochs * self.steps_per_epoch
        self.steps_done = 0
        require_room(self.config.model, self.batches.batch_size)
        torch.manual_seed(config.seed)
        self.model = Classifier(self.config.model).to(self.device)
        self.shares.split(self.model)
        self.optimizer = self._optimizer_of(self.model)
        self._whole: tuple[Classifier, torch.optim.Optimizer] | None = None
        self._whole_at = -1

    @property
    def steps_per_epoch(self) -> int:
        """Whole batches of the training headlines."""
        return self.batches.steps_per_epoch

    @property
    def outliers_per_batch(self) -> int:
        """Texts of no class beside the headlines of a batch."""
        return self.batches.outliers_per_batch

    @property
    def epoch(self) -> int:
        """The epoch the next step belongs to, from 0."""
        return self.steps_done // self.steps_per_epoch

    def step(self) -> StepMetrics:
        """One batch: forward, losses, backward, clipped AdamW step, bias update."""
        return self.update(self.forward_backward())

    def take_all_steps(self) -> None:
        """Every step that is left; nothing is calibrated, evaluated or written."""
        while self.steps_done < self.n_steps:
            self.step()

    def forward_backward(self) -> BatchResult:
        """The first half of a step: the next batch through the model, its losses and their gradients."""
        batch, labels_B, kept_T = self._batch(self.steps_done)
        if not self.model.training:
            self.model.train()
        with _repeatable(self.device):
            output: ClassifierOutput = self.model(batch)
            outlier = self._outlier_loss(output.logits_BC, len(labels_B))
            batch = batch.first(len(labels_B))
            output = output.first(len(labels_B), len(batch.word_ids_T))
            ce = F.cross_entropy(output.logits_BC, labels_B, label_smoothing=self.config.label_smoothing)
            load_LE = self._loads(output)
            balance = self._balance_loss(output, batch, load_LE)
            self.shares.drop_gradients(self.model)
            (ce + balance + outlier).backward()
            self.shares.average_gradients(self.model)
        return BatchResult(
            batch=batch,
            kept_T=kept_T,
            labels_B=labels_B,
            output=output,
            load_LE=load_LE,
            ce=ce,
            balance=balance,
            outlier=outlier,
        )

    def update(self, result: BatchResult) -> StepMetrics:
        """The second half: clip the gradients, move the weights, then the biases; what the step was."""
        epoch, output = self.epoch, result.output
        grad_norm = self.shares.clip_gradients(self.model, self.config.grad_clip)
        lr = learning_rate(self.steps_done, self.n_steps, self.config)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.step()
        load_LE = result.load_LE
        if self.config.balance.bias_step > 0:
            with torch.no_grad():
                move_biases(self.model, self._loads_that_move(result), self.config.balance.bias_step)
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
            bias_LE=[_written(layer.router.mean_bias_E) for layer in self.model.moe_layers],
        )

    def adopt(self, config: RunConfig) -> None:
        """Go on under other settings of `events.CHANGEABLE`; weights, moments and data stay."""
        self.config = config
        self.model.adopt(config.model)

    def evaluate(self) -> EvalMetrics:
        """Accuracy, loss and load on the held-out headlines."""
        return evaluate(self.whole()[0], self._held_out, self._held_out_labels_B, self.steps_done)

    def whole(self) -> tuple[Classifier, torch.optim.Optimizer]:
        """The model with all its experts, and its optimizer's moments, for the first process.

        Where experts are shared out they are gathered, once a step: the others join in by `gather`.
        """
        if not self.shares.experts:
            return self.model, self.optimizer
        if self._whole_at != self.steps_done:
            self.ranks.call_others()
            self.gather()
        assert self._whole is not None
        return self._whole

    def gather(self) -> None:
        """The part that every process has in `whole`."""
        state = self.shares.gather(self.model, training_state(self.model, self.optimizer))
        if self.ranks.is_first:
            self._whole, self._whole_at = self._blank(), self.steps_done
            set_training_state(*self._whole, state)

    def restore(self, load: Callable[[Classifier, torch.optim.Optimizer], int | None]) -> int | None:
        """Put everything back to a saved state, by `load`, which fills a whole model and its optimizer."""
        if not self.shares.experts:
            return load(self.model, self.optimizer)
        whole = self._blank()
        step = load(*whole)
        set_training_state(
            self.model, self.optimizer, self.shares.share_of(self.model, training_state(*whole))
        )
        return step

    def _blank(self) -> tuple[Classifier, torch.optim.Optimizer]:
        """Another whole model and its optimizer, to be filled."""
        model = Classifier(self.config.model).to(self.device)
        return model, self._optimizer_of(model)

    def _optimizer_of(self, model: Classifier) -> torch.optim.Optimizer:
        config = self.config
        return torch.optim.AdamW(
            model.parameters(), lr=config.lr, weight_decay=config.weight_decay, betas=(0.9, 0.95), fused=True
        )

    @property
    def calibrates(self) -> bool:
        """Whether anything is fitted after the last step: the routing biases, or the confidence."""
        return self.config.balance.calibrates or self.config.confidence_temperature != 1

    @torch.inference_mode()
    def calibrate(self) -> int:
        """Fit biases and confidence of the whole model after the last step; returns the bias updates.

        Every headline is read as if it were new. The confidence is that of class scores divided by a temperature
        (temperature scaling, arXiv 1706.04599), which changes no answer: the classifier's matrix is, once for all.
        """
        model, _ = self.whole()
        clean = as_new(self.batches.texts.first(self.batches.n_train), self.config)
        n_updates = fit_biases(model, clean, self.config) if self.config.balance.calibrates else 0
        for scaled in model.head.parameters():
            scaled.div_(self.config.confidence_temperature)
        return n_updates

    def rows(self, step: int) -> Tensor:
        """Which training headlines stand in the batch of a step, counted from 0, over all processes; shape (B,)."""
        return self.batches.rows(step)

    def _batch(self, step: int) -> tuple[TokenBatch, Tensor, Tensor]:
        """The texts of one step, the classes of the headlines among them, and which of all words were kept.

        Of these texts, this process's share. They are drawn for the whole batch first, so that they do not depend on
        the number of processes.
        """
        drawn, batch_size = self.batches.at(step), self.batches.batch_size
        mine_B = torch.arange(self.rank, batch_size, self.world)
        others_B = torch.arange(batch_size, len(drawn.batch.lengths_B))[self.rank :: self.world]
        batch = drawn.batch if self.world == 1 else drawn.batch.select(torch.cat([mine_B, others_B]))
        self._seed_dropout(seed_of(self.config.seed, DROPOUT, step, self.rank))
        labels_B = self._train_labels_B[drawn.rows_B[mine_B]]
        return batch.to(self.device), labels_B.to(self.device), drawn.kept_T

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
        uniform distribution, less ln C, its least value; its square is added); and their familiarity should be below
        0, that of the labelled headlines above (after arXiv 2010.03759, with a logistic loss in place of a hinge).
        """
        if not self.outliers_per_batch:
            return logits_BC.new_zeros(())
        familiarity_B = familiarity(logits_BC)
        others_OC = logits_BC[n_labelled:]
        uneven_O = -others_OC.log_softmax(-1).mean(-1) - math.log(others_OC.shape[1])
        of_each_O = (
            uneven_O
            + SURE_WEIGHT * uneven_O.square()
            + FAMILIARITY_WEIGHT * F.softplus(familiarity_B[n_labelled:])
        )
        of_outliers = of_each_O.sum() * self.world / self.outliers_per_batch
        of_labelled = FAMILIARITY_WEIGHT * F.softplus(-familiarity_B[:n_labelled]).mean()
        return self.config.outlier_weight * (of_outliers + of_labelled)

    def _balance_loss(self, output: ClassifierOutput, batch: TokenBatch, load_LE: Tensor) -> Tensor:
        """Sum over the layers; a zero that carries no gradient where the method has no loss."""
        config, n_texts, top_k = self.config, len(batch.lengths_B), self.config.model.top_k
        losses = []
        for layer, routing, load_E in zip(self.model.moe_layers, output.routings, load_LE, strict=True):
            if routing.hash_order_TE is not None:  # no affinity could even out what a table decides
                continue
            shared = SharedBatch(load_E, int(load_E.sum()) / top_k / self.world) if self.world > 1 else None
            rule = layer.router.rule
            losses.append(
                balance_loss(routing, batch.sequence_T, n_texts, config.balance, rule, shared=shared)
            )
        return torch.stack(losses).sum() if losses else output.logits_BC.new_zeros(())

    @torch.no_grad()
    def _loads(self, output: ClassifierOutput) -> Tensor:
        """Loads of this step over all processes, shape (L, E)."""
        load_LE = loads(output.routings, self.config.model.n_routed)
        if self.world > 1:
            dist.all_reduce(load_LE)
        return load_LE

    def _loads_that_move(self, result: BatchResult) -> Tensor:
        """The loads that the biases follow, over all processes."""
        if not self.config.model.kind_biases:
            return result.load_LE
        load_LZE = loads_that_move(result.output.routings, result.batch, self.config.model)
        if self.world > 1:
            dist.all_reduce(load_LZE)
        return load_LZE

    def _mean_over_ranks(self, *values: Tensor) -> list[float]:
        stacked = torch.stack([value.detach() for value in values])
        if self.world > 1:
            dist.all_reduce(stacked)
            stacked /= self.world
        return stacked.tolist()


def _written(values: Tensor) -> list[float]:
    """Rounded to 7 decimals: float32 has no more, and its spelled-out rest would double the record's size."""
    return [round(value, 7) for value in values.tolist()]


@contextlib.contextmanager
def _repeatable(device: torch.device) -> Iterator[None]:
    """Sums in a fixed order: with several threads some gradients are otherwise added up as they arrive.

    One thread of a CPU has no other order, and is spared the twentieth that asking for it costs. On a GPU an operation
    without a fixed order is let through with torch's warning.
    """
    if device.type == "cpu" and torch.get_num_threads() == 1:
        yield
        return
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

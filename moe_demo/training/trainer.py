"""The trainer: `step()` takes one optimizer step, and nothing else in this project changes a weight.

Reproducible by construction: what step n does depends on the weights, the optimizer's moments, the seed and n
alone. The order of an epoch and the noise of a step (hidden words, dropout) are drawn from (seed, epoch) and
(seed, step), so a run that was cut off continues bit for bit from any saved state, with no generator to restore.
"""

from __future__ import annotations

import contextlib
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
from moe_demo.model.size import require_room
from moe_demo.runs.metrics import EvalMetrics, StepMetrics
from moe_demo.text.corpus import Corpus
from moe_demo.text.tokenizer import TextEncoder
from moe_demo.training.evaluation import encode_all, evaluate
from moe_demo.training.schedule import learning_rate

_ORDER, _HIDDEN_WORDS, _DROPOUT = range(3)  # what a stream of random numbers is for


@dataclass(frozen=True, kw_only=True)
class BatchResult:
    """One batch gone forward and backward: the gradients stand on the weights, unclipped; nothing has moved yet."""

    batch: TokenBatch
    labels_B: Tensor
    output: ClassifierOutput
    ce: Tensor
    balance: Tensor


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
        self._train = TokenBatch.of(encode_all(train, encoder))
        self._train_labels_B = torch.from_numpy(train.label_ids)
        self._held_out = encode_all(held_out, encoder)
        self._held_out_labels_B = torch.from_numpy(held_out.label_ids)
        self.batch_size = min(config.batch_size, len(train))
        if self.batch_size % self.world:
            raise ConfigError("processes", world=self.world, value=self.batch_size)
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
            ce = F.cross_entropy(output.logits_BC, labels_B, label_smoothing=self.config.label_smoothing)
            balance = self._balance_loss(output, batch)
            self.optimizer.zero_grad()
            (ce + balance).backward()
        return BatchResult(batch=batch, labels_B=labels_B, output=output, ce=ce, balance=balance)

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
        ce_loss, balance_value, accuracy = self._mean_over_ranks(result.ce, result.balance, correct)
        return StepMetrics(
            step=self.steps_done,
            epoch=epoch,
            loss=ce_loss + balance_value,
            ce_loss=ce_loss,
            balance_loss=balance_value,
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

    def rows(self, step: int) -> Tensor:
        """Which training headlines stand in the batch of a step, counted from 0, over all processes; shape (B,)."""
        epoch, place = divmod(step, self.steps_per_epoch)
        order = torch.randperm(
            len(self._train_labels_B), generator=_generator(self.config.seed, _ORDER, epoch)
        )
        return order[place * self.batch_size : (place + 1) * self.batch_size]

    def _batch(self, step: int) -> tuple[TokenBatch, Tensor]:
        """The headlines of one step, some of their words hidden; of these, this process's share.

        Everything is drawn for the whole batch first, so that it does not depend on the number of processes.
        """
        seed, chosen_B = self.config.seed, self.rows(step)
        whole = self._train.select(chosen_B)
        chance_T = torch.rand(len(whole.word_ids_T), generator=_generator(seed, _HIDDEN_WORDS, step))
        whole = replace(
            whole, word_ids_T=whole.word_ids_T.masked_fill(chance_T < self.config.word_dropout, 0)
        )
        mine_B = torch.arange(self.rank, self.batch_size, self.world)
        batch = whole if self.world == 1 else whole.select(mine_B)
        self._seed_dropout(_seed(seed, _DROPOUT, step, self.rank))
        return batch.to(self.device), self._train_labels_B[chosen_B[mine_B]].to(self.device)

    def _seed_dropout(self, seed: int) -> None:
        """Seed this device's default generator, the only one dropout knows.

        `torch.manual_seed` would seed those of every kind of device, and note down who asked, at every step.
        """
        if self.device.type == "cuda":
            torch.cuda.manual_seed(seed)
        else:
            torch.default_generator.manual_seed(seed)

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
        n_routed = self.config.model.n_routed
        load_LE = torch.stack([expert_load(routing.topk_idx_TK, n_routed) for routing in output.routings])
        if self.world > 1:
            dist.all_reduce(load_LE)
        rate = self.config.balance.bias_step
        if rate > 0:
            for layer, load_E in zip(self.model.moe_layers, load_LE, strict=True):
                layer.router.bias_E.copy_(updated_bias(layer.router.bias_E, load_E, rate))
        return load_LE

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

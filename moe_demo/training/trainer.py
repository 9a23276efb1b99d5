"""The trainer: `step()` takes one optimizer step, and nothing else in this project changes a weight.

Reproducible by construction: what step n does depends on the weights, the optimizer's moments, the seed and n.
The order of an epoch and the noise of a step (dropout, hidden words) are drawn from (seed, epoch) and (seed, step),
so a run that was cut off continues bit for bit from any saved state, without any generator to restore.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn

from moe_demo.config import RunConfig
from moe_demo.model.balance import balance_loss, expert_load, max_vio, updated_bias
from moe_demo.model.batch import TokenBatch
from moe_demo.model.classifier import Classifier, ClassifierOutput
from moe_demo.text.corpus import Corpus
from moe_demo.text.tokenizer import EncodedText, TextEncoder
from moe_demo.training.metrics import EvalMetrics, StepMetrics

EVAL_BATCH = 256


def learning_rate(step: int, n_steps: int, config: RunConfig) -> float:
    """Linear warm-up, then a half cosine down to zero; `step` counts from 0."""
    n_warmup = max(1, round(config.warmup_fraction * n_steps))
    if step < n_warmup:
        return config.lr * (step + 1) / n_warmup
    progress = (step - n_warmup) / max(1, n_steps - n_warmup)
    return config.lr * 0.5 * (1 + math.cos(math.pi * progress))


class Trainer:
    """Weights, optimizer and data of one run.

    In a process group (torchrun) every process takes its share of each batch, gradients are averaged and loads
    summed, so that all processes hold the same weights and the same bias.
    """

    def __init__(
        self, config: RunConfig, train: Corpus, held_out: Corpus, encoder: TextEncoder, device: str = "cpu"
    ) -> None:
        self.encoder = encoder
        self.config = replace(config, model=replace(config.model, vocab_size=len(encoder.vocabulary)))
        self.device = torch.device(device)
        self.rank, self.world = (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)
        self._train = encode_all(train, encoder)
        self._train_labels = torch.from_numpy(train.label_ids)
        self._held_out, self._held_out_labels = encode_all(held_out, encoder), held_out.label_ids
        self.steps_per_epoch = max(1, len(self._train) // config.batch_size)
        self.n_steps = config.epochs * self.steps_per_epoch
        self.steps_done = 0
        torch.manual_seed(config.seed)
        self.model = Classifier(self.config.model).to(self.device)
        self._parallel = nn.parallel.DistributedDataParallel(self.model) if self.world > 1 else self.model
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
        begin, step, epoch = time.perf_counter(), self.steps_done, self.epoch
        batch, labels_B = self._batch(step)
        self.model.train()
        output: ClassifierOutput = self._parallel(batch)
        ce = F.cross_entropy(output.logits_BC, labels_B, label_smoothing=self.config.label_smoothing)
        balance = self._balance_loss(output, batch)
        self.optimizer.zero_grad()
        (ce + balance).backward()
        grad_norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.config.grad_clip)
        lr = learning_rate(step, self.n_steps, self.config)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.step()
        load_LE = self._update_biases(output)
        self.steps_done += 1
        correct = (output.logits_BC.argmax(-1) == labels_B).float().mean()
        ce_loss, balance_value, accuracy = self._mean_over_ranks(ce, balance, correct)
        return StepMetrics(
            step=self.steps_done,
            epoch=epoch,
            loss=ce_loss + balance_value,
            ce_loss=ce_loss,
            balance_loss=balance_value,
            accuracy=accuracy,
            lr=lr,
            grad_norm=float(grad_norm),
            step_seconds=time.perf_counter() - begin,
            n_tokens=int(load_LE[0].sum()) // self.config.model.top_k,
            load_LE=load_LE.tolist(),
            max_vio_L=[max_vio(load_E) for load_E in load_LE],
            bias_LE=[layer.router.bias_E.tolist() for layer in self.model.moe_layers],
        )

    def evaluate(self) -> EvalMetrics:
        """Accuracy, loss and load on the held-out headlines."""
        return evaluate(self.model, self._held_out, torch.from_numpy(self._held_out_labels), self.steps_done)

    def _batch(self, step: int) -> tuple[TokenBatch, Tensor]:
        """The headlines of one step: this process's share, some of their words hidden."""
        epoch, place = divmod(step, self.steps_per_epoch)
        order = torch.randperm(len(self._train), generator=_generator(self.config.seed, epoch))
        size = self.config.batch_size
        chosen = order[place * size : (place + 1) * size][self.rank :: self.world]
        torch.manual_seed(
            _mix(self.config.seed, step, self.rank)
        )  # for dropout, which draws from the global generator
        batch = TokenBatch.of([self._train[i] for i in chosen.tolist()])
        hidden_T = torch.rand(len(batch.word_ids_T)) < self.config.word_dropout
        batch = replace(batch, word_ids_T=batch.word_ids_T.masked_fill(hidden_T, 0))
        return batch.to(self.device), self._train_labels[chosen].to(self.device)

    def _balance_loss(self, output: ClassifierOutput, batch: TokenBatch) -> Tensor:
        """Sum over the layers; a zero that carries no gradient where the method has no loss."""
        config = self.config
        losses = [
            balance_loss(
                routing, batch.sequence_T, len(batch.lengths_B), config.balance, config.model.routing_rule
            )
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


def encode_all(corpus: Corpus, encoder: TextEncoder) -> list[EncodedText]:
    """Every headline of a corpus as numbers."""
    return [encoder.encode(headline.text) for headline in corpus.headlines]


@torch.inference_mode()
def evaluate(model: Classifier, texts: Sequence[EncodedText], labels: Tensor, step: int = 0) -> EvalMetrics:
    """Loss, accuracy, confusion and load by class over encoded headlines, in eval mode."""
    model.eval()
    n_classes, n_routed, n_layers = model.config.n_classes, model.config.n_routed, model.config.n_layers
    load_LEC = torch.zeros(n_layers, n_routed * n_classes, dtype=torch.long)
    logits = []
    for begin in range(0, len(texts), EVAL_BATCH):
        batch = TokenBatch.of(texts[begin : begin + EVAL_BATCH])
        output = model(batch.to(next(model.parameters()).device))
        logits.append(output.logits_BC.cpu())
        label_T1 = labels[begin : begin + EVAL_BATCH][batch.sequence_T].unsqueeze(1)
        for layer, routing in enumerate(output.routings):
            cell_TK = routing.topk_idx_TK.cpu() * n_classes + label_T1
            load_LEC[layer] += torch.bincount(cell_TK.flatten(), minlength=n_routed * n_classes)
    logits_BC = torch.cat(logits)
    predicted = logits_BC.argmax(-1)
    confusion = torch.bincount(labels * n_classes + predicted, minlength=n_classes**2).unflatten(
        0, (n_classes, -1)
    )
    by_class_LEC = load_LEC.unflatten(1, (n_routed, n_classes))
    return EvalMetrics(
        step=step,
        n_headlines=len(texts),
        loss=float(F.cross_entropy(logits_BC, labels)),
        accuracy=float((predicted == labels).double().mean()),
        confusion_CC=confusion.tolist(),
        load_LEC=by_class_LEC.tolist(),
        max_vio_L=[max_vio(load_E) for load_E in by_class_LEC.sum(-1)],
    )


def _mix(*parts: int) -> int:
    """One seed from several numbers, spread so that neighbouring steps share nothing."""
    seed = 0
    for part in parts:
        seed = (seed ^ (part + 0x9E3779B97F4A7C15 + (seed << 6) + (seed >> 2))) % 2**63
    return seed


def _generator(*parts: int) -> torch.Generator:
    return torch.Generator().manual_seed(_mix(*parts))

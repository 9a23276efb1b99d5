"""One optimizer step taken apart: the batch, its scores, its dispatch, its loss, its gradient, its bias update.

    step = slow_step(run)       the step that follows the run's checkpoint

A real Trainer takes it, on the run's own headlines, with the checkpoint's weights and the settings then in force. So
its numbers are those of line `step + 1` of metrics.jsonl, as far as the checkpoint was stored without rounding.
Past the end of a run the next batch is the one that would have come. Only the optimizer's moments are not in
a checkpoint: nothing here shows the weights after the step.

Letters: T tokens of the batch, B headlines, E routed experts, K chosen, L MoE layers, G groups (devices).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from moe_demo.config import BalanceConfig
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.run import Run
from moe_demo.model.balance import (
    affinity_share,
    device_balance_loss,
    expert_balance_loss,
    relative_load,
    sequence_balance_loss,
)
from moe_demo.model.classifier import Classifier
from moe_demo.model.router import Routing, choose
from moe_demo.runs.catalogue import version
from moe_demo.runs.data import text_encoder
from moe_demo.runs.metrics import StepMetrics
from moe_demo.runs.store import RunStore
from moe_demo.text.corpus import Headline
from moe_demo.text.tokenizer import EncodedText
from moe_demo.training.schedule import learning_rate
from moe_demo.training.trainer import Passed, Trainer

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class BatchHeadline:
    """One headline of the batch, as training saw it."""

    text: str
    label: int
    predicted: int
    loss: float
    """Cross-entropy against the smoothed label; the mean over the batch is `ce_loss`."""
    words: tuple[str, ...]
    own_row: tuple[bool, ...]
    """Which words have a row of their own in the word table."""
    hidden: tuple[bool, ...]
    """Word dropout: their own row was not read, only their n-grams."""
    silenced: tuple[bool, ...]
    """Token dropout: their whole vector was set to zero."""
    begin: int
    """Place of the first word among the T tokens of the batch."""


@dataclass(frozen=True, kw_only=True)
class SlowLayer:
    """One MoE layer during the step."""

    scores_TE: Array
    topk_idx_TK: Array
    load_E: Array
    """Assignments per expert over the batch."""
    f_E: Array
    """load / fair share."""
    P_E: Array
    """Mean affinity share."""
    sequence_f_BE: Array
    """The same two, headline by headline; f counts the K largest affinities, whatever was chosen."""
    sequence_P_BE: Array
    bias_before_E: Array
    bias_after_E: Array


@dataclass(frozen=True, kw_only=True)
class LossPart:
    """One balance loss of the method: weight x value, summed over the layers, is its part of the loss."""

    name: str
    """`expert`, `sequence` or `device`."""
    weight: float
    value_L: tuple[float, ...]

    @property
    def part(self) -> float:
        """What it adds to the loss."""
        return self.weight * sum(self.value_L)


@dataclass(frozen=True, kw_only=True)
class GradientPart:
    """The gradient of one part of the network: its Euclidean norm, before clipping."""

    name: str
    layer: int | None
    norm: float
    norm_E: tuple[float, ...] = ()
    """Expert by expert, where the part is the routed experts."""


@dataclass(frozen=True, kw_only=True)
class SlowStep:
    """The whole step."""

    metrics: StepMetrics
    """What the trainer says of it, as it would in metrics.jsonl."""
    recorded: StepMetrics | None
    """The line that training wrote of this step; None past the end, and where a bundled run does not keep it."""
    n_steps: int
    """Steps the run was planned for; a step past them is one that would have come next."""
    steps_per_epoch: int
    balance: BalanceConfig
    label_smoothing: float
    group_size: int
    headlines: tuple[BatchHeadline, ...]
    layers: tuple[SlowLayer, ...]
    losses: tuple[LossPart, ...]
    gradients: tuple[GradientPart, ...]
    grad_clip: float
    lr_S: Array
    """The learning rate of every step of the plan."""

    @property
    def clip_scale(self) -> float:
        """What every gradient was multiplied by: clip / norm where the norm is larger, else 1."""
        return min(1.0, self.grad_clip / (self.metrics.grad_norm + 1e-6))

    @property
    def as_recorded(self) -> bool:
        """Whether training wrote the same loss and loads; a rounded checkpoint gives others."""
        return (
            self.recorded is not None
            and abs(self.metrics.loss - self.recorded.loss) < 1e-5
            and self.metrics.load_LE == self.recorded.load_LE
        )


def slow_step(run: Run) -> SlowStep:
    """Take the step that follows this checkpoint. Raises DataGoneError where the run's headlines are not at hand.

    The trainer is shared and is set back to the checkpoint first; one reader at a time uses it, since dropout
    draws from the one generator of the process.
    """
    split = split_of_run(run.store)
    with _in_use, torch.random.fork_rng(devices=[]):
        trainer = _trainer(run.store.folder, version(run.store).made)
        trainer.adopt(run.store.config(run.step + 1))
        trainer.model.load_state_dict(run.model.state_dict())
        trainer.optimizer.state.clear()
        trainer.steps_done = run.step
        rows_B = trainer.rows(run.step).tolist()
        before_LE = _biases(trainer)
        passed, seen_TD = _forward_backward(trainer)
        gradients = _gradients(trainer.model)
        metrics = trainer.update(passed)
        chosen = [split.train.headlines[row] for row in rows_B]
        return SlowStep(
            metrics=metrics,
            recorded=_recorded(run, metrics.step),
            n_steps=trainer.n_steps,
            steps_per_epoch=trainer.steps_per_epoch,
            balance=trainer.config.balance,
            label_smoothing=trainer.config.label_smoothing,
            group_size=trainer.config.model.routing_rule.group_size,
            headlines=_headlines(trainer, passed, seen_TD, chosen),
            layers=_layers(passed, before_LE, _biases(trainer)),
            losses=_losses(trainer, passed),
            gradients=gradients,
            grad_clip=trainer.config.grad_clip,
            lr_S=_schedule(trainer),
        )


_in_use = Lock()


@lru_cache(maxsize=2)
def _trainer(folder: Path, made: int) -> Trainer:
    """A trainer of the run with its training headlines encoded, which takes a second or two."""
    store = RunStore(folder)
    config, split = store.config(), split_of_run(store)
    nobody = replace(split.held_out, headlines=())
    return Trainer(config, split.train, nobody, text_encoder(config, store.vocabulary()))


def _forward_backward(trainer: Trainer) -> tuple[Passed, Tensor]:
    """Half a step, and the token vectors as the first block got them, shape (T, D): silenced ones are zero there."""
    seen: list[Tensor] = []
    hook = trainer.model.dropout.register_forward_pre_hook(
        lambda _module, args: seen.append(args[0].detach())
    )
    try:
        return trainer.forward_backward(), seen[0]
    finally:
        hook.remove()


def _biases(trainer: Trainer) -> Array:
    return np.array([layer.router.bias_E.tolist() for layer in trainer.model.moe_layers])


def _recorded(run: Run, step: int) -> StepMetrics | None:
    lines = (record for record in run.metrics if isinstance(record, StepMetrics) and record.step == step)
    return next(lines, None)


def _headlines(
    trainer: Trainer, passed: Passed, seen_TD: Tensor, chosen: list[Headline]
) -> tuple[BatchHeadline, ...]:
    logits_BC = passed.output.logits_BC.detach()
    loss_B = F.cross_entropy(
        logits_BC, passed.labels_B, label_smoothing=trainer.config.label_smoothing, reduction="none"
    )
    silenced_T = (seen_TD == 0).all(-1)
    found, begin = [], 0
    for place, headline in enumerate(chosen):
        encoded: EncodedText = trainer.encoder.encode(headline.text)
        own_T = torch.from_numpy(encoded.word_ids_T) != 0
        here = slice(begin, begin + len(own_T))
        found.append(
            BatchHeadline(
                text=headline.text,
                label=int(passed.labels_B[place]),
                predicted=int(logits_BC[place].argmax()),
                loss=float(loss_B[place]),
                words=tuple(token.text for token in encoded.tokens),
                own_row=tuple(own_T.tolist()),
                hidden=tuple((own_T & (passed.batch.word_ids_T[here] == 0)).tolist()),
                silenced=tuple(silenced_T[here].tolist()),
                begin=begin,
            )
        )
        begin = here.stop
    return tuple(found)


def _layers(passed: Passed, before_LE: Array, after_LE: Array) -> tuple[SlowLayer, ...]:
    return tuple(
        _layer(routing, passed, before_E, after_E)
        for routing, before_E, after_E in zip(passed.output.routings, before_LE, after_LE, strict=True)
    )


@torch.no_grad()
def _layer(routing: Routing, passed: Passed, before_E: Array, after_E: Array) -> SlowLayer:
    scores_TE, n_routed = routing.scores_TE.detach(), routing.scores_TE.shape[1]
    best_TK = choose(scores_TE, routing.topk_idx_TK.shape[1])
    of_B = [passed.batch.sequence_T == place for place in range(len(passed.labels_B))]
    return SlowLayer(
        scores_TE=scores_TE.numpy(),
        topk_idx_TK=routing.topk_idx_TK.numpy(),
        load_E=torch.bincount(routing.topk_idx_TK.flatten(), minlength=n_routed).numpy(),
        f_E=relative_load(routing.topk_idx_TK, n_routed).numpy(),
        P_E=affinity_share(scores_TE).mean(0).numpy(),
        sequence_f_BE=torch.stack([relative_load(best_TK[mine_T], n_routed) for mine_T in of_B]).numpy(),
        sequence_P_BE=torch.stack([affinity_share(scores_TE[mine_T]).mean(0) for mine_T in of_B]).numpy(),
        bias_before_E=before_E,
        bias_after_E=after_E,
    )


@torch.no_grad()
def _losses(trainer: Trainer, passed: Passed) -> tuple[LossPart, ...]:
    """The balance losses of the method in force, each layer's by the function that training calls."""
    balance, n_groups = trainer.config.balance, trainer.config.model.n_groups
    routings, batch = passed.output.routings, passed.batch
    n_texts = len(batch.lengths_B)
    losses = {
        "expert": (balance.expert_weight, expert_balance_loss),
        "sequence": (
            balance.sequence_weight,
            lambda routing: sequence_balance_loss(routing, batch.sequence_T, n_texts),
        ),
        "device": (balance.device_alpha, lambda routing: device_balance_loss(routing, n_groups)),
    }
    return tuple(
        LossPart(name=name, weight=weight, value_L=tuple(float(loss(routing)) for routing in routings))
        for name, (weight, loss) in losses.items()
        if weight > 0
    )


_PARTS = {
    r"norm": "norms",
    r"^embedding\.word": "words",
    r"^embedding\.ngram": "ngrams",
    r"\.attention\.": "attention",
    r"\.router\.": "router",
    r"\.experts\.": "experts",
    r"\.shared\.": "shared",
    r"\.ffn\.": "ffn",
    r"^head": "head",
}
"""Pattern of a weight's name -> part of the network; the first that fits. Norm layers are few numbers: one part."""


def _gradients(model: Classifier) -> tuple[GradientPart, ...]:
    """In the order of the network; the squares of all parts sum to the square of the whole gradient's norm."""
    squares: dict[tuple[str, int | None], float] = {}
    experts: dict[int, Tensor] = {}
    for name, weight in model.named_parameters():
        if weight.grad is None:
            continue
        part = next(part for pattern, part in _PARTS.items() if re.search(pattern, name))
        layer = int(name.split(".")[1]) if name.startswith("blocks.") and part != "norms" else None
        square = weight.grad.double().square()
        squares[part, layer] = squares.get((part, layer), 0.0) + float(square.sum())
        if part == "experts" and layer is not None:
            of_E = square.flatten(1).sum(1)
            experts[layer] = experts[layer] + of_E if layer in experts else of_E
    return tuple(
        GradientPart(
            name=part,
            layer=layer,
            norm=square**0.5,
            norm_E=tuple(experts[layer].sqrt().tolist()) if part == "experts" and layer is not None else (),
        )
        for (part, layer), square in squares.items()
    )


def _schedule(trainer: Trainer) -> Array:
    return np.array([learning_rate(step, trainer.n_steps, trainer.config) for step in range(trainer.n_steps)])

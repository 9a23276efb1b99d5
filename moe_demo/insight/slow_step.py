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
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from moe_demo.insight.balance_terms import headline_factors
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.run import Run
from moe_demo.insight.step_record import Array, BatchHeadline, GradientPart, LossPart, SlowLayer, SlowStep
from moe_demo.model.balance import (
    affinity_share,
    communication_balance_loss,
    device_balance_loss,
    expert_balance_loss,
    expert_load,
    relative_load,
    sequence_balance_loss,
)
from moe_demo.model.classifier import BlockOutput, Classifier
from moe_demo.model.router import Routing
from moe_demo.runs.catalogue import version
from moe_demo.runs.data import text_encoder
from moe_demo.runs.metrics import StepMetrics
from moe_demo.runs.store import RunStore
from moe_demo.text.corpus import Headline
from moe_demo.text.tokenizer import EncodedText
from moe_demo.training.schedule import learning_rate
from moe_demo.training.trainer import BatchResult, Trainer


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
        before_LE, directions_LED = _biases(trainer), _directions(trainer)
        result, seen_TD = _forward_backward(trainer)
        gradients = _gradients(trainer.model)
        metrics = trainer.update(result)
        chosen = [split.train.headlines[row] for row in rows_B]
        return SlowStep(
            metrics=metrics,
            recorded=_recorded(run, metrics.step),
            n_steps=trainer.n_steps,
            steps_per_epoch=trainer.steps_per_epoch,
            balance=trainer.config.balance,
            label_smoothing=trainer.config.label_smoothing,
            n_outliers=trainer.outliers_per_batch,
            group_size=trainer.config.model.routing_rule.group_size,
            headlines=_headlines(trainer, result, seen_TD, chosen),
            layers=_layers(result, directions_LED, before_LE, _biases(trainer)),
            losses=_losses(trainer, result),
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


def _forward_backward(trainer: Trainer) -> tuple[BatchResult, Tensor]:
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
    return np.array([layer.router.mean_bias_E.tolist() for layer in trainer.model.moe_layers])


def _directions(trainer: Trainer) -> list[Array]:
    return [layer.router.weight_ED.detach().numpy().copy() for layer in trainer.model.moe_layers]


def _recorded(run: Run, step: int) -> StepMetrics | None:
    lines = (record for record in run.metrics if isinstance(record, StepMetrics) and record.step == step)
    return next(lines, None)


def _headlines(
    trainer: Trainer, result: BatchResult, seen_TD: Tensor, chosen: list[Headline]
) -> tuple[BatchHeadline, ...]:
    logits_BC = result.output.logits_BC.detach()
    loss_B = F.cross_entropy(
        logits_BC, result.labels_B, label_smoothing=trainer.config.label_smoothing, reduction="none"
    )
    word_ids_T, silenced_T = (flags.tolist() for flags in (result.batch.word_ids_T, (seen_TD == 0).all(-1)))
    kept = result.kept_T.tolist()
    found, begin, word = [], 0, 0
    for place, headline in enumerate(chosen):
        encoded: EncodedText = trainer.encoder.encode(headline.text)
        own = [word_id != 0 for word_id in encoded.word_ids_T.tolist()]
        read = kept[word : word + len(own)]
        token = [begin + sum(read[:i]) if read[i] else None for i in range(len(own))]
        found.append(
            BatchHeadline(
                text=headline.text,
                label=int(result.labels_B[place]),
                predicted=int(logits_BC[place].argmax()),
                loss=float(loss_B[place]),
                logits_C=tuple(logits_BC[place].tolist()),
                words=tuple(token.text for token in encoded.tokens),
                own_row=tuple(own),
                hidden=tuple(at is not None and own[i] and word_ids_T[at] == 0 for i, at in enumerate(token)),
                silenced=tuple(at is not None and silenced_T[at] for at in token),
                left_out=tuple(at is None for at in token),
                begin=begin,
            )
        )
        begin, word = begin + sum(read), word + len(own)
    return tuple(found)


@torch.no_grad()
def _layers(
    result: BatchResult, directions_LED: list[Array], before_LE: Array, after_LE: Array
) -> tuple[SlowLayer, ...]:
    return tuple(
        _layer(block, result, directions_LED[place], before_LE[place], after_LE[place])
        for place, block in enumerate(result.output.blocks)
    )


def _layer(
    block: BlockOutput, result: BatchResult, directions_ED: Array, before_E: Array, after_E: Array
) -> SlowLayer:
    routing, scores_TE = block.routing, block.routing.scores_TE.detach()
    n_routed = scores_TE.shape[1]
    of_headlines = headline_factors(routing, result.batch.sequence_T, len(result.labels_B))
    return SlowLayer(
        input_TD=block.moe_input_TD.detach().numpy(),
        directions_ED=directions_ED,
        logits_TE=routing.logits_TE.detach().numpy(),
        scores_TE=scores_TE.numpy(),
        topk_idx_TK=routing.topk_idx_TK.numpy(),
        load_E=expert_load(routing.topk_idx_TK, n_routed).numpy(),
        f_E=relative_load(routing.topk_idx_TK, n_routed).numpy(),
        P_E=affinity_share(scores_TE).mean(0).numpy(),
        sequence_load_BE=of_headlines.load_BE.numpy(),
        sequence_f_BE=of_headlines.f_BE.numpy(),
        sequence_P_BE=of_headlines.P_BE.numpy(),
        bias_before_E=before_E,
        bias_after_E=after_E,
        moves_by_load=routing.hash_order_TE is None and routing.kind_bias_TE is None,
    )


@torch.no_grad()
def _losses(trainer: Trainer, result: BatchResult) -> tuple[LossPart, ...]:
    """The balance losses of the method in force, each layer's by the function that training calls."""
    balance, n_groups = trainer.config.balance, trainer.config.model.n_groups
    routings, batch = result.output.routings, result.batch
    n_texts = len(batch.lengths_B)
    losses = {
        "expert": (balance.expert_weight, expert_balance_loss),
        "sequence": (
            balance.sequence_weight,
            lambda routing: sequence_balance_loss(routing, batch.sequence_T, n_texts),
        ),
        "device": (balance.device_alpha, lambda routing: device_balance_loss(routing, n_groups)),
        "communication": (
            balance.communication_alpha,
            lambda routing: communication_balance_loss(routing, n_groups, trainer.config.model.topk_groups),
        ),
    }

    def of_layer(routing: Routing, loss: Callable[[Routing], Tensor]) -> float:
        return 0.0 if routing.hash_order_TE is not None else float(loss(routing))

    return tuple(
        LossPart(name=name, weight=weight, value_L=tuple(of_layer(routing, loss) for routing in routings))
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

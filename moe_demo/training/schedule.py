"""What happens at which step: learning rate, checkpoints, early stopping. Pure functions of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from moe_demo.config import RunConfig
from moe_demo.runs.metrics import StepMetrics

MAX_EPOCH_CHECKPOINTS = 20  # each has the whole weights, some 3 MB
DIVERGED = 10.0  # times the loss of a model that knows nothing


def learning_rate(step: int, n_steps: int, config: RunConfig) -> float:
    """Linear warm-up, then a half cosine down to zero; `step` counts from 0."""
    n_warmup = max(1, round(config.warmup_fraction * n_steps))
    if step < n_warmup:
        return config.lr * (step + 1) / n_warmup
    progress = (step - n_warmup) / max(1, n_steps - n_warmup)
    return config.lr * 0.5 * (1 + math.cos(math.pi * progress))


def checkpoint_steps(n_steps: int, steps_per_epoch: int) -> tuple[int, ...]:
    """Steps after which the weights are kept: 0, 1, 2, 4, ... through the first epoch, then each epoch's end.

    Dense early, because routing settles in the first few per cent of the steps. A run of very many epochs
    keeps every second one, every third one, ..., so that the folder stays small.
    """
    early = [0] + [2**power for power in range(steps_per_epoch.bit_length())]
    every = math.ceil(n_steps / steps_per_epoch / MAX_EPOCH_CHECKPOINTS)
    epoch_ends = range(0, n_steps, every * steps_per_epoch)
    return tuple(sorted({step for step in (*early, *epoch_ends, n_steps) if step <= n_steps}))


def patience_is_over(accuracies: Sequence[float], patience: int) -> bool:
    """Whether the last `patience` epochs were no better than the best one before them; patience 0 never ends.

    Only ends of epochs count: in its very first steps a run may stand still without being finished.
    """
    return 0 < patience < len(accuracies) and max(accuracies[-patience:]) <= max(accuracies[:-patience])


def has_diverged(metrics: StepMetrics, n_classes: int) -> bool:
    """Whether a step went astray: no number any more, or a loss of which no honest mistake is capable.

    A model that knows nothing has the loss ln C. Ten times that, on the mean of a batch, is not reached by learning
    badly, only by weights that have run away.
    """
    return not metrics.finite or metrics.ce_loss > DIVERGED * math.log(n_classes)

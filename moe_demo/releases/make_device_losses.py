"""Trains one small model with DeepSeek-V2's balance losses, one more each time, from several seeds.

    python -m moe_demo.releases.make_device_losses

The weights are those of DeepSeek-V2 (arXiv 2405.04434, section 3.1.2): 0.003 for experts, 0.05 for devices, 0.02 for
communication; there a loss is over one sequence, here over a batch. The router is V2's, the sizes are those of the five
generations (`make_generations`), and a group of experts is a device. The same machine makes the same numbers every
time; the recording also says when it was made.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

from moe_demo.cluster.traffic import traffic
from moe_demo.config import BalanceConfig, RunConfig
from moe_demo.model.balance import max_vio
from moe_demo.model.batch import TokenBatch
from moe_demo.releases.device_losses import (
    DEVICE_LOSSES,
    LOSSES,
    DeviceLosses,
    Losses,
    LossOutcome,
    SeedOutcome,
    write_device_losses,
)
from moe_demo.releases.make_generations import base
from moe_demo.routers import with_router
from moe_demo.runs.data import read_corpora, split_of
from moe_demo.text.corpus import Split
from moe_demo.training.distributed import one_thread
from moe_demo.training.evaluation import encode_all
from moe_demo.training.train import build_trainer
from moe_demo.training.trainer import Trainer

COMMAND = "python -m moe_demo.releases.make_device_losses"
SEEDS = (0, 1, 2)
WEIGHTS = (0.003, 0.05, 0.02)


def with_losses(common: RunConfig, losses: Losses) -> RunConfig:
    """The same run under V2's router with so many of its losses."""
    expert, device, communication = (
        weight if LOSSES.index(losses) > place else 0.0 for place, weight in enumerate(WEIGHTS)
    )
    balance = BalanceConfig(
        method="aux_loss" if expert else "none",
        alpha=expert,
        device_alpha=device,
        communication_alpha=communication,
    )
    return replace(with_router(common, "v2"), balance=balance, patience=0)


def record(
    common: RunConfig,
    seeds: Sequence[int] = SEEDS,
    files: Sequence[Path] = (),
    report: Callable[[str], None] = lambda line: None,
) -> DeviceLosses:
    """Train each set of losses from each seed, to the end, and count over the held-out headlines."""
    begin, outcomes = time.perf_counter(), []
    split = split_of(read_corpora(files, common.model.labels), common)
    with one_thread():
        for losses in LOSSES:
            found = []
            for seed in seeds:
                trainer = build_trainer(replace(with_losses(common, losses), seed=seed), split)
                trainer.take_all_steps()
                found.append(measured(trainer, split))
                report(f"{losses}, seed {seed}: {found[-1]}")
            outcomes.append(LossOutcome(losses=losses, seeds=tuple(found)))
    return DeviceLosses(
        command=COMMAND,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(time.perf_counter() - begin, 1),
        seeds=tuple(seeds),
        n_steps=trainer.n_steps,
        n_devices=common.model.n_groups,
        reachable=common.model.topk_groups,
        weights=WEIGHTS,
        outcomes=tuple(outcomes),
    )


@torch.inference_mode()
def measured(trainer: Trainer, split: Split) -> SeedOutcome:
    """Accuracy, and how uneven experts, devices and what they receive are."""
    evaluation, model = trainer.evaluate(), trainer.config.model
    output = trainer.model.eval()(TokenBatch.of(encode_all(split.held_out, trainer.encoder)))
    sent = [
        traffic(routing.topk_idx_TK.numpy(), model.n_routed, model.n_groups) for routing in output.routings
    ]
    vio = {
        "experts": evaluation.max_vio_L,
        "work": [max_vio(torch.from_numpy(np.asarray(one.assignments_G))) for one in sent],
        "copies": [max_vio(torch.from_numpy(np.asarray(one.copies_G))) for one in sent],
    }
    rounded = {name: tuple(round(value, 4) for value in values) for name, values in vio.items()}
    return SeedOutcome(accuracy=round(evaluation.accuracy, 6), **rounded)


def main(argv: Sequence[str] | None = None) -> None:
    """Record, and say how each training ended."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--out", type=Path, default=DEVICE_LOSSES, help="where to write it")
    out = parser.parse_args(argv).out
    write_device_losses(record(replace(base(), epochs=3), report=print), out)


if __name__ == "__main__":
    main()

"""Trains the bundled preset beside a dense model as large and one that uses as much a token; step by step, in turn.

    python -m moe_demo.releases.make_dense

The dense models have, in every layer, one feed-forward network that takes each token: as wide as all experts together,
or as wide as those a token uses. Everything else is the same. The three take their steps in turn, so that a busy
machine slows all of them, and times are given as shares of the MoE model's in the same run.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import torch

from moe_demo.config import BalanceConfig, ModelConfig, RunConfig
from moe_demo.model.batch import TokenBatch
from moe_demo.model.experts import FeedForward
from moe_demo.model.moe import MoELayer
from moe_demo.model.size import n_weights
from moe_demo.presets import preset
from moe_demo.releases.dense import DENSE, KINDS, Beside, Dense, Kind, LayerTimes, write_dense
from moe_demo.runs.data import read_corpora, split_of
from moe_demo.text.corpus import Split
from moe_demo.training.distributed import one_thread
from moe_demo.training.evaluation import encode_all
from moe_demo.training.train import build_trainer
from moe_demo.training.trainer import Trainer

COMMAND = "python -m moe_demo.releases.make_dense"
SEEDS = (0, 1, 2)
WIDTHS = (32, 256, 512)
"""Model width and expert width of the layers that are timed by themselves."""
N_TOKENS = 2048
REPEATS = 20
_TIMED_HEADLINES = 256


def config_of(kind: Kind, base: RunConfig) -> RunConfig:
    """The settings of one of the three."""
    if kind == "moe":
        return base
    model = replace(
        base.model,
        n_routed=1,
        n_shared=0,
        top_k=1,
        n_groups=1,
        topk_groups=1,
        score_fn="softmax",  # of one expert: its gate is 1
        expert_dim=width_of(kind, base.model),
    )
    return replace(base, model=model, balance=BalanceConfig(method="none"))


def width_of(kind: Kind, model: ModelConfig) -> int:
    """Of the dense network that stands for the experts: all of them, or those a token uses."""
    n = (model.top_k if kind == "dense_activated" else model.n_routed) + model.n_shared
    return n * model.expert_dim


def record(
    base: RunConfig,
    seeds: Sequence[int] = SEEDS,
    files: Sequence[Path] = (),
    report: Callable[[str], None] = lambda line: None,
    widths: Sequence[int] = WIDTHS,
) -> Dense:
    """Train all three from each seed, to the end, and time one layer by itself at several widths."""
    begin = time.perf_counter()
    split = split_of(read_corpora(files, base.model.labels), base)
    accuracy: dict[Kind, list[float]] = {kind: [] for kind in KINDS}
    step_time: dict[Kind, list[float]] = {kind: [] for kind in KINDS}
    token_time: dict[Kind, list[float]] = {kind: [] for kind in KINDS}
    with one_thread():
        for seed in seeds:
            trainers = {kind: _trainer(kind, base, seed, split) for kind in KINDS}
            steps, passes = _trained(trainers), _passes(trainers, split)
            for kind in KINDS:
                accuracy[kind].append(round(trainers[kind].evaluate().accuracy, 6))
                step_time[kind].append(round(steps[kind] / steps["moe"], 4))
                token_time[kind].append(round(passes[kind] / passes["moe"], 4))
                report(
                    f"seed {seed}, {kind}: held-out accuracy {accuracy[kind][-1]:.4f}, a step takes "
                    f"{step_time[kind][-1]:.2f}, a forward pass {token_time[kind][-1]:.2f} of the MoE model's time"
                )
        layers = tuple(layer_times(base.model, width) for width in widths)
        n_steps = trainers["moe"].n_steps
    measures = (accuracy, step_time, token_time)
    models = tuple(
        _beside(kind, trainers[kind].config.model, base.model, *(tuple(one[kind]) for one in measures))
        for kind in KINDS
    )
    return Dense(
        command=COMMAND,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(time.perf_counter() - begin, 1),
        seeds=tuple(seeds),
        n_steps=n_steps,
        models=models,
        layers=layers,
    )


def _beside(
    kind: Kind,
    model: ModelConfig,
    base: ModelConfig,
    accuracy: tuple[float, ...],
    step_time: tuple[float, ...],
    token_time: tuple[float, ...],
) -> Beside:
    tables = (model.vocab_size + model.n_buckets) * model.dim
    idle = (model.n_routed - model.top_k) * 3 * model.dim * model.expert_dim * model.n_layers
    return Beside(
        kind=kind,
        width=width_of("dense_total", base) if kind == "moe" else model.expert_dim,
        total=n_weights(model),
        activated=n_weights(model) - tables - idle,
        accuracy=accuracy,
        step_time=step_time,
        token_time=token_time,
    )


def _trainer(kind: Kind, base: RunConfig, seed: int, split: Split) -> Trainer:
    return build_trainer(replace(config_of(kind, base), seed=seed), split)


def _trained(trainers: dict[Kind, Trainer]) -> dict[Kind, float]:
    """All to their last step, one step each in turn; the median seconds of a step."""
    taken: dict[Kind, list[float]] = {kind: [] for kind in trainers}
    for _ in range(trainers["moe"].n_steps):
        for kind, trainer in trainers.items():
            begin = time.perf_counter()
            trainer.step()
            taken[kind].append(time.perf_counter() - begin)
    for trainer in trainers.values():
        if trainer.calibrates:
            trainer.calibrate()
    return {kind: median(seconds) for kind, seconds in taken.items()}


@torch.inference_mode()
def _passes(trainers: dict[Kind, Trainer], split: Split) -> dict[Kind, float]:
    """The median seconds of a forward pass over the same held-out headlines."""
    runs: dict[Kind, Callable[[], object]] = {}
    for kind, trainer in trainers.items():
        batch = TokenBatch.of(encode_all(split.held_out, trainer.encoder)[:_TIMED_HEADLINES])
        model = trainer.model.eval()
        runs[kind] = lambda model=model, batch=batch: model(batch)  # type: ignore[misc]
    return _medians(runs)


@torch.inference_mode()
def layer_times(model: ModelConfig, width: int) -> LayerTimes:
    """The preset's experts at another width, and the two dense networks, forward, in turn."""
    torch.manual_seed(0)
    wide = replace(model, dim=width, n_heads=1, expert_dim=width)
    moe = MoELayer(wide).eval()
    networks = {kind: FeedForward(width, width_of(kind, wide)).eval() for kind in KINDS[1:]}
    x_TD = torch.randn(N_TOKENS, width)
    runs: dict[Kind, Callable[[], object]] = {
        "moe": lambda: moe(x_TD),
        "dense_total": lambda: networks["dense_total"](x_TD),
        "dense_activated": lambda: networks["dense_activated"](x_TD),
    }
    found = _medians(runs)
    microseconds = tuple(round(1e6 * found[kind] / N_TOKENS, 3) for kind in KINDS)
    return LayerTimes(dim=width, expert_dim=width, n_tokens=N_TOKENS, microseconds=microseconds)


def _medians(runs: dict[Kind, Callable[[], object]]) -> dict[Kind, float]:
    """Seconds of each, taken in turn, after two rounds to warm up."""
    taken: dict[Kind, list[float]] = {kind: [] for kind in runs}
    for repeat in range(-2, REPEATS):
        for kind, run in runs.items():
            begin = time.perf_counter()
            run()
            if repeat >= 0:
                taken[kind].append(time.perf_counter() - begin)
    return {kind: median(seconds) for kind, seconds in taken.items()}


def main(argv: Sequence[str] | None = None) -> None:
    """Record, and say how each training ended."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--out", type=Path, default=DENSE, help="where to write it")
    options = parser.parse_args(argv)
    write_dense(record(preset("deepseek"), report=print), options.out)


if __name__ == "__main__":
    main()

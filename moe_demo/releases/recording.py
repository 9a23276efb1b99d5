"""The recording behind the balance page: `python -m moe_demo.releases.recording` makes it from the built-in corpus.

Five ways of keeping the load even, each trained from the same seeds on the same batches in the same order; only the
`balance` settings differ. Then ladders: the same training with the knob of one method at too little, right and too
much. What a reader needs of a run is kept, and no weights:

    METHOD-SEED/config.json, data.json, status.json, metrics.jsonl     as in any run folder, `RunStore` reads them
    METHOD-SEED/noise.json                                             MaxVio of each layer by the luck of the headlines
    METHOD-SEED/pressure.jsonl, of the first seed                      StepPressure: what the formulas need beside that
    ladder.jsonl                                                       one Rung a line

The same machine makes the same bytes every time: nothing that depends on the clock is kept.
Letters: T tokens, E routed experts, K chosen, L MoE layers, B headlines.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import torch
from torch import Tensor

from moe_demo.config import BalanceMethod, RunConfig, preset
from moe_demo.model.balance import affinity_share, relative_load, sequence_balance_loss
from moe_demo.model.router import Routing, choose
from moe_demo.releases.bundle import size_of
from moe_demo.releases.headline_noise import headline_noise, load_per_headline
from moe_demo.runs.data import data_info, read_corpora, split_of
from moe_demo.runs.files import RunError, append_line, write_json
from moe_demo.runs.metrics import EvalMetrics, from_line, to_line
from moe_demo.runs.store import RunStore, Status
from moe_demo.text.corpus import Corpus
from moe_demo.training.distributed import one_thread
from moe_demo.training.evaluation import encode_all
from moe_demo.training.schedule import has_diverged
from moe_demo.training.train import build_trainer
from moe_demo.training.trainer import Passed, Trainer

RECORDING = Path(__file__).parents[1] / "recordings" / "balance"
METHODS: tuple[BalanceMethod, ...] = get_args(BalanceMethod)
NOISE = "noise.json"
SEEDS = range(10, 15)  # the settings were chosen on seeds 0 to 4: these had no part in it
BUDGET_BYTES = 2_000_000
EVALUATIONS = 28  # of a run, the untrained model's included
STEP_LINES = 48  # of a run of the first seed
PRESSURES = 20  # steps of such a run that are looked into
HEADLINES = 5  # of each of their batches
KNOBS: dict[str, str] = {"aux_loss": "alpha", "seq_aux_loss": "seq_alpha", "loss_free": "bias_rate"}
ALPHAS = (1e-3, 1e-2, 1e-1, 1.0, 1e2)
RATES = (1e-4, 1e-3, 3e-3, 1e-2, 1e-1)


@dataclass(frozen=True, kw_only=True)
class HeadlinePressure:
    """One headline of a batch, as the sequence-wise loss sees it (DeepSeek-V3, arXiv 2412.19437, Eq. 17-20)."""

    text: str
    label: str
    load_LE: list[list[int]]
    """How often each expert is among a word's K best *unbiased* affinities: what f counts (Eq. 18)."""
    share_LE: list[list[float]]
    """P: the mean affinity share over its words (Eq. 20)."""


@dataclass(frozen=True, kw_only=True)
class StepPressure:
    """One optimizer step looked into: what the balance losses are made of, from the forward pass of that step.

    Recorded for every method, also where the loss has no weight: so one sees what it would have pushed.
    """

    step: int
    share_LE: list[list[float]]
    """P of the whole batch (DeepSeekMoE, arXiv 2401.06066, Eq. 14)."""
    sequence_loss_L: list[float]
    """Mean over the batch's headlines of their sum of f P, without alpha."""
    unevenness_L: list[float]
    """Mean over the batch's headlines and the experts of |f - 1|, f counted within one headline."""
    headlines: list[HeadlinePressure]


@dataclass(frozen=True, kw_only=True)
class Rung:
    """How training ended under one setting of one method's knob."""

    method: BalanceMethod
    value: float
    """alpha of `aux_loss` and `seq_aux_loss`, u of `loss_free`."""
    seed: int
    evaluation: EvalMetrics


def folder_name(method: str, seed: int) -> str:
    """Where a run of the recording lies: `loss_free+seq` is no name for a folder on every system."""
    return f"{method.replace('+', '_')}-{seed}"


def with_method(base: RunConfig, method: BalanceMethod, seed: int) -> RunConfig:
    """The same training under another method, to its end: patience would end some sooner than others.

    `seq_aux_loss` takes the alpha of `aux_loss`, so that the two differ in nothing but what they are even over;
    `loss_free+seq` keeps the small one of its own.
    """
    seq_alpha = base.balance.alpha if method == "seq_aux_loss" else base.balance.seq_alpha
    balance = replace(base.balance, method=method, seq_alpha=seq_alpha)
    return replace(base, seed=seed, patience=0, balance=balance)


def with_knob(base: RunConfig, method: BalanceMethod, value: float, seed: int) -> RunConfig:
    """The same training with the one number that a method is tuned by."""
    config, knob = with_method(base, method, seed), KNOBS[method]
    changed: dict[str, Any] = {knob: value}
    return replace(config, balance=replace(config.balance, **changed))


def ladder(
    alphas: Sequence[float] = ALPHAS, rates: Sequence[float] = RATES
) -> list[tuple[BalanceMethod, float]]:
    """Every rung of the three ladders."""
    return [
        *(("aux_loss", alpha) for alpha in alphas),
        *(("seq_aux_loss", alpha) for alpha in alphas),
        *(("loss_free", rate) for rate in rates),
    ]


def dense_early(n_steps: int, count: int) -> list[int]:
    """About `count` steps from 1 to the last, half of them spaced by ratio and half evenly.

    Routing settles in the first few per cent of the steps; what happens to it afterwards takes all the rest.
    """
    half = max(2, count // 2)
    by_ratio = np.geomspace(1, n_steps, half)
    evenly = np.linspace(0, n_steps, count - half + 1)[1:]
    return sorted({int(step) for step in np.rint([*by_ratio, *evenly])})


# -- one run ---------------------------------------------------------------------------------------------------


def record_run(folder: Path, config: RunConfig, files: Sequence[Path] = (), *, detailed: bool) -> EvalMetrics:
    """Train one run, keep its small record in a folder that is not there yet; returns its last evaluation."""
    split = split_of(read_corpora(files, config.model.labels), config)
    info = data_info(files, split)
    trainer, store = build_trainer(replace(config, data=info.source), split), RunStore(folder)
    write_json(folder / "data.json", asdict(replace(info, files=[])))
    write_json(folder / "config.json", trainer.config.to_dict())
    looked_at = set(dense_early(trainer.n_steps, EVALUATIONS - 1))
    kept = set(dense_early(trainer.n_steps, STEP_LINES)) if detailed else set()
    opened = set(dense_early(trainer.n_steps, PRESSURES)) & kept
    final = trainer.evaluate()
    store.append(final)
    for step in range(1, trainer.n_steps + 1):
        passed = trainer.forward_backward()
        metrics = trainer.update(passed)
        if has_diverged(metrics, config.model.n_classes):
            raise RunError(f"{folder.name} diverged at step {step}: choose a smaller learning rate.")
        if step in kept:
            store.append(metrics)
        if step in opened:
            pressure = _pressure(step, passed, _headlines(trainer, split.train, step))
            append_line(folder / "pressure.jsonl", json.dumps(asdict(pressure), ensure_ascii=False))
        if step in looked_at:
            final = trainer.evaluate()
            store.append(final)
    texts = encode_all(split.held_out, trainer.encoder)
    write_json(folder / NOISE, headline_noise(load_per_headline(trainer.model, texts)))
    n_steps = trainer.n_steps
    timeless = Status(state="done", step=n_steps, n_steps=n_steps, pid=0, written=0.0)
    write_json(folder / "status.json", asdict(timeless))
    return final


def _headlines(trainer: Trainer, train: Corpus, step: int) -> list[tuple[str, str]]:
    """Text and class of the first few headlines in a step's batch."""
    rows = trainer.rows(step - 1)[:HEADLINES].tolist()
    return [(train.headlines[row].text, train.headlines[row].label) for row in rows]


@torch.no_grad()
def _pressure(step: int, passed: Passed, headlines: Sequence[tuple[str, str]]) -> StepPressure:
    """What the balance losses saw of this forward pass."""
    batch, output = passed.batch, passed.output
    n_texts = len(batch.lengths_B)
    parts_BL = [
        [_of_headline(routing, batch.sequence_T == b) for routing in output.routings] for b in range(n_texts)
    ]
    f_BLE = torch.stack([torch.stack([f_E for _, f_E, _ in parts_L]) for parts_L in parts_BL])
    return StepPressure(
        step=step,
        share_LE=[_rounded(affinity_share(routing.scores_TE).mean(0)) for routing in output.routings],
        sequence_loss_L=[
            round(float(sequence_balance_loss(routing, batch.sequence_T, n_texts)), 6)
            for routing in output.routings
        ],
        unevenness_L=_rounded((f_BLE - 1).abs().mean((0, 2))),
        headlines=[
            HeadlinePressure(
                text=text,
                label=label,
                load_LE=[load_E.tolist() for load_E, _, _ in parts_L],
                share_LE=[_rounded(share_E) for _, _, share_E in parts_L],
            )
            for (text, label), parts_L in zip(headlines, parts_BL, strict=False)
        ],
    )


def _of_headline(routing: Routing, is_its_T: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Load, f and P of one headline's words, each of shape (E,)."""
    scores_TE, top_k = routing.scores_TE.detach()[is_its_T], routing.topk_idx_TK.shape[1]
    best_TK, n_routed = choose(scores_TE, top_k), scores_TE.shape[1]
    load_E = torch.bincount(best_TK.flatten(), minlength=n_routed)
    return load_E, relative_load(best_TK, n_routed), affinity_share(scores_TE).mean(0)


def _rounded(values: Tensor) -> list[float]:
    return [round(value, 6) for value in values.detach().tolist()]


# -- all of them -----------------------------------------------------------------------------------------------


def record(
    base: RunConfig,
    out: Path,
    files: Sequence[Path] = (),
    *,
    seeds: Sequence[int] = SEEDS,
    rungs: Sequence[tuple[BalanceMethod, float]] | None = None,
    rung_seeds: Sequence[int] = SEEDS[:2],
    told: Callable[[str], None] = lambda line: None,
) -> None:
    """Train everything and put the recording into `out`, replacing what is there."""
    with tempfile.TemporaryDirectory() as name, one_thread():
        work = Path(name) / "recording"
        for method in METHODS:
            for seed in seeds:
                run = folder_name(method, seed)
                final = record_run(
                    work / run, with_method(base, method, seed), files, detailed=seed == seeds[0]
                )
                told(f"{run}: {_summary(final)}")
        for method, value in ladder() if rungs is None else rungs:
            for seed in rung_seeds:
                config, scratch = with_knob(base, method, value, seed), Path(name) / "rung"
                final = record_run(scratch, config, files, detailed=False)
                shutil.rmtree(scratch)
                _add(work / "ladder.jsonl", Rung(method=method, value=value, seed=seed, evaluation=final))
                told(f"{method} {value:g}, seed {seed}: {_summary(final)}")
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(work, out)


def _summary(final: EvalMetrics) -> str:
    vio = ", ".join(f"{value:.3f}" for value in final.max_vio_L)
    return f"held-out accuracy {final.accuracy:.4f}, global MaxVio {vio}"


def _add(path: Path, rung: Rung) -> None:
    line = asdict(rung) | {"evaluation": to_line(rung.evaluation)}
    append_line(path, json.dumps(line, allow_nan=False))


def read_rungs(folder: Path) -> list[Rung]:
    """The ladders of a recording. Raises RunError where they cannot be read."""
    return [
        Rung(**line | {"evaluation": from_line(line["evaluation"])})
        for line in _lines(folder / "ladder.jsonl")
    ]


def read_pressures(folder: Path) -> list[StepPressure]:
    """The steps of a recorded run that were looked into; none where the run has no such record."""
    path = folder / "pressure.jsonl"
    return [
        StepPressure(**line | {"headlines": [HeadlinePressure(**one) for one in line["headlines"]]})
        for line in (_lines(path) if path.is_file() else [])
    ]


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise RunError(f"{path} cannot be read ({error}); make the recording again.") from error


def main(argv: Sequence[str] | None = None) -> None:
    """Record, and say how each run ended."""
    parser = argparse.ArgumentParser(prog="python -m moe_demo.releases.recording", description=__doc__)
    parser.add_argument("--out", type=Path, default=RECORDING, help="where to write it")
    out = parser.parse_args(argv).out
    record(preset("balance"), out, told=print)
    print(f"{size_of(out):,} bytes together, at most {BUDGET_BYTES:,}")


if __name__ == "__main__":
    main()

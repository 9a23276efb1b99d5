"""One run from start to end: a new one, or one that goes on from where it was cut off.

The final weights of a run are those after its last step, also where patience ended it: that checkpoint is the
one that is shown, and its accuracy the one that is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from moe_demo.config import RunConfig
from moe_demo.runs.commands import CommandReader
from moe_demo.runs.data import (
    data_info,
    fingerprint,
    read_corpora,
    split_of,
    text_encoder,
    training_vocabulary,
)
from moe_demo.runs.files import RunError
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.runs.store import RunStore
from moe_demo.text.corpus import Corpus, Split
from moe_demo.training.distributed import one_thread, process_group
from moe_demo.training.loop import Loop, Silent, Watcher
from moe_demo.training.shares import Shares
from moe_demo.training.stopping import StopRequest
from moe_demo.training.trainer import Trainer

__all__ = ["Outcome", "Silent", "Watcher", "build_trainer", "resume_run", "train_run"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How training ended; a run that fails raises instead."""

    folder: Path
    state: Literal["done", "stopped"]
    reason: str
    step: int
    n_steps: int
    steps_taken: int
    """By this call; 0 where there was nothing left to do."""
    evaluation: EvalMetrics
    """The newest one: of the final weights where the run is done."""
    best: EvalMetrics
    train_seconds: float
    """Spent in steps since step 0, without evaluating and saving."""


def build_trainer(config: RunConfig, split: Split, shares: Shares | None = None) -> Trainer:
    """A trainer at step 0. Its vocabulary comes from the training half alone."""
    encoder = text_encoder(config, training_vocabulary(config, split.train))
    return Trainer(config, split.train, split.held_out, encoder, shares)


def train_run(
    folder: Path,
    config: RunConfig,
    files: Sequence[Path] = (),
    *,
    device: str = "auto",
    expert_parallel: int = 1,
    watcher: Watcher | None = None,
    commands: CommandReader | None = None,
) -> Outcome:
    """Train a new run into a folder, on labelled files or, without any, on the built-in corpus.

    Under torchrun, `expert_parallel` processes share the experts of one copy of the model (`training.shares`).

    Raises:
        RunError: the folder holds a run already or cannot be written, or the loss is no number any more.
        CorpusError: a file cannot be used.
        ConfigError: the device is not there, or so many processes cannot share such a model.
    """
    with StopRequest() as stop, one_thread(), process_group(device) as ranks, ExitStack() as held:
        shares = Shares(ranks, expert_parallel, config.model.n_routed)
        corpus = read_corpora(files, config.model.labels)
        split = split_of(corpus, config)
        info = data_info(files, split)
        trainer = build_trainer(replace(config, data=info.source), split, shares)
        store = RunStore(folder)

        stop.begin()

        def create() -> None:
            held.enter_context(store.lock)
            store.create(trainer.config, trainer.encoder.vocabulary, info, trainer.n_steps)

        ranks.first_does(create)
        return _trained(Loop(trainer, store, ranks, stop, watcher, commands), corpus)


def resume_run(
    folder: Path,
    files: Sequence[Path] = (),
    *,
    device: str = "auto",
    expert_parallel: int = 1,
    watcher: Watcher | None = None,
    commands: CommandReader | None = None,
) -> Outcome:
    """Continue a run that was stopped, killed or failed; `files` say where its headlines are, if they moved.

    On the same machine, with the same number of threads and processes, the weights come out as if the run had
    never been cut off. Its folder does not say how many processes wrote it: any number may go on, with the experts
    shared out or not. A run that is done is left as it is.

    Raises:
        RunError: the folder holds no whole run, is being trained, or its headlines have changed.
        CorpusError: a file cannot be used.
    """
    store = RunStore(folder)
    status = store.status()
    if status.state == "done":
        return _outcome(store, status.step)
    with StopRequest() as stop, one_thread(), process_group(device) as ranks, ExitStack() as held:
        config = store.config()
        shares = Shares(ranks, expert_parallel, config.model.n_routed)
        corpus, split = _same_data(store, config, files)
        encoder = text_encoder(config, store.vocabulary())
        trainer = Trainer(config, split.train, split.held_out, encoder, shares)
        stop.begin()

        def take_over() -> int | None:
            held.enter_context(store.lock)
            saved_step = trainer.restore(store.load_resume)
            store.take_back(saved_step)
            return saved_step

        saved_step = ranks.first_does(take_over)
        if saved_step is not None and not ranks.is_first:
            trainer.restore(store.load_resume)
        trainer.steps_done = saved_step or 0
        seconds = status.train_seconds * trainer.steps_done / max(status.step, 1)
        return _trained(Loop(trainer, store, ranks, stop, watcher, commands, seconds), corpus)


def _same_data(store: RunStore, config: RunConfig, files: Sequence[Path]) -> tuple[Corpus, Split]:
    """The headlines that the run began with. Raises RunError where they are others now."""
    info = store.data()
    corpus = read_corpora(files or [Path(file) for file in info.files], config.model.labels)
    split = split_of(corpus, config)
    if fingerprint(split) != info.fingerprint:
        raise RunError("other_headlines", source=corpus.source, folder=store.folder)
    return corpus, split


def _trained(loop: Loop, corpus: Corpus) -> Outcome:
    """Run it to its end; what came of it is read from the folder."""
    ending = loop.run(corpus)

    def close() -> Outcome:
        loop.close(ending)
        return _outcome(loop.store, loop.first_step)

    return loop.ranks.first_does(close, loop.trainer.gather)


def _outcome(store: RunStore, first_step: int) -> Outcome:
    """What the folder says of a run that is not under way."""
    status = store.status()
    records, _ = store.metrics()
    evaluations = [record for record in records if isinstance(record, EvalMetrics)]
    if not evaluations:
        raise RunError("no_evaluation", folder=store.folder)
    return Outcome(
        folder=store.folder,
        state="stopped" if status.state == "stopped" else "done",
        reason=status.reason,
        step=status.step,
        n_steps=status.n_steps,
        steps_taken=status.step - first_step,
        evaluation=evaluations[-1],
        best=max(evaluations, key=lambda evaluation: evaluation.accuracy),
        train_seconds=status.train_seconds,
    )

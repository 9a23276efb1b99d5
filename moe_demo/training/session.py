"""One run from start to end: steps, evaluations, checkpoints, and a state to continue from.

The order of writing makes a resumed run equal to one that was never cut off: first the metrics line of a
step, then what falls due at that step (evaluation, checkpoint), last the resume state. Whatever a killed run
wrote after its resume state is dropped on resuming and written again, bit for bit.

The final weights of a run are those after its last step, also where patience ended it: that checkpoint is the
one that is shown, and its accuracy the one that is reported.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import Literal, Protocol

from moe_demo.config import RunConfig
from moe_demo.text.corpus import Corpus, Split
from moe_demo.training.data import (
    data_info,
    fingerprint,
    read_corpora,
    split_of,
    text_encoder,
    training_vocabulary,
)
from moe_demo.training.distributed import Ranks, one_thread, process_group
from moe_demo.training.files import RunError
from moe_demo.training.metrics import EvalMetrics, StepMetrics
from moe_demo.training.run_store import RunStore
from moe_demo.training.schedule import checkpoint_steps, patience_is_over
from moe_demo.training.stopping import StopRequest
from moe_demo.training.trainer import Trainer

SAVE_SECONDS = 2.0  # at most this much training is lost by a kill


class Watcher(Protocol):
    """Someone who follows a run while it goes on; `Silent` is one who does not listen."""

    def on_start(
        self, folder: Path, config: RunConfig, corpus: Corpus, first_step: int, n_steps: int
    ) -> None:
        """The data are read, the model is built or put back to where it stopped."""

    def on_step(self, metrics: StepMetrics) -> None:
        """A step was taken."""

    def on_evaluation(self, metrics: EvalMetrics) -> None:
        """The held-out headlines were classified."""


class Silent:
    """A watcher to inherit from, who hears only what it asks for."""

    def on_start(
        self, folder: Path, config: RunConfig, corpus: Corpus, first_step: int, n_steps: int
    ) -> None:
        """Not heard."""

    def on_step(self, metrics: StepMetrics) -> None:
        """Not heard."""

    def on_evaluation(self, metrics: EvalMetrics) -> None:
        """Not heard."""


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


class Ending(IntEnum):
    """Why the loop ends; where processes disagree the largest holds."""

    GOES_ON = 0
    FINISHED = 1
    PATIENCE = 2
    STOPPED = 3
    FAILED = 4


def build_trainer(config: RunConfig, split: Split, device: str = "cpu") -> Trainer:
    """A trainer at step 0. Its vocabulary comes from the training half alone."""
    encoder = text_encoder(config, training_vocabulary(config, split.train))
    return Trainer(config, split.train, split.held_out, encoder, device)


def train_run(
    folder: Path,
    config: RunConfig,
    files: Sequence[Path] = (),
    *,
    device: str = "auto",
    watcher: Watcher | None = None,
) -> Outcome:
    """Train a new run into a folder, on labelled files or, without any, on the built-in corpus.

    Raises:
        RunError: the folder holds a run already or cannot be written, or the loss is no number any more.
        CorpusError: a file cannot be used.
        ConfigError: the device is not there.
    """
    with one_thread(), process_group(device) as ranks, StopRequest() as stop, ExitStack() as held:
        corpus = read_corpora(files, config.model.labels)
        split = split_of(corpus, config)
        info = data_info(files, split)
        trainer = build_trainer(replace(config, data=info.source), split, ranks.device)
        store = RunStore(folder)

        def create() -> None:
            held.enter_context(store.lock)
            store.create(trainer.config, trainer.encoder.vocabulary, info, trainer.n_steps)

        ranks.first_does(create)
        return _Session(trainer, store, ranks, stop, watcher).run(corpus)


def resume_run(
    folder: Path, files: Sequence[Path] = (), *, device: str = "auto", watcher: Watcher | None = None
) -> Outcome:
    """Continue a run that was stopped, killed or failed; `files` say where its headlines are, if they moved.

    On the same machine, with the same number of threads and processes, the weights come out as if the run had
    never been cut off. A run that is done is left as it is.

    Raises:
        RunError: the folder holds no whole run, is being trained, or its headlines have changed.
        CorpusError: a file cannot be used.
    """
    store = RunStore(folder)
    status = store.status()
    if status.state == "done":
        return _outcome(store, status.step)
    with one_thread(), process_group(device) as ranks, StopRequest() as stop, ExitStack() as held:
        config, info = store.config(), store.data()
        corpus = read_corpora(files or [Path(file) for file in info.files], config.model.labels)
        split = split_of(corpus, config)
        if fingerprint(split) != info.fingerprint:
            raise RunError(
                f"The headlines of {corpus.source} are not those {folder} was trained on; "
                "continue with the same ones or train a new run."
            )
        encoder = text_encoder(config, store.vocabulary())
        trainer = Trainer(config, split.train, split.held_out, encoder, ranks.device)

        def take_over() -> int | None:
            held.enter_context(store.lock)
            saved_step = store.load_resume(trainer.model, trainer.optimizer)
            store.rewind(-1 if saved_step is None else saved_step)
            return saved_step

        saved_step = ranks.first_does(take_over)
        if saved_step is not None and not ranks.is_first:
            store.load_resume(trainer.model, trainer.optimizer)
        trainer.steps_done = saved_step or 0
        return _Session(trainer, store, ranks, stop, watcher).run(corpus)


class _Session:
    """The loop around `Trainer.step`, and all writing."""

    def __init__(
        self, trainer: Trainer, store: RunStore, ranks: Ranks, stop: StopRequest, watcher: Watcher | None
    ) -> None:
        self.trainer, self.store, self.ranks, self.stop = trainer, store, ranks, stop
        self.watcher = watcher or Silent()
        self.first_step = trainer.steps_done
        self.checkpoints = set(checkpoint_steps(trainer.n_steps, trainer.steps_per_epoch))
        self.evaluations: list[EvalMetrics] = []
        self.saved_at = time.monotonic()
        self.problem: RunError | None = None

    def run(self, corpus: Corpus) -> Outcome:
        """Train until something ends it; the first process writes, all processes stop at the same step."""
        if self.ranks.is_first:
            self.watcher.on_start(
                self.store.folder, self.trainer.config, corpus, self.first_step, self.trainer.n_steps
            )
        ending = self._agree(self._begin)
        while ending is Ending.GOES_ON:
            metrics = self.trainer.step()
            ending = self._agree(lambda metrics=metrics: self._after(metrics))  # type: ignore[misc]
        return self.ranks.first_does(lambda: self._close(ending))

    def _agree(self, act: Callable[[], Ending]) -> Ending:
        """What the processes decide together: the first one acts, the others say whether they must stop."""
        ending = Ending.STOPPED if self.stop.requested else Ending.GOES_ON
        if self.ranks.is_first:
            try:
                ending = act()
            except RunError as error:
                self.problem, ending = error, Ending.FAILED
        return Ending(self.ranks.largest(ending))

    def _begin(self) -> Ending:
        """Step 0 is evaluated too: before any training, chance is what one sees."""
        records, _ = self.store.metrics()
        self.evaluations = [record for record in records if isinstance(record, EvalMetrics)]
        if not self.evaluations:
            self._evaluate()
        self._save()
        return self._ending()

    def _after(self, metrics: StepMetrics) -> Ending:
        """Write down a step and what falls due after it."""
        self._require_number(metrics)
        self.store.append(metrics)
        self.watcher.on_step(metrics)
        is_epoch_end = metrics.step % self.trainer.steps_per_epoch == 0
        is_due = is_epoch_end or metrics.step in self.checkpoints
        if is_due:
            self._evaluate()
        if is_due or time.monotonic() - self.saved_at > SAVE_SECONDS:
            self._save()
        return self._ending()

    def _evaluate(self) -> None:
        evaluation = self.trainer.evaluate()
        self._require_number(evaluation)
        self.store.append(evaluation)
        self.evaluations.append(evaluation)
        self.watcher.on_evaluation(evaluation)
        if evaluation.step in self.checkpoints:
            self.store.save_checkpoint(self.trainer.model, evaluation.step)

    def _require_number(self, metrics: StepMetrics | EvalMetrics) -> None:
        if not metrics.finite:
            raise RunError(
                f"Training diverged: at step {metrics.step} the loss is no number any more; "
                f"train again with a learning rate below {self.trainer.config.lr:g} (--lr)."
            )

    def _ending(self) -> Ending:
        trainer = self.trainer
        if trainer.steps_done >= trainer.n_steps:
            return Ending.FINISHED
        epoch_ends = [e for e in self.evaluations if e.step > 0 and e.step % trainer.steps_per_epoch == 0]
        if patience_is_over([e.accuracy for e in epoch_ends], trainer.config.patience):
            return Ending.PATIENCE
        return Ending.STOPPED if self.stop.requested else Ending.GOES_ON

    def _save(self) -> None:
        """The state to continue from, and a status that says how far it is."""
        trainer = self.trainer
        self.store.save_resume(trainer.model, trainer.optimizer, trainer.steps_done)
        self.store.write_status("running", trainer.steps_done, trainer.n_steps)
        self.saved_at = time.monotonic()

    def _close(self, ending: Ending) -> Outcome:
        """Leave the folder so that a reader knows how the run ended; raises what made it fail."""
        trainer, step = self.trainer, self.trainer.steps_done
        if ending is Ending.FAILED:
            problem = self.problem or RunError("Training failed.")
            with suppress(RunError):  # a full disk may refuse this too
                self.store.write_status("failed", step, trainer.n_steps, str(problem))
            raise problem
        if ending is Ending.STOPPED:
            self._save()
            reason = f"stopped by {self.stop.requested or 'another process'}"
            self.store.write_status("stopped", step, trainer.n_steps, reason)
        else:
            if step not in self.checkpoints:
                self.store.save_checkpoint(trainer.model, step)
            patience = f"no better accuracy for {trainer.config.patience} epochs"
            reason = patience if ending is Ending.PATIENCE else ""
            self.store.write_status("done", step, trainer.n_steps, reason)
        return _outcome(self.store, self.first_step)


def _outcome(store: RunStore, first_step: int) -> Outcome:
    """What the folder says of a run that is not under way."""
    status = store.status()
    records, _ = store.metrics()
    evaluations = [record for record in records if isinstance(record, EvalMetrics)]
    seconds = [record.step_seconds or 0.0 for record in records if isinstance(record, StepMetrics)]
    if not evaluations:
        raise RunError(f"{store.folder} has no evaluation in metrics.jsonl; train the run again.")
    return Outcome(
        folder=store.folder,
        state="stopped" if status.state == "stopped" else "done",
        reason=status.reason,
        step=status.step,
        n_steps=status.n_steps,
        steps_taken=status.step - first_step,
        evaluation=evaluations[-1],
        best=max(evaluations, key=lambda evaluation: evaluation.accuracy),
        train_seconds=sum(seconds),
    )

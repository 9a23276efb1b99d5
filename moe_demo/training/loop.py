"""The loop around `Trainer.step`, and all writing: evaluations, checkpoints, events, the state to continue from.

The order of writing makes a resumed run equal to one that was never cut off: first the metrics line of a
step, then what falls due at that step (evaluation, checkpoint), last the resume state. Whatever a killed run
wrote after its resume state is dropped on resuming and written again, bit for bit. Settings that were changed by
hand are changed again at the same steps. Once a run is done, the state to continue from goes: it is as large as three
checkpoints.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum
from pathlib import Path
from typing import Protocol

from moe_demo.config import ConfigError, RunConfig
from moe_demo.runs.commands import Command, CommandReader
from moe_demo.runs.errors import RunError, reason
from moe_demo.runs.events import Event, changed, config_at, setting
from moe_demo.runs.metrics import EvalMetrics, StepMetrics
from moe_demo.runs.store import RunStore, State
from moe_demo.text.corpus import Corpus
from moe_demo.training.distributed import Ranks
from moe_demo.training.schedule import checkpoint_steps, has_diverged, patience_is_over
from moe_demo.training.stopping import StopRequest
from moe_demo.training.trainer import Trainer

SAVE_SECONDS = 2.0  # at most this much training is lost by a kill
STATUS_SECONDS = 0.5  # how old the time and the number of steps in status.json may be
_WAIT_SECONDS = 0.05


class Watcher(Protocol):
    """Someone who follows a run while it goes on; `Silent` is one that does nothing."""

    def on_start(
        self, folder: Path, config: RunConfig, corpus: Corpus, first_step: int, n_steps: int
    ) -> None:
        """The data are read, the model is built or put back to where it stopped."""

    def on_step(self, metrics: StepMetrics) -> None:
        """A step was taken."""

    def on_evaluation(self, metrics: EvalMetrics) -> None:
        """The held-out headlines were classified."""


class Silent:
    """A watcher to inherit from, for those that follow only some of it."""

    def on_start(
        self, folder: Path, config: RunConfig, corpus: Corpus, first_step: int, n_steps: int
    ) -> None:
        """Nothing is done."""

    def on_step(self, metrics: StepMetrics) -> None:
        """Nothing is done."""

    def on_evaluation(self, metrics: EvalMetrics) -> None:
        """Nothing is done."""


class Ending(IntEnum):
    """Why the loop ends; where processes disagree the largest holds."""

    GOES_ON = 0
    FINISHED = 1
    PATIENCE = 2
    STOPPED = 3
    FAILED = 4


class Loop:
    """One run, step after step, until something ends it.

    Without commands it goes through to its end. With them it can be paused, stepped and changed between steps, and
    where it diverges it goes back to its last saved state and waits there; without them, divergence fails it.
    """

    def __init__(
        self,
        trainer: Trainer,
        store: RunStore,
        ranks: Ranks,
        stop: StopRequest,
        watcher: Watcher | None = None,
        commands: CommandReader | None = None,
        train_seconds: float = 0.0,
    ) -> None:
        self.trainer, self.store, self.ranks, self.stop = trainer, store, ranks, stop
        self.commands = commands
        self.watcher = watcher or Silent()
        self.train_seconds = train_seconds
        self.first_step = trainer.steps_done
        self.checkpoints = set(checkpoint_steps(trainer.n_steps, trainer.steps_per_epoch))
        self.evaluations: list[EvalMetrics] = []
        self.events = store.events()
        self.steps_allowed: int | None = None
        """How many more steps before the run pauses; None: it does not."""
        self.reason = ""
        """Why a stop was asked for."""
        self.pause_reason = ""
        """Why it is paused, where nobody asked for it."""
        self.problem: RunError | None = None
        self.saved_at = self.status_at = time.monotonic()
        trainer.adopt(config_at(trainer.config, self.events, trainer.steps_done))

    def run(self, corpus: Corpus) -> Ending:
        """Train; the first process writes, all processes stop at the same step. `close` must follow."""
        if self.ranks.is_first:
            self.watcher.on_start(
                self.store.folder, self.trainer.config, corpus, self.first_step, self.trainer.n_steps
            )
        ending = self._agree(self._begin)
        while ending is Ending.GOES_ON:
            began = time.perf_counter()
            metrics = self.trainer.step()
            self.train_seconds += time.perf_counter() - began
            ending = self._agree(lambda metrics=metrics: self._after(metrics))  # type: ignore[misc]
        return ending

    def close(self, ending: Ending) -> None:
        """Leave the folder so that a reader knows how the run ended; raises what made it fail."""
        step = self.trainer.steps_done
        if ending is Ending.FAILED:
            problem = self.problem or RunError("failed")
            with suppress(RunError):  # a full disk may refuse this too
                self._write_status("failed", problem.said)
            raise problem
        if ending is Ending.STOPPED:
            self._save()
            by = reason("by", who=self.stop.requested or "another process")
            self._write_status("stopped", self.reason or by)
            return
        if self.trainer.calibrates:
            self._calibrate()
        elif step not in self.checkpoints:
            self.store.save_checkpoint(self.trainer.whole()[0], step)
        self._forget_pauses()
        patience = reason("patience", epochs=self.trainer.config.patience)
        self._write_status("done", patience if ending is Ending.PATIENCE else "")
        self.store.drop_resume()

    def _agree(self, act: Callable[[], Ending]) -> Ending:
        """What the processes decide together: the first one acts, the others say whether they must stop."""
        ending = Ending.STOPPED if self.stop.requested else Ending.GOES_ON

        def act_or_fail() -> Ending:
            try:
                return act()
            except RunError as error:
                self.problem = error
                return Ending.FAILED

        acted = self.ranks.first_acts(act_or_fail, self.trainer.gather)
        return Ending(self.ranks.largest(ending if acted is None else acted))

    # -- between two steps -----------------------------------------------------------------------------------

    def _begin(self) -> Ending:
        """Step 0 is evaluated too: before any training, chance is what one sees."""
        records, _ = self.store.metrics()
        self.evaluations = [record for record in records if isinstance(record, EvalMetrics)]
        if not self.evaluations and not self._evaluate():
            raise RunError("bad_start")
        self._save()
        self._write_status("running")
        return self._next(self._ending())

    def _after(self, metrics: StepMetrics) -> Ending:
        """Write down a step and what falls due after it."""
        if has_diverged(metrics, self.trainer.config.model.n_classes):
            return self._diverged(metrics.step, metrics.loss)
        self.store.append(metrics)
        self.watcher.on_step(metrics)
        is_epoch_end = metrics.step % self.trainer.steps_per_epoch == 0
        is_due = is_epoch_end or metrics.step in self.checkpoints
        if is_due and not self._evaluate():
            return self._diverged(metrics.step, float("nan"))
        if time.monotonic() - self.saved_at > SAVE_SECONDS:
            self._save()
        if time.monotonic() - self.status_at > STATUS_SECONDS:
            self._write_status("running")
        if self.steps_allowed is not None:
            self.steps_allowed -= 1
        return self._next(self._ending())

    def _next(self, ending: Ending) -> Ending:
        """Before the next step: the changes that a former life of this run made here, then what is asked for now."""
        if ending is not Ending.GOES_ON:
            return ending
        done = self.trainer.steps_done
        for event in self.events:
            if event.is_change and event.step == done and event.value is not None:
                self.trainer.adopt(changed(self.trainer.config, event.kind, event.value))
        return self._obey() if self.commands else ending

    def _obey(self) -> Ending:
        """Do what is asked; while no further step is allowed, wait here for a command."""
        assert self.commands is not None
        paused_at: float | None = None
        while True:
            commands = self.commands.new()
            for command in commands:
                self._do(command)
            if self.stop.requested or self.reason:
                return Ending.STOPPED
            if self.steps_allowed != 0:
                if paused_at is not None:
                    self._mark("played")
                    self._write_status("running")
                return Ending.GOES_ON
            if paused_at is None:
                paused_at = time.monotonic()
                self._save()
                self._keep_for_pause()
                self._mark("paused")
                self._write_status("paused", self.pause_reason)
            elif commands:
                self._write_status("paused", self.pause_reason)  # so that whoever asked sees that it was read
            if time.monotonic() - paused_at > self.commands.idle_seconds:
                self.reason = reason("idle")
            time.sleep(_WAIT_SECONDS)

    def _do(self, command: Command) -> None:
        if command.do == "set" and command.value is not None:
            self._change(command.name, command.value)
        elif command.do == "stop":
            self.reason = reason("by_hand")
        else:
            to_epoch_end = (
                self.trainer.steps_per_epoch - self.trainer.steps_done % self.trainer.steps_per_epoch
            )
            self.steps_allowed = {"play": None, "pause": 0, "epoch": to_epoch_end}.get(command.do, command.n)
            if command.do != "pause":
                self.pause_reason = ""

    def _change(self, name: str, value: int | float | str) -> None:
        """Change a setting from the next step on. One that no run can have was refused where it was asked for."""
        before = setting(self.trainer.config, name)
        try:
            config = changed(self.trainer.config, name, value)
        except ConfigError as error:
            print(error, file=sys.stderr)
            return
        if value == before:
            return
        self.trainer.adopt(config)
        event = Event(step=self.trainer.steps_done, kind=name, value=value, before=before)
        self.events.append(event)
        self.store.note(event)

    def _mark(self, kind: str, value: str | None = None) -> None:
        self.store.note(Event(step=self.trainer.steps_done, kind=kind, value=value))

    # -- what can go wrong, and how it ends ------------------------------------------------------------------

    def _diverged(self, step: int, loss: float) -> Ending:
        """Go back to the last saved state and wait there, or fail where nobody could change anything."""
        if self.commands is None or self.ranks.world > 1:
            raise RunError("diverged", step=step, loss=loss, lr=self.trainer.config.lr)
        trainer = self.trainer
        saved = trainer.restore(self.store.load_resume) or 0
        self.store.rewind(saved)
        self.store.undo_changes_after(saved)
        self.store.note(Event(step=step, kind="diverged", value=f"{loss:g}"))
        self.events = self.store.events()
        trainer.steps_done = saved
        trainer.adopt(config_at(self.store.config(), self.events, saved + 1))
        self.evaluations = [e for e in self.evaluations if e.step <= saved]
        self.steps_allowed = 0
        self.pause_reason = reason("went_back", step=step, loss=loss, back=saved)
        return self._obey()

    def _ending(self) -> Ending:
        trainer = self.trainer
        if trainer.steps_done >= trainer.n_steps:
            return Ending.FINISHED
        epoch_ends = [e for e in self.evaluations if e.step > 0 and e.step % trainer.steps_per_epoch == 0]
        if patience_is_over([e.accuracy for e in epoch_ends], trainer.config.patience):
            return Ending.PATIENCE
        return Ending.STOPPED if self.stop.requested else Ending.GOES_ON

    def _calibrate(self) -> None:
        """Fit biases and confidence, and measure again: the run's last checkpoint is of the fitted model.

        The event comes last: a run that was killed before it does this again, with the same result.
        """
        step = self.trainer.steps_done
        if any(event.kind == "calibrated" for event in self.events):
            return
        began = time.perf_counter()
        n_updates = self.trainer.calibrate()
        self.train_seconds += time.perf_counter() - began
        self.store.save_checkpoint(self.trainer.whole()[0], step)
        evaluation = self.trainer.evaluate()
        if evaluation != self.evaluations[-1]:
            self.store.append(evaluation)
            self.watcher.on_evaluation(evaluation)
        self._mark("calibrated", str(n_updates))

    # -- writing ---------------------------------------------------------------------------------------------

    def _evaluate(self) -> bool:
        """Measure on the held-out headlines, and keep the weights where that is due; False without a number."""
        evaluation = self.trainer.evaluate()
        if not evaluation.finite:
            return False
        self.store.append(evaluation)
        self.evaluations.append(evaluation)
        self.watcher.on_evaluation(evaluation)
        if evaluation.step in self.checkpoints:
            self.store.save_checkpoint(self.trainer.whole()[0], evaluation.step)
        return True

    def _save(self) -> None:
        """The state to continue from."""
        trainer = self.trainer
        self.store.save_resume(*trainer.whole(), trainer.steps_done)
        self.saved_at = time.monotonic()

    def _keep_for_pause(self) -> None:
        """A checkpoint of the step where it pauses, so that every page shows it; that of the pause before goes."""
        step = self.trainer.steps_done
        if step not in self.store.checkpoint_steps():
            self.store.save_checkpoint(self.trainer.whole()[0], step)
        self._forget_pauses()

    def _forget_pauses(self) -> None:
        """No checkpoints but the planned ones and the newest: a run that was paused ends as one that was not."""
        for step in self.store.checkpoint_steps():
            if step != self.trainer.steps_done and step not in self.checkpoints:
                self.store.delete_checkpoint(step)

    def _write_status(self, state: State, reason: str = "") -> None:
        """How far the run is."""
        if state in ("running", "paused"):
            self.store.require_there()
        self.store.write_status(
            state, self.trainer.steps_done, self.trainer.n_steps, reason, round(self.train_seconds, 3)
        )
        self.status_at = time.monotonic()

"""The trainings of a class to which seeds are handed out: the jobs that there are anyhow, started and watched.

    class_trainings.wall_of("deepseek")           what is handed out: the run's preset, for a few epochs
    class_trainings.begin(room, caller)           the caller's seed; a private run of that browser, in the one queue
    class_trainings.look(room, log)               seed -> Training of those under way; hands in what has ended

Whoever looks reads what a training has come to from its run folder and writes it into the log of the class once. So it
matters neither which windows are open when it ends nor whether the server was started again in between.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

from moe_demo.config import RunConfig
from moe_demo.insight.run_summary import newest_evaluation
from moe_demo.jobs.class_log import Begun, ClassLog, Counts
from moe_demo.jobs.classroom_errors import ClassroomError
from moe_demo.jobs.classrooms import Classroom, Classrooms, Wall
from moe_demo.jobs.jobs import Jobs
from moe_demo.presets import preset, preset_or_default
from moe_demo.runs.catalogue import RunCatalogue
from moe_demo.runs.errors import RunError
from moe_demo.runs.owners import NOBODY, Caller

EPOCHS = 2
"""A class of 30 waits for 30 trainings; these leave the default preset some points below its best (see the README)."""
STEP_SECONDS, START_SECONDS = 12.0, 8.0
"""Of a training, two at once on two processors: its steps, before any of the class has ended; its start and reading."""
LOOK_SECONDS = 1.0
_UNDER_WAY = ("queued", "starting", "running", "paused")
_MAX_WATCHED = 64


@dataclass(frozen=True, kw_only=True)
class Training:
    """One that has begun and of which nothing has been handed in."""

    run: str
    state: str
    """A job's, or `gone` where its run has been deleted or renamed."""
    place: int = 0
    """In the queue, 1 is next."""
    step: int = 0
    n_steps: int = 0

    @property
    def is_under_way(self) -> bool:
        """Whether something may still come of it."""
        return self.state in _UNDER_WAY


def wall_of(run: str) -> Wall:
    """Seeds for a run that everybody may see. Raises RunError."""
    config = preset_or_default(RunCatalogue().store(run, NOBODY).config().preset)
    return Wall(
        number=0,
        measure="seeds",
        run=run,
        text="",
        n_layers=config.model.n_layers,
        n_experts=config.model.n_routed,
        preset=config.preset,
        epochs=min(EPOCHS, config.epochs),
    )


def config_of(wall: Wall, seed: int) -> RunConfig:
    """What is trained from a seed: nothing else differs."""
    return replace(preset(wall.preset), seed=seed, epochs=wall.epochs, patience=0)


def seconds_of(wall: Wall, counts: Counts) -> int:
    """About how long one training takes, in seconds: as those of this class that have ended did."""
    ended = [one.seconds for one in list(counts.finished.get(wall.number, {}).values())]
    return round((fmean(ended) if ended else STEP_SECONDS) + START_SECONDS)


def seconds_until(place: int, wall: Wall, counts: Counts) -> int:
    """About how long a training of this place in the queue waits, in tens of seconds."""
    return max(10, 10 * round(place * seconds_of(wall, counts) / max(Jobs().most, 1) / 10))


def begin(room: Classroom, caller: Caller) -> None:
    """Train from the caller's seed, unless that is under way or has been done. Raises ClassroomError, RunError."""
    wall = room.wall
    if wall is None or wall.measure != "seeds":
        raise ClassroomError("no_wall")
    log = Classrooms().log(room.code)
    with _beginning:
        seed = wall.seed_of(log.join(room.code, caller.visitor))
        counts, jobs = log.counts(), Jobs()
        begun = counts.begun.get(wall.number, {}).get(seed)
        is_done = seed in counts.finished.get(wall.number, {})
        if is_done or (begun is not None and _training(jobs, begun).is_under_way):
            return
        job = jobs.start(config_of(wall, seed), owner=caller, private=True, name=f"seed{seed}-1")
        training = Begun(seed=seed, run=job.name, created=job.created)
        log.begin(room.code, caller.visitor, wall.number, training)
    _forget(log.path)


def look(room: Classroom, log: ClassLog) -> Mapping[int, Training]:
    """The trainings of which nothing has come in, by seed; those that have ended are handed in."""
    if room.wall is None or room.wall.measure != "seeds":
        return {}
    with _watching:
        kept = _watched.pop(log.path, None)
        if kept is None or kept[0] != room.wall.number or time.monotonic() - kept[1] > LOOK_SECONDS:
            kept = (room.wall.number, time.monotonic(), _looked(room.wall, log))
        _watched[log.path] = kept
        while len(_watched) > _MAX_WATCHED:
            _watched.popitem(last=False)
        return kept[2]


def _looked(wall: Wall, log: ClassLog) -> dict[int, Training]:
    counts, jobs, found = log.counts(), Jobs(), {}
    finished = set(counts.finished.get(wall.number, {}))
    for seed, begun in list(counts.begun.get(wall.number, {}).items()):
        if seed in finished:
            continue
        training = _training(jobs, begun)
        if training.state != "done" or not _hand_in(jobs, log, wall, begun):
            found[seed] = training
    return found


def _training(jobs: Jobs, begun: Begun) -> Training:
    """What a training is doing; of a torn folder, and of another run of its name, nothing is known."""
    with suppress(RunError):
        job = jobs.get(begun.run)
        if job.created == begun.created:
            return Training(
                run=begun.run, state=job.state, place=job.place, step=job.step, n_steps=job.n_steps
            )
    return Training(run=begun.run, state="gone")


def _hand_in(jobs: Jobs, log: ClassLog, wall: Wall, begun: Begun) -> bool:
    """Write down what came of a training that is done; False where its folder does not say."""
    with suppress(RunError):
        store = jobs.store(begun.run)
        if evaluation := newest_evaluation(store):
            log.finish(wall.number, begun.seed, evaluation.accuracy, store.status().train_seconds)
            return True
    return False


def _forget(path: Path) -> None:
    with _watching:
        _watched.pop(path, None)


_beginning, _watching = threading.Lock(), threading.Lock()
_watched: OrderedDict[Path, tuple[int, float, dict[int, Training]]] = OrderedDict()
"""Log of a class -> number of the handing out, when it was looked at, what was found."""

"""Training in processes of their own: started, paused, changed and stopped from anywhere, at most so many at once.

    jobs = Jobs()                                      of the local folder of runs
    job = jobs.start(config, owner=caller)             a run folder comes to be; where others train it waits its turn
    jobs.pause(job.name, caller);  jobs.play(job.name, caller, until=ONE_STEP);  jobs.play(job.name, caller)

A job is a ticket (`registry`), a place while it waits (`queue`) and a process while it trains (`process`); what it has
learned stands in its run folder. `advance` starts what waits; every change calls it, and the server's own clock. Every
method raises RunError with one sentence: no such job, not yours, no room on the disk.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from moe_demo.config import RunConfig
from moe_demo.jobs.allowance import Allowance, Used
from moe_demo.jobs.process import Processes, reap
from moe_demo.jobs.queue import Queue
from moe_demo.jobs.registry import Registry
from moe_demo.limits import Limits
from moe_demo.runs.catalogue import RunCatalogue, local_folder
from moe_demo.runs.commands import PLAY, Command
from moe_demo.runs.events import Setting, changed
from moe_demo.runs.files import FolderLock, RunError
from moe_demo.runs.owners import NOBODY, Caller, hashed
from moe_demo.runs.store import RunStore, State
from moe_demo.runs.tickets import Ticket


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job as one sees it now."""

    name: str
    state: State | str
    """A run's state, or `queued`."""
    place: int
    """In the queue, 1 is next; 0 where it does not wait."""
    reason: str
    """Said in English; a `Said` where it can be said in another language."""
    step: int
    n_steps: int
    private: bool
    owner: str
    """Hash of the browser's id."""
    created: float

    @property
    def active(self) -> bool:
        """Whether something may still happen by itself."""
        return self.state in ("queued", "starting", "running", "paused")


class Jobs:
    """The training jobs of one folder of runs, by default the local one."""

    def __init__(self, runs: Path | None = None, most: int | None = None) -> None:
        self.runs = (local_folder() if runs is None else runs).resolve()  # the process may be elsewhere
        limits = Limits.of_environment()
        self.most = limits.jobs if most is None else most
        self.registry = Registry(self.runs)
        self.folder = self.registry.folder
        self.waiting = Queue(self.folder)
        self.processes = Processes(self.runs, self.folder)
        self.allowance = Allowance(self.registry, limits)
        self._lock = FolderLock(self.folder / "lock")

    # -- what there is ---------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """All jobs, by name."""
        return self.registry.names()

    def has(self, name: str) -> bool:
        """Whether a run was started as a job."""
        return self.registry.has(name)

    def has_begun(self, name: str) -> bool:
        """Whether the job's process has made its run folder."""
        return self.registry.has_begun(name)

    def asked_for(self, name: str) -> tuple[RunConfig, list[Path]]:
        """The settings and the files that a job begins with. Raises RunError or ConfigError where they are torn."""
        return self.registry.config(name), [Path(file) for file in self.registry.ticket(name).files]

    def store(self, name: str) -> RunStore:
        """The run folder of a job, which may not be there yet."""
        return self.registry.store(name)

    def get(self, name: str) -> Job:
        """What a job is doing."""
        ticket, place = self.registry.ticket(name), self.waiting.place(name)
        begun = self.has_begun(name)
        alive = (begun or not place) and self.is_alive(name)
        state: State | str = "starting" if alive else "failed"
        reason, step, n_steps = "", 0, 0
        if begun:
            status = self.store(name).status()
            state, reason, step, n_steps = status.state, status.said, status.step, status.n_steps
            if alive and not status.active and self.processes.asked_since(name, status.written):
                state, reason = "starting", ""  # a former life ended so; this one has not read its data yet
        elif not alive and not self.processes.was_started(name):
            state = "stopped"  # while it waited
        elif not alive:
            reason = self.processes.last_words(name)
        if place:
            state, reason = "queued", ""
        return Job(
            name=name,
            state=state,
            place=place,
            reason=reason,
            step=step,
            n_steps=n_steps,
            private=ticket.private,
            owner=ticket.owner,
            created=ticket.created,
        )

    def find(self, name: str, caller: Caller | None = None) -> Job | None:
        """What a job is doing; None where the run is no job, or one that this caller may not see."""
        may_see = self.has(name) and RunCatalogue(self.runs).may_see(name, caller)
        return self.get(name) if may_see else None

    def queue(self) -> list[str]:
        """The jobs that wait, in the order in which they asked."""
        return self.waiting.names()

    def under_way(self) -> list[Job]:
        """The jobs that have a process or wait for a place."""
        found = []
        for name in dict.fromkeys([*self.processes.alive(), *self.queue()]):
            with contextlib.suppress(RunError):  # its folder is torn
                found.append(self.get(name))
        return [job for job in found if job.active]

    def is_alive(self, name: str) -> bool:
        """Whether the job has a process, from the moment it was started."""
        return self.processes.is_alive(name)

    # -- what may be asked of them ---------------------------------------------------------------------------

    def start(
        self,
        config: RunConfig,
        files: Sequence[Path] = (),
        owner: Caller = NOBODY,
        name: str | None = None,
        private: bool = False,
        until: Command = PLAY,
        instead_of: str | None = None,
    ) -> Job:
        """Train a new run, as soon as there is a place, to its end or to a pause (`ONE_STEP`, `ONE_EPOCH`).

        `instead_of` is a run that the caller stops next: it does not count among those that a browser may have open.
        """
        ticket = Ticket(
            owner=hashed(owner.visitor),
            private=private,
            files=[str(file.resolve()) for file in files],
            created=time.time(),
        )
        if owner.visitor and not owner.operator:
            self.allowance.require_start(self.used(owner, leaving_out=instead_of))
        name = self.registry.add(name or f"{config.preset}-1", config, ticket)
        self._enqueue(name, until)
        return self.get(name)

    def play(
        self,
        name: str,
        caller: Caller,
        until: Command = PLAY,
        changes: Mapping[str, Setting] | None = None,
    ) -> None:
        """Go on to the end, or to a pause (`ONE_STEP`, `ONE_EPOCH`), with the settings changed that `changes` names."""
        self._require(name, caller)
        commands = [Command(do="set", name=key, value=value) for key, value in (changes or {}).items()]
        commands.append(until)
        state = self.get(name).state
        if state == "done":
            raise RunError("finished", name=name)
        if state in ("running", "starting"):
            self.processes.send(name, *commands)
        else:
            self._enqueue(name, *commands)

    def pause(self, name: str, caller: Caller) -> None:
        """Wait between two steps; what waits in the queue leaves it."""
        self._require(name, caller)
        if not caller.operator and self.get(name).state != "paused":
            self.allowance.require_pause(self.used(caller))
        self._hold(name, caller, Command(do="pause"))

    def stop(self, name: str, caller: Caller) -> None:
        """End the process after its step; the run can be played on from there."""
        self._hold(name, caller, Command(do="stop"))

    def change(self, name: str, setting_name: str, value: Setting, caller: Caller) -> None:
        """Another learning rate, K, balance method, alpha or bias rate, from the next step on.

        Raises:
            RunError: no such job, or not yours, or it has no process that could do so.
            ConfigError: no run can have that value.
        """
        self._require(name, caller)
        if not (self.is_alive(name) and self.has_begun(name)):
            raise RunError("not_training", name=name)
        store = self.store(name)
        changed(store.config(store.status().step + 1), setting_name, value)
        self.processes.send(name, Command(do="set", name=setting_name, value=value))

    def delete(self, name: str, caller: Caller) -> None:
        """Remove a run that has no process, with all it wrote."""
        self._require(name, caller)
        if self.is_alive(name):
            raise RunError("still_training", name=name)
        self.registry.remove(name)

    def rename(self, name: str, wanted: str, caller: Caller) -> str:
        """Give a run that has no process another name; returns it. Links with the old one lead nowhere then."""
        self._require(name, caller)
        if self.is_alive(name) or self.waiting.place(name):
            raise RunError("still_training", name=name)
        return self.registry.rename(name, wanted)

    def adopt(self, folder: Path, wanted: str, config: RunConfig, owner: Caller) -> str:
        """Make a whole run folder, checked before, a private run of this browser; returns its name."""
        ticket = Ticket(owner=hashed(owner.visitor), private=True, files=[], created=time.time())
        self.require_place(owner)
        return self.registry.adopt(folder, wanted, config, ticket)

    def require_place(self, owner: Caller) -> None:
        """Raise RunError where this browser may keep no further run."""
        if not owner.operator:
            self.allowance.require_place(self.used(owner))

    def used(self, caller: Caller, leaving_out: str | None = None) -> Used:
        """What this browser has started and keeps; one run can be taken as stopped."""
        states: list[tuple[str, State | str]] = []
        for name in self.names():
            with contextlib.suppress(RunError):
                if caller.owns(self.registry.ticket(name).owner):
                    states.append((name, "stopped" if name == leaving_out else self.get(name).state))
        return self.allowance.used(caller, states)

    def remove_outlived(self) -> None:
        """Delete runs on somebody's own data whose time is over."""
        for name in self.allowance.outlived():
            if not self.is_alive(name):
                self.registry.remove(name)

    def advance(self) -> None:
        """Start what waits, while there are places. A paused job takes none."""
        if not self.folder.is_dir():
            return
        with self._alone():
            for name in self.queue():
                if len(self.processes.busy()) >= self.most:
                    return
                commands = self.waiting.commands(name)
                if not self.is_alive(name):
                    config = self.registry.config_path(name)
                    self.processes.spawn(name, config, self.registry.ticket(name).files)
                self.processes.send(name, *commands)
                self.waiting.leave(name)

    # -- inside ----------------------------------------------------------------------------------------------

    def _require(self, name: str, caller: Caller) -> None:
        if not caller.may_change(self.registry.ticket(name).owner):
            raise RunError("not_yours", name=name)

    def _hold(self, name: str, caller: Caller, command: Command) -> None:
        self._require(name, caller)
        self.waiting.leave(name)
        if self.is_alive(name):
            self.processes.send(name, command)
        self.advance()

    def _enqueue(self, name: str, *commands: Command) -> None:
        self.waiting.put(name, *commands)
        self.advance()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Two browsers that press the same button start one process; whoever comes second finds it started."""
        reap()
        try:
            with self._lock:
                yield
        except RunError as error:
            if error.code != "locked":
                raise

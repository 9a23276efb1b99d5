"""Training in processes of their own: started, paused, changed and stopped from anywhere, at most so many at once.

    jobs = Jobs(local_folder())
    job = jobs.start(config, owner=visitor)          # a run folder comes to be; where others train it waits its turn
    jobs.pause(job.name, visitor);  jobs.play(job.name, visitor, until=ONE_STEP);  jobs.play(job.name, visitor)

A job is `python -m moe_demo train` with a run folder and a file of wishes (`control`). Nothing of it lives in the
server: it goes on when the server is killed, and a server that starts finds it again. Beside the runs stand

    .jobs/NAME.json        whose it is (Ticket)
    .jobs/NAME.waiting     since when it waits for a place, and for what; absent where it does not wait
    .jobs/NAME.config      the settings it begins with
    .jobs/NAME.wishes      what it has been asked for since its process started
    .jobs/NAME.alive       locked by the process from its first to its last moment
    .jobs/NAME.log         what it said

`advance` starts what waits; every change calls it, and the server's own clock. Every method raises RunError with
one sentence: no such job, not yours, no room on the disk.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from moe_demo.config import RunConfig
from moe_demo.runs.commands import Wish, send
from moe_demo.runs.events import Setting, changed
from moe_demo.runs.files import FolderLock, RunError, explained, read_json, write_json, write_whole
from moe_demo.runs.owners import hashed, is_owner
from moe_demo.runs.store import RunStore, State

PLAY, ONE_STEP, ONE_EPOCH = Wish(do="play"), Wish(do="steps", n=1), Wish(do="epoch")
MOST_VARIABLE = "MOE_DEMO_JOBS"
DEFAULT_MOST = 2
_NICE = 5  # training gives way to the pages
_LOG_BYTES = 2000


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """What is written down of a job."""

    owner: str
    """Hash of the browser's id."""
    private: bool
    """Trained on somebody's own data: nobody else sees it."""
    files: list[str]
    """The headlines, if not the built-in ones."""
    created: float
    """Unix time."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job as one sees it now."""

    name: str
    state: State | str
    """A run's state, or `queued`."""
    place: int
    """In the queue, 1 is next; 0 where it does not wait."""
    reason: str
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
    """The training jobs of one folder of runs."""

    def __init__(self, runs: Path, most: int | None = None) -> None:
        self.runs = runs.resolve()  # a job's process has a working directory of its own
        self.folder = self.runs / ".jobs"
        self.most = int(os.environ.get(MOST_VARIABLE, DEFAULT_MOST)) if most is None else most
        self._lock = FolderLock(self.folder / "lock")

    # -- what there is ---------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """All jobs, by name."""
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def get(self, name: str) -> Job:
        """What a job is doing."""
        ticket, alive = self._ticket(name), self.is_alive(name)
        store = RunStore(self.runs / name)
        state: State | str = "starting" if alive else "failed"
        reason, step, n_steps = "", 0, 0
        if (store.folder / "config.json").exists():
            status = store.status()
            state, reason, step, n_steps = status.state, status.reason, status.step, status.n_steps
            if alive and not status.active and self._was_asked_since(name, status.written):
                state, reason = "starting", ""  # a former life ended so; this one has not read its data yet
        elif not alive and not (self.folder / f"{name}.log").exists():
            state = "stopped"  # while it waited
        elif not alive:
            reason = self._last_words(name)
        queue = self.queue()
        place = queue.index(name) + 1 if name in queue else 0
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

    def has(self, name: str) -> bool:
        """Whether a run was started as a job."""
        return _is_name(name) and (self.folder / f"{name}.json").exists()

    def queue(self) -> list[str]:
        """The jobs that wait, in the order in which they asked."""
        waiting = {}
        for path in self.folder.glob("*.waiting"):
            with contextlib.suppress(RunError):  # it has just been started
                waiting[path.stem] = float(read_json(path)["asked"])
        return sorted(waiting, key=lambda name: (waiting[name], name))

    def under_way(self) -> list[Job]:
        """The jobs that have a process or wait for a place."""
        alive = [path.stem for path in sorted(self.folder.glob("*.alive")) if self.is_alive(path.stem)]
        found = []
        for name in dict.fromkeys([*alive, *self.queue()]):
            with contextlib.suppress(RunError):  # its folder is torn
                found.append(self.get(name))
        return [job for job in found if job.active]

    def may_see(self, name: str, visitor: str) -> bool:
        """Whether a run may be shown to this browser: all but those trained on somebody else's data."""
        try:
            ticket = self._ticket(name)
        except RunError:
            return True
        return not ticket.private or is_owner(visitor, ticket.owner)

    def is_alive(self, name: str) -> bool:
        """Whether the job has a process, from the moment it was started."""
        return (
            FolderLock(self.folder / f"{name}.alive").is_held() or RunStore(self.runs / name).lock.is_held()
        )

    # -- wishes ----------------------------------------------------------------------------------------------

    def start(
        self,
        config: RunConfig,
        files: Sequence[Path] = (),
        owner: str = "",
        name: str | None = None,
        private: bool = False,
        wish: Wish | None = None,
    ) -> Job:
        """Train a new run, as soon as there is a place; `wish` says how it begins (to its end, or some steps)."""
        name = self._free_name(name or f"{config.preset}-1")
        write_json(self.folder / f"{name}.config", config.to_dict())
        ticket = Ticket(
            owner=hashed(owner),
            private=private,
            files=[str(file.resolve()) for file in files],
            created=time.time(),
        )
        write_json(self.folder / f"{name}.json", asdict(ticket))
        self._enqueue(name, wish or PLAY)
        return self.get(name)

    def play(
        self,
        name: str,
        visitor: str,
        operator: bool = False,
        until: Wish = PLAY,
        changes: Mapping[str, Setting] | None = None,
    ) -> None:
        """Go on to the end, or to a pause (`ONE_STEP`, `ONE_EPOCH`), with the settings changed that `changes` names."""
        self._require(name, visitor, operator)
        wishes = [Wish(do="set", name=key, value=value) for key, value in (changes or {}).items()]
        wishes.append(until)
        state = self.get(name).state
        if state == "done":
            raise RunError(f"{name} is finished; start it again from its seed, or a new run.")
        if state in ("running", "starting"):
            self._send(name, *wishes)
        else:
            self._enqueue(name, *wishes)

    def pause(self, name: str, visitor: str, operator: bool = False) -> None:
        """Wait between two steps; what waits in the queue leaves it."""
        self._require(name, visitor, operator)
        self._leave_queue(name)
        if self.is_alive(name):
            self._send(name, Wish(do="pause"))
        self.advance()

    def stop(self, name: str, visitor: str, operator: bool = False) -> None:
        """End the process after its step; the run can be played on from there."""
        self._require(name, visitor, operator)
        self._leave_queue(name)
        if self.is_alive(name):
            self._send(name, Wish(do="stop"))
        self.advance()

    def change(
        self, name: str, setting_name: str, value: Setting, visitor: str, operator: bool = False
    ) -> None:
        """Another learning rate, K, balance method, alpha or bias rate, from the next step on.

        Raises:
            RunError: no such job, or not yours, or it has no process that could hear.
            ConfigError: no run can have that value.
        """
        self._require(name, visitor, operator)
        store = RunStore(self.runs / name)
        if not (self.is_alive(name) and (store.folder / "config.json").exists()):
            raise RunError(f"{name} is not being trained now; play it first.")
        changed(store.config(store.status().step + 1), setting_name, value)
        self._send(name, Wish(do="set", name=setting_name, value=value))

    def delete(self, name: str, visitor: str, operator: bool = False) -> None:
        """Remove a run that has no process, with all it wrote."""
        self._require(name, visitor, operator)
        if self.is_alive(name):
            raise RunError(f"{name} is still being trained; stop it first.")
        with explained(self.runs):
            shutil.rmtree(self.runs / name, ignore_errors=True)
            for path in self.folder.glob(f"{name}.*"):
                path.unlink(missing_ok=True)

    def advance(self) -> None:
        """Start what waits, while there are places. A paused job takes none."""
        if not self.folder.is_dir():
            return
        with self._alone():
            for name in self.queue():
                if len(self._busy()) >= self.most:
                    return
                waiting = read_json(self.folder / f"{name}.waiting")
                if not self.is_alive(name):
                    self._spawn(name)
                self._send(name, *(Wish(**values) for values in waiting["wishes"]))
                self._leave_queue(name)

    # -- inside ----------------------------------------------------------------------------------------------

    def _require(self, name: str, visitor: str, operator: bool) -> None:
        ticket = self._ticket(name)
        if not operator and not is_owner(visitor, ticket.owner):
            raise RunError(
                f"{name} was started from another browser; only that one, or the operator, may do this."
            )

    def _enqueue(self, name: str, *wishes: Wish) -> None:
        waiting = {"asked": time.time(), "wishes": [json.loads(wish.to_line()) for wish in wishes]}
        write_json(self.folder / f"{name}.waiting", waiting)
        self.advance()

    def _leave_queue(self, name: str) -> None:
        with explained(self.folder):
            (self.folder / f"{name}.waiting").unlink(missing_ok=True)

    def _send(self, name: str, *wishes: Wish) -> None:
        for wish in wishes:
            send(self.folder / f"{name}.wishes", wish)

    def _busy(self) -> list[str]:
        """Jobs that take a place: those with a process, unless it is paused and nothing has been asked of it since."""
        return [path.stem for path in self.folder.glob("*.alive") if self._takes_a_place(path.stem)]

    def _takes_a_place(self, name: str) -> bool:
        if not self.is_alive(name):
            return False
        try:
            status = RunStore(self.runs / name).status()
        except RunError:
            return True
        return status.state != "paused" or self._was_asked_since(name, status.written)

    def _was_asked_since(self, name: str, moment: float) -> bool:
        """Whether something has been asked of the job after a certain Unix time, its start included."""
        try:
            return (self.folder / f"{name}.wishes").stat().st_mtime > moment
        except OSError:
            return True

    def _spawn(self, name: str) -> None:
        """Start the process. It inherits the lock on `.alive`, which the system frees however the process ends."""
        files = self._ticket(name).files
        write_whole(self.folder / f"{name}.wishes", b"")
        folder = self.runs / name
        begun = (folder / "config.json").exists()
        source = ["--resume", str(folder)] if begun else ["--config", str(self.folder / f"{name}.config")]
        command = [sys.executable, "-m", "moe_demo", "train", *source]
        command += ["--control", str(self.folder / f"{name}.wishes"), "--device", "auto"]
        command += [] if begun else ["--out", str(folder)]
        command += ["--data", *files] if files else []
        alive, log_path = FolderLock(self.folder / f"{name}.alive"), self.folder / f"{name}.log"
        with explained(self.folder), alive, open(log_path, "wb") as log:
            process = subprocess.Popen(
                command,
                cwd=Path(__file__).parents[2],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **alive.inherited(),
            )
        _children.append(process)
        with contextlib.suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)

    def _last_words(self, name: str) -> str:
        """The sentence with which a process ended that never got to a run folder."""
        with contextlib.suppress(OSError):
            text = (self.folder / f"{name}.log").read_bytes()[-_LOG_BYTES:].decode(errors="replace")
            return text.strip().rpartition("\n")[2]
        return ""

    def _ticket(self, name: str) -> Ticket:
        path = self.folder / f"{name}.json"
        if not _is_name(name) or not path.exists():
            raise RunError(f"There is no training job {name!r}.")
        try:
            return Ticket(**read_json(path))
        except TypeError as error:
            raise RunError(f"{path} was not written by this version; delete it.") from error

    def _free_name(self, wanted: str) -> str:
        """`wanted`, or with the next number that neither a run nor a job has; taken at once."""
        stem, _, number = wanted.rpartition("-")
        stem, first = (stem, int(number)) if stem and number.isdigit() else (wanted, 1)
        with explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            for n in itertools.count(first):
                name = f"{stem}-{n}"
                if (self.runs / name).exists():
                    continue
                with contextlib.suppress(FileExistsError):
                    (self.folder / f"{name}.config").open("x").close()
                    return name
        raise AssertionError("numbers do not end")

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Two browsers that press the same button start one process; whoever comes second finds it started."""
        _reap()
        try:
            with self._lock:
                yield
        except RunError as error:
            if "another process" not in str(error):
                raise


_children: list[subprocess.Popen[bytes]] = []


def _reap() -> None:
    """Let go of processes that have ended: the system keeps them until their parent has looked."""
    _children[:] = [process for process in _children if process.poll() is None]


def _is_name(name: str) -> bool:
    return name == Path(name).name and not name.startswith(".") and name not in ("", "lock")

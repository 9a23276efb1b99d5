"""Several processes, one run: what `torchrun` starts and what a single process is a special case of.

Only the first process (rank 0) writes. All decide together when to stop, or the others would wait for ever.
"""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch.distributed import TCPStore  # type: ignore[attr-defined]

from moe_demo.config import ConfigError
from moe_demo.runs.files import RunError

T = TypeVar("T")
START_SECONDS = 120  # in which every process must have come up


@dataclass(frozen=True)
class Ranks:
    """This process's place among those that train together."""

    rank: int
    world: int
    device: str

    @property
    def is_first(self) -> bool:
        """Whether this is the process that reads files, writes the run folder and speaks."""
        return self.rank == 0

    def first_acts(self, act: Callable[[], T], join: Callable[[], object]) -> T | None:
        """The first process acts; the others wait, and join in as often as it calls them. None for the others.

        So the first may decide by itself, by its clock for instance, when it needs what only all of them hold.
        """
        if self.is_first:
            try:
                return act()
            finally:
                self._tell(False)
        while self._tell(False):
            join()
        return None

    def call_others(self) -> None:
        """From inside `first_acts`: let the others join in once."""
        self._tell(True)

    def _tell(self, join: bool) -> bool:
        """The first process's word, known to all."""
        if self.world == 1:
            return join
        word = torch.tensor(join, device=self.device, dtype=torch.uint8)
        dist.broadcast(word, src=0)
        return bool(word)

    def largest(self, value: int) -> int:
        """The largest of all processes' values, known to all."""
        if self.world == 1:
            return value
        tensor = torch.tensor(value, device=self.device)
        dist.all_reduce(tensor, op=dist.ReduceOp.MAX)
        return int(tensor)

    def from_first(self, value: T) -> T:
        """The first process's value, known to all."""
        if self.world == 1:
            return value
        box: list[Any] = [value]
        dist.broadcast_object_list(box, src=0, device=torch.device(self.device))
        return box[0]

    def first_does(self, action: Callable[[], T], join: Callable[[], object] = lambda: None) -> T:
        """Let the first process act and tell the others what came of it: a value, or a RunError for all."""
        if self.world == 1:
            return action()

        def act() -> tuple[T | None, RunError | None]:
            try:
                return action(), None
            except RunError as error:
                return None, error

        value, problem = self.from_first(self.first_acts(act, join) or (None, None))
        if problem:
            raise problem
        return value  # type: ignore[return-value]


ALONE = Ranks(0, 1, "cpu")
"""One process that trains by itself."""


def is_first_process() -> bool:
    """Whether this process speaks for the run, known from what torchrun sets, before any group exists."""
    return os.environ.get("RANK", "0") == "0"


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """One thread for torch, unless OMP_NUM_THREADS asks for another number.

    A step is hundreds of operations of microseconds each. More threads gain little when the machine is idle and
    lose everything when it is not: at the end of each operation they wait for the one that was put to sleep.
    It also makes a run's bits independent of the number of cores.
    """
    before = torch.get_num_threads()
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def process_group(device: str = "auto") -> Iterator[Ranks]:
    """Join the group that torchrun set up, or be a group of one.

    Raises RunError where a process does not come up, or is gone before the work is done.
    """
    name = resolve_device(device)
    if "RANK" not in os.environ or "WORLD_SIZE" not in os.environ:
        yield Ranks(0, 1, name)
        return
    if name == "cuda":
        name = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
        torch.cuda.set_device(name)
    store, rank, world = _meet()
    backend = "nccl" if name.startswith("cuda") else "gloo"
    dist.init_process_group(backend, store=store, rank=rank, world_size=world)
    try:
        yield Ranks(rank, world, name)
        dist.barrier()  # nobody hangs up while another process still speaks
    except RuntimeError as error:
        if not _is_broken_connection(error):
            raise
        raise RunError("lost_process", rank=rank, world=world) from error
    finally:
        gc.collect()  # what holds on to the group would end its threads too late
        dist.destroy_process_group()


def _meet() -> tuple[TCPStore, int, int]:
    """Wait until every process has come up: their common store, this process's rank, and how many there are.

    Raises RunError where one does not come up in time, or another program has the port they were to meet at.
    """
    rank, world, limit = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"]), _start_limit()
    store = _store(rank, world, limit)
    store.set(_here(rank), "")
    try:
        store.wait([_here(other) for other in range(world)], limit)
    except dist.DistStoreError as error:
        missing = [str(other) for other in range(world) if not store.check([_here(other)])]
        raise _missing(", ".join(missing), world, limit) from error
    return store, rank, world


def _store(rank: int, world: int, limit: timedelta) -> TCPStore:
    """The store at MASTER_ADDR and MASTER_PORT: torchrun keeps it; without torchrun the first process does."""
    host, port = os.environ.get("MASTER_ADDR", "127.0.0.1"), int(os.environ.get("MASTER_PORT", "29500"))
    keeps_it = rank == 0 and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True"
    try:
        return TCPStore(host, port, world, keeps_it, limit, wait_for_workers=False)
    except dist.DistError as error:
        if not keeps_it:
            raise _missing("0", world, limit) from error
        why = str(error).rpartition("message: ")[2].strip().rstrip(".") or "refused"
        raise RunError("port", port=port, why=why) from error


def _missing(ranks: str, world: int, limit: timedelta) -> RunError:
    return RunError("missing_processes", ranks=ranks, world=world, seconds=limit.total_seconds())


def _here(rank: int) -> str:
    return f"moe_demo/here/{rank}"


def _start_limit() -> timedelta:
    """In which every process must have come up; MOE_DEMO_START_SECONDS sets another."""
    written = os.environ.get("MOE_DEMO_START_SECONDS", "")
    is_number = written.isascii() and written.isdigit() and len(written) < 7
    return timedelta(seconds=int(written) if is_number else START_SECONDS)


def _is_broken_connection(error: RuntimeError) -> bool:
    """Whether another process has gone; gloo says so in a plain RuntimeError."""
    return isinstance(error, dist.DistError) or "gloo/" in str(error)


def resolve_device(device: str) -> str:
    """`auto` means the GPU where there is one; raises ConfigError for a GPU that is not there."""
    if device not in ("auto", "cpu", "cuda"):
        raise ConfigError("device", device=device)
    if device == "cpu" or (device == "auto" and not torch.cuda.is_available()):
        return "cpu"
    if not torch.cuda.is_available():
        raise ConfigError("no_cuda")
    # cuBLAS repeats its sums in the same order only with a workspace of fixed size.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    return "cuda"

"""Several processes, one run: what `torchrun` starts and what a single process is a special case of.

Only the first process (rank 0) writes. All decide together when to stop, or the others would wait for ever.
"""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
import torch.distributed as dist

from moe_demo.config import ConfigError
from moe_demo.runs.files import RunError

T = TypeVar("T")


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

    def first_does(self, action: Callable[[], T]) -> T:
        """Let the first process act and tell the others what came of it: a value, or a RunError for all."""
        value: T | None = None
        problem: RunError | None = None
        if self.is_first:
            try:
                value = action()
            except RunError as error:
                if self.world == 1:
                    raise
                problem = error
        value, problem = self.from_first((value, problem))
        if problem:
            raise problem
        return value  # type: ignore[return-value]


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
    """Join the group that torchrun set up, or be a group of one."""
    name = resolve_device(device)
    if "RANK" not in os.environ or "WORLD_SIZE" not in os.environ:
        yield Ranks(0, 1, name)
        return
    if name == "cuda":
        name = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
        torch.cuda.set_device(name)
    dist.init_process_group("nccl" if name.startswith("cuda") else "gloo")
    try:
        yield Ranks(dist.get_rank(), dist.get_world_size(), name)
        dist.barrier()  # nobody hangs up while another process still speaks
    finally:
        gc.collect()  # what holds on to the group (DDP refers to itself) would end its threads too late
        dist.destroy_process_group()


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

"""What the experts page measures on the held-out headlines: once for each run and checkpoint, for all readers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from threading import Lock, RLock
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from moe_demo.insight.assignments import MAX_HEADLINES, Assignments, Tell, assignments
from moe_demo.insight.expert_cell import By, ExpertCell, cell_of
from moe_demo.insight.experts import LayerExperts, by_class, by_kind
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.kept import RunCache, kept_with_run
from moe_demo.insight.run import Run
from moe_demo.insight.whatif import Headlines

Rest = ParamSpec("Rest")
Result = TypeVar("Result")
_CELLS = 512

_locks: WeakKeyDictionary[Run, RLock] = WeakKeyDictionary()
_of_locks = Lock()


def _alone(run: Run) -> RLock:
    """The lock of a run: of readers who ask at once for what is not there, one makes it and the others wait."""
    with _of_locks:
        return _locks.setdefault(run, RLock())


def once_for_all(
    most: int,
) -> Callable[[Callable[Concatenate[Run, Rest], Result]], Callable[Concatenate[Run, Rest], Result]]:
    """Keep what a function makes of a run for all readers, the last `most` answers; made by one of them at a time."""

    def keeping(make: Callable[Concatenate[Run, Rest], Result]) -> Callable[Concatenate[Run, Rest], Result]:
        kept = kept_with_run(most)(make)

        @wraps(make)
        def get(run: Run, *args: Rest.args, **kwargs: Rest.kwargs) -> Result:
            with _alone(run):
                return kept(run, *args, **kwargs)

        return get

    return keeping


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """One checkpoint's experts on its held-out headlines."""

    found: Assignments
    n_held_out: int
    """Headlines there are; those counted may be fewer."""
    by_class: list[LayerExperts]
    by_kind: list[LayerExperts]


def measured(run: Run, tell: Tell = lambda done, of: None) -> Measured:
    """From memory, or measured now; `tell` hears how many headlines are done. Raises DataGoneError."""
    with _alone(run):
        return _kept.get(run, "", lambda: _measure(run, tell))


def is_measured(run: Run) -> bool:
    """Whether it is in memory."""
    return _kept.has(run, "")


@once_for_all(_CELLS)
def cell(run: Run, layer: int, expert: int, of: int, by: By) -> ExpertCell:
    """The words and headlines behind one cell."""
    return cell_of(measured(run).found, layer, expert, of, by)


def _measure(run: Run, tell: Tell) -> Measured:
    found = assignments(run, Headlines.held_out(run, MAX_HEADLINES), tell)
    n_held_out = len(split_of_run(run.store).held_out)
    return Measured(found=found, n_held_out=n_held_out, by_class=by_class(found), by_kind=by_kind(found))


_kept: RunCache[Measured] = RunCache()  # some 2 MB for the bundled run

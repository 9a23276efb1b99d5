"""What is made of a run, kept for all readers for as long as the run itself is in memory.

@kept_with_run(256)
def removal_effects(run, text): ...             made once for each sentence; the last 256 sentences of each run stay

A plain `lru_cache` would keep the run too, its weights included, long after everybody has gone on to others.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import update_wrapper
from threading import Lock
from typing import Concatenate, Generic, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from moe_demo.insight.run import Run

Rest = ParamSpec("Rest")
Value = TypeVar("Value")
Value_co = TypeVar("Value_co", covariant=True)


class RunCache(Generic[Value]):
    """The values asked for last of each run; they go when the run does. No value may hold the run."""

    def __init__(self, most: int = 1) -> None:
        self.most = most
        self._of_runs: WeakKeyDictionary[Run, OrderedDict[Hashable, Value]] = WeakKeyDictionary()
        self._lock = Lock()

    def get(self, run: Run, key: Hashable, make: Callable[[], Value]) -> Value:
        """The run's value under a key. Where two ask at once for what is not there, both make it."""
        with self._lock:
            kept = self._of_runs.setdefault(run, OrderedDict())
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        value = make()
        with self._lock:
            kept[key] = value
            while len(kept) > self.most:
                kept.popitem(last=False)
        return value

    def has(self, run: Run, key: Hashable) -> bool:
        """Whether the run's value under this key is kept now."""
        with self._lock:
            return key in self._of_runs.get(run, ())

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._of_runs.clear()


class KeptWithRun(Generic[Rest, Value_co]):
    """A function of a run that keeps its answers."""

    def __init__(self, make: Callable[Concatenate[Run, Rest], Value_co], most: int) -> None:
        self.make = make
        self.kept: RunCache[Value_co] = RunCache(most)
        update_wrapper(self, make)

    def __call__(self, run: Run, *args: Rest.args, **kwargs: Rest.kwargs) -> Value_co:
        """From memory, or made now."""
        key = (args, *sorted(kwargs.items()))
        return self.kept.get(run, key, lambda: self.make(run, *args, **kwargs))


def kept_with_run(
    most: int = 1,
) -> Callable[[Callable[Concatenate[Run, Rest], Value]], KeptWithRun[Rest, Value]]:
    """Keep the last `most` answers that a function gives for each run."""
    return lambda make: KeptWithRun(make, most)

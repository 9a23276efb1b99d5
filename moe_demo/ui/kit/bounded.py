"""A cache that cannot grow without end, whatever strangers ask for.

cache = BoundedCache(room=40_000_000, size_of=n_bytes)
cache.get(key, make)          what was kept under the key, else what `make` gives
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class BoundedCache(Generic[Value]):
    """The values asked for last, as many as have room together; one that is larger than the room is kept alone."""

    def __init__(self, room: int, size_of: Callable[[Value], int]) -> None:
        self.room, self._size_of = room, size_of
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = Lock()
        self.used = 0

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value under a key. Where two ask at once for what is not there, both make it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        value = make()
        self._keep(key, value)
        return value

    def has(self, key: Hashable) -> bool:
        """Whether the key's value is kept now."""
        with self._lock:
            return key in self._kept

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self.used = 0

    def _keep(self, key: Hashable, value: Value) -> None:
        size = self._size_of(value)
        with self._lock:
            self.used += size - self._kept.pop(key, (value, 0))[1]
            self._kept[key] = (value, size)
            while self.used > self.room and len(self._kept) > 1:
                self.used -= self._kept.popitem(last=False)[1][1]

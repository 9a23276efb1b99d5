"""Where the system's memory for C comes from, for all threads of the server."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

_M_ARENA_MAX = -8  # malloc.h of glibc
_HEAPS = 2


def share_heaps() -> None:
    """Let all threads share two heaps, where the C library is glibc; elsewhere, nothing happens.

    Every script run and request is a thread, and glibc gives one that finds the heaps busy another one: up to eight for
    each processor, each of which keeps the most it ever held. Two are enough where one thread at a time runs Python.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _HEAPS)

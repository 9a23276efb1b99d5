"""Where the system's memory for C comes from, for all threads of the server."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

_M_ARENA_MAX = -8  # malloc.h of glibc
_HEAPS = 2

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def share_heaps() -> None:
    """Let all threads share two heaps, where the C library is glibc; elsewhere, nothing happens.

    Every script run and request is a thread, and glibc gives one that finds the heaps busy another one: up to eight for
    each processor, each of which keeps the most it ever held. Two are enough where one thread at a time runs Python.
    """
    if _libc is not None:
        with suppress(AttributeError):
            _libc.mallopt(_M_ARENA_MAX, _HEAPS)


def give_back() -> None:
    """Return what the heaps hold free to the system, where the C library is glibc; elsewhere, nothing happens.

    By itself glibc returns only the free end of a heap. What one visit frees between what others still hold stays with
    the process, so that a server would grow by what it once needed. Other threads go on meanwhile.
    """
    if _libc is not None:
        with suppress(AttributeError):
            _libc.malloc_trim(0)

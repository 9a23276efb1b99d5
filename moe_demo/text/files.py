"""The bytes of a file that somebody names: an ordinary file, or a pipe such as the shell's `<(...)`, never for ever."""

from __future__ import annotations

import os
import select
import stat
import time
from pathlib import Path

from moe_demo.text.errors import CorpusError

PIPE_SECONDS = 30.0  # from opening a pipe to its end
_CHUNK = 1 << 20


def read_bytes(file: str, max_bytes: int) -> bytes:
    """The content of a file.

    Raises:
        CorpusError: missing, folder, device, unreadable, slow, too_large.
    """
    try:
        with open(file, "rb", opener=_without_waiting) as stream:
            kind = os.fstat(stream.fileno()).st_mode
            if stat.S_ISFIFO(kind):
                data = _piped(stream.fileno(), file, max_bytes + 1)
            elif stat.S_ISREG(kind):
                data = stream.read(max_bytes + 1)
            else:
                raise CorpusError("device", file=file)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CorpusError("missing", file=file) from error
    except OSError as error:
        if Path(file).is_dir():
            raise CorpusError("folder", file=file) from error
        raise CorpusError("unreadable", file=file, why=error.strerror) from error
    if len(data) > max_bytes:
        raise CorpusError("too_large", file=file, limit=max_bytes)
    return data


def _without_waiting(file: str, flags: int) -> int:
    """Open at once: a pipe that nobody writes to would keep us waiting, deaf to signals."""
    return os.open(file, flags | getattr(os, "O_NONBLOCK", 0))


def _piped(descriptor: int, file: str, most: int) -> bytes:
    """What comes through a pipe until its writer closes it."""
    data, give_up = bytearray(), time.monotonic() + PIPE_SECONDS
    while len(data) < most:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, give_up - time.monotonic()))
        if not ready:
            raise CorpusError("slow", file=file, seconds=PIPE_SECONDS)
        try:
            chunk = os.read(descriptor, _CHUNK)
        except BlockingIOError:
            continue
        if not chunk:
            break
        data += chunk
    return bytes(data)

"""Reading a file that somebody brings, in a process of its own with a limit on time and memory.

    intake_apart(bytes, name).opened()       as `text.intake.intake_of`

Whatever the file does to the reading, the server only waits for it, and kills it when its time is over. A thread could
not be killed, and would hold up the pages of everybody.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import zlib
from contextlib import suppress
from dataclasses import dataclass

from moe_demo.jobs.environment import environment
from moe_demo.text.errors import CorpusError
from moe_demo.text.intake import Intake, intake_of

SECONDS = 30  # of a processor; the largest file that is taken needs some ten
_PATIENCE_SECONDS = 120.0  # by the clock, should it hardly get one
MAX_MB = 1500  # of addresses; the interpreter and its libraries need some 250 of them
MAX_AT_ONCE = 2
_NICE = 10  # the pages first
_OUT_OF_MEMORY = 3
_COMMAND = [sys.executable, "-P", "-m", "moe_demo.jobs.reading"]
_places = threading.BoundedSemaphore(MAX_AT_ONCE)


@dataclass(frozen=True)
class PackedIntake:
    """What was found in a file, or why it cannot be used, as bytes to keep.

    Fifty thousand headlines take 22 MB as objects, and 2.4 MB so. An error that is kept as it is keeps the frames it
    came through, and with them the file.
    """

    content: bytes

    @classmethod
    def of(cls, found: Intake | CorpusError) -> PackedIntake:
        """Pack it."""
        return cls(zlib.compress(pickle.dumps(found), level=1))

    def opened(self) -> Intake:
        """What was found, made anew. Raises CorpusError where the file cannot be used."""
        found: Intake | CorpusError = pickle.loads(zlib.decompress(self.content))
        if isinstance(found, CorpusError):
            raise found
        return found


def intake_apart(data: bytes, file: str) -> PackedIntake:
    """Look at the content of a file; `file` is its name.

    Whoever opens the answer meets `CorpusError`: as `intake_of`; reading (too much time or memory), busy (too many
    files at once).
    """
    if not _places.acquire(timeout=_PATIENCE_SECONDS):
        return PackedIntake.of(CorpusError("busy", file=file))
    try:
        process = subprocess.run(
            _COMMAND,
            input=pickle.dumps((data, file)),
            stdout=subprocess.PIPE,
            timeout=_PATIENCE_SECONDS,
            env=environment() | {"OPENBLAS_NUM_THREADS": "1"},  # each thread takes addresses
            check=False,
        )
    except subprocess.TimeoutExpired:
        return PackedIntake.of(_too_much(file))
    finally:
        _places.release()
    if process.returncode < 0 or process.returncode == _OUT_OF_MEMORY:  # below zero: ended by a signal
        return PackedIntake.of(_too_much(file))
    process.check_returncode()
    return PackedIntake(process.stdout)


def _too_much(file: str) -> CorpusError:
    return CorpusError("reading", file=file, seconds=SECONDS, mb=MAX_MB)


def _limit() -> None:
    """Hold this process to its limits, as far as the system has such."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        os.nice(_NICE)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MB * 2**20, MAX_MB * 2**20))


def _main() -> int:
    """Read a file from standard input, write what was found in it to standard output."""
    _limit()
    try:
        found: Intake | CorpusError
        try:
            found = intake_of(*pickle.load(sys.stdin.buffer))
        except CorpusError as error:
            found = error
        sys.stdout.buffer.write(PackedIntake.of(found).content)
    except MemoryError:
        return _OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(_main())

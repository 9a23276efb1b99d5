"""Reading a file of headlines that somebody brings, apart from the server.

intake_apart(bytes, name).opened()       as `text.intake.intake_of`
"""

from __future__ import annotations

import pickle
import sys
import zlib
from dataclasses import dataclass
from typing import Any

from moe_demo.jobs.apart import Limit, RefusedError, answering, apart
from moe_demo.text.errors import CorpusError
from moe_demo.text.intake import Intake, intake_of

SECONDS = 30  # of a processor; the largest file that is taken needs some ten
MAX_MB = 1500


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


def intake_apart(data: bytes, file: str, **options: Any) -> PackedIntake:
    """Look at the content of a file; `file` is its name, `options` as for `apart`.

    Whoever opens the answer meets `CorpusError`: as `intake_of`; reading (too much time or memory), busy (too many
    files at once), failed.
    """
    try:
        return PackedIntake(apart("moe_demo.jobs.reading", (data, file), bytes, **options))
    except RefusedError as refused:
        if refused.why != "too_much":
            return PackedIntake.of(CorpusError("busy" if refused.why == "busy" else "failed", file=file))
        return PackedIntake.of(CorpusError("reading", file=file, seconds=SECONDS, mb=MAX_MB))


def _look(payload: tuple[bytes, str]) -> bytes:
    found: Intake | CorpusError
    try:
        found = intake_of(*payload)
    except CorpusError as error:
        found = error
    return PackedIntake.of(found).content


if __name__ == "__main__":
    sys.exit(answering(_look, Limit(seconds=SECONDS, mb=MAX_MB)))

"""How every recording that ships is read: whatever is not as it was made is one sentence.

read_recorded(path, build)     what `build` makes of a JSON file
recorded_lines(path, build)    of each line of a file of JSON lines
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from moe_demo.runs.files import RunError, read_json

Recorded = TypeVar("Recorded")


def read_recorded(path: Path, build: Callable[[Any], Recorded]) -> Recorded:
    """What a recording says. Raises RunError with one sentence where it is missing or broken."""
    record = read_json(path)
    with _explained(path):
        return build(record)


def recorded_lines(path: Path, build: Callable[[Any], Recorded]) -> list[Recorded]:
    """What each line of a recording says. Raises RunError with one sentence where one is broken or there is no file."""
    with _explained(path):
        return [build(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise RunError("bad_recording", path=path, why=error) from error

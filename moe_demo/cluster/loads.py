"""Measured loads from a JSON file: a list of layers, each a list of its experts' loads.

Letters: L layers, E experts.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from moe_demo.cluster.errors import PlacementError

Array = np.ndarray[Any, Any]

MAX_BYTES = 20_000_000
MAX_LOAD = 1e15
"""Above it a 64-bit float no longer tells one token from the next."""
_SHOWN_CHARS = 40


def read_loads(path: Path) -> Array:
    """Loads of shape (L, E). Raises PlacementError with one sentence where the file has none."""
    name, found = path.name, _content(path)
    try:
        rows = json.loads(found.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise PlacementError("not_json", file=name) from None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise PlacementError("shape", file=name)
    if not rows or not rows[0]:
        raise PlacementError("empty", file=name)
    for layer, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise PlacementError("ragged", file=name, layer=layer, found=len(row), expected=len(rows[0]))
        for expert, value in enumerate(row):
            if not _is_load(value):
                shown = repr(value)[:_SHOWN_CHARS]
                raise PlacementError(
                    "value", file=name, layer=layer, expert=expert, value=shown, limit=MAX_LOAD
                )
    return np.array(rows, dtype=np.float64)


def _is_load(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 <= value <= MAX_LOAD  # type: ignore[operator]  # false for NaN too


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            found = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise PlacementError("missing", file=path) from None
    except OSError as error:
        raise PlacementError("unreadable", file=path, why=error.strerror or str(error)) from None
    if len(found) > MAX_BYTES:
        raise PlacementError("too_large", file=path.name, limit=MAX_BYTES)
    return found

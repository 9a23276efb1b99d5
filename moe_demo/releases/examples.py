"""Headlines that ship with the app because they show something, as they lie on disk: `make_examples` finds them.

read_examples()     those of the bundled run; none where the file is missing or broken
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import get_args

from moe_demo.insight.telling_headlines import TellingHeadline, Why
from moe_demo.releases.recorded import read_recorded
from moe_demo.runs.files import RunError, write_json

EXAMPLE_RUN = "deepseek"
EXAMPLES = Path(__file__).parents[1] / "recordings" / "examples.json"


@lru_cache(maxsize=4)
def read_examples(path: Path = EXAMPLES) -> tuple[TellingHeadline, ...]:
    """All of them, in the order of their file; none where it cannot be read, for the app does without."""
    with suppress(RunError):
        return read_recorded(path, lambda record: tuple(_headline(one) for one in record["headlines"]))
    return ()


def _headline(record: dict[str, object]) -> TellingHeadline:
    sets = record["sets"]
    if (
        record["why"] not in get_args(Why)
        or not isinstance(record["text"], str)
        or not isinstance(sets, list)
    ):
        raise ValueError(f"no such example: {record!r}")
    return TellingHeadline(**record | {"sets": tuple(sets)})  # type: ignore[arg-type]


def write_examples(headlines: Sequence[TellingHeadline], path: Path = EXAMPLES) -> None:
    """Replace the file."""
    write_json(path, {"run": EXAMPLE_RUN, "headlines": [asdict(one) for one in headlines]})

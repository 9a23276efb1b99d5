"""Texts that belong to none of the three classes: headlines of other topics, everyday talk, and nonsense.

A classifier knows nothing but its classes and gives each text to one of them. Trained beside these, with no class
preferred, it learns to be unsure of what it was not made for (outlier exposure, arXiv 1812.04606). The headlines were
written for this project, as those of the classes were; `nonsense` follows rules and a seed.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from moe_demo.config import LABELS
from moe_demo.text.nonsense import nonsense

BACKGROUND_PATH = Path(__file__).with_name("background.csv")
HELD_OUT_TOPICS = ("charity", "law", "parenting", "traffic")
"""Never trained on: they tell how topics are met that nobody thought of."""
NEAR_TOPICS = ("cars", "culture", "fashion", "lottery")
"""Not trained on either: so near to technology, entertainment and sports that doubting them costs accuracy there."""
N_NONSENSE = 1800
_TRAINING_SEED = 0


@dataclass(frozen=True)
class BackgroundHeadline:
    """A headline of another topic."""

    text: str
    topic: str


@lru_cache(maxsize=1)
def background() -> tuple[BackgroundHeadline, ...]:
    """All of them, in the order of their file."""
    with BACKGROUND_PATH.open(encoding="utf-8", newline="") as file:
        return tuple(BackgroundHeadline(row["text"], row["topic"]) for row in csv.DictReader(file))


def training_outliers(labels: Sequence[str] = LABELS) -> tuple[str, ...]:
    """The texts of no class that training shows: headlines of all but the topics left out, then nonsense.

    Where the classes are other ones than ours, nonsense alone: a topic may be one of them.
    """
    headlines = (one.text for one in background() if one.topic not in HELD_OUT_TOPICS + NEAR_TOPICS)
    return (*(headlines if tuple(labels) == LABELS else ()), *nonsense(N_NONSENSE, _TRAINING_SEED))


def held_out_background() -> tuple[str, ...]:
    """The headlines of HELD_OUT_TOPICS."""
    return tuple(one.text for one in background() if one.topic in HELD_OUT_TOPICS)

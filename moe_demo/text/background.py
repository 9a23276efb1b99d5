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
N_NONSENSE = 6000
"""A training draws some 10,000: what it sees again and again it would know by heart."""
HEADLINES_SHARE = 0.48
"""Of the texts of no class that are headlines of other topics."""
_TRAINING_SEED = 0


@dataclass(frozen=True)
class BackgroundHeadline:
    """A headline of another topic."""

    text: str
    topic: str


@dataclass(frozen=True)
class OutlierGroup:
    """Texts of no class that are of one kind."""

    share: float
    """How often one of these is drawn, beside the shares of the other groups."""
    texts: tuple[str, ...]


@lru_cache(maxsize=1)
def background() -> tuple[BackgroundHeadline, ...]:
    """All of them, in the order of their file."""
    with BACKGROUND_PATH.open(encoding="utf-8", newline="") as file:
        return tuple(BackgroundHeadline(row["text"], row["topic"]) for row in csv.DictReader(file))


def training_outliers(labels: Sequence[str] = LABELS) -> tuple[OutlierGroup, ...]:
    """The texts of no class that training shows: headlines of all but the topics left out, and nonsense.

    Where the classes are other ones than ours, nonsense alone: a topic may be one of them.
    """
    topics = (one.text for one in background() if one.topic not in HELD_OUT_TOPICS + NEAR_TOPICS)
    groups = (
        OutlierGroup(HEADLINES_SHARE, tuple(topics) if tuple(labels) == LABELS else ()),
        OutlierGroup(1 - HEADLINES_SHARE, nonsense(N_NONSENSE, _TRAINING_SEED)),
    )
    return tuple(group for group in groups if group.texts)


def held_out_background() -> tuple[str, ...]:
    """The headlines of HELD_OUT_TOPICS."""
    return tuple(one.text for one in background() if one.topic in HELD_OUT_TOPICS)

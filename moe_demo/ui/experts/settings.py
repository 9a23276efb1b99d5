"""What the address asks of the experts page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal, Self

from moe_demo.insight.run import Run
from moe_demo.text.word_kinds import KINDS
from moe_demo.ui.kit.page_settings import Between, Named, PageSettings

Shown = Literal["lift", "count"]
Names = tuple[tuple[int, int, int, str], ...]
Vote = Literal["none", "committee", "topic", "features", "path", "unsure", "skip"]

MAX_COLUMNS = 1000


@dataclass(frozen=True, kw_only=True)
class ExpertsSettings(PageSettings):
    """The picked cell, what the cells say, the names that a visitor gave, and what was believed before and after."""

    col: Annotated[int, Between(0, MAX_COLUMNS - 1)] | None = None
    """Column of the map: the classes, then the kinds of word. Its row is the selected expert."""
    cells: Shown = "lift"
    named: Annotated[Names, Named(3)] = ()
    """Layer, expert and column that a name rests on, and the name."""
    believe: Vote = "none"
    """Which account was believed before the figures."""
    now: Vote = "none"
    """Which after them."""

    def fitting(self, run: Run) -> Self:
        """Only cells that the run has."""
        model = run.config.model
        n_columns = len(run.labels) + len(KINDS)
        named = tuple(
            item
            for item in self.named
            if item[0] < model.n_layers and item[1] < model.n_routed and item[2] < n_columns
        )
        return replace(self, col=None if (self.col or 0) >= n_columns else self.col, named=named)

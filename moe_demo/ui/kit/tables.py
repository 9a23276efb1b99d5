"""Tables as Markdown, and the words of a number with its range."""

from __future__ import annotations

from collections.abc import Collection

from moe_demo.insight.comparison import Spread


def markdown_table(head: list[str], rows: list[list[str]], texts: Collection[int] = (0,)) -> str:
    """A table as Markdown; `texts` are the columns that are read from the left, the others are numbers."""
    lines = [head, [":--" if place in texts else "--:" for place in range(len(head))], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def spread_word(spread: Spread, digits: int, unit: str = "") -> str:
    """`0.41 (0.38–0.44)`, without a break: the mean, and the least and the largest of the seeds."""
    low, high = (f"{value:.{digits}f}" for value in (spread.low, spread.high))
    return f"**{spread.mean:.{digits}f}{unit}**\u00a0({low}\u2060–\u2060{high})"

"""What a chart is given."""

from __future__ import annotations

from typing import Any, TypedDict

Drawn = dict[str, Any]
"""A figure as the browser takes it: what plotly calls its JSON."""


class KitChartData(TypedDict):
    """A figure, the library that draws it, and what it shows in words."""

    figure: Drawn
    library: str
    """Address of plotly.js on this server."""
    label: str
    words: dict[str, str]
    lang: str

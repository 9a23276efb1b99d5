"""Plotly figures in the page, updated in place, and the library that draws them, served from the plotly package.

    chart(drawn(figure), key="curves", label=t("start.training_label"))

To build a figure and to encode it takes many times as long as to send it: whoever draws one keeps `drawn(figure)` by
what it was made of, for all readers.

`st.plotly_chart` makes a new picture of every change and forgets zoom and legend; and its library, 4.7 MB, is read
before the first picture of a page that has one anywhere. Here it is read when a chart comes into view.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import plotly
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs_version
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from moe_demo.ui.kit.data import Drawn, KitChartData
from moe_demo.ui.kit.i18n import labels, language
from moe_demo.ui.kit.picture import ask_why, component, event_of

ADDRESS = f"/plotly-{get_plotlyjs_version()}.min.js"


def drawn(figure: go.Figure) -> Drawn:
    """Encode a figure of a fixed height."""
    assert figure.layout.height, "a chart without a height would jump when it is drawn"
    encoded: Drawn = json.loads(figure.to_json())
    return encoded


def chart(figure: Drawn, key: str, label: str, on_pick: Callable[[list[int]], object] | None = None) -> None:
    """Draw a figure; `label` says in words what a reader who does not see it would miss.

    `on_pick` hears the `customdata` of a clicked point, where the trace's `meta` says that it `picks`.
    """
    data: KitChartData = {
        "figure": figure,
        "library": ADDRESS,
        "label": label,
        "words": labels("chart"),
        "lang": language(),
    }
    chart_of = component("chart", "kit/chart.js", isolated=False)

    def pick() -> None:
        if on_pick is not None and (picked := event_of(key, "pick")):
            on_pick(picked["point"])

    chart_of(data=data, key=key, on_why_change=lambda: ask_why(key), on_pick_change=pick)


def library_route() -> Route:
    """Where the browser gets the library: its version is in its name, so it is fetched once and kept."""

    def send(_request: Request) -> Response:
        headers = {"Content-Encoding": "gzip", "Cache-Control": "public, max-age=31536000, immutable"}
        return Response(_library(), media_type="text/javascript", headers=headers)

    return Route(ADDRESS, send)


@cache
def _library() -> bytes:
    path = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return gzip.compress(path.read_bytes(), compresslevel=6)

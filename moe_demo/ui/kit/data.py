"""What the kit's own pictures are given: a chart, a dot product taken apart, a table of numbers."""

from __future__ import annotations

from typing import Any, TypedDict

from moe_demo.insight.lineage import DotProduct
from moe_demo.ui.kit.i18n import labels, language, t

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


class Product(TypedDict):
    """A part of the sum, without its factors."""

    name: str
    product: float


class Term(Product):
    """One feature's part: x times w."""

    x: float
    w: float


class KitDotProductData(TypedDict):
    """The strips of x, w and x w: the terms that weigh most, the others together, and the sum."""

    terms: list[Term]
    rest: Product
    total: Product
    words: dict[str, str]
    lang: str


class NumberCell(TypedDict):
    """A number as it is written, and its key where it tells where it comes from."""

    text: str
    why: str | None
    expert: int | None
    """The expert that the selection takes with it."""
    layer: int | None
    """The layer that it takes."""


class NumberRow(TypedDict):
    """A row of numbers."""

    head: str
    cells: list[NumberCell]


class KitNumberTableData(TypedDict):
    """A table of numbers, or of words about them."""

    label: str
    heads: list[str]
    rows: list[NumberRow]
    is_text: bool
    """Whether its cells are read like words, from the left."""
    lang: str


def dot_product_data(dot: DotProduct) -> KitDotProductData:
    """What the strips of x, w and x w draw."""
    return {
        "terms": [
            {"name": f"{term.feature}", "x": term.x, "w": term.w, "product": term.product}
            for term in dot.terms
        ],
        "rest": {"name": t("lineage.dot.rest", n=dot.n_rest), "product": dot.rest},
        "total": {"name": t("lineage.dot.total"), "product": dot.total},
        "words": labels("lineage.dot"),
        "lang": language(),
    }

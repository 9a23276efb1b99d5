"""Draw the floors of the code from its import rules: `make architecture` renews docs/images/architecture.svg.

The rules are those that `tests/unit/test_architecture.py` keeps. A part stands one floor above the highest part that it
may import; an arrow goes to what it may import directly, and is left out where a way over other parts says the same.
"""

from __future__ import annotations

import ast
from html import escape
from pathlib import Path

from tests.unit.architecture import MAY_IMPORT, ROOT

PICTURE = ROOT / "docs" / "images" / "architecture.svg"
ENTRIES = {"app": "app.py", "pages": "pages/", "cli": "cli/"}
LEFT_OUT = ("__init__", "__main__")
COLUMNS = {"app": 1, "cli": 2, "releases": 1, "cluster": 1, "routers": 2, "jobs": 2}
"""Where a part wants to stand on its floor, so that arrows pass beside the parts between; the others stand first."""
WIDTH, BOX_HEIGHT, FLOOR_HEIGHT, MARGIN, GAP = 1100, 70, 104, 20, 34
Box = tuple[float, float, float]
"""Left, top and width."""
STYLE = """
    svg { font-family: system-ui, sans-serif; color-scheme: light dark; }
    .ground { fill: light-dark(#ffffff, #12161c); }
    .box { fill: light-dark(#f4f6f8, #1b222b); stroke: light-dark(#0b5cad, #6fb3ff); }
    .name { font-size: 17px; font-weight: 600; fill: light-dark(#1b2430, #e8edf3); text-anchor: middle; }
    .word { font-size: 12px; fill: light-dark(#46566a, #a9b6c6); text-anchor: middle; }
    .arrow { stroke: light-dark(#8194a8, #5f7186); fill: none; stroke-width: 1.4; }
    .head { fill: light-dark(#8194a8, #5f7186); }
"""


def parts() -> dict[str, set[str]]:
    """Each part that is there, with the parts it may import; rules for a single module count for its part."""
    there = [
        name for name in MAY_IMPORT if "." not in name and name not in LEFT_OUT and _place(name) is not None
    ]
    return {name: set(MAY_IMPORT[name].split()) & set(there) for name in there}


def floors(may_import: dict[str, set[str]]) -> dict[str, int]:
    """The floor of each part: 0 imports nothing of ours."""
    found: dict[str, int] = {}
    while len(found) < len(may_import):
        for name, below in may_import.items():
            if name not in found and below <= found.keys():
                found[name] = 1 + max((found[other] for other in below), default=-1)
    return found


def arrows(may_import: dict[str, set[str]]) -> list[tuple[str, str]]:
    """From a part to what it may import, without those that follow from others."""

    def reach(name: str) -> set[str]:
        return may_import[name].union(*(reach(other) for other in may_import[name]), set())

    return [
        (name, other)
        for name, below in may_import.items()
        for other in sorted(below)
        if not any(other in reach(between) for between in below - {other})
    ]


def says(name: str) -> str:
    """The first sentence of a part's docstring."""
    place = _place(name)
    if place is None or place.suffix != ".py":
        return {"pages": "A thin script for each page"}.get(name, "")
    text = ast.get_docstring(ast.parse(place.read_text(encoding="utf-8"))) or ""
    return text.split("\n")[0].rstrip(".").replace("`", "")


def _place(name: str) -> Path | None:
    if name in ("app", "pages"):
        return ROOT / ("app.py" if name == "app" else "pages")
    package, module = ROOT / "moe_demo" / name / "__init__.py", ROOT / "moe_demo" / f"{name}.py"
    return next((path for path in (package, module) if path.is_file()), None)


def drawing() -> str:
    """The whole picture as SVG."""
    may_import = parts()
    boxes, height = places(may_import)
    label = "; ".join(
        f"{name} may import {', '.join(sorted(below)) or 'nothing of ours'}"
        for name, below in may_import.items()
    )
    head = '<path class="head" d="M0,0 L8,4 L0,8 z"/>'
    size = 'viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">',
            f"<style>{STYLE}</style>",
            f'<defs><marker id="head" {size} orient="auto">{head}</marker></defs>',
            f'<rect class="ground" width="{WIDTH}" height="{height}"/>',
            *(_arrow(boxes[name], boxes[other]) for name, other in arrows(may_import)),
            *(_box(name, *boxes[name]) for name in may_import),
            "</svg>\n",
        ]
    )


def places(may_import: dict[str, set[str]]) -> tuple[dict[str, Box], int]:
    """Where each part stands, and the height of the picture. What nobody imports stands on the top floor."""
    floor_of = floors(may_import)
    top = max(floor_of.values())
    imported = set().union(*may_import.values())
    rows = [
        [name for name, floor in floor_of.items() if floor == row and name in imported] for row in range(top)
    ]
    rows.append([name for name in floor_of if name not in imported])
    columns = [_columns(row) for row in rows]
    n_columns = 1 + max(column for row in columns for column in row.values())
    width = (WIDTH - 2 * MARGIN - GAP * (n_columns - 1)) / n_columns
    height = len(rows) * FLOOR_HEIGHT - (FLOOR_HEIGHT - BOX_HEIGHT) + 2 * MARGIN
    found: dict[str, Box] = {}
    for floor, row in enumerate(columns):
        top = height - MARGIN - BOX_HEIGHT - floor * FLOOR_HEIGHT
        found |= {name: (MARGIN + column * (width + GAP), top, width) for name, column in row.items()}
    return found, height


def _columns(row: list[str]) -> dict[str, int]:
    """A column of its own for each part of a floor: the one it wants, or the next that is free."""
    found: dict[str, int] = {}
    for name in sorted(row, key=lambda name: name not in COLUMNS):
        free = (column for column in range(len(row) + max(COLUMNS.values())) if column not in found.values())
        found[name] = next(column for column in free if column >= COLUMNS.get(name, 0))
    return found


def _arrow(upper: Box, lower: Box) -> str:
    """From the foot of a part to the head of the other; past other floors by the free side of the first column."""
    x0, y0, x1, y1 = upper[0] + upper[2] / 2, upper[1] + BOX_HEIGHT, lower[0] + lower[2] / 2, lower[1] - 2
    is_long = y1 - upper[1] > FLOOR_HEIGHT
    if is_long and upper[0] < lower[0]:
        x0, y0 = upper[0] + upper[2], upper[1] + BOX_HEIGHT / 2
        path = f"M{x0:.0f},{y0:.0f} C{x1:.0f},{y0:.0f} {x1:.0f},{y0:.0f} {x1:.0f},{y1:.0f}"
    elif is_long and upper[0] > lower[0]:
        x1, y1 = lower[0] + lower[2] + 2, lower[1] + BOX_HEIGHT / 2
        path = f"M{x0:.0f},{y0:.0f} C{x0:.0f},{y1:.0f} {x0:.0f},{y1:.0f} {x1:.0f},{y1:.0f}"
    else:
        bend = (y1 - y0) / 2
        path = f"M{x0:.0f},{y0:.0f} C{x0:.0f},{y0 + bend:.0f} {x1:.0f},{y1 - bend:.0f} {x1:.0f},{y1:.0f}"
    return f'<path class="arrow" marker-end="url(#head)" d="{path}"/>'


def _box(name: str, left: float, top: float, width: float) -> str:
    middle = left + width / 2
    shown = ENTRIES.get(name, name)
    rows = _wrapped(says(name), round(width / 6.6))
    words = "".join(
        f'<text class="word" x="{middle:.0f}" y="{top + 40 + 15 * row:.0f}">{escape(line)}</text>'
        for row, line in enumerate(rows)
    )
    return (
        f'<rect class="box" x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{BOX_HEIGHT}" rx="6"/>'
        f'<text class="name" x="{middle:.0f}" y="{top + 23:.0f}">{escape(shown)}</text>{words}'
    )


def _wrapped(text: str, most: int) -> list[str]:
    """At most two lines of so many characters."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > most and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines if len(lines) <= 2 else [lines[0], f"{lines[1]} …"]


if __name__ == "__main__":
    PICTURE.write_text(drawing(), encoding="utf-8")
    print(PICTURE.relative_to(ROOT))

"""A lineage as a program, and as a notebook that anybody can run: the arrays, the snippet, the comparison.

What a snippet reads stands in the notebook itself; only where all weights of the model are needed are they loaded by
`load_run`. The file is plain JSON of nbformat 4.5 (https://nbformat.readthedocs.io).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from moe_demo.insight.lineage.record import ABSOLUTE, RELATIVE, Array, Lineage


@dataclass(frozen=True, kw_only=True)
class LoadedFrom:
    """Which run's weights a notebook loads."""

    run: str
    """Name of a bundled run, or its folder."""
    step: int


def cells(lineage: Lineage, title: str, loaded_from: LoadedFrom | None = None) -> list[tuple[str, str]]:
    """("markdown" or "code", text) of each cell."""
    said = f"# {title}\n\n$${lineage.equation}$$\n\n{lineage.source}"
    found = [("markdown", said), ("code", _data(lineage, loaded_from))]
    if lineage.prelude:
        found.append(("code", lineage.prelude.strip()))
    compared = f"np.testing.assert_allclose(result, expected, atol={ABSOLUTE!r}, rtol={RELATIVE!r})"
    return [*found, ("code", f"{lineage.snippet}\nresult"), ("code", compared)]


def notebook(lineage: Lineage, title: str, loaded_from: LoadedFrom | None = None) -> bytes:
    """The file."""
    return book(cells(lineage, title, loaded_from))


def book(cells: Sequence[tuple[str, str]]) -> bytes:
    """A notebook of these cells, as `cells` gives them."""
    content = {
        "cells": [_cell(f"cell-{place}", kind, text) for place, (kind, text) in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _cell(name: str, kind: str, text: str) -> dict[str, Any]:
    cell = {"id": name, "cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}
    return cell if kind == "markdown" else cell | {"execution_count": None, "outputs": []}


def _data(lineage: Lineage, loaded_from: LoadedFrom | None) -> str:
    lines = ["import numpy as np", ""]
    if lineage.weights:
        assert loaded_from is not None, f"{lineage.name} needs the weights of a run"
        lines += [
            "from moe_demo import load_run",
            "",
            f"run = load_run({loaded_from.run!r}, step={loaded_from.step})",
            "w = {name: value.double().numpy() for name, value in run.model.state_dict().items()}",
        ]
    lines += [f"{name} = {_written(values)}" for name, values in lineage.arrays.items()]
    return "\n".join([*lines, f"expected = {_written(np.asarray(lineage.expected))}"])


def _written(values: Array) -> str:
    """An array as Python reads it: the shortest numbers that are the same in single precision."""
    if np.asarray(values).ndim == 0:
        return _number(values[()])
    if values.size == 0:
        return f"np.zeros({values.shape})"
    inner = (
        ",\n    ".join(_row(row) for row in values) if values.ndim > 1 else ", ".join(map(_number, values))
    )
    return f"np.array([{inner}])" if values.ndim == 1 else f"np.array([\n    {inner},\n])"


def _row(values: Array) -> str:
    return f"[{', '.join(_row(one) if np.ndim(one) else _number(one) for one in values)}]"


def _number(value: Any) -> str:
    if np.isinf(value):
        return "np.inf" if value > 0 else "-np.inf"
    return str(value)

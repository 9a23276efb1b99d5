"""A number with the sum that made it, and NumPy that does it again.

    lineage = Lineage(name="gate", arrays={...}, snippet="...result = ...", expected=0.27, ...)
    check(lineage)              runs the snippet with NumPy and these arrays alone, and compares

The snippet is the independent side: it knows no torch and none of our classes, and it is run in double precision. What
it is compared with is what the forward pass or the training recorded, in single precision.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

ABSOLUTE, RELATIVE = 1e-5, 1e-4
"""How far a number in single precision may be from the same sum in double precision."""

_ALLOWED = ("range", "len", "sum", "min", "max", "float", "int", "zip", "enumerate", "abs", "sorted", "list")


@dataclass(frozen=True, kw_only=True)
class Term:
    """One part of a dot product: x times w."""

    feature: int
    x: float
    w: float
    product: float


@dataclass(frozen=True, kw_only=True)
class DotProduct:
    """x . w taken apart: the terms that weigh most, and the sum of all others."""

    terms: tuple[Term, ...]
    """Largest |x w| first."""
    n_rest: int
    rest: float
    total: float
    """Sum of terms and rest, in float64."""


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """Where one number, or one vector, comes from."""

    name: str
    """Which quantity it is: its name in the registry."""
    equation: str
    """In LaTeX, in letters."""
    filled: str = ""
    """The same in LaTeX, with this number's own values; empty where they are too many to write."""
    source: str
    """Paper and equation, or the file of this program that does it."""
    arrays: Mapping[str, Array]
    """Everything the snippet reads, by the name it has there."""
    weights: Mapping[str, Array] = field(default_factory=dict)
    """All weights of the model as `w`, where the rest of the model has to run."""
    prelude: str = ""
    """Functions the snippet calls: the rest of the model in NumPy."""
    snippet: str
    """NumPy that ends by setting `result`."""
    expected: float | Array
    """What is shown: from the record, never from the snippet."""
    dot: DotProduct | None = None


@dataclass(frozen=True, kw_only=True)
class Check:
    """A number computed again."""

    result: float | Array
    agrees: bool
    difference: float
    """The largest, in size; NaN where the two have different shapes."""


def check(lineage: Lineage) -> Check:
    """Run the snippet with nothing but NumPy and the arrays, and hold its result against what is shown."""
    found = np.asarray(_run(lineage), dtype=float)
    expected = np.asarray(lineage.expected, dtype=float)
    if found.shape != expected.shape:
        return Check(result=_plain(found), agrees=False, difference=float("nan"))
    same = np.isclose(found, expected, atol=ABSOLUTE, rtol=RELATIVE, equal_nan=False)
    with np.errstate(invalid="ignore"):  # two infinities differ by nothing
        apart = np.where(found == expected, 0.0, np.abs(found - expected))
    return Check(result=_plain(found), agrees=bool(same.all()), difference=float(apart.max(initial=0.0)))


def dot_product(x_D: Array, w_D: Array, n_terms: int = 8) -> DotProduct:
    """The terms of x . w, the largest first."""
    product_D = x_D.astype(np.float64) * w_D.astype(np.float64)
    first = np.argsort(-np.abs(product_D), kind="stable")[:n_terms]
    terms = tuple(
        Term(feature=int(d), x=float(x_D[d]), w=float(w_D[d]), product=float(product_D[d])) for d in first
    )
    rest = float(np.delete(product_D, first).sum())
    total = sum(term.product for term in terms) + rest
    return DotProduct(terms=terms, n_rest=len(product_D) - len(terms), rest=rest, total=total)


def _run(lineage: Lineage) -> Any:
    """The snippet's `result`, in a namespace that holds NumPy, the arrays in double precision and little else."""
    space: dict[str, Any] = {
        "__builtins__": {name: getattr(builtins, name) for name in _ALLOWED} | {"__import__": _numpy_alone},
        "np": np,
        **{name: _double(values) for name, values in lineage.arrays.items()},
    }
    if lineage.weights:
        space["w"] = {name: _double(values) for name, values in lineage.weights.items()}
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        exec(f"{lineage.prelude}\n{lineage.snippet}", space)
    return space["result"]


def _numpy_alone(name: str, *args: Any) -> Any:
    """NumPy imports parts of its own while it computes; nothing else comes in."""
    if name.split(".")[0] != "numpy":
        raise ImportError(name)
    return builtins.__import__(name, *args)


def _double(values: Array) -> Array:
    """A copy: nothing that runs here can change a record."""
    values = np.asarray(values)
    return values.astype(np.float64) if values.dtype.kind == "f" else values.copy()


def _plain(values: Array) -> float | Array:
    return float(values) if values.ndim == 0 else values

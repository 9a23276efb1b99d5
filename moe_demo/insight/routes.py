"""One sentence through every checkpoint of a run: which experts each word took, as training went on.

Letters: T tokens, K chosen, L MoE layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moe_demo.insight.trace import ForwardTrace


@dataclass(frozen=True, kw_only=True)
class Routes:
    """The choices of one checkpoint, small enough to keep for many of them."""

    step: int
    tokens: tuple[str, ...]
    label: str
    probability: float
    experts_LTK: list[list[list[int]]]
    """In the order in which the router took them."""
    gates_LTK: list[list[list[int]]]
    """In thousandths."""


def routes_of(trace: ForwardTrace) -> Routes:
    """What is kept of a trace."""
    return Routes(
        step=trace.step,
        tokens=tuple(trace.tokens),
        label=trace.label,
        probability=round(float(trace.probabilities_C.max()), 4),
        experts_LTK=[layer.topk_idx_TK.tolist() for layer in trace.layers],
        gates_LTK=[(1000 * layer.gates_TK).round().astype(int).tolist() for layer in trace.layers],
    )


def routes_payload(routes: list[Routes], sentence: str, first: int) -> dict[str, Any]:
    """Those from place `first` on, layer by layer, ready for JSON."""
    wanted = routes[first:]
    n_layers = len(routes[0].experts_LTK) if routes else 0
    return {
        "sentence": sentence,
        "first": first,
        "tokens": list(routes[0].tokens) if routes else [],
        "steps": [route.step for route in wanted],
        "layers": [[route.experts_LTK[layer] for route in wanted] for layer in range(n_layers)],
        "gates": [[route.gates_LTK[layer] for route in wanted] for layer in range(n_layers)],
        "answers": [[route.label, route.probability] for route in wanted],
    }

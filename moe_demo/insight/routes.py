"""One sentence through every checkpoint of a run: which experts each word took, as training went on.

Letters: T tokens, K chosen, L MoE layers.
"""

from __future__ import annotations

from dataclasses import dataclass

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

    @property
    def n_numbers(self) -> int:
        """How many numbers these are."""
        return 2 * len(self.tokens) * sum(len(experts_TK[0]) for experts_TK in self.experts_LTK)


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

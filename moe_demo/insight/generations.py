"""One sentence under one router, in the few numbers that can be compared between models with experts of their own.

Letters: T tokens, K chosen, E routed experts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from moe_demo.insight.trace import ForwardTrace

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class SentenceRouting:
    """A layer's choices for one sentence."""

    experts_TK: Array
    gates_TK: Array
    n_sets: int
    """Different sets of experts among the words."""
    groups_per_word: float
    """How many groups of neighbouring experts a word reaches, the mean: the nodes that it would be sent to."""
    by_table: bool
    """Whether a table names the experts in this layer."""
    label: str
    probability: float
    """Of that class, for the whole sentence."""


def sentence_routing(trace: ForwardTrace, layer: int, group_size: int) -> SentenceRouting:
    """The choices of one layer; groups are counted alike whether or not the router knows of any."""
    routed = trace.layers[layer]
    return SentenceRouting(
        experts_TK=routed.topk_idx_TK,
        gates_TK=routed.gates_TK,
        n_sets=len({frozenset(row) for row in routed.topk_idx_TK.tolist()}),
        groups_per_word=float(np.mean([len(set(row // group_size)) for row in routed.topk_idx_TK])),
        by_table=routed.hash_order_TE is not None,
        label=trace.label,
        probability=float(trace.probabilities_C.max()),
    )

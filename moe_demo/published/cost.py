"""What a token costs: multiplications, and memory for parameters and for what is kept of it.

Work follows the activated parameters, memory follows all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from moe_demo.published.count import count
from moe_demo.published.shape import Shape

BYTES = {"fp8": 1, "bf16": 2}


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Of one token."""

    forward_flops: int
    """2 for every activated parameter that multiplies, the head included (Kaplan et al. 2020, arXiv 2001.08361,
    section 2.1); attention to earlier tokens comes on top and is not counted."""
    training_flops: int
    """Three times as many: the backward pass takes twice the forward pass."""
    cache_numbers: float
    """That are kept of it for later tokens; a window or a state of fixed size is not counted."""
    cache_bytes: float
    """Two bytes a number."""
    touched_bytes: int
    """Of parameters that are read for it, one byte each (FP8); a batch shares them."""
    parameter_bytes: int
    """That have to be there, one byte each."""


def cost(shape: Shape) -> Cost:
    """What a token costs in this model."""
    found = count(shape)
    cache = sum(kind.cache * n for kind, n in shape.attention)
    return Cost(
        forward_flops=2 * found.activated,
        training_flops=6 * found.activated,
        cache_numbers=cache,
        cache_bytes=BYTES["bf16"] * cache,
        touched_bytes=BYTES["fp8"] * found.activated,
        parameter_bytes=BYTES["fp8"] * found.total,
    )


def table_flops(*, layers: int, width: int, vocab: int, ffn: float, length: int) -> float:
    """Training FLOPs of a sequence in the tables of arXiv 2401.06066 (sections 4 to 6).

    `ffn` is how many standard feed-forward networks (8 d^2 parameters) a token uses: 1 in a dense model. Attention is
    4 d^2 parameters, its scores are not halved for causality, the head counts and the table of tokens does not.
    """
    per_layer = (24 + 48 * ffn) * width**2 + 12 * width * length
    return length * (layers * per_layer + 6 * vocab * width)

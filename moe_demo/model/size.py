"""What a model takes in memory, reckoned from its settings before any of it is taken.

Letters: T tokens of a batch, D model width, F expert width, E routed experts, S shared experts, K chosen per token,
L MoE layers, C classes.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from moe_demo.config import ConfigError, ModelConfig

_FLOAT_BYTES = 4
_COPIES = 5  # weights, gradients, AdamW's two moments, and one more while a state is written
_CGROUP = Path("/sys/fs/cgroup/memory.max")
_GB = 1e9


def n_weights(model: ModelConfig) -> int:
    """Numbers that are learned, as `Classifier` makes them."""
    dim, wide = model.dim, model.expert_dim
    table = (model.vocab_size + model.n_buckets) * dim
    attention = 4 * dim * dim
    experts = 3 * dim * wide * (model.n_routed + model.n_shared)
    dense = 3 * dim * model.ffn_dim
    norms = (3 if model.ffn_dim else 2) * dim
    block = attention + experts + model.n_routed * dim + dense + norms
    final = dim if model.final_norm else 0
    return table + model.n_layers * block + final + (dim + 1) * model.n_classes


def training_bytes(model: ModelConfig, batch_size: int) -> int:
    """What a training step of so many headlines takes at most, to within a factor of some two."""
    n_tokens = batch_size * model.max_tokens
    chosen = (model.top_k + model.n_shared) * (4 * model.expert_dim + 2 * model.dim)
    row = 6 * model.n_routed + chosen + 12 * model.dim + 3 * model.ffn_dim + model.n_heads * model.max_tokens
    return _FLOAT_BYTES * (_COPIES * n_weights(model) + n_tokens * row * model.n_layers)


def require_room(model: ModelConfig, batch_size: int) -> None:
    """Raise ConfigError where a step would take more memory than this machine has."""
    needed, there = training_bytes(model, batch_size), memory_bytes()
    if needed > there:
        raise ConfigError("memory", needed=needed / _GB, there=there / _GB)


def memory_bytes() -> float:
    """The memory of this machine, or of the container; infinite where the system does not say."""
    limits = []
    with contextlib.suppress(OSError, ValueError, AttributeError):
        limits.append(float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")))
    with contextlib.suppress(OSError, ValueError):
        limits.append(float(_CGROUP.read_text(encoding="ascii")))  # `max` where there is none: no number
    return min(limits, default=float("inf"))

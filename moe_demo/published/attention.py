"""The kinds of attention that published models have: their parameters, and what they keep of every token.

Each is a frozen record of settings with `parameters(hidden)`, of one layer, and `cache`, the numbers that it keeps
of a token for the tokens after it (what a window or a state of fixed size holds does not grow and is not counted).
Linear layers have no bias unless a record says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class GroupedQuery:
    """Multi-head attention; several query heads may share a key and value head (arXiv 2305.13245)."""

    heads: int
    kv_heads: int
    head_dim: int
    bias: bool = False
    output_bias: bool = False
    qk_norm: Literal["none", "head", "all"] = "none"
    """RMSNorm of queries and keys: one weight vector for every head, or one over all heads."""
    output_gate: bool = False
    """Qwen3-Next: the query projection also gives a gate for the output."""
    sinks: bool = False
    """gpt-oss: a learned number a head."""

    def parameters(self, hidden: int) -> int:
        """Of one layer."""
        queries, keys = self.heads * self.head_dim, self.kv_heads * self.head_dim
        weights = hidden * (queries * (2 if self.output_gate else 1) + 2 * keys) + queries * hidden
        biases = (queries + 2 * keys if self.bias else 0) + (hidden if self.output_bias else 0)
        norms = {"none": 0, "head": 2 * self.head_dim, "all": queries + keys}[self.qk_norm]
        return weights + biases + norms + (self.heads if self.sinks else 0)

    @property
    def cache(self) -> float:
        """Keys and values."""
        return 2 * self.kv_heads * self.head_dim


@dataclass(frozen=True, kw_only=True)
class Latent:
    """Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1); V3.2 adds an indexer."""

    heads: int
    q_rank: int | None
    """None: queries are not compressed."""
    kv_rank: int
    nope: int
    rope: int
    value: int
    output_gate: bool = False
    """Kimi K3: a gate for the output."""
    index_heads: int = 0
    index_dim: int = 0

    def parameters(self, hidden: int) -> int:
        """Of one layer; a rank by itself is an RMSNorm of the compressed vector."""
        query = self.heads * (self.nope + self.rope)
        q = (
            hidden * query
            if self.q_rank is None
            else hidden * self.q_rank + self.q_rank + self.q_rank * query
        )
        kv = hidden * (self.kv_rank + self.rope) + self.kv_rank
        kv += self.kv_rank * self.heads * (self.nope + self.value)
        out = self.heads * self.value * hidden * (2 if self.output_gate else 1)
        return q + kv + out + self._indexer(hidden)

    def _indexer(self, hidden: int) -> int:
        """Queries from the compressed query, one key with a LayerNorm, a weight for every head."""
        if not self.index_heads:
            return 0
        assert self.q_rank is not None
        key = hidden * self.index_dim + 2 * self.index_dim
        return self.q_rank * self.index_heads * self.index_dim + key + hidden * self.index_heads

    @property
    def cache(self) -> float:
        """The compressed vector and the key that carries the position."""
        return self.kv_rank + self.rope + self.index_dim


@dataclass(frozen=True, kw_only=True)
class Compressed:
    """DeepSeek-V4's attention over compressed keys (report, section 2.3); `ratio` 0 is a sliding window alone."""

    heads: int
    head_dim: int
    q_rank: int
    o_groups: int
    o_rank: int
    ratio: int
    """Tokens that one compressed entry stands for: 4 with overlap and an indexer, 128 with neither."""
    index_heads: int = 0
    index_dim: int = 0

    def parameters(self, hidden: int) -> int:
        """Of one layer."""
        return _window(self, hidden) + self._compressor(hidden) + self._indexer(hidden)

    def _compressor(self, hidden: int) -> int:
        """Values, weights and a bias for the place in the group; overlapping groups take two of each."""
        if not self.ratio:
            return 0
        wide = self.head_dim * (2 if self.index_heads else 1)
        return 2 * hidden * wide + self.ratio * wide + self.head_dim

    def _indexer(self, hidden: int) -> int:
        """A compressor of its own, queries and a weight for every head."""
        if not self.index_heads:
            return 0
        wide = 2 * self.index_dim
        keys = 2 * hidden * wide + self.ratio * wide + self.index_dim
        return keys + self.q_rank * self.index_heads * self.index_dim + hidden * self.index_heads

    @property
    def cache(self) -> float:
        """One entry, and one of the indexer, for every `ratio` tokens."""
        return (self.head_dim + self.index_dim) / self.ratio if self.ratio else 0


@dataclass(frozen=True, kw_only=True)
class SharedCompressed:
    """DeepSeek-V4.1's attention: some layers compress keys or choose among them, the others use what those have."""

    heads: int
    head_dim: int
    q_rank: int
    o_groups: int
    o_rank: int
    ratio: int
    keys: bool = False
    """Whether this layer makes the compressed keys."""
    index_heads: int = 0
    """Above 0: this layer chooses among them."""
    index_dim: int = 0

    def parameters(self, hidden: int) -> int:
        """Of one layer."""
        found = _window(self, hidden)
        if self.keys:
            found += hidden * self.head_dim * (2 if self.ratio > 1 else 1) + self.head_dim
        if self.index_heads:
            found += self.q_rank * self.index_heads * self.index_dim + hidden * self.index_heads
            found += self.head_dim * self.index_dim + self.index_dim if self.keys else 0
        return found

    @property
    def cache(self) -> float:
        """Only where the keys are made."""
        return (self.head_dim + self.index_dim) / self.ratio if self.keys else 0


def _window(of: Compressed | SharedCompressed, hidden: int) -> int:
    """Compressed queries, one key and value head, an output in groups, a sink a head."""
    queries = of.heads * of.head_dim
    q = hidden * of.q_rank + of.q_rank + of.q_rank * queries
    kv = hidden * of.head_dim + of.head_dim
    return q + kv + queries * of.o_rank + of.o_groups * of.o_rank * hidden + of.heads


@dataclass(frozen=True, kw_only=True)
class GatedDelta:
    """Qwen3-Next's linear attention: a state of fixed size instead of keys and values."""

    key_heads: int
    value_heads: int
    key_dim: int
    value_dim: int
    kernel: int

    def parameters(self, hidden: int) -> int:
        """Of one layer: projections, a convolution, decay and its bias, the norm of a head."""
        keys, values = self.key_heads * self.key_dim, self.value_heads * self.value_dim
        projections = hidden * (2 * keys + 2 * values) + hidden * 2 * self.value_heads
        convolution = (2 * keys + values) * self.kernel
        return projections + convolution + 2 * self.value_heads + self.value_dim + values * hidden

    cache: float = 0


@dataclass(frozen=True, kw_only=True)
class KimiDelta:
    """Kimi K3's linear attention with a decay for every channel and a gate for the output."""

    heads: int
    head_dim: int
    kernel: int

    def parameters(self, hidden: int) -> int:
        """Of one layer: q, k, v, gate and output; three convolutions; decay; the step size of a head; a norm."""
        wide = self.heads * self.head_dim
        decay = hidden * self.head_dim + self.head_dim * wide + wide + self.heads
        return 5 * hidden * wide + 3 * wide * self.kernel + decay + hidden * self.heads + self.head_dim

    cache: float = 0


Attention = GroupedQuery | Latent | Compressed | SharedCompressed | GatedDelta | KimiDelta

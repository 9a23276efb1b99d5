"""What a model is made of, as far as its parameters are concerned, and where that is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from moe_demo.published.attention import Attention


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file at a revision, or a section of a report."""

    where: str
    """Repository and file, or the report with its number."""
    revision: str = ""
    """Commit or release; empty for a report that has none."""
    section: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.where, self.revision, self.section) if part)


@dataclass(frozen=True, kw_only=True)
class Engram:
    """DeepSeek-V4.1's tables of n-grams, beside the model, and the projections that read them."""

    rows: tuple[int, ...]
    """Of the table of each layer that has one."""
    width: int
    columns: int
    """Rows that are read for a token."""


@dataclass(frozen=True, kw_only=True)
class Mtp:
    """Modules that predict further tokens: one layer each, like the last of the model, and what joins it to it."""

    modules: int
    attention: Attention
    projections: int = 2
    """h x h matrices that bring the two inputs together."""
    norms: int = 3


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The sizes that the parameters follow from. Linear layers have no bias unless a field says so."""

    hidden: int
    vocab: int
    attention: tuple[tuple[Attention, int], ...]
    """Each kind, and in how many layers it is."""
    expert_width: int
    routed: int
    top_k: int
    shared: int = 0
    shared_width: int | None = None
    """Of one shared expert; None: that of a routed one."""
    dense_layers: int = 0
    """Layers with one feed-forward network instead of experts."""
    dense_width: int = 0
    latent: int | None = None
    """Width at which routed experts work, where it is not `hidden`; two projections a layer lead there and back."""
    latent_norm: bool = False
    router_biases: int = 0
    """Selection biases an expert has: one in DeepSeek-V3, two in V4.1 (text and images)."""
    hash_layers: int = 0
    """First MoE layers whose experts follow from the token's number; they have no selection bias."""
    router_linear_bias: bool = False
    expert_bias: bool = False
    shared_gate: bool = False
    """A gate of the shared expert, h numbers a layer."""
    tied: bool = False
    """Whether the table of tokens is also the head."""
    streams: int = 0
    """Residual streams of hyper-connections; 0 where there is one residual path."""
    engram: Engram | None = None
    mtp: Mtp | None = None
    encoder_layers: int | None = None
    """Layers that run for a token of the prompt, where not all do."""
    classes: int = 0
    """Of a classifier's head, with its bias; then there is no head over the vocabulary."""
    ngram_rows: int = 0
    """Of a second input table."""
    extra_norms: int = 0
    """RMSNorms a layer beside the usual two."""
    extra_ffn: int = 0
    """Width of a feed-forward network that a layer has beside its experts."""
    final_norm: bool = True

    @property
    def layers(self) -> int:
        """All of them."""
        return sum(n for _, n in self.attention)

    @property
    def moe_layers(self) -> int:
        """Those with experts."""
        return self.layers - self.dense_layers

    @property
    def expert(self) -> int:
        """Parameters of one routed expert: gate, up and down of a SwiGLU."""
        width = self.latent or self.hidden
        return 3 * width * self.expert_width + (2 * self.expert_width + width if self.expert_bias else 0)

    @property
    def shared_expert(self) -> int:
        """Parameters of one shared expert; it works at the model's own width."""
        return 3 * self.hidden * (self.shared_width or self.expert_width)


Family = Literal["ours", "deepseek", "other"]


@dataclass(frozen=True, kw_only=True)
class Published:
    """A model with the configuration that was published, and what its makers say of its size."""

    name: str
    title: str
    shape: Shape
    sources: tuple[Source, ...]
    """Of the shape."""
    family: Family = "other"
    total: float | None = None
    """As its makers write it."""
    activated: float | None = None
    prefill: float | None = None
    """Activated for a token of the prompt, where its makers tell the two apart."""
    said_in: Source | None = None
    """Where they say so."""
    embeddings: Literal["head", "both", "none"] = "head"
    """The way of counting the tables that gives their activated number."""
    mtp_in_total: bool = False
    """Whether their total is met only with the MTP module."""
    notes: tuple[str, ...] = ()
    """Keys of what is to be known about this one; the texts are in the locales."""

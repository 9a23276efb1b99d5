"""The arithmetic of parameters: what a shape has in all, what one token uses of it, line by line.

    count(shape)                              embeddings: the head is counted as activated, the table of tokens is not
    count(shape, Conventions(mtp=True))       with the MTP module

A table of tokens is looked up, one row a token; the head multiplies every token. Papers differ in which of them they
count as activated, so that is a convention and stands beside the number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, get_args

from moe_demo.published.shape import Mtp, Shape

Embeddings = Literal["head", "both", "none"]
Phase = Literal["decode", "prefill"]
Component = Literal[
    "embedding",
    "head",
    "attention",
    "dense",
    "routed",
    "shared",
    "latent",
    "router",
    "norm",
    "hyper",
    "engram",
    "tables",
    "mtp",
]
COMPONENTS: tuple[Component, ...] = get_args(Component)


@dataclass(frozen=True, kw_only=True)
class Conventions:
    """What is counted."""

    embeddings: Embeddings = "head"
    """Of the two tables, what counts as activated. The total has both."""
    mtp: bool = False
    tables: bool = False
    """Whether Engram's tables are in the total."""
    phase: Phase = "decode"
    """`prefill`: a token of the prompt, which goes neither through the decoder, where there is one, nor the head."""
    latent: bool = True
    """False: routed experts as wide as the model, the mistake that a configuration of latent experts invites."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One kind of matrix: how large, how often, and how many of them a token uses."""

    component: Component
    formula: str
    """How one of them is counted, in numbers."""
    each: int
    n: int
    n_activated: int

    @property
    def total(self) -> int:
        """Parameters of all of them."""
        return self.each * self.n

    @property
    def activated(self) -> int:
        """Parameters of those a token uses."""
        return self.each * self.n_activated


@dataclass(frozen=True, kw_only=True)
class Count:
    """All lines of a model, and their sums."""

    shape: Shape
    conventions: Conventions
    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        """All parameters."""
        return sum(line.total for line in self.lines)

    @property
    def activated(self) -> int:
        """Those that one token uses."""
        return sum(line.activated for line in self.lines)

    @property
    def share(self) -> float:
        """Activated of all, 0 to 1."""
        return self.activated / self.total

    @property
    def ffn_share(self) -> float:
        """The same of feed-forward networks alone: experts, routed and shared, and dense ones."""
        of = ("routed", "shared", "dense")
        lines = [line for line in self.lines if line.component in of]
        return sum(line.activated for line in lines) / sum(line.total for line in lines)

    def of(self, component: Component) -> tuple[int, int]:
        """Parameters of a component, in all and activated."""
        lines = [line for line in self.lines if line.component == component]
        return sum(line.total for line in lines), sum(line.activated for line in lines)


def count(shape: Shape, conventions: Conventions | None = None) -> Count:
    """Count a model's parameters."""
    conventions = conventions or Conventions()
    if not conventions.latent and shape.latent:
        shape = replace(shape, latent=None)
    lines = tuple(_lines(shape, conventions))
    return Count(shape=shape, conventions=conventions, lines=lines)


def _lines(shape: Shape, conventions: Conventions) -> Iterator[Line]:
    runs = shape.layers
    if conventions.phase == "prefill" and shape.encoder_layers is not None:
        runs = shape.encoder_layers
    yield from _tables(shape, conventions)
    yield from _attention(shape, runs)
    yield from _feed_forward(shape, runs)
    yield from _norms_and_streams(shape, runs)
    yield from _engram(shape, conventions)
    if conventions.mtp and shape.mtp is not None:
        yield from _mtp(shape, shape.mtp)


def _line(component: Component, each: int, n: int, n_activated: int, formula: str = "") -> Line:
    return Line(component=component, formula=formula or f"{each:,}", each=each, n=n, n_activated=n_activated)


def _attention(shape: Shape, runs: int) -> Iterator[Line]:
    """One line for all layers of a size; the first `runs` layers run."""
    sizes: dict[int, tuple[int, int]] = {}
    left = runs
    for kind, n in shape.attention:  # in the order of the layers
        each = kind.parameters(shape.hidden)
        before, running = sizes.get(each, (0, 0))
        sizes[each] = (before + n, running + min(n, left))
        left -= min(n, left)
    for each, (n, running) in sizes.items():
        yield _line("attention", each, n, running)


def _tables(shape: Shape, conventions: Conventions) -> Iterator[Line]:
    """The table of tokens, and the head."""
    hidden, counted = shape.hidden, conventions.embeddings
    is_prompt = conventions.phase == "prefill" and shape.encoder_layers is not None
    multiplies = int(counted != "none" and not is_prompt)
    reads = multiplies if shape.tied else int(counted == "both")
    for rows in filter(None, (shape.vocab, shape.ngram_rows)):
        yield _line("embedding", rows * hidden, 1, reads, f"{rows} x {hidden}")
    if shape.classes:
        formula = f"({hidden} + 1) x {shape.classes}"
        yield _line("head", (hidden + 1) * shape.classes, 1, multiplies, formula)
    elif not shape.tied:
        yield _line("head", shape.vocab * hidden, 1, multiplies, f"{shape.vocab} x {hidden}")


def _feed_forward(shape: Shape, runs: int) -> Iterator[Line]:
    """Dense networks, experts, and the router that chooses."""
    hidden, moe = shape.hidden, shape.moe_layers
    running = moe - (shape.layers - runs)  # dense layers stand first, and run
    if shape.dense_layers:
        each, formula = 3 * hidden * shape.dense_width, f"3 x {hidden} x {shape.dense_width}"
        yield _line("dense", each, shape.dense_layers, shape.dense_layers, formula)
    if shape.extra_ffn:
        each, formula = 3 * hidden * shape.extra_ffn, f"3 x {hidden} x {shape.extra_ffn}"
        yield _line("dense", each, moe, running, formula)
    formula = f"3 x {shape.latent or hidden} x {shape.expert_width}" + (
        " + biases" if shape.expert_bias else ""
    )
    yield _line("routed", shape.expert, moe * shape.routed, running * shape.top_k, formula)
    if shape.shared:
        formula = f"3 x {hidden} x {shape.shared_width or shape.expert_width}"
        yield _line("shared", shape.shared_expert, moe * shape.shared, running * shape.shared, formula)
    if shape.shared_gate:
        yield _line("shared", hidden, moe, running, f"{hidden}")
    if shape.latent:
        each = 2 * hidden * shape.latent + (shape.latent if shape.latent_norm else 0)
        formula = f"2 x {hidden} x {shape.latent}" + (f" + {shape.latent}" if shape.latent_norm else "")
        yield _line("latent", each, moe, running, formula)
    yield _line("router", shape.routed * hidden, moe, running, f"{shape.routed} x {hidden}")
    biases = shape.routed * shape.router_biases
    if biases:
        n = moe - shape.hash_layers
        yield _line(
            "router", biases, n, running - shape.hash_layers, f"{shape.routed} x {shape.router_biases}"
        )
    if shape.router_linear_bias:
        yield _line("router", shape.routed, moe, running, f"{shape.routed}")


def _norms_and_streams(shape: Shape, runs: int) -> Iterator[Line]:
    hidden, layers = shape.hidden, shape.layers
    yield _line("norm", (2 + shape.extra_norms) * hidden, layers, runs, f"{2 + shape.extra_norms} x {hidden}")
    if shape.final_norm:
        yield _line("norm", hidden, 1, 1, f"{hidden}")
    if shape.streams:
        each = _hyper_connection(shape)
        yield _line("hyper", each, 2 * layers, 2 * runs)
        yield _line("hyper", _hyper_head(shape), 1, 1)


def _hyper_connection(shape: Shape) -> int:
    """Weights of reading n streams, of writing to them and of mixing them, from all n (arXiv 2409.19606)."""
    n = shape.streams
    return (2 + n) * n * (n * shape.hidden + 1) + 3


def _hyper_head(shape: Shape) -> int:
    """Weights of reading the streams for the last time."""
    n = shape.streams
    return n * (n * shape.hidden + 1) + 1


def _engram(shape: Shape, conventions: Conventions) -> Iterator[Line]:
    """What reads the tables: a key for every stream and a value, and two weight vectors a stream; and the tables."""
    if (engram := shape.engram) is None:
        return
    read = engram.columns * engram.width
    each = read * shape.hidden * (shape.streams + 1) + 2 * shape.streams * shape.hidden
    yield _line("engram", each, len(engram.rows), len(engram.rows))
    if conventions.tables:
        for rows in engram.rows:
            yield _line("tables", engram.width, rows, engram.columns, f"{engram.width}")


def _mtp(shape: Shape, mtp: Mtp) -> Iterator[Line]:
    """A layer with experts of its own; the tables are those of the model."""
    always = mtp.attention.parameters(shape.hidden) + shape.shared * shape.shared_expert
    always += shape.routed * (shape.hidden + shape.router_biases)
    always += mtp.projections * shape.hidden**2 + (2 + mtp.norms) * shape.hidden
    if shape.streams:
        always += 2 * _hyper_connection(shape) + _hyper_head(shape)
    yield _line("mtp", always, mtp.modules, mtp.modules)
    yield _line("mtp", shape.expert, mtp.modules * shape.routed, mtp.modules * shape.top_k)

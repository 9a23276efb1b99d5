"""A run's words on their way to experts on nodes, with the trained limit, another one or none.

    sentence_traffic(trace, n_groups)                  every copy that leaves a word of one sentence
    found = limits(run, headlines)                     copies, nodes and accuracy for each limit on many headlines
    frame(found)                                       a tidy table

The limit M is the number of groups whose experts a word may be sent to (`topk_groups`); M = G is no limit at all.
DeepSeek-V2 keeps 3 of 8, DeepSeek-V3 4 of 8, and DeepSeek-V4 removed the limit (its report, section 2.1).

Letters: T tokens, K chosen, L MoE layers, E routed experts, G groups, which are nodes here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from moe_demo.cluster.traffic import Traffic, chance_by_nodes, chance_nodes, traffic
from moe_demo.config import ModelConfig
from moe_demo.insight.assignments import Assignments, assignments
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Switches
from moe_demo.insight.trace import ForwardTrace
from moe_demo.insight.whatif import Effect, Headlines, measured_on

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One copy of a word's vector, sent to a node and handed on there to the experts that the word chose."""

    layer: int
    token: int
    node: int
    experts: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class SentenceTraffic:
    """All that one sentence sends."""

    copies: tuple[Copy, ...]
    """By layer, word and node."""
    layers: tuple[Traffic, ...]


def sentence_traffic(trace: ForwardTrace, n_groups: int) -> SentenceTraffic:
    """The copies of every word of a trace; `n_groups` is the number of nodes, each with E / G experts."""
    copies = [
        Copy(layer=layer.layer, token=token, node=node, experts=tuple(e for e in chosen if e // size == node))
        for layer in trace.layers
        for size in [layer.n_routed // n_groups]
        for token, chosen in enumerate(np.sort(layer.topk_idx_TK, axis=1).tolist())
        for node in sorted({expert // size for expert in chosen})
    ]
    layers = [traffic(layer.topk_idx_TK, layer.n_routed, n_groups) for layer in trace.layers]
    return SentenceTraffic(copies=tuple(copies), layers=tuple(layers))


@dataclass(frozen=True, kw_only=True)
class Limited:
    """What a limit on the nodes of a word does, on many headlines."""

    limit: int
    trained: bool
    """Whether it is the limit of the run's training."""
    layers: tuple[Traffic, ...]
    chance_nodes: float
    """Nodes a word would reach by blind choice within the limit."""
    chance_by_nodes_X: Array
    effect: Effect
    """Against the limit of training."""


def nodes_for(model: ModelConfig) -> int:
    """Nodes that the experts are laid on: one a group; without groups four where they divide evenly, else one each."""
    if model.n_groups > 1:
        return model.n_groups
    return 4 if model.n_routed % 4 == 0 else model.n_routed


def traffic_of(found: Assignments, n_groups: int) -> tuple[Traffic, ...]:
    """Layer by layer."""
    return tuple(traffic(experts_TK, found.n_routed, n_groups) for experts_TK in found.experts_LTK)


def trained_limit(model: ModelConfig) -> int:
    """Nodes that a word may reach as the model was trained; all where its router has no groups."""
    return model.topk_groups if model.n_groups > 1 else nodes_for(model)


def possible_limits(model: ModelConfig) -> list[int]:
    """The limits whose groups have room for K experts; the last is none at all."""
    if model.n_groups == 1:
        return [nodes_for(model)]
    size = model.n_routed // model.n_groups
    return [m for m in range(1, model.n_groups + 1) if m * size >= model.top_k]


def limits(
    run: Run,
    headlines: Headlines,
    wanted: Sequence[int] | None = None,
    measure: Callable[[Switches], Effect] | None = None,
) -> tuple[Limited, ...]:
    """Every limit whose groups have room for K experts, the model's weights as they are; the last is none at all.

    `measure` stands for `whatif.effect` on these headlines.
    """
    model, measure = run.config.model, measure or measured_on(run, headlines)
    n_nodes = nodes_for(model)
    found = []
    for limit in wanted or possible_limits(model):
        switches = Switches(topk_groups=limit) if model.n_groups > 1 else Switches()
        shape = (model.n_routed, n_nodes, model.top_k, limit)
        found.append(
            Limited(
                limit=limit,
                trained=limit == trained_limit(model),
                layers=traffic_of(assignments(run, headlines, switches=switches), n_nodes),
                chance_nodes=chance_nodes(*shape),
                chance_by_nodes_X=chance_by_nodes(*shape),
                effect=measure(switches),
            )
        )
    return tuple(found)


def frame(found: Sequence[Limited]) -> pd.DataFrame:
    """A tidy table, one row a limit and layer; `saved` is against the last limit, none; shares are parts of 1."""
    import pandas as pd

    return pd.DataFrame(
        {
            "limit": one.limit,
            "layer": layer,
            "copies_per_expert": sent.copies_per_expert,
            "copies_per_node": sent.copies_per_node,
            "nodes_per_word": sent.nodes_per_token,
            "nodes_by_chance": one.chance_nodes,
            "saved": sent.saved_against(found[-1].layers[layer]),
            "accuracy": one.effect.accuracy_after,
            "difference": one.effect.difference,
            "low": one.effect.interval.low,
            "high": one.effect.interval.high,
        }
        for one in found
        for layer, sent in enumerate(one.layers)
    )

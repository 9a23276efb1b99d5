"""What a visitor switches in a model: seats off or silent, words forced, gates moved, another K, a capacity.

    switches = Switches(off=(Seat(0, 3),), top_k=2)
    switches.check(run.config.model)                  raises WhatIfError with one sentence
    model(batch, switches.changes(model, batch))

A seat is one expert of one layer. Off and silent are two questions: see `moe_demo.model.change`. Layers, words and
experts are counted from 0. Forced words and moved gates are places of one sentence; everything else can be asked of
many headlines as well.

Letters: T tokens, E routed experts, K chosen, M kept groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from moe_demo.config import CapacityOver, ConfigError, DropBy, ModelConfig, RoutingRule
from moe_demo.limits import HIGHEST, LOWEST
from moe_demo.model.batch import TokenBatch
from moe_demo.model.change import Capacity, LayerChange, capacity_of
from moe_demo.model.classifier import Classifier
from moe_demo.model.router import Router

Array = np.ndarray[Any, Any]

WHAT_IF_SENTENCES = {
    "layer": "There is no layer {layer}: the model's layers are 0 to {last}.",
    "expert": "There is no expert {expert}: the experts of a layer are 0 to {last}.",
    "token": "There is no word {token}: the words of this sentence are 0 to {last}.",
    "shared": "Layer {layer} has no shared expert to switch off.",
    "k": "K = {k} does not fit: a word can reach at most {most} experts here.",
    "temperature": "The temperature {value:g} does not fit; choose one from {least:g} to {most:g}.",
    "capacity": "The capacity {value} does not fit; an expert takes at least 1 word.",
    "capacity_factor": "The capacity factor {value} does not fit; choose one above 0 and up to {most}.",
    "two_capacities": "A capacity and a capacity factor say two things of the same; leave one of them out.",
    "no_capacity": "Whom a full expert drops is a question only with a capacity or a capacity factor; add one.",
    "groups": "{value} kept groups do not fit; choose 1 to {most}.",
    "top_off": "{value} top experts cannot be left out; choose 1 to {most}.",
    "gate": "The gate value {value} does not fit; choose a number from 0 to {most}.",
    "one_sentence": "A word is forced, or a gate moved, in one sentence; leave it out for a file of headlines.",
    "every_expert": "Every expert by itself is asked of a file of headlines, with nothing else switched.",
    "too_few": "In layer {layer} a word has fewer than K = {k} experts left; switch fewer off, or lower K.",
    "force_off": "Word {token} cannot go to expert {expert} of layer {layer}, which is switched off.",
    "force_group": "Word {token} cannot go to expert {expert} of layer {layer}: the router left out its group. "
    "Choose an expert of {reachable}, or keep more groups.",
    "force_many": "Word {token} is forced to more experts of layer {layer} than the K = {k} it can have.",
}
MAX_GATE = 10.0
MAX_CAPACITY_FACTOR = 1000.0


class WhatIfError(ConfigError):
    """A question that cannot be asked of this model."""

    topic = "whatif"
    sentences = WHAT_IF_SENTENCES


class Routed(Protocol):
    """How a layer routed, as tensors or as arrays."""

    @property
    def choice_TE(self) -> Any:
        """Choice scores."""

    @property
    def topk_idx_TK(self) -> Any:
        """Chosen experts."""


class Seat(NamedTuple):
    """One routed expert of one layer."""

    layer: int
    expert: int


class Place(NamedTuple):
    """One word at one expert of one layer."""

    layer: int
    token: int
    expert: int


@dataclass(frozen=True, kw_only=True)
class Switches:
    """Everything that is changed; what is empty or None stays as trained."""

    off: tuple[Seat, ...] = ()
    silenced: tuple[Seat, ...] = ()
    alone: tuple[Seat, ...] = ()
    """All other experts of a seat's layer are off. K is there at most as many as are left, and no group is left out."""
    shared_off: tuple[int, ...] = ()
    """Layers whose shared experts add nothing."""
    forced: tuple[Place, ...] = ()
    gates: tuple[tuple[Place, float], ...] = ()
    pushed: tuple[tuple[Seat, float], ...] = ()
    """What is added to the routing bias."""
    top_k: int | None = None
    temperature: float | None = None
    topk_groups: int | None = None
    capacity: int | None = None
    """Words of one headline that an expert takes; None: all (as DeepSeek-V3, which drops none)."""
    capacity_factor: float | None = None
    """The same as a multiple of the fair share of what is routed together."""
    drop_by: DropBy | None = None
    """Whom a full expert drops; None: by position."""
    capacity_over: CapacityOver | None = None
    """What shares the places of an expert; None: the words of one headline."""
    top_off: int | None = None
    """So many experts of the highest affinity are left out of every word's choice."""
    random_router: int | None = None
    """Seed of random expert directions, of the same length as the trained ones."""

    @property
    def anything(self) -> bool:
        """Whether the model is changed at all."""
        return any(getattr(self, field.name) not in ((), None) for field in fields(self))

    @property
    def of_one_sentence(self) -> bool:
        """Whether single words of a sentence are meant."""
        return bool(self.forced or self.gates)

    def check(self, model: ModelConfig, n_tokens: int | None = None) -> None:
        """Raise WhatIfError where the model, or the sentence of so many words, has no such place or setting."""
        _check_places(self, model)
        if n_tokens is None and self.of_one_sentence:
            raise WhatIfError("one_sentence")
        for place in (*self.forced, *(place for place, _ in self.gates)):
            if n_tokens is not None and not 0 <= place.token < n_tokens:
                raise WhatIfError("token", token=place.token, last=n_tokens - 1)
        for _, value in self.gates:
            if not 0 <= value <= MAX_GATE:
                raise WhatIfError("gate", value=value, most=MAX_GATE)
        if self.capacity is not None and self.capacity < 1:
            raise WhatIfError("capacity", value=self.capacity)
        self._check_dropping()
        if self.top_off is not None and not 1 <= self.top_off < model.n_routed:
            raise WhatIfError("top_off", value=self.top_off, most=model.n_routed - 1)
        self.rule(model)

    def _check_dropping(self) -> None:
        factor = self.capacity_factor
        if factor is not None and not 0 < factor <= MAX_CAPACITY_FACTOR:
            raise WhatIfError("capacity_factor", value=factor, most=MAX_CAPACITY_FACTOR)
        if factor is not None and self.capacity is not None:
            raise WhatIfError("two_capacities")
        if (self.drop_by or self.capacity_over) and factor is None and self.capacity is None:
            raise WhatIfError("no_capacity")

    def rule(self, model: ModelConfig) -> RoutingRule:
        """The routing rule of every layer. Raises WhatIfError where no router can have it."""
        rule = model.routing_rule
        if self.topk_groups is not None and not 1 <= self.topk_groups <= rule.n_groups:
            raise WhatIfError("groups", value=self.topk_groups, most=rule.n_groups)
        n_kept = self.topk_groups or rule.topk_groups
        k, most = self.top_k if self.top_k is not None else rule.top_k, n_kept * rule.group_size
        if not 1 <= k <= most:
            raise WhatIfError("k", k=k, most=most)
        heat = rule.temperature if self.temperature is None else self.temperature
        try:
            return replace(rule, top_k=k, topk_groups=n_kept, temperature=heat)
        except ConfigError:
            bounds = {"least": LOWEST["temperature"], "most": HIGHEST["temperature"]}
            raise WhatIfError("temperature", value=heat, **bounds) from None

    def rule_of(self, layer: int, rule: RoutingRule) -> RoutingRule:
        """The rule of one layer: where few are left alone, K is their number."""
        n_left = sum(seat.layer == layer for seat in self.alone)
        if not n_left:
            return rule
        return replace(rule, top_k=min(rule.top_k, n_left), topk_groups=rule.n_groups)

    def off_in(self, layer: int, n_routed: int) -> tuple[int, ...]:
        """The experts of a layer that are left out of the choice."""
        left = {seat.expert for seat in self.alone if seat.layer == layer} or range(n_routed)
        off = {seat.expert for seat in self.off if seat.layer == layer}
        return tuple(e for e in range(n_routed) if e in off or e not in left)

    def changes(self, model: Classifier, batch: TokenBatch) -> dict[int, LayerChange]:
        """What each layer does otherwise with this batch; no layer where nothing is changed."""
        if not self.anything:
            return {}
        rule = self.rule(model.config)
        routers = [layer.router for layer in model.moe_layers]
        return {layer: self._change(layer, router, rule, batch) for layer, router in enumerate(routers)}

    def _change(self, layer: int, router: Router, rule: RoutingRule, batch: TokenBatch) -> LayerChange:
        n_routed, n_tokens = rule.n_routed, len(batch.word_ids_T)
        return LayerChange(
            rule=self.rule_of(layer, rule),
            bias_E=_pushed(
                router.bias_E, [(seat.expert, by) for seat, by in self.pushed if seat.layer == layer]
            ),
            directions_ED=_random_directions(router, self.random_router, layer),
            off=_mask(n_routed, self.off_in(layer, n_routed)),
            top_off=self.top_off or 0,
            silenced=_mask(n_routed, (seat.expert for seat in self.silenced if seat.layer == layer)),
            forced_TE=_places((n_tokens, n_routed), [place for place in self.forced if place.layer == layer]),
            gates_TE=_gates(
                (n_tokens, n_routed), [(at, value) for at, value in self.gates if at.layer == layer]
            ),
            capacity=self._capacity(rule, batch),
            shared_off=torch.tensor(True) if layer in self.shared_off else None,
        )

    def _capacity(self, rule: RoutingRule, batch: TokenBatch) -> Capacity | None:
        group_T, n_tokens_B = batch.sequence_T, batch.lengths_B
        if self.capacity_over == "batch":
            group_T, n_tokens_B = torch.zeros_like(group_T), batch.lengths_B.sum().unsqueeze(0)
        if self.capacity is not None:
            limit_B = torch.full_like(n_tokens_B, self.capacity)
        elif self.capacity_factor is not None:
            limit_B = capacity_of(self.capacity_factor, n_tokens_B, rule.top_k, rule.n_routed)
        else:
            return None
        return Capacity(limit_B=limit_B, group_T=group_T, by=self.drop_by or "position")

    def check_result(self, layers: Sequence[Routed], rule: RoutingRule) -> None:
        """Raise WhatIfError where the pass could not do what was asked: only then is it known who was reachable."""
        for layer, routed in enumerate(layers):
            choice_TE, chosen_TK = np.asarray(routed.choice_TE), np.asarray(routed.topk_idx_TK)
            for place in (place for place in self.forced if place.layer == layer):
                self._check_forced(place, choice_TE[place.token], chosen_TK[place.token], rule)
            if np.isneginf(np.take_along_axis(choice_TE, chosen_TK, axis=1)).any():
                raise WhatIfError("too_few", layer=layer, k=self.rule_of(layer, rule).top_k)

    def _check_forced(self, place: Place, choice_E: Array, chosen_K: Array, rule: RoutingRule) -> None:
        where = {"layer": place.layer, "token": place.token, "expert": place.expert}
        if place.expert in self.off_in(place.layer, rule.n_routed):
            raise WhatIfError("force_off", **where)
        if np.isneginf(choice_E[place.expert]):
            reachable = ", ".join(str(e) for e in np.flatnonzero(~np.isneginf(choice_E)))
            raise WhatIfError("force_group", reachable=reachable, **where)
        if place.expert not in chosen_K:
            raise WhatIfError("force_many", layer=place.layer, token=place.token, k=len(chosen_K))


def _check_places(switches: Switches, model: ModelConfig) -> None:
    """Layers and experts that the model has."""
    seats = [*switches.off, *switches.silenced, *switches.alone, *(seat for seat, _ in switches.pushed)]
    seats += [Seat(at.layer, at.expert) for at in (*switches.forced, *(at for at, _ in switches.gates))]
    for layer in (*(seat.layer for seat in seats), *switches.shared_off):
        if not 0 <= layer < model.n_layers:
            raise WhatIfError("layer", layer=layer, last=model.n_layers - 1)
    for seat in seats:
        if not 0 <= seat.expert < model.n_routed:
            raise WhatIfError("expert", expert=seat.expert, last=model.n_routed - 1)
    if switches.shared_off and not model.n_shared:
        raise WhatIfError("shared", layer=switches.shared_off[0])


def _mask(n: int, places: Iterable[int]) -> Tensor | None:
    found = list(places)
    return torch.zeros(n, dtype=torch.bool).index_fill(0, torch.tensor(found), True) if found else None


def _places(shape: tuple[int, int], places: list[Place]) -> Tensor | None:
    if not places:
        return None
    mask_TE = torch.zeros(shape, dtype=torch.bool)
    mask_TE[[place.token for place in places], [place.expert for place in places]] = True
    return mask_TE


def _gates(shape: tuple[int, int], moved: list[tuple[Place, float]]) -> Tensor | None:
    if not moved:
        return None
    gates_TE = torch.full(shape, torch.nan)
    for place, value in moved:
        gates_TE[place.token, place.expert] = value
    return gates_TE


def _pushed(bias_E: Tensor, pushes: list[tuple[int, float]]) -> Tensor | None:
    if not pushes:
        return None
    bias_E = bias_E.clone()
    for expert, by in pushes:
        bias_E[expert] += by
    return bias_E


def _random_directions(router: Router, seed: int | None, layer: int) -> Tensor | None:
    """Directions drawn evenly from the sphere, each as long as the trained one."""
    if seed is None:
        return None
    trained_ED = router.weight_ED.detach()
    drawn_ED = torch.randn(trained_ED.shape, generator=torch.Generator().manual_seed(seed * 1009 + layer))
    return drawn_ED / drawn_ED.norm(dim=1, keepdim=True) * trained_ED.norm(dim=1, keepdim=True)

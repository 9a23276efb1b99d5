"""Is it this expert, or would any other have done the same? The switches of a what-if, on experts drawn at random.

    found = random_seats(run, text, switches)
    found.low_C, found.high_C                    between these lie 95 % of the answers
    each_seat(run, text, "off")                  the answer without each expert by itself

In every layer the experts of `off`, `silenced` and `alone` are exchanged for others of that layer, as many as there
are; all else that is switched stays. Where one expert is switched, each of its layer's others takes its place once:
nothing is drawn then, and the answers are those of every expert of the layer by itself, asked once for all of them.
Otherwise the seed is fixed, and the same question has the same band.

Letters: N draws, T tokens, E routed experts, C classes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Seat, Switches
from moe_demo.model.batch import TokenBatch
from moe_demo.model.change import Capacity, LayerChange
from moe_demo.model.classifier import ClassifierOutput

Array = np.ndarray[Any, Any]

N_DRAWS = 40
LEAST = 10
"""Draws that can be asked of the model, below which there is no band."""
_TAIL = 0.025
_KEPT = 256


@dataclass(frozen=True, kw_only=True)
class RandomSeats:
    """The answers of one sentence under the same switches on other experts."""

    probabilities_NC: Array

    @property
    def n(self) -> int:
        """How many."""
        return len(self.probabilities_NC)

    @property
    def low_C(self) -> Array:
        """The lower end of the middle 95 %, for each class."""
        return np.asarray(np.quantile(self.probabilities_NC, _TAIL, axis=0))

    @property
    def high_C(self) -> Array:
        """The upper end."""
        return np.asarray(np.quantile(self.probabilities_NC, 1 - _TAIL, axis=0))

    def n_as_far(self, label: int, before: float, after: float) -> int:
        """How many move a class's probability from `before` as far as to `after`, or farther, either way."""
        moved_N = np.abs(self.probabilities_NC[:, label] - before)
        return int((moved_N >= abs(after - before)).sum())


def random_seats(run: Run, text: str, switches: Switches) -> RandomSeats | None:
    """None where no single experts are switched, or hardly any draw fits the model. Raises EmptyTextError."""
    seats = {*switches.off, *switches.silenced, *switches.alone}
    if not seats:
        return None
    if len(seats) > 1:
        return _found(_answers(run, text, tuple(drawn(switches, run.config.model.n_routed))))
    [(_, expert)] = seats
    each = _answers(run, text, tuple(in_turn(switches, run.config.model.n_routed)))
    return _found(each[:expert] + each[expert + 1 :])


def each_seat(run: Run, text: str, how: Literal["off", "silenced"]) -> list[list[Array | None]]:
    """The class probabilities with each expert switched by itself, by layer and expert; None where too few are left.

    One batch a layer, which `random_seats` of one expert takes too. Raises EmptyTextError.
    """
    model, found = run.config.model, []
    for layer in range(model.n_layers):
        first = (Seat(layer, 0),)
        switches = Switches(off=first) if how == "off" else Switches(silenced=first)
        found.append(list(_answers(run, text, tuple(in_turn(switches, model.n_routed)))))
    return found


def _found(answers: tuple[Array | None, ...]) -> RandomSeats | None:
    known = [probabilities_C for probabilities_C in answers if probabilities_C is not None]
    return RandomSeats(probabilities_NC=np.stack(known)) if len(known) >= LEAST else None


@kept_with_run(_KEPT)
@torch.inference_mode()
def _answers(run: Run, text: str, asked: tuple[Switches, ...]) -> tuple[Array | None, ...]:
    """The probabilities under each of these switches, all in one batch; None where they do not fit the model."""
    encoded = run.encoder.encode(text)
    one, batch = TokenBatch.of([encoded]), TokenBatch.of([encoded] * len(asked))
    changes = [switches.changes(run.model, one) for switches in asked]
    together = {layer: _together([change[layer] for change in changes], batch) for layer in changes[0]}
    output = run.model(batch, together)
    probabilities_NC, fits_N = output.logits_BC.softmax(-1).numpy(), _fits(output, together, len(asked))
    return tuple(row if fits else None for row, fits in zip(probabilities_NC, fits_N.tolist(), strict=True))


def in_turn(switches: Switches, n_routed: int) -> list[Switches]:
    """The switches of one expert on each expert of its layer in turn."""
    [(layer, _)] = {*switches.off, *switches.silenced, *switches.alone}
    return [_moved(switches, {layer: np.full(n_routed, expert)}) for expert in range(n_routed)]


def drawn(switches: Switches, n_routed: int) -> list[Switches]:
    """The switches of several experts on as many of the same layers, drawn N_DRAWS times."""
    seats = {*switches.off, *switches.silenced, *switches.alone}
    random, layers = np.random.default_rng(0), sorted({seat.layer for seat in seats})
    return [_moved(switches, {at: random.permutation(n_routed) for at in layers}) for _ in range(N_DRAWS)]


def _moved(switches: Switches, order_E: dict[int, Array]) -> Switches:
    def moved(seats: tuple[Seat, ...]) -> tuple[Seat, ...]:
        return tuple(Seat(layer, int(order_E[layer][e])) for layer, e in seats)

    return replace(
        switches,
        off=moved(switches.off),
        silenced=moved(switches.silenced),
        alone=moved(switches.alone),
    )


def _together(changes: list[LayerChange], batch: TokenBatch) -> LayerChange:
    """One change for all copies of the sentence, copy by copy its own."""
    first, n_tokens = changes[0], len(batch.word_ids_T) // len(changes)

    def rows(masks: list[Tensor | None]) -> Tensor | None:
        if masks[0] is None:
            return None
        return torch.cat([mask.expand(n_tokens, mask.shape[-1]) for mask in masks if mask is not None])

    return replace(
        first,
        off=rows([change.off for change in changes]),
        silenced=rows([change.silenced for change in changes]),
        forced_TE=rows([change.forced_TE for change in changes]),
        gates_TE=rows([change.gates_TE for change in changes]),
        capacity=None if first.capacity is None else _for_each_copy(first.capacity, batch),
    )


def _for_each_copy(capacity: Capacity, batch: TokenBatch) -> Capacity:
    """The capacity of one sentence, for each of its copies by itself."""
    return replace(
        capacity, limit_B=capacity.limit_B[:1].expand(len(batch.lengths_B)), group_T=batch.sequence_T
    )


def _fits(output: ClassifierOutput, changes: dict[int, LayerChange], n: int) -> Tensor:
    """The draws that can be asked: enough experts are left for every word, and a forced word gets its expert."""
    fits_N = torch.ones(n, dtype=torch.bool)
    for layer, routing in enumerate(output.routings):
        chosen_TK = routing.topk_idx_TK
        good_T = ~routing.choice_TE.gather(1, chosen_TK).isneginf().any(-1)
        forced_TE = changes[layer].forced_TE
        if forced_TE is not None:
            taken_TE = torch.zeros_like(forced_TE).scatter_(1, chosen_TK, True)
            good_T &= ~(forced_TE & ~taken_TE).any(-1)
        fits_N &= good_T.view(n, -1).all(-1)
    return fits_N

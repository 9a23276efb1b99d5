"""What if: the model with something switched, beside the model as it was trained, on one sentence or on many.

    whatif(run, text, switches)                           both records, and which words change their experts
    effect(run, headlines, switches)                      accuracy before and after, with its interval
    ablations(run, headlines)                             every expert off by itself, in turn

Letters: T tokens, K chosen, B headlines, C classes, E routed experts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from moe_demo.insight.bootstrap import Interval, paired_interval
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Seat, Switches
from moe_demo.insight.trace import ForwardTrace
from moe_demo.model.batch import TokenBatch
from moe_demo.model.change import LayerChange
from moe_demo.text.tokenizer import EncodedText
from moe_demo.training.evaluation import BATCH_SIZE

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """One sentence, twice."""

    before: ForwardTrace
    after: ForwardTrace
    changed: tuple[tuple[int, int], ...]
    """(layer, word) whose set of chosen experts is another one."""
    dropped: tuple[tuple[int, int, int], ...]
    """(layer, word, expert) where a full expert dropped a word; empty without a capacity."""


@dataclass(frozen=True, kw_only=True)
class Headlines:
    """Labelled headlines as a run reads them."""

    texts: tuple[EncodedText, ...]
    label_ids_B: Tensor

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a model makes of many headlines."""

    predicted_B: Array
    load_LE: Array
    """Assignments per layer and expert, those that were dropped or silenced among them."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What switching something does to the accuracy on labelled headlines."""

    n: int
    accuracy_before: float
    accuracy_after: float
    interval: Interval
    """Of the difference, 95 %."""
    n_flipped: int
    """Headlines that get another class."""
    load_before_LE: Array
    load_after_LE: Array

    @property
    def difference(self) -> float:
        """After less before."""
        return self.accuracy_after - self.accuracy_before

    def load_share(self, seat: Seat) -> float:
        """A seat's assignments over the fair share of its layer, in the trained model."""
        load_E = self.load_before_LE[seat.layer]
        return float(load_E[seat.expert] / load_E.mean())


def whatif(run: Run, text: str, switches: Switches) -> WhatIf:
    """One sentence through both models. Raises WhatIfError where the switches do not fit it, EmptyTextError."""
    before = run.trace(text)
    switches.check(run.config.model, len(before.tokens))
    batch = TokenBatch.of([run.encoder.encode(text)])
    changes = switches.changes(run.model, batch)
    with torch.inference_mode():
        switches.check_result(run.model(batch, changes), switches.rule(run.config.model))
    after = run.trace(text, changes)
    changed = [
        (layer.layer, token)
        for layer, other in zip(before.layers, after.layers, strict=True)
        for token in range(len(before.tokens))
        if set(layer.topk_idx_TK[token]) != set(other.topk_idx_TK[token])
    ]
    return WhatIf(before=before, after=after, changed=tuple(changed), dropped=_dropped(after, changes))


def _dropped(after: ForwardTrace, changes: Mapping[int, LayerChange]) -> tuple[tuple[int, int, int], ...]:
    """(layer, word, expert) that a capacity takes apart."""
    found = []
    for layer, change in changes.items():
        if change.capacity is None:
            continue
        routed = after.layers[layer]
        chosen_TK = torch.from_numpy(routed.topk_idx_TK)
        places = change.capacity.dropped(chosen_TK, routed.n_routed).nonzero().tolist()
        found += [(layer, token, int(chosen_TK[token, k])) for token, k in places]
    return tuple(found)


@torch.inference_mode()
def answers(run: Run, headlines: Headlines, switches: Switches | None = None) -> Answers:
    """The predicted class of every headline under the switches. Raises WhatIfError where they do not fit."""
    switches = switches or Switches()
    switches.check(run.config.model)
    model, rule, predicted = run.config.model, switches.rule(run.config.model), []
    load_LE = torch.zeros(model.n_layers, model.n_routed, dtype=torch.long)
    for begin in range(0, len(headlines), BATCH_SIZE):
        batch = TokenBatch.of(headlines.texts[begin : begin + BATCH_SIZE])
        output = run.model(batch, switches.changes(run.model, batch))
        switches.check_result(output, rule)
        predicted.append(output.logits_BC.argmax(-1))
        for layer, routing in enumerate(output.routings):
            load_LE[layer] += torch.bincount(routing.topk_idx_TK.flatten(), minlength=model.n_routed)
    return Answers(predicted_B=torch.cat(predicted).numpy(), load_LE=load_LE.numpy())


def effect(run: Run, headlines: Headlines, switches: Switches, trained: Answers | None = None) -> Effect:
    """The accuracy with and without the switches, headline by headline; `trained` saves asking the trained model."""
    before = trained or answers(run, headlines)
    after = answers(run, headlines, switches)
    labels_B = headlines.label_ids_B.numpy()
    right_before_B, right_after_B = before.predicted_B == labels_B, after.predicted_B == labels_B
    return Effect(
        n=len(headlines),
        accuracy_before=float(right_before_B.mean()),
        accuracy_after=float(right_after_B.mean()),
        interval=paired_interval(right_before_B, right_after_B),
        n_flipped=int((before.predicted_B != after.predicted_B).sum()),
        load_before_LE=before.load_LE,
        load_after_LE=after.load_LE,
    )


def ablations(
    run: Run,
    headlines: Headlines,
    seats: Sequence[Seat] | None = None,
    tell: Callable[[int, int], object] = lambda done, of: None,
) -> dict[Seat, Effect]:
    """Each of these experts off by itself, all by default; `tell` hears how many are done."""
    model = run.config.model
    wanted = (
        list(seats)
        if seats is not None
        else [Seat(layer, expert) for layer in range(model.n_layers) for expert in range(model.n_routed)]
    )
    trained, found = answers(run, headlines), {}
    for number, seat in enumerate(wanted):
        tell(number, len(wanted))
        found[seat] = effect(run, headlines, Switches(off=(seat,)), trained)
    tell(len(wanted), len(wanted))
    return found

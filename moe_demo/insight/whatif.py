"""What if: the model with something switched, beside the model as it was trained, on one sentence or on many.

    whatif(run, text, switches)                           both records, and which words change their experts
    effect(run, headlines, switches)                      accuracy before and after, with its interval
    ablations(run, headlines)                             every expert off by itself, in turn

Letters: T tokens, K chosen, B headlines, C classes, E routed experts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from moe_demo.config import RunConfig
from moe_demo.insight.bootstrap import Interval, paired_interval
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.run import Run, no_answer
from moe_demo.insight.switches import Place, Seat, Switches
from moe_demo.insight.trace import ForwardTrace
from moe_demo.model.balance import expert_load
from moe_demo.model.batch import TokenBatch
from moe_demo.model.classifier import Classifier
from moe_demo.text.corpus import Corpus
from moe_demo.text.tokenizer import EncodedText, TextEncoder
from moe_demo.training.evaluation import BATCH_SIZE, encode_all

if TYPE_CHECKING:
    import pandas as pd

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
    unheard: tuple[Place, ...]
    """Where a gate was set of an expert that the word is not sent to, so that nothing came of it."""

    @property
    def difference(self) -> float:
        """Probability of the class that was predicted before: after less before."""
        before = int(self.before.probabilities_C.argmax())
        return float(self.after.probabilities_C[before] - self.before.probabilities_C[before])

    def served_E(self, layer: int) -> Array:
        """Words that each expert of a layer serves after the change: those sent to it, less those it dropped."""
        load_E = self.after.layers[layer].load_E
        dropped = [expert for of_layer, _, expert in self.dropped if of_layer == layer]
        return load_E - np.bincount(np.array(dropped, dtype=int), minlength=len(load_E))

    def frame(self) -> pd.DataFrame:
        """A tidy table, one row per layer, word and expert that was chosen before or is chosen now."""
        import pandas as pd

        rows = []
        for layer, other in zip(self.before.layers, self.after.layers, strict=True):
            for t, token in enumerate(self.before.tokens):
                chosen = set(layer.topk_idx_TK[t].tolist()), set(other.topk_idx_TK[t].tolist())
                rows += [
                    {
                        "layer": layer.layer,
                        "token_idx": t,
                        "token": token,
                        "expert": e,
                        "chosen_before": e in chosen[0],
                        "chosen_after": e in chosen[1],
                        "gate_before": float(layer.gates_TE[t, e]),
                        "gate_after": float(other.gates_TE[t, e]),
                        "dropped": (layer.layer, t, e) in self.dropped,
                    }
                    for e in sorted(chosen[0] | chosen[1])
                ]
        return pd.DataFrame(rows)


class Trained(Protocol):
    """Whatever has a model and reads headlines for it: a run, or a trainer at its end."""

    @property
    def config(self) -> RunConfig:
        """Its settings."""

    @property
    def model(self) -> Classifier:
        """In eval mode when it is asked."""

    @property
    def encoder(self) -> TextEncoder:
        """How it reads headlines."""


@dataclass(frozen=True, kw_only=True)
class Headlines:
    """Labelled headlines as a run reads them."""

    texts: tuple[EncodedText, ...]
    label_ids_B: Tensor

    @classmethod
    def of(cls, run: Trained, corpus: Corpus) -> Headlines:
        """A corpus as this run reads it."""
        texts = tuple(encode_all(corpus, run.encoder))
        return cls(texts=texts, label_ids_B=torch.from_numpy(corpus.label_ids))

    @classmethod
    def held_out(cls, run: Run, most: int | None = None) -> Headlines:
        """Those that the run was never trained on, of many `most`, evenly spaced.

        Raises DataGoneError where they cannot be read.
        """
        corpus = split_of_run(run.store).held_out
        if most is None or len(corpus) <= most:
            return cls.of(run, corpus)
        rows = np.linspace(0, len(corpus) - 1, most).round().astype(int)
        return cls.of(run, replace(corpus, headlines=tuple(corpus.headlines[row] for row in rows)))

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a model makes of many headlines."""

    predicted_B: Array
    loss: float
    """Cross-entropy, the mean over the headlines."""
    load_LE: Array
    """Assignments per layer and expert, those that were dropped or silenced among them."""
    dropped_LE: Array
    """Of these, those that a full expert dropped; 0 without a capacity."""
    lost_LX: Array
    """Words by how many of their experts dropped them, 0 to K, in each layer."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What switching something does to the accuracy on labelled headlines."""

    n: int
    accuracy_before: float
    accuracy_after: float
    loss_before: float
    """Cross-entropy, the mean over the headlines."""
    loss_after: float
    interval: Interval
    """Of the difference, 95 %."""
    n_flipped: int
    """Headlines that get another class."""
    load_before_LE: Array
    load_after_LE: Array
    dropped_LE: Array
    """Assignments that a full expert dropped, of those in `load_after_LE`; 0 without a capacity."""
    lost_LX: Array
    """Words by how many of their experts dropped them, 0 to K, in each layer."""

    @property
    def dropped_share_L(self) -> Array:
        """Assignments that were dropped, as a part of all, in each layer."""
        return np.asarray(self.dropped_LE.sum(1) / self.load_after_LE.sum(1))

    @property
    def losing_share_L(self) -> Array:
        """Words that lost an expert or more, as a part of all, in each layer."""
        return np.asarray(1 - self.lost_LX[:, 0] / self.lost_LX.sum(1))

    @property
    def difference(self) -> float:
        """After less before."""
        return self.accuracy_after - self.accuracy_before

    def load_share(self, seat: Seat) -> float:
        """A seat's assignments over the fair share of its layer, in the trained model."""
        load_E = self.load_before_LE[seat.layer]
        return float(load_E[seat.expert] / load_E.mean())


def whatif(run: Run, text: str, switches: Switches, trained: ForwardTrace | None = None) -> WhatIf:
    """One sentence through both models; `trained` saves asking the trained model.

    Raises WhatIfError where the switches do not fit the sentence, EmptyTextError.
    """
    before = trained or run.trace(text)
    switches.check(run.config.model, len(before.tokens))
    batch = TokenBatch.of([run.encoder.encode(text)])
    changes = switches.changes(run.model, batch)
    after = run.trace(text, changes) if changes else before
    switches.check_result(after.layers, switches.rule(run.config.model))
    unheard = tuple(
        at for at, _ in switches.gates if at.expert not in after.layers[at.layer].topk_idx_TK[at.token]
    )
    changed = [
        (layer.layer, token)
        for layer, other in zip(before.layers, after.layers, strict=True)
        for token in range(len(before.tokens))
        if set(layer.topk_idx_TK[token]) != set(other.topk_idx_TK[token])
    ]
    return WhatIf(
        before=before, after=after, changed=tuple(changed), dropped=_dropped(after), unheard=unheard
    )


def _dropped(after: ForwardTrace) -> tuple[tuple[int, int, int], ...]:
    """(layer, word, expert) that a capacity takes apart."""
    return tuple(
        (layer.layer, token, int(layer.topk_idx_TK[token, k]))
        for layer in after.layers
        if layer.dropped_TK is not None
        for token, k in np.argwhere(layer.dropped_TK).tolist()
    )


@torch.inference_mode()
def answers(run: Trained, headlines: Headlines, switches: Switches | None = None) -> Answers:
    """The predicted class of every headline under the switches. Raises WhatIfError where they do not fit."""
    switches = switches or Switches()
    switches.check(run.config.model)
    model, rule, logits = run.config.model, switches.rule(run.config.model), []
    load_LE = torch.zeros(model.n_layers, model.n_routed, dtype=torch.long)
    dropped_LE, lost_LX = (
        torch.zeros_like(load_LE),
        torch.zeros(model.n_layers, rule.top_k + 1, dtype=torch.long),
    )
    for begin in range(0, len(headlines), BATCH_SIZE):
        batch = TokenBatch.of(headlines.texts[begin : begin + BATCH_SIZE])
        output = run.model(batch, switches.changes(run.model, batch))
        switches.check_result(output.routings, rule)
        logits.append(output.logits_BC)
        for layer, routing in enumerate(output.routings):
            load_LE[layer] += expert_load(routing.topk_idx_TK, model.n_routed)
            none_TK = torch.zeros_like(routing.topk_idx_TK, dtype=torch.bool)
            dropped_TK = none_TK if routing.dropped_TK is None else routing.dropped_TK
            dropped_LE[layer] += expert_load(routing.topk_idx_TK[dropped_TK], model.n_routed)
            lost_LX[layer] += torch.bincount(dropped_TK.sum(1), minlength=rule.top_k + 1)
    logits_BC = torch.cat(logits)
    return Answers(
        predicted_B=logits_BC.argmax(-1).numpy(),
        loss=float(F.cross_entropy(logits_BC, headlines.label_ids_B)),
        load_LE=load_LE.numpy(),
        dropped_LE=dropped_LE.numpy(),
        lost_LX=lost_LX.numpy(),
    )


def effect(run: Run, headlines: Headlines, switches: Switches, trained: Answers | None = None) -> Effect:
    """The accuracy with and without the switches, headline by headline; `trained` saves asking the trained model.

    Raises WhatIfError as `answers` does, RunError where the weights are too large to answer.
    """
    before = trained or answers(run, headlines)
    after = answers(run, headlines, switches)
    if not (math.isfinite(before.loss) and math.isfinite(after.loss)):
        raise no_answer(run.store)
    labels_B = headlines.label_ids_B.numpy()
    right_before_B, right_after_B = before.predicted_B == labels_B, after.predicted_B == labels_B
    return Effect(
        n=len(headlines),
        accuracy_before=float(right_before_B.mean()),
        accuracy_after=float(right_after_B.mean()),
        loss_before=before.loss,
        loss_after=after.loss,
        interval=paired_interval(right_before_B, right_after_B),
        n_flipped=int((before.predicted_B != after.predicted_B).sum()),
        load_before_LE=before.load_LE,
        load_after_LE=after.load_LE,
        dropped_LE=after.dropped_LE,
        lost_LX=after.lost_LX,
    )


def measured_on(run: Run, headlines: Headlines) -> Callable[[Switches], Effect]:
    """`effect` of any switches on these headlines; the trained model is asked once."""
    trained = answers(run, headlines)
    return lambda switches: effect(run, headlines, switches, trained)


def ablations(
    run: Run,
    headlines: Headlines,
    seats: Sequence[Seat] | None = None,
    tell: Callable[[int, int], object] = lambda done, of: None,
    measure: Callable[[Switches], Effect] | None = None,
) -> dict[Seat, Effect]:
    """Each of these experts off by itself, all by default; `tell` hears how many are done.

    `measure` stands for `effect` on these headlines, where somebody keeps what has been measured before. Raises
    WhatIfError where too few experts are left.
    """
    model = run.config.model
    wanted = (
        list(seats)
        if seats is not None
        else [Seat(layer, expert) for layer in range(model.n_layers) for expert in range(model.n_routed)]
    )
    found, measure = {}, measure or measured_on(run, headlines)
    for number, seat in enumerate(wanted):
        tell(number, len(wanted))
        found[seat] = measure(Switches(off=(seat,)))
    tell(len(wanted), len(wanted))
    return found


def ablation_frame(effects: Mapping[Seat, Effect]) -> pd.DataFrame:
    """A tidy table of ablations, one row an expert; shares and accuracies as parts of 1."""
    import pandas as pd

    return pd.DataFrame(
        {
            "layer": seat.layer,
            "expert": seat.expert,
            "load": one.load_share(seat),
            "accuracy": one.accuracy_after,
            "difference": one.difference,
            "low": one.interval.low,
            "high": one.interval.high,
            "loss": one.loss_after,
            "flipped": one.n_flipped,
            "n": one.n,
        }
        for seat, one in effects.items()
    )

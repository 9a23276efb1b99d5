"""Headlines that show something: an answer that one small change of a router turns, words that take many routes.

telling_headlines(run, held-out headlines)      one for each kind of change, then those whose words part most

Each change can be made on the router page: another K, or a bias pushed by 1 or -1, in one layer. Pushed by -1 an expert
is no longer chosen by any word of the headline: it is off.

Letters: B headlines, C classes, K chosen, E routed experts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import torch

from moe_demo.insight.run import Run
from moe_demo.insight.word_routing import overlap, sets_per_word
from moe_demo.model.batch import TokenBatch
from moe_demo.model.change import LayerChange
from moe_demo.text.corpus import Corpus
from moe_demo.text.tokenizer import EncodedText

Array = np.ndarray[Any, Any]
Why = Literal["k", "bias", "off", "routes"]

FEW, MANY = 1, 8  # K
PUSH = 1.0
N_ROUTES = 2
_TURNED_WORDS, _PARTED_WORDS = range(3, 13), range(7, 10)
_LONGEST = 25  # characters
_SURE = 0.9


@dataclass(frozen=True, kw_only=True)
class TellingHeadline:
    """A headline, and what to do with it: where the answer turns, which router, how, and from which class to which."""

    text: str
    why: Why
    before: str
    """The class as trained."""
    after: str = ""
    """The class under the change; empty for `routes`."""
    layer: int = 0
    top_k: int | None = None
    expert: int | None = None
    push: float = 0.0
    sets: tuple[int, ...] = ()
    """For `routes`: different expert sets among the words, layer by layer."""
    n_words: int = 0


@dataclass(frozen=True, kw_only=True)
class _Change:
    why: Why
    layer: int
    top_k: int | None = None
    expert: int | None = None
    push: float = 0.0


def telling_headlines(run: Run, held_out: Corpus) -> list[TellingHeadline]:
    """For K = 1, K = 8, a bias pushed up, and an expert off: the headline whose answer turns most clearly.

    Clearly: the smaller of the two probabilities, of the class before and of the class after, is the largest. All are
    short, and at least half of their words are known; none comes twice.
    """
    encoded = {text: run.encoder.encode(text) for text in held_out.texts if len(text) <= _LONGEST}
    readable = {text: one for text, one in encoded.items() if _half_known(one)}
    found: list[TellingHeadline] = []
    for changes in _kinds(run):
        taken = {one.text for one in found}
        turned = _most_clearly_turned(run, {t: e for t, e in readable.items() if t not in taken}, changes)
        found += [turned] if turned else []
    return found + _most_parted(run, [text for text in readable if text not in {one.text for one in found}])


def _half_known(text: EncodedText) -> bool:
    return bool((np.asarray(text.word_ids_T) > 0).mean() >= 0.5)


def _kinds(run: Run) -> Iterator[list[_Change]]:
    """The changes of each kind."""
    layers, experts = range(run.config.model.n_layers), range(run.config.model.n_routed)
    for top_k in (FEW, MANY):
        yield [_Change(why="k", layer=layer, top_k=top_k) for layer in layers]
    pushes: tuple[tuple[Why, float], ...] = (("bias", PUSH), ("off", -PUSH))
    for why, push in pushes:
        yield [_Change(why=why, layer=layer, expert=e, push=push) for layer in layers for e in experts]


@torch.inference_mode()
def _most_clearly_turned(
    run: Run, texts: dict[str, EncodedText], changes: Sequence[_Change]
) -> TellingHeadline | None:
    """The best of all headlines under all these changes; None where no answer turns."""
    usable = {text: one for text, one in texts.items() if len(one.tokens) in _TURNED_WORDS}
    if not usable:
        return None
    names, batch = list(usable), TokenBatch.of(list(usable.values()))
    before_BC = run.model(batch).logits_BC.softmax(-1).numpy()
    before_B, best = before_BC.argmax(1), (0.0, None)
    for change in changes:
        output = run.model(batch, {change.layer: _layer_change(run, change)})
        after_BC = output.logits_BC.softmax(-1).numpy()
        clear_B = np.minimum(before_BC.max(1), after_BC.max(1)) * (after_BC.argmax(1) != before_B)
        if change.why == "off":
            clear_B = clear_B * _never_chosen(
                output.routings[change.layer].topk_idx_TK.numpy(), batch, change
            )
        place = int(clear_B.argmax())
        if clear_B[place] > best[0]:
            labels = run.labels[before_B[place]], run.labels[after_BC[place].argmax()]
            best = (float(clear_B[place]), _told(names[place], change, *labels))  # type: ignore[assignment]
    return best[1]


def _told(text: str, change: _Change, before: str, after: str) -> TellingHeadline:
    return TellingHeadline(
        text=text,
        why=change.why,
        before=before,
        after=after,
        layer=change.layer,
        top_k=change.top_k,
        expert=change.expert,
        push=change.push,
    )


def _layer_change(run: Run, change: _Change) -> LayerChange:
    rule = run.config.model.routing_rule
    bias_E = run.model.moe_layers[change.layer].router.bias_E.clone()
    if change.expert is not None:
        bias_E[change.expert] += change.push
    return LayerChange(
        rule=rule if change.top_k is None else replace(rule, top_k=change.top_k), bias_E=bias_E
    )


def _never_chosen(topk_idx_TK: Array, batch: TokenBatch, change: _Change) -> Array:
    """Of each headline, whether no word of it chose the expert, shape (B,)."""
    has_T = (topk_idx_TK == change.expert).any(1)
    return np.bincount(batch.sequence_T.numpy(), weights=has_T, minlength=len(batch.lengths_B)) == 0


def _most_parted(run: Run, texts: Sequence[str]) -> list[TellingHeadline]:
    """Those whose words have the most sets of their own and the least in common, over all layers."""
    ranked = []
    for text in texts:
        trace = run.trace(text)
        if len(trace.tokens) not in _PARTED_WORDS or trace.probabilities_C.max() < _SURE:
            continue
        chosen = [layer.topk_idx_TK for layer in trace.layers]
        parted = sum(sets_per_word(idx_TK) - (overlap(idx_TK) or 0.0) for idx_TK in chosen)
        sets = tuple(round(sets_per_word(idx_TK) * len(trace.tokens)) for idx_TK in chosen)
        ranked.append((parted, text, trace.label, sets, len(trace.tokens)))
    ranked.sort(reverse=True)
    return [
        TellingHeadline(text=text, why="routes", before=label, sets=sets, n_words=n_words)
        for _, text, label, sets, n_words in ranked[:N_ROUTES]
    ]

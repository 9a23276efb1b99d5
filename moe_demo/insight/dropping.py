"""The inference guarantee: what a capacity of experts costs, beside a model whose experts take every word.

    lost_words(whatif(run, text, Switches(capacity_factor=1.0)))      which words of a sentence lose an expert
    found = sweep(run, headlines)                                     share and accuracy, policy by policy
    frame(found)                                                      a tidy table

With a capacity factor an expert takes so many times its fair share and drops the rest (GShard, arXiv 2006.16668; Switch
Transformer, arXiv 2101.03961, section 2.2). A word that all its experts drop keeps the shared experts and the residual
path. DeepSeek-V3 drops nothing, in training or inference (arXiv 2412.19437, section 2.1.2): it is *dropless*, and every
layer's loads sum to T x K.

Letters: T tokens, K chosen, L MoE layers, E routed experts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from moe_demo.config import CapacityOver, DropBy
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Switches
from moe_demo.insight.whatif import Effect, Headlines, WhatIf, measured_on

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]

FACTORS = (1.0, 1.25, 1.5, 2.0)
"""Those in use: 1.25 and 2 in Switch Transformer's training and evaluation, 2 in GShard (K = 2)."""


@dataclass(frozen=True, kw_only=True)
class LostWord:
    """A word that one or more of its experts dropped in one layer."""

    layer: int
    token: int
    word: str
    dropped_by: tuple[int, ...]
    kept_by: tuple[int, ...]
    """The experts that do take it, in the order of the choice; empty: only shared experts and the residual are left."""


def lost_words(answer: WhatIf) -> tuple[LostWord, ...]:
    """Layer by layer and word by word; empty without a capacity, or where it suffices."""
    full = set(answer.dropped)
    found = []
    for layer in answer.after.layers:
        for token, word in enumerate(answer.after.tokens):
            chosen = layer.topk_idx_TK[token].tolist()
            dropped = tuple(expert for expert in chosen if (layer.layer, token, expert) in full)
            kept = tuple(expert for expert in chosen if expert not in dropped)
            if dropped:
                found.append(
                    LostWord(layer=layer.layer, token=token, word=word, dropped_by=dropped, kept_by=kept)
                )
    return tuple(found)


def sweep(
    run: Run,
    headlines: Headlines,
    factors: Sequence[float] = FACTORS,
    by: Sequence[DropBy] = ("position", "probability"),
    over: Sequence[CapacityOver] = ("headline", "batch"),
    measure: Callable[[Switches], Effect] | None = None,
) -> dict[Switches, Effect]:
    """Every capacity factor with every way of dropping; `measure` stands for `whatif.effect` on these headlines."""
    measure = measure or measured_on(run, headlines)
    wanted = [
        Switches(capacity_factor=factor, drop_by=whom, capacity_over=what)
        for what, whom, factor in product(over, by, factors)
    ]
    return {switches: measure(switches) for switches in wanted}


def kept_load(found: Effect) -> Array:
    """The load as it looks to whoever counts after the drop, shape (L, E).

    An overloaded expert is cut to its capacity, so it looks no busier than others and a bias that follows this count
    cannot push it down. Load is counted before the drop.
    """
    return np.asarray(found.load_after_LE - found.dropped_LE)


def frame(found: Mapping[Switches, Effect]) -> pd.DataFrame:
    """A tidy table, one row a policy; shares and accuracies as parts of 1, over all layers together.

    `silent` is the share of words, layer by layer, that all their experts drop; `max_vio` is the mean over layers.
    """
    import pandas as pd

    return pd.DataFrame(
        {
            "factor": switches.capacity_factor,
            "by": switches.drop_by,
            "over": switches.capacity_over,
            "dropped": float(one.dropped_LE.sum() / one.load_after_LE.sum()),
            "losing": float(one.losing_share_L.mean()),
            "silent": float(one.lost_LX[:, -1].sum() / one.lost_LX.sum()),
            "accuracy": one.accuracy_after,
            "difference": one.difference,
            "low": one.interval.low,
            "high": one.interval.high,
            "flipped": one.n_flipped,
            "max_vio": _mean_max_vio(one.load_after_LE),
            "max_vio_kept": _mean_max_vio(kept_load(one)),
            "n": one.n,
        }
        for switches, one in found.items()
    )


def _mean_max_vio(load_LE: Array) -> float:
    return float((load_LE.max(1) / load_LE.mean(1) - 1).mean())

"""The answer as words arrive at the average, one after the other: what a picture shows while it plays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from moe_demo.insight.run import Run
from moe_demo.insight.trace import ForwardTrace
from moe_demo.model.batch import TokenBatch

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """What would be said if only the first n words had been averaged, n = 1 .. T."""

    probabilities_TC: Array
    """Of each class; the last row is the answer itself."""
    count_T: Array
    """What the sum of the first n is divided by: `Classifier.pooling_counts`."""


@torch.inference_mode()
def arrivals(run: Run, trace: ForwardTrace) -> Arrivals:
    """The answer after each word.

    Only the average is cut short: each word has been through all layers and has seen the whole sentence by attention.
    """
    n_words_T = torch.arange(1, len(trace.tokens) + 1)
    first = torch.cat([torch.arange(int(n)) for n in n_words_T])
    beginnings = TokenBatch.of([run.encoder.encode(trace.text)]).of_tokens(first, n_words_T)
    count_T = run.model.pooling_counts(beginnings).numpy()
    mean_TD = trace.averaged_TD.cumsum(axis=0, dtype=np.float64) / count_T[:, None]
    logits_TC = run.model.head(torch.from_numpy(mean_TD.astype(np.float32)))
    return Arrivals(probabilities_TC=logits_TC.softmax(-1).numpy(), count_T=count_T)

"""The answer as words arrive at the average, one after the other: what a picture shows while it plays."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from moe_demo.insight.trace import ForwardTrace
from moe_demo.model.classifier import Classifier

Array = np.ndarray[Any, Any]


@torch.inference_mode()
def answers_so_far(model: Classifier, trace: ForwardTrace) -> Array:
    """Probability of each class if only the first n words had been averaged, n = 1 .. T, shape (T, C).

    Only the average is cut short: each word has been through all layers and has seen the whole sentence by attention.
    So the last row is the answer itself.
    """
    n_words_T1 = np.arange(1, len(trace.tokens) + 1)[:, None]
    counted_T1 = n_words_T1 + model.config.pooling_pseudocount
    mean_TD = trace.averaged_TD.cumsum(axis=0, dtype=np.float64) / counted_T1
    return np.asarray(model.head(torch.from_numpy(mean_TD.astype(np.float32))).softmax(-1).numpy())

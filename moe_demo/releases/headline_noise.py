"""How uneven an even router looks on so many headlines: the noise floor for words that come in headlines.

Blind choice word by word (`insight.load.random_max_vio`) is too low a floor: the words of one headline tend to go to
the same experts, so what counts is the number of headlines, not of words. Here headlines are drawn again and again,
with repetition, from those that were evaluated, and each expert's load is held against its own mean load. For a router
that is even on average, what is left is the MaxVio it shows by the luck of the draw.

Letters: B headlines, L MoE layers, E routed experts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from moe_demo.model.batch import TokenBatch
from moe_demo.model.classifier import Classifier
from moe_demo.text.tokenizer import EncodedText
from moe_demo.training.evaluation import BATCH_SIZE

DRAWS = 400


@torch.inference_mode()
def load_per_headline(model: Classifier, texts: Sequence[EncodedText]) -> Tensor:
    """Assignments of each headline's words to each expert of each layer, shape (B, L, E)."""
    model.eval()
    n_routed, parts = model.config.n_routed, []
    for begin in range(0, len(texts), BATCH_SIZE):
        batch = TokenBatch.of(texts[begin : begin + BATCH_SIZE])
        n_texts = len(batch.lengths_B)
        layers = []
        for routing in model.routings(batch):
            cell_TK = batch.sequence_T.unsqueeze(1) * n_routed + routing.topk_idx_TK
            layers.append(torch.bincount(cell_TK.flatten(), minlength=n_texts * n_routed).view(n_texts, -1))
        parts.append(torch.stack(layers, dim=1))
    return torch.cat(parts)


def headline_noise(load_BLE: Tensor, draws: int = DRAWS) -> list[float]:
    """Expected MaxVio of each layer by the luck of which headlines were drawn; the same at every call."""
    load = load_BLE.double().numpy()
    n_texts = len(load)
    weight_RB = np.random.default_rng(0).multinomial(n_texts, np.full(n_texts, 1 / n_texts), size=draws)
    total_LE = load.sum(axis=0)
    drawn_RLE = np.einsum("rb,ble->rle", weight_RB, load)
    scale_RL1 = drawn_RLE.sum(axis=2, keepdims=True) / total_LE.sum(axis=1)[None, :, None]
    fair_RL1 = drawn_RLE.mean(axis=2, keepdims=True)
    excess_RLE = (drawn_RLE - total_LE[None] * scale_RL1) / fair_RL1
    return [round(float(value), 6) for value in excess_RLE.max(axis=2).mean(axis=0)]

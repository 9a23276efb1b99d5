"""How good a model is on labelled headlines: accuracy, loss, confusion, and which expert had which class.

Letters: B headlines, T tokens, K chosen, C classes, L MoE layers, E routed experts.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from moe_demo.model.balance import max_vio
from moe_demo.model.batch import TokenBatch
from moe_demo.model.classifier import Classifier
from moe_demo.model.familiarity import familiarity
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.text.corpus import Corpus
from moe_demo.text.tokenizer import EncodedText, TextEncoder

BATCH_SIZE = 256
UNFAMILIAR_SHARE = (
    0.1  # of held-out headlines lie below the familiarity from which on a text counts as familiar
)


def encode_all(corpus: Corpus, encoder: TextEncoder) -> list[EncodedText]:
    """Every headline of a corpus as numbers."""
    return [encoder.encode(text) for text in corpus.texts]


def in_batches(texts: Sequence[EncodedText]) -> list[TokenBatch]:
    """Encoded headlines as `evaluate` reads them; whoever keeps them has them laid out only once."""
    return [TokenBatch.of(texts[begin : begin + BATCH_SIZE]) for begin in range(0, len(texts), BATCH_SIZE)]


@torch.inference_mode()
def evaluate(
    model: Classifier, batches: Sequence[TokenBatch], label_ids_B: Tensor, step: int = 0
) -> EvalMetrics:
    """One pass over headlines in eval mode; no weight and no bias moves."""
    model.eval()
    n_classes, n_routed, n_layers = model.config.n_classes, model.config.n_routed, model.config.n_layers
    device = next(model.parameters()).device
    load_LX = torch.zeros(
        n_layers, n_routed * n_classes, dtype=torch.long
    )  # X: one cell per expert and class
    logits = []
    labels = label_ids_B.split([len(batch.lengths_B) for batch in batches])
    for batch, batch_label_ids_B in zip(batches, labels, strict=True):
        output = model(batch.to(device))
        logits.append(output.logits_BC.float().cpu())
        label_T1 = batch_label_ids_B[batch.sequence_T].unsqueeze(1)
        for layer, routing in enumerate(output.routings):
            cell_TK = routing.topk_idx_TK.cpu() * n_classes + label_T1
            load_LX[layer] += torch.bincount(cell_TK.flatten(), minlength=n_routed * n_classes)
    logits_BC = torch.cat(logits)
    predicted_B = logits_BC.argmax(-1)
    pair_B = label_ids_B * n_classes + predicted_B
    load_LEC = load_LX.unflatten(1, (n_routed, n_classes))
    return EvalMetrics(
        step=step,
        n_headlines=len(label_ids_B),
        loss=float(F.cross_entropy(logits_BC, label_ids_B)),
        accuracy=float((predicted_B == label_ids_B).double().mean()),
        confusion_CC=torch.bincount(pair_B, minlength=n_classes**2).unflatten(0, (n_classes, -1)).tolist(),
        load_LEC=load_LEC.tolist(),
        max_vio_L=[max_vio(load_E) for load_E in load_LEC.sum(-1)],
        familiar_from=round(float(familiarity(logits_BC).quantile(UNFAMILIAR_SHARE)), 4),
    )

"""Every held-out headline of a run, with the answer of one checkpoint: which ones does it get most wrong?

The headlines are read again from where the run had them, and are the same ones or none: `data.json` holds a
fingerprint of them. A run that was trained on a file of one's own may have lost it; then `DataGoneError` says so,
and what the run's metrics hold is all that is left to show.

Letters: B headlines, C classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from moe_demo.insight.run import Run
from moe_demo.model.batch import TokenBatch
from moe_demo.runs.catalogue import version
from moe_demo.runs.data import BUILTIN, fingerprint, read_corpora, split_of, text_encoder
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.runs.store import RunError, RunStore
from moe_demo.text.corpus import Corpus, Split
from moe_demo.text.errors import CorpusError
from moe_demo.text.tokenizer import EncodedText
from moe_demo.training.evaluation import BATCH_SIZE, encode_all, evaluate, in_batches

Array = np.ndarray[Any, Any]


class DataGoneError(RunError):
    """The headlines of a run are not at hand: their file is gone, or holds other headlines now."""

    def __init__(self, source: str) -> None:
        super().__init__("data_gone", source=source)
        self.source = source

    def __reduce__(self) -> tuple[Callable[[], DataGoneError], tuple[()]]:
        """As pickle needs it."""
        return partial(DataGoneError, self.source), ()


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """One held-out headline and what the checkpoint makes of it."""

    text: str
    label: str
    predicted: str
    probability: float
    """Of the predicted class."""
    loss: float
    """-ln of the probability of the true class."""

    @property
    def wrong(self) -> bool:
        """Whether another class got more than the true one."""
        return self.predicted != self.label


@dataclass(frozen=True, kw_only=True)
class HeldOutReport:
    """All held-out headlines at one checkpoint."""

    evaluation: EvalMetrics
    """What training would have written for these weights."""
    predictions: tuple[Prediction, ...]
    """Hardest first."""
    logits_BC: Array
    """Of every headline, in the order of the corpus."""
    label_ids_B: Array

    @property
    def n_wrong(self) -> int:
        """Headlines taken for another class."""
        return sum(one.wrong for one in self.predictions)


def held_out_report(run: Run) -> HeldOutReport:
    """Ask the run's checkpoint for every held-out headline. Raises DataGoneError where they cannot be read."""
    split = split_of_run(run.store)
    texts = _held_out(run.store.folder, version(run.store).made)
    label_ids_B = torch.from_numpy(split.held_out.label_ids)
    logits_BC = _logits(run, texts)
    loss_B = F.cross_entropy(logits_BC, label_ids_B, reduction="none").tolist()
    best = logits_BC.softmax(-1).max(-1)
    predictions = [
        Prediction(
            text=headline.text,
            label=headline.label,
            predicted=run.labels[predicted],
            probability=probability,
            loss=loss,
        )
        for headline, predicted, probability, loss in zip(
            split.held_out.headlines, best.indices.tolist(), best.values.tolist(), loss_B, strict=True
        )
    ]
    return HeldOutReport(
        evaluation=evaluate(run.model, in_batches(texts), label_ids_B, run.step),
        predictions=tuple(sorted(predictions, key=lambda one: -one.loss)),
        logits_BC=logits_BC.numpy(),
        label_ids_B=split.held_out.label_ids,
    )


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """Headlines of one class that were taken for another."""

    true: int
    predicted: int
    count: int


def most_frequent_mistake(evaluation: EvalMetrics) -> Mistake | None:
    """The fullest cell of the confusion beside its diagonal, the last of those that are as full; None without any."""
    mistakes = [
        (count, true, predicted)
        for true, row in enumerate(evaluation.confusion_CC)
        for predicted, count in enumerate(row)
        if predicted != true
    ]
    count, true, predicted = max(mistakes)
    return Mistake(true=true, predicted=predicted, count=count) if count else None


def n_right(evaluation: EvalMetrics) -> int:
    """Headlines whose class was found."""
    return sum(row[place] for place, row in enumerate(evaluation.confusion_CC))


def split_of_run(store: RunStore) -> Split:
    """The headlines of a run, both halves. Raises DataGoneError where they are not the ones it was trained on."""
    info, config = store.data(), store.config()
    if not info.files and info.source != BUILTIN:
        raise DataGoneError(info.source)  # a run that was handed on without its file
    try:
        written = tuple(Path(file).stat().st_mtime_ns for file in info.files)
        split = split_of(_corpus(tuple(info.files), written, config.model.labels), config)
    except (OSError, CorpusError) as error:
        raise DataGoneError(info.source) from error
    if fingerprint(split) != info.fingerprint:
        raise DataGoneError(info.source)
    return split


@lru_cache(maxsize=2)
def _corpus(files: tuple[str, ...], written: tuple[int, ...], labels: tuple[str, ...]) -> Corpus:
    return read_corpora([Path(file) for file in files], labels)


@lru_cache(maxsize=4)
def _held_out(folder: Path, made: int) -> list[EncodedText]:
    store = RunStore(folder)
    encoder = text_encoder(store.config(), store.vocabulary())
    return encode_all(split_of_run(store).held_out, encoder)


@torch.inference_mode()
def _logits(run: Run, texts: list[EncodedText]) -> Tensor:
    """Shape (B, C), in the batches of `evaluate`, so that both see the same sums."""
    begins = range(0, len(texts), BATCH_SIZE)
    return torch.cat([run.model(TokenBatch.of(texts[at : at + BATCH_SIZE])).logits_BC for at in begins])

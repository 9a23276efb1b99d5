"""Trained runs, ready to be asked: `load_run("deepseek").trace("苹果公司发布了最新的iPhone 15")`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from moe_demo.config import RunConfig
from moe_demo.insight.trace import ForwardTrace, left_out, trace_text
from moe_demo.model.batch import TokenBatch
from moe_demo.model.change import LayerChange
from moe_demo.model.classifier import Classifier
from moe_demo.model.familiarity import familiarity
from moe_demo.runs.catalogue import RunCatalogue, is_bundled
from moe_demo.runs.data import text_encoder
from moe_demo.runs.files import is_folder
from moe_demo.runs.metrics import EvalMetrics, StepMetrics
from moe_demo.runs.store import RunError, RunStore
from moe_demo.runs.tickets import shown_name
from moe_demo.text.tokenizer import TextEncoder


@dataclass(frozen=True, kw_only=True)
class Classified:
    """The answer to one headline."""

    label: str
    probabilities: dict[str, float]
    left_out: str
    """The end of the text that was not read, or an empty string."""
    familiarity: float
    """How much the text is like the headlines of the classes: higher is more; `model.familiarity`."""
    familiar: bool | None
    """Whether nine in ten held-out headlines are no more familiar; None where training did not measure it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """One run at one checkpoint. The model is shared by all readers: nothing here changes it.

    Two are equal only where they are the same object, so whatever is made of a run can be kept under it.
    """

    run_id: str
    config: RunConfig
    model: Classifier
    encoder: TextEncoder
    step: int
    steps: tuple[int, ...]
    """Steps that have a checkpoint."""
    store: RunStore

    @property
    def bundled(self) -> bool:
        """Whether it ships with the app."""
        return is_bundled(self.store)

    @property
    def n_bytes(self) -> int:
        """What the weights take up in memory."""
        return sum(value.nbytes for value in self.model.state_dict().values())

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes, in the order of the model's head."""
        return self.config.model.labels

    def trace(self, text: str, changes: Mapping[int, LayerChange] | None = None) -> ForwardTrace:
        """The record of one headline's way through the model. Raises as `classify` does."""
        found = trace_text(
            self.model, self.encoder, text, run_id=self.run_id, step=self.step, changes=changes
        )
        if not np.isfinite(found.probabilities_C).all():
            raise no_answer(self.store)
        return found

    @torch.inference_mode()
    def classify(self, texts: Sequence[str]) -> list[Classified]:
        """The class of each headline.

        Raises EmptyTextError where one of them has no word, RunError where the weights are too large to answer.
        """
        encoded = [self.encoder.encode(text) for text in texts]
        logits_BC = self.model(TokenBatch.of(encoded)).logits_BC
        if not logits_BC.isfinite().all():
            raise no_answer(self.store)
        answers = zip(logits_BC.softmax(-1).tolist(), familiarity(logits_BC).tolist(), strict=True)
        return [
            Classified(
                label=self.labels[row.index(max(row))],
                probabilities=dict(zip(self.labels, row, strict=True)),
                left_out=left_out(text, headline),
                familiarity=value,
                familiar=self.is_familiar(value),
            )
            for text, headline, (row, value) in zip(texts, encoded, answers, strict=True)
        ]

    def is_familiar(self, value: float) -> bool | None:
        """Whether a familiarity reaches the threshold that the last evaluation found on held-out headlines."""
        evaluation = self.last_eval
        if evaluation is None or evaluation.familiar_from is None:
            return None
        return value >= evaluation.familiar_from

    @cached_property
    def metrics(self) -> list[StepMetrics | EvalMetrics]:
        """What training had written when this was first asked for, in order."""
        return self.store.metrics()[0]

    @property
    def last_eval(self) -> EvalMetrics | None:
        """The newest evaluation on the held-out headlines up to this checkpoint, None before the first."""
        evals = [
            record for record in self.metrics if isinstance(record, EvalMetrics) and record.step <= self.step
        ]
        return evals[-1] if evals else None

    @property
    def was_calibrated(self) -> bool:
        """Whether the last step was evaluated twice: before and after biases and confidence were fitted."""
        steps = [record.step for record in self.metrics if isinstance(record, EvalMetrics)]
        return bool(steps) and steps[-2:-1] == steps[-1:]

    def at(self, step: int) -> Run:
        """The same run at another checkpoint."""
        return open_run(self.store, step)


def load_run(run: str | Path, step: int | None = None) -> Run:
    """A bundled run by name, or any run folder; at its last checkpoint unless `step` names another.

    Raises RunError with one sentence where there is no such run or its files are torn.
    """
    folder = Path(run)
    store = RunStore(folder) if is_folder(folder) else RunCatalogue().find(str(run))
    if store is None:
        known = ", ".join(sorted(list_runs())) or "none"
        raise RunError("unknown", name=shown_name(str(run)), known=known)
    return open_run(store, step)


def no_answer(store: RunStore) -> RunError:
    """What is told where the numbers of a run outgrow 32 bits on the way."""
    return RunError("no_answer", name=shown_name(store.run_id))


def list_runs() -> list[str]:
    """Names of all runs that `load_run` knows."""
    return list(dict.fromkeys(path.name for path in RunCatalogue().folders()))


def open_run(store: RunStore, step: int | None = None) -> Run:
    """A run folder at its last checkpoint, or at another one. Raises RunError where its files are torn."""
    model, found = store.load_model(step)
    config, vocabulary = store.config(found), store.vocabulary()
    if len(vocabulary) != config.model.vocab_size:
        raise RunError("bad_vocabulary", path=store.folder / "vocab.txt")
    return Run(
        run_id=store.run_id,
        config=config,
        model=model,
        encoder=text_encoder(config, vocabulary),
        step=found,
        steps=tuple(store.checkpoint_steps()),
        store=store,
    )

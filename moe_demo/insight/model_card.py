"""What is known of a run, for whoever it is handed to.

    card = model_card(run)
    card.data_kind, card.evaluation, card.config

Nothing of it is written by hand: it is read from the run's folder, and whether its headlines are the built-in ones is
found out from their fingerprint (Mitchell et al., Model Cards for Model Reporting, arXiv 1810.03993).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from moe_demo.config import RunConfig
from moe_demo.insight.held_out import DataGoneError, split_of_run
from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.load import random_max_vio
from moe_demo.insight.run import Run
from moe_demo.runs.data import BUILTIN, DataInfo
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.runs.store import Status

DataKind = Literal["builtin", "own", "unknown"]


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """A run at a checkpoint."""

    name: str
    step: int
    config: RunConfig
    data: DataInfo
    data_kind: DataKind
    """`own`: brought by somebody; `unknown`: it says that its headlines are the built-in ones, and they are not."""
    status: Status
    evaluation: EvalMetrics | None
    """The newest on held-out headlines up to this checkpoint."""
    floor: float
    """MaxVio of blind choice for as many words."""


@kept_with_run()
def model_card(run: Run) -> ModelCard:
    """The card. Raises RunError where a file of the run is torn."""
    data, evaluation, model = run.store.data(), run.last_eval, run.config.model
    n_words = round(sum(evaluation.load_LE[0]) / model.top_k) if evaluation else 0
    return ModelCard(
        name=run.run_id,
        step=run.step,
        config=run.config,
        data=data,
        data_kind=_data_kind(run, data),
        status=run.store.status(),
        evaluation=evaluation,
        floor=random_max_vio(n_words, model.n_routed, model.top_k),
    )


def _data_kind(run: Run, data: DataInfo) -> DataKind:
    if data.files or data.source != BUILTIN:
        return "own"
    try:
        split_of_run(run.store)
    except DataGoneError:
        return "unknown"
    return "builtin"

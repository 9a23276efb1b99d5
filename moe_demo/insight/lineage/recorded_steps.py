"""Numbers of a recorded step of training, as a line of metrics.jsonl has them.

Letters: E routed experts, S recorded steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moe_demo.config import RunConfig
from moe_demo.insight.balance_terms import BiasUpdate
from moe_demo.insight.lineage.balance import updated_bias
from moe_demo.insight.lineage.held_out import load_of, vio_of
from moe_demo.insight.lineage.random_load import random_of
from moe_demo.insight.lineage.record import Array, Lineage
from moe_demo.insight.load import random_max_vio
from moe_demo.runs.metrics import StepMetrics


@dataclass(frozen=True, kw_only=True)
class RecordedCase:
    """One step as training wrote it down: one layer and expert of it."""

    metrics: StepMetrics
    config: RunConfig
    """With the settings then in force."""
    words_S: Array
    """Words of every batch of the run."""
    layer: int
    expert: int

    @property
    def load_E(self) -> Array:
        """Assignments of the batch."""
        return np.asarray(self.metrics.load_LE[self.layer])


def step_ce(case: RecordedCase, _run: int, _step: int) -> Lineage:
    """The batch's cross-entropy: what was minimised, less what was added to it. The batch itself is not recorded."""
    one = case.metrics
    return Lineage(
        name="step_ce",
        equation=r"\mathrm{CE} = L - L_{\mathrm{balance}} - L_{\mathrm{outlier}}",
        filled=rf"{one.loss:.4f} - {one.balance_loss:.4f} - {one.outlier_loss:.4f} = {one.ce_loss:.4f}",
        source="moe_demo/training/trainer.py: Trainer.forward_backward",
        arrays={
            "minimised": np.asarray(one.loss),
            "balance": np.asarray(one.balance_loss),
            "outlier": np.asarray(one.outlier_loss),
        },
        snippet="result = minimised - balance - outlier",
        expected=one.ce_loss,
    )


def step_max_vio(case: RecordedCase, _run: int, _step: int) -> Lineage:
    """MaxVio of a layer over the batch."""
    return vio_of("step_max_vio", case.load_E, case.metrics.max_vio_L[case.layer])


def step_load(case: RecordedCase, _run: int, _step: int) -> Lineage:
    """An expert's load over its fair share in the batch."""
    return load_of("step_load", case.load_E, case.expert)


def step_bias(case: RecordedCase, _run: int, _step: int) -> Lineage:
    """An expert's bias after the step's update."""
    after_E = np.asarray(case.metrics.bias_LE[case.layer])
    rate = 0.0 if case.layer < case.config.model.n_hash_layers else case.config.balance.bias_step
    return updated_bias("step_bias", BiasUpdate(load_E=case.load_E, after_E=after_E, rate=rate), case.expert)


def step_floor(case: RecordedCase, _run: int, _step: int) -> Lineage:
    """MaxVio of random routing over a batch of the run's mean size."""
    model = case.config.model
    expected = random_max_vio(round(float(case.words_S.mean())), model.n_routed, model.top_k)
    arrays = {
        "batches": case.words_S,
        "n_experts": np.asarray(model.n_routed),
        "k": np.asarray(model.top_k),
    }
    return random_of("step_floor", arrays, "random_max_vio(batches.mean().round(), n_experts, k)", expected)

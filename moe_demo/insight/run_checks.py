"""What of a run can be found again, and is: its weights, its record, its data, and what it makes of a sentence.

    for one in run_checks(run, trace):
        one.name, one.passed, one.values

Each is computed when it is asked for; none is written down beforehand. `passed` is None where a check has nothing to
look at, such as the headlines of a run that came without them.

Letters: T tokens, K chosen, L MoE layers, C classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from moe_demo.insight.held_out import DataGoneError, held_out_report, split_of_run
from moe_demo.insight.lineage import NumberKey, check, lineage_of, sentence_case
from moe_demo.insight.mixture import mixture
from moe_demo.insight.run import Run
from moe_demo.insight.trace import ForwardTrace
from moe_demo.model.size import n_weights
from moe_demo.runs.metrics import StepMetrics

CheckName = Literal["weights", "parameters", "choice", "pieces", "numpy", "record", "data", "evaluation"]
CLOSE = 1e-5
"""How far a sum in single precision may be off."""
SHARE_OFF, LOSS_OFF, VIO_OFF = 0.005, 0.005, 0.01
"""How far an evaluation of stored weights may be from the recorded one: checkpoints that ship are rounded."""


@dataclass(frozen=True, kw_only=True)
class RunCheck:
    """One of them."""

    name: CheckName
    passed: bool | None
    values: dict[str, float] = field(default_factory=dict)
    """What was found: the numbers of its sentence."""


def run_checks(
    run: Run, trace: ForwardTrace, tell: Callable[[int, int], object] = lambda done, of: None
) -> tuple[RunCheck, ...]:
    """All of them; `trace` is this run's of the sentence on show. The evaluation takes some seconds."""
    every: tuple[Callable[[], RunCheck], ...] = (
        lambda: _weights(run),
        lambda: _parameters(run),
        lambda: _choice(run, trace),
        lambda: _pieces(trace),
        lambda: _numpy(run, trace),
        lambda: _record(run),
        lambda: _data(run),
        lambda: _evaluation(run),
    )
    found = []
    for done, one in enumerate(every):
        tell(done, len(every))
        found.append(one())
    return tuple(found)


def _weights(run: Run) -> RunCheck:
    """Every stored number is one."""
    tensors = run.model.state_dict().values()
    finite = all(bool(values.isfinite().all()) for values in tensors if values.is_floating_point())
    return RunCheck(name="weights", passed=finite, values={"n": len(tensors)})


def _parameters(run: Run) -> RunCheck:
    """The modules hold as many parameters as the settings say."""
    held, said = sum(one.numel() for one in run.model.parameters()), n_weights(run.config.model)
    return RunCheck(name="parameters", passed=held == said, values={"held": held, "said": said})


def _choice(run: Run, trace: ForwardTrace) -> RunCheck:
    """Each word has K different experts; where gates are normalised, they sum to the scale."""
    model, off = run.config.model, 0.0
    different = all(
        len(set(row)) == model.top_k for layer in trace.layers for row in layer.topk_idx_TK.tolist()
    )
    if model.norm_topk and model.top_k > 1:
        sums = np.concatenate([layer.gates_TK.sum(1) for layer in trace.layers])
        off = float(np.abs(sums - model.route_scale).max())
    return RunCheck(name="choice", passed=different and off < CLOSE, values={"k": model.top_k, "off": off})


def _pieces(trace: ForwardTrace) -> RunCheck:
    """Gate x expert output, and the shared experts, sum to what the layer adds (DeepSeekMoE Eq. 9)."""
    off = max(
        float(np.abs(layer.pieces_TPD.sum(1) - layer.output_TD).max()) for layer in mixture(trace).layers
    )
    return RunCheck(name="pieces", passed=off < CLOSE, values={"off": off})


def _numpy(run: Run, trace: ForwardTrace) -> RunCheck:
    """Every class's probability, found again by NumPy from the sentence's vector."""
    case = sentence_case(run, trace, token=0, layer=0, expert=None)
    found = [check(lineage_of(NumberKey("probability", (c,)), case)) for c in range(len(run.labels))]
    passed, off = all(one.agrees for one in found), max(one.difference for one in found)
    return RunCheck(name="numpy", passed=passed, values={"off": off})


def _record(run: Run) -> RunCheck:
    """The record has every step up to this checkpoint, and no torn line."""
    records, notice = run.store.metrics()
    steps = {one.step for one in records if isinstance(one, StepMetrics)}
    missing = set(range(1, run.step + 1)) - steps
    return RunCheck(
        name="record", passed=not missing and not notice, values={"n": len(steps), "missing": len(missing)}
    )


def _data(run: Run) -> RunCheck:
    """The headlines are those it was trained on: same texts, classes and split."""
    try:
        split = split_of_run(run.store)
    except DataGoneError:
        return RunCheck(name="data", passed=None)
    return RunCheck(name="data", passed=True, values={"n": len(split.train) + len(split.held_out)})


def _evaluation(run: Run) -> RunCheck:
    """These weights do on the held-out headlines what the record says."""
    recorded = run.last_eval
    if recorded is None or recorded.step != run.step:
        return RunCheck(name="evaluation", passed=None)
    try:
        found = held_out_report(run).evaluation
    except DataGoneError:
        return RunCheck(name="evaluation", passed=None)
    share = abs(found.accuracy - recorded.accuracy)
    loss = abs(found.loss - recorded.loss)
    vio = max(abs(a - b) for a, b in zip(found.max_vio_L, recorded.max_vio_L, strict=True))
    return RunCheck(
        name="evaluation",
        passed=share <= SHARE_OFF and loss <= LOSS_OFF and vio <= VIO_OFF,
        values={
            "accuracy": found.accuracy,
            "loss": found.loss,
            "share_off": share,
            "loss_off": loss,
            "vio_off": vio,
        },
    )

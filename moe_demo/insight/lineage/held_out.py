"""Numbers of one evaluation on held-out headlines: accuracy, loss, load, MaxVio, lift.

Letters: E routed experts, C classes, B headlines.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from moe_demo.insight.comparison import relative_loads, step_time
from moe_demo.insight.held_out import HeldOutReport
from moe_demo.insight.lineage.random_load import random_of
from moe_demo.insight.lineage.record import Array, Lineage
from moe_demo.insight.load import random_max_vio
from moe_demo.insight.specialisation import specialisation
from moe_demo.runs.metrics import EvalMetrics

_VIO = "Loss-free balancing, arXiv 2408.15664, section 4.1"


@dataclass(frozen=True, kw_only=True)
class HeldOutCase:
    """One checkpoint on held-out headlines: one layer and expert of it."""

    evaluation: EvalMetrics
    report: HeldOutReport | None
    """None where the headlines are gone: then there is no loss to add up again."""
    labels: tuple[str, ...]
    layer: int
    expert: int
    top_k: int
    """Experts of a word when it was evaluated."""


def accuracy(case: HeldOutCase) -> Lineage:
    """The headlines on the diagonal of the confusion, of all."""
    confusion_CC = np.asarray(case.evaluation.confusion_CC)
    right, n = int(np.trace(confusion_CC)), int(confusion_CC.sum())
    return Lineage(
        name="accuracy",
        equation=r"\frac{1}{B}\sum_c n_{c,c}",
        filled=rf"\frac{{{right}}}{{{n}}} = {case.evaluation.accuracy:.4f}",
        source="moe_demo/training/evaluation.py: evaluate",
        arrays={"confusion": confusion_CC},
        snippet="result = np.trace(confusion) / confusion.sum()",
        expected=case.evaluation.accuracy,
    )


def held_out_loss(case: HeldOutCase) -> Lineage:
    """The mean over headlines of -ln of the true class's probability."""
    assert case.report is not None, "the headlines are gone"
    logits_BC = case.report.logits_BC
    lines = [
        "peak = logits.max(1)",
        "log_sum = peak + np.log(np.exp(logits - peak[:, None]).sum(1))",
        "of_true = logits[np.arange(len(labels)), labels]",
        "result = (log_sum - of_true).mean()",
    ]
    return Lineage(
        name="held_out_loss",
        equation=r"-\frac{1}{B}\sum_b \ln p_{b,\,y_b}",
        source="moe_demo/training/evaluation.py: evaluate",
        arrays={"logits": logits_BC, "labels": case.report.label_ids_B},
        snippet="\n".join(lines),
        expected=case.evaluation.loss,
    )


def max_vio(case: HeldOutCase) -> Lineage:
    """How far the busiest expert of a layer is above the mean load."""
    return vio_of("max_vio", _load(case), case.evaluation.max_vio_L[case.layer])


def relative_load(case: HeldOutCase) -> Lineage:
    """An expert's load over its fair share."""
    return load_of("relative_load", _load(case), case.expert)


def vio_of(name: str, load_E: Array, found: float) -> Lineage:
    """MaxVio of these loads."""
    return Lineage(
        name=name,
        equation=r"\mathrm{MaxVio} = \frac{\max_i c_i}{\bar c} - 1",
        filled=rf"\frac{{{int(load_E.max())}}}{{{load_E.mean():.2f}}} - 1 = {found:.4f}",
        source=_VIO,
        arrays={"load": load_E},
        snippet="result = load.max() / load.mean() - 1",
        expected=found,
    )


def load_of(name: str, load_E: Array, e: int) -> Lineage:
    """One of these loads over the fair share."""
    found = float(load_E[e] / load_E.mean())
    return Lineage(
        name=name,
        equation=r"f_i = \frac{c_i}{\bar c},\qquad \bar c = \frac{1}{E}\sum_j c_j",
        filled=rf"\frac{{{int(load_E[e])}}}{{{load_E.mean():.2f}}} = {found:.4f}",
        source="DeepSeekMoE, arXiv 2401.06066, Eq. 13",
        arrays={"load": load_E},
        snippet=f"result = load[{e}] / load.mean()",
        expected=found,
    )


def lift(case: HeldOutCase, label: int) -> Lineage:
    """A class's share of an expert's words over its share of all words."""
    experts, e = specialisation(case.evaluation, case.layer, case.labels), case.expert
    share, chance = experts.share_EC[e, label], experts.chance_C[label]
    return Lineage(
        name="lift",
        equation=r"\mathrm{lift} = \frac{n_{i,c} / \sum_k n_{i,k}}{\sum_j n_{j,c} / \sum_{j,k} n_{j,k}}",
        filled=rf"\frac{{{share:.4f}}}{{{chance:.4f}}} = {experts.lift_EC[e, label]:.4f}",
        source="moe_demo/insight/specialisation.py",
        arrays={"n": experts.load_EC},
        snippet=f"share = n[{e}, {label}] / n[{e}].sum()\n"
        f"chance = n[:, {label}].sum() / n.sum()\nresult = share / chance",
        expected=float(experts.lift_EC[e, label]),
    )


# -- one evaluation of several, by run and step: the case is already that one ----------------------------------------


def eval_accuracy(case: HeldOutCase, _run: int, _step: int) -> Lineage:
    """Accuracy at one step of one run."""
    return replace(accuracy(case), name="eval_accuracy")


def eval_max_vio(case: HeldOutCase, _run: int, _step: int) -> Lineage:
    """MaxVio of a layer at one step of one run."""
    return replace(max_vio(case), name="eval_max_vio")


def eval_load(case: HeldOutCase, _run: int, _step: int) -> Lineage:
    """An expert's load over its fair share at one step of one run."""
    return replace(relative_load(case), name="eval_load")


def eval_worst_vio(case: HeldOutCase, _run: int, _step: int) -> Lineage:
    """The largest MaxVio of all layers."""
    found = max(case.evaluation.max_vio_L)
    equation = r"\max_l \Big(\frac{\max_i c_{l,i}}{\bar c_l} - 1\Big)"
    return _of_layers("eval_worst_vio", case, equation, _VIO, "share.max() - 1", found)


def eval_least(case: HeldOutCase, _run: int, _step: int) -> Lineage:
    """The load over fair share of the expert with the least to do, in any layer."""
    found = float(relative_loads(case.evaluation).min())
    source = "moe_demo/insight/comparison.py: least_load"
    return _of_layers(
        "eval_least", case, r"\min_{l,i} \frac{c_{l,i}}{\bar c_l}", source, "share.min()", found
    )


def eval_time(case: HeldOutCase, _run: int, _step: int) -> Lineage:
    """Time that the experts of a step take, relative to even load: that of the busiest, the mean over the layers."""
    equation = r"\frac{1}{L} \sum_l \frac{\max_i c_{l,i}}{\bar c_l}"
    source, found = "moe_demo/insight/comparison.py: step_time", step_time(case.evaluation)
    return _of_layers("eval_time", case, equation, source, "share.max(1).mean()", found)


def eval_floor(case: HeldOutCase, _run: int, _step: int) -> Lineage:
    """MaxVio of random routing for as many words as the evaluation routed."""
    result = f"random_max_vio({_N_WORDS}, loads.shape[1], k)"
    return random_of("eval_floor", _loads(case), result, _random_vio(case))


def eval_ratio(case: HeldOutCase, _run: int, _step: int) -> Lineage:
    """The largest MaxVio of all layers, over that of random routing."""
    worst = "((loads / loads.mean(1, keepdims=True)).max() - 1)"
    result = f"{worst} / random_max_vio({_N_WORDS}, loads.shape[1], k)"
    expected = max(case.evaluation.max_vio_L) / _random_vio(case)
    equation = r"\frac{\max_l \mathrm{MaxVio}_l}{\mathrm{MaxVio}_{\text{random}}}"
    return random_of("eval_ratio", _loads(case), result, expected, equation)


_N_WORDS = "loads[0].sum() / k"


def _random_vio(case: HeldOutCase) -> float:
    load_LE = np.asarray(case.evaluation.load_LE)
    return random_max_vio(int(load_LE[0].sum()) // case.top_k, load_LE.shape[1], case.top_k)


def _loads(case: HeldOutCase) -> dict[str, Array]:
    return {"loads": np.asarray(case.evaluation.load_LE), "k": np.asarray(case.top_k)}


def _of_layers(
    name: str, case: HeldOutCase, equation: str, source: str, result: str, expected: float
) -> Lineage:
    return Lineage(
        name=name,
        equation=equation,
        source=source,
        arrays={"loads": np.asarray(case.evaluation.load_LEC).sum(-1)},
        snippet=f"share = loads / loads.mean(1, keepdims=True)\nresult = {result}",
        expected=expected,
    )


def _load(case: HeldOutCase) -> Array:
    return np.asarray(case.evaluation.load_LEC[case.layer]).sum(1)

"""Numbers of training and of held-out headlines: load, MaxVio, the balance losses, accuracy, loss, lift.

Letters: E routed experts, K chosen, L MoE layers, C classes, B headlines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moe_demo.insight.balance_terms import LossTerms, RecordedStep, batch_loss, bias_update, sequence_loss
from moe_demo.insight.held_out import HeldOutReport
from moe_demo.insight.lineage.record import Array, Lineage
from moe_demo.insight.specialisation import specialisation
from moe_demo.runs.metrics import EvalMetrics

_VIO = "Loss-free balancing, arXiv 2408.15664, section 4.1"
_LOSS = "DeepSeekMoE, arXiv 2401.06066, Eq. 12-14"
_SEQUENCE = "DeepSeek-V3, arXiv 2412.19437, Eq. 17-20"


@dataclass(frozen=True, kw_only=True)
class HeldOutCase:
    """One checkpoint on held-out headlines: one layer and expert of it."""

    evaluation: EvalMetrics
    report: HeldOutReport | None
    """None where the headlines are gone: then there is no loss to add up again."""
    labels: tuple[str, ...]
    layer: int
    expert: int


@dataclass(frozen=True, kw_only=True)
class StepCase:
    """One recorded step of training: one layer and expert of it."""

    step: RecordedStep
    layer: int
    expert: int


# -- held-out headlines ----------------------------------------------------------------------------------------------


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
    load_E = _load(case)
    found = case.evaluation.max_vio_L[case.layer]
    return Lineage(
        name="max_vio",
        equation=r"\mathrm{MaxVio} = \frac{\max_i c_i}{\bar c} - 1",
        filled=rf"\frac{{{int(load_E.max())}}}{{{load_E.mean():.2f}}} - 1 = {found:.4f}",
        source=_VIO,
        arrays={"load": load_E},
        snippet="result = load.max() / load.mean() - 1",
        expected=found,
    )


def relative_load(case: HeldOutCase) -> Lineage:
    """An expert's load over its fair share."""
    load_E, e = _load(case), case.expert
    found = float(load_E[e] / load_E.mean())
    return Lineage(
        name="relative_load",
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


def _load(case: HeldOutCase) -> Array:
    return np.asarray(case.evaluation.load_LEC[case.layer]).sum(1)


# -- a step of training ----------------------------------------------------------------------------------------------


def batch_f(case: StepCase) -> Lineage:
    """f_i of a batch."""
    return _f("batch_f", batch_loss(case.step, case.layer), case.expert, _LOSS)


def batch_push(case: StepCase) -> Lineage:
    """f_i P_i of a batch: an expert's part of the loss."""
    return _product("batch_push", batch_loss(case.step, case.layer), case.expert, _LOSS)


def batch_sum(case: StepCase) -> Lineage:
    """Sum of f_i P_i over a batch, without alpha."""
    return _sum("batch_sum", batch_loss(case.step, case.layer), _LOSS)


def headline_f(case: StepCase, headline: int) -> Lineage:
    """f_i within one headline."""
    return _f("headline_f", _headline(case, headline), case.expert, _SEQUENCE)


def headline_push(case: StepCase, headline: int) -> Lineage:
    """f_i P_i within one headline."""
    return _product("headline_push", _headline(case, headline), case.expert, _SEQUENCE)


def headline_sum(case: StepCase, headline: int) -> Lineage:
    """Sum of f_i P_i within one headline, without alpha."""
    return _sum("headline_sum", _headline(case, headline), _SEQUENCE)


def bias(case: StepCase) -> Lineage:
    """The bias after an update. Recorded is only this one: the bias before is taken back from it by the same rule."""
    update, e = bias_update(case.step, case.layer), case.expert
    before, sign = float(update.before_E[e]), int(update.sign_E[e])
    return Lineage(
        name="bias",
        equation=r"b_i \leftarrow b_i + u\; \mathrm{sign}(\bar c - c_i)",
        filled=rf"{before:.4f} + {update.rate:g} \times ({sign:+d}) = {update.after_E[e]:.4f}",
        source="Loss-free balancing, arXiv 2408.15664, Algorithm 1",
        arrays={"load": update.load_E, "before": update.before_E, "rate": np.asarray(update.rate)},
        snippet=f"sign = np.sign(load.mean() - load)\nresult = (before + rate * sign)[{e}]",
        expected=float(update.after_E[e]),
    )


def _headline(case: StepCase, headline: int) -> LossTerms:
    return sequence_loss(case.step, case.layer).headlines[headline].terms


def _arrays(terms: LossTerms) -> dict[str, Array]:
    return {"load": terms.load_E, "n_words": np.asarray(terms.n_tokens), "k": np.asarray(terms.top_k)}


_F_LINE = "f = load * len(load) / (k * n_words)"


def _f(name: str, terms: LossTerms, e: int, source: str) -> Lineage:
    return Lineage(
        name=name,
        equation=r"f_i = \frac{E}{K\,T}\, c_i",
        filled=rf"\frac{{{len(terms.load_E)}}}{{{terms.top_k} \cdot {terms.n_tokens}}} \cdot {int(terms.load_E[e])}"
        rf" = {terms.f_E[e]:.4f}",
        source=source,
        arrays=_arrays(terms),
        snippet=f"{_F_LINE}\nresult = f[{e}]",
        expected=float(terms.f_E[e]),
    )


def _product(name: str, terms: LossTerms, e: int, source: str) -> Lineage:
    return Lineage(
        name=name,
        equation=r"f_i P_i,\qquad P_i = \frac{1}{T}\sum_t s'_{i,t}",
        filled=rf"{terms.f_E[e]:.4f} \times {terms.share_E[e]:.4f} = {terms.product_E[e]:.4f}",
        source=source,
        arrays=_arrays(terms) | {"P": terms.share_E},
        snippet=f"{_F_LINE}\nresult = f[{e}] * P[{e}]",
        expected=float(terms.product_E[e]),
    )


def _sum(name: str, terms: LossTerms, source: str) -> Lineage:
    first = " + ".join(f"{product:.4f}" for product in terms.product_E[:3])
    more = r" + \cdots" if len(terms.product_E) > len(first.split(" + ")) else ""
    return Lineage(
        name=name,
        equation=r"\sum_{i=1}^{E} f_i P_i",
        filled=rf"{first}{more} = {terms.total:.4f}",
        source=source,
        arrays=_arrays(terms) | {"P": terms.share_E},
        snippet=f"{_F_LINE}\nresult = (f * P).sum()",
        expected=terms.total,
    )

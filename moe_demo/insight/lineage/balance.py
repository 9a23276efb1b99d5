"""Numbers of the balance losses and of the bias at one recorded step of training.

Letters: E routed experts, K chosen, T words, B headlines of the batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moe_demo.insight.balance_terms import (
    BiasUpdate,
    LossTerms,
    RecordedStep,
    batch_loss,
    bias_update,
    sequence_loss,
    unevenness,
)
from moe_demo.insight.lineage.record import Array, Lineage

BATCH = "DeepSeekMoE, arXiv 2401.06066, Eq. 12-14"
SEQUENCE = "DeepSeek-V3, arXiv 2412.19437, Eq. 17-20"
_F_LINE = "f = load * len(load) / (k * n_words)"
_UNEVEN = r"\frac{1}{E} \sum_{i=1}^{E} |f_i - 1|"


@dataclass(frozen=True, kw_only=True)
class StepCase:
    """One recorded step of training: one layer and expert of it."""

    step: RecordedStep
    layer: int
    expert: int


# -- the batch, and one headline -------------------------------------------------------------------------------------


def batch_f(case: StepCase) -> Lineage:
    """f_i of a batch."""
    return f_of("batch_f", _of_batch(case), case.expert, BATCH)


def batch_push(case: StepCase) -> Lineage:
    """f_i P_i of a batch: an expert's part of the loss."""
    return product_of("batch_push", _of_batch(case), case.expert, BATCH)


def batch_sum(case: StepCase) -> Lineage:
    """Sum of f_i P_i over a batch, without alpha."""
    return sum_of("batch_sum", _of_batch(case), BATCH)


def batch_unevenness(case: StepCase) -> Lineage:
    """How far the experts' f are from 1 over a batch."""
    return _uneven("batch_unevenness", _of_batch(case))


def headline_f(case: StepCase, headline: int) -> Lineage:
    """f_i within one headline."""
    return f_of("headline_f", _of_headline(case, headline), case.expert, SEQUENCE)


def headline_push(case: StepCase, headline: int) -> Lineage:
    """f_i P_i within one headline."""
    return product_of("headline_push", _of_headline(case, headline), case.expert, SEQUENCE)


def headline_sum(case: StepCase, headline: int) -> Lineage:
    """Sum of f_i P_i within one headline, without alpha."""
    return sum_of("headline_sum", _of_headline(case, headline), SEQUENCE)


def headline_unevenness(case: StepCase, headline: int) -> Lineage:
    """How far the experts' f are from 1 within one headline."""
    return _uneven("headline_unevenness", _of_headline(case, headline))


# -- all headlines of the batch --------------------------------------------------------------------------------------


def sequence_mean(case: StepCase) -> Lineage:
    """The sequence-wise loss without alpha: the sum of f_i P_i within each headline, the mean over all of them."""
    found = sequence_loss(case.step, case.layer)
    first = " + ".join(f"{one.terms.total:.4f}" for one in found.headlines[:3])
    n = len(found.load_BE)
    return _sequence(
        case,
        "sequence_mean",
        r"\frac{1}{B} \sum_{b=1}^{B} \sum_{i=1}^{E} f_{b,i} P_{b,i},\qquad f_{b,i} = \frac{E}{K\,T_b}\, c_{b,i}",
        "result = (f * P).sum(1).mean()",
        found.mean,
        filled=rf"\frac{{{first} + \cdots}}{{{n}}} = {found.mean:.4f}",
    )


def sequence_unevenness(case: StepCase) -> Lineage:
    """How far the experts' f are from 1 within one headline, the mean over all of them."""
    return _sequence(
        case,
        "sequence_unevenness",
        r"\frac{1}{B\,E} \sum_{b=1}^{B} \sum_{i=1}^{E} |f_{b,i} - 1|",
        "result = np.abs(f - 1).mean()",
        sequence_loss(case.step, case.layer).unevenness,
    )


# -- the bias --------------------------------------------------------------------------------------------------------


def bias(case: StepCase) -> Lineage:
    """The bias after an update. Recorded is only this one: the bias before is taken back from it by the same rule."""
    return updated_bias("bias", bias_update(case.step, case.layer), case.expert)


def updated_bias(name: str, update: BiasUpdate, e: int) -> Lineage:
    """One expert's bias after one update."""
    before, sign = float(update.before_E[e]), int(update.sign_E[e])
    return Lineage(
        name=name,
        equation=r"b_i \leftarrow b_i + u\; \mathrm{sign}(\bar c - c_i)",
        filled=rf"{before:.4f} + {update.rate:g} \times ({sign:+d}) = {update.after_E[e]:.4f}",
        source="Loss-free balancing, arXiv 2408.15664, Algorithm 1",
        arrays={"load": update.load_E, "before": update.before_E, "rate": np.asarray(update.rate)},
        snippet=f"sign = np.sign(load.mean() - load)\nresult = (before + rate * sign)[{e}]",
        expected=float(update.after_E[e]),
    )


# -- how each is written ---------------------------------------------------------------------------------------------


def _of_batch(case: StepCase) -> LossTerms:
    return batch_loss(case.step, case.layer)


def _of_headline(case: StepCase, headline: int) -> LossTerms:
    return sequence_loss(case.step, case.layer).headlines[headline].terms


def f_of(name: str, terms: LossTerms, e: int, source: str) -> Lineage:
    """f of one expert over some words."""
    scale = rf"\frac{{{len(terms.load_E)}}}{{{terms.top_k} \cdot {terms.n_tokens}}}"
    found = float(terms.f_E[e])
    filled = rf"{scale} \cdot {int(terms.load_E[e])} = {found:.4f}"
    return _of_terms(name, terms, r"f_i = \frac{E}{K\,T}\, c_i", filled, source, f"f[{e}]", found)


def product_of(name: str, terms: LossTerms, e: int, source: str) -> Lineage:
    """f P of one expert over some words."""
    found = float(terms.product_E[e])
    filled = rf"{terms.f_E[e]:.4f} \times {terms.share_E[e]:.4f} = {found:.4f}"
    equation = r"f_i P_i,\qquad P_i = \frac{1}{T}\sum_t s'_{i,t}"
    return _of_terms(name, terms, equation, filled, source, f"f[{e}] * P[{e}]", found)


def sum_of(name: str, terms: LossTerms, source: str) -> Lineage:
    """The sum of f P over the experts."""
    filled = rf"{_first(terms.product_E)} = {terms.total:.4f}"
    equation = r"\sum_{i=1}^{E} f_i P_i"
    return _of_terms(name, terms, equation, filled, source, "(f * P).sum()", terms.total)


def _uneven(name: str, terms: LossTerms) -> Lineage:
    found = unevenness(terms.f_E)
    return _of_terms(
        name, terms, _UNEVEN, "", "moe_demo/insight/balance_terms.py", "np.abs(f - 1).mean()", found
    )


def _of_terms(
    name: str, terms: LossTerms, equation: str, filled: str, source: str, result: str, expected: float
) -> Lineage:
    arrays: dict[str, Array] = {
        "load": terms.load_E,
        "n_words": np.asarray(terms.n_tokens),
        "k": np.asarray(terms.top_k),
    }
    return Lineage(
        name=name,
        equation=equation,
        filled=filled,
        source=source,
        arrays=arrays | ({"P": terms.share_E} if "P" in result else {}),
        snippet=f"{_F_LINE}\nresult = {result}",
        expected=expected,
    )


def _first(values: Array, most: int = 3) -> str:
    """The beginning of a sum."""
    return " + ".join(f"{value:.4f}" for value in values[:most]) + (
        r" + \cdots" if len(values) > most else ""
    )


def _sequence(
    case: StepCase, name: str, equation: str, last: str, expected: float, filled: str = ""
) -> Lineage:
    found = sequence_loss(case.step, case.layer)
    return Lineage(
        name=name,
        equation=equation,
        filled=filled,
        source=SEQUENCE,
        arrays={
            "loads": found.load_BE,
            "P": found.share_BE,
            "k": np.asarray(found.top_k),
        },
        snippet="n_words = loads.sum(1, keepdims=True) / k\n"
        f"f = loads * loads.shape[1] / (k * n_words)\n{last}",
        expected=expected,
    )

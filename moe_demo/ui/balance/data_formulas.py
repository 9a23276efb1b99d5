"""Each method's formula with the numbers of one recorded step, and how uneven its headlines are beside their batch."""

from __future__ import annotations

from typing import TypedDict

from moe_demo.figures.theme import DIVERGING
from moe_demo.insight.balance_terms import (
    BiasUpdate,
    LossTerms,
    RecordedStep,
    SequenceTerms,
    batch_loss,
    bias_update,
    sequence_loss,
    unevenness,
)
from moe_demo.insight.load import load_scale_end
from moe_demo.ui.kit.data import KitNumberTableData, NumberRow
from moe_demo.ui.kit.i18n import labels, language, number, t
from moe_demo.ui.kit.looks import class_looks
from moe_demo.ui.kit.words import expert_name, layer_name

_WRITTEN = 2  # terms of a sum that are written out


class BatchRow(TypedDict):
    """f of every expert over the batch, and how far they are apart."""

    text: str
    f: list[float]
    unevenness: float


class HeadlineRow(BatchRow):
    """The same over one headline."""

    class_word: str
    glyph: str
    hue: str


class BalanceHeadlineMapData(TypedDict):
    """f of every expert in a few headlines, and in their batch."""

    headlines: list[HeadlineRow]
    batch: BatchRow
    ramp: tuple[str, ...]
    """Of f, from 0 to `top`."""
    top: int
    label: str
    words: dict[str, str]
    lang: str


# -- formulas --------------------------------------------------------------------------------------------------


def formulas(step: RecordedStep, layer: int) -> list[str]:
    """The method's equations in KaTeX, each with the numbers of this step, for the busiest expert."""
    method, balance = step.config.balance.method, step.config.balance
    if method == "none":
        return [*_f_and_p(batch_loss(step, layer)), _nothing(batch_loss(step, layer))]
    lines = []
    if balance.expert_weight > 0:
        terms = batch_loss(step, layer)
        lines += [*_f_and_p(terms), _weighted(terms, balance.expert_weight)]
    if balance.bias_step > 0:
        lines += _bias(bias_update(step, layer))
    if balance.sequence_weight > 0:
        lines += _sequence(sequence_loss(step, layer), balance.sequence_weight)
    return lines


def _f_and_p(terms: LossTerms) -> list[str]:
    e, n_routed = int(terms.load_E.argmax()), len(terms.load_E)
    return [
        rf"f_{{{e}}} = \frac{{E}}{{K\,T}}\,c_{{{e}}} = \frac{{{n_routed}}}{{{terms.top_k} \cdot {terms.n_tokens}}}"
        rf" \cdot {int(terms.load_E[e])} = {terms.f_E[e]:.3f}",
        rf"P_{{{e}}} = \frac{{1}}{{T}}\sum_t s'_{{{e},t}} = {terms.share_E[e]:.4f}",
    ]


def _sum(terms: LossTerms) -> str:
    """The largest products written out, and the rest as dots."""
    largest = terms.product_E.argsort()[::-1][:_WRITTEN]
    written = " + ".join(rf"{terms.f_E[e]:.2f} \cdot {terms.share_E[e]:.3f}" for e in largest)
    dots = r" + \cdots" if len(terms.f_E) > _WRITTEN else ""
    return rf"{written}{dots}"


def _weighted(terms: LossTerms, alpha: float) -> str:
    return (
        rf"\begin{{aligned}} L &= \alpha \sum_i f_i P_i = {alpha:g} \times ({_sum(terms)}) \\"
        rf" &= {alpha:g} \times {terms.total:.4f} = {alpha * terms.total:.6f} \end{{aligned}}"
    )


def _nothing(terms: LossTerms) -> str:
    return rf"\sum_i f_i P_i = {_sum(terms)} = {terms.total:.4f}, \qquad L = 0 \times {terms.total:.4f} = 0"


def _sequence(sequence: SequenceTerms, alpha: float) -> list[str]:
    terms = sequence.headlines[0].terms
    each = ",\\ ".join(f"{headline.terms.total:.3f}" for headline in sequence.headlines)
    return [
        *_f_and_p(terms),
        rf"\sum_i f_i P_i = {_sum(terms)} = {terms.total:.4f}",
        rf"\begin{{aligned}} L &= \alpha\,\mathrm{{mean}}_b({each},\ \ldots) \\"
        rf" &= {alpha:g} \times {sequence.mean:.4f} = {alpha * sequence.mean:.6f} \end{{aligned}}",
    ]


def _bias(update: BiasUpdate) -> list[str]:
    e = int(update.load_E.argmax())
    sign, before, after = int(update.sign_E[e]), update.before_E[e], update.after_E[e]
    return [
        rf"c_{{{e}}} = {int(update.load_E[e])}, \qquad \bar c = \frac{{K\,T}}{{E}} = {update.mean:.1f}",
        rf"\mathrm{{sign}}(\bar c - c_{{{e}}}) = \mathrm{{sign}}({update.mean - update.load_E[e]:.1f}) = {sign:+d}",
        rf"b_{{{e}}} \leftarrow {before:.4f} + {update.rate:g} \times ({sign:+d}) = {after:.4f}",
    ]


def experts_table(step: RecordedStep, layer: int) -> KitNumberTableData:
    """Every expert's numbers, a column each: of the words that the formula is written for."""
    update, is_of_headline = bias_update(step, layer), step.config.balance.method == "seq_aux_loss"
    terms = sequence_loss(step, layer).headlines[0].terms if is_of_headline else batch_loss(step, layer)
    corner = t(
        "balance.formulas.of_headline" if is_of_headline else "balance.formulas.of_batch", n=terms.n_tokens
    )
    f, push = ("headline_f-0", "headline_push-0") if is_of_headline else ("batch_f", "batch_push")
    rows = [
        _number_row("cᵢ", [f"{load:.0f}" for load in terms.load_E]),
        _number_row("fᵢ", [f"{f:.2f}" for f in terms.f_E], f),
        _number_row("Pᵢ", [f"{share:.3f}" for share in terms.share_E]),
        _number_row("fᵢ Pᵢ", [f"{product:.3f}" for product in terms.product_E], push),
    ]
    if update.rate > 0:
        rows += [
            _number_row("sign", [f"{sign:+d}" for sign in update.sign_E]),
            _number_row(t("balance.formulas.before"), [number(bias, "+.3f") for bias in update.before_E]),
            _number_row(
                t("balance.formulas.after"), [number(bias, "+.3f") for bias in update.after_E], "bias"
            ),
        ]
    return {
        "label": corner,
        "heads": [corner, *(expert_name(e) for e in range(len(terms.load_E)))],
        "rows": rows,
        "is_text": False,
        "lang": language(),
    }


def _number_row(head: str, texts: list[str], why: str | None = None) -> NumberRow:
    return {
        "head": head,
        "cells": [{"text": text, "why": why, "expert": e, "layer": None} for e, text in enumerate(texts)],
    }


# -- headlines against batch -----------------------------------------------------------------------------------


def headlines_sentence(sequence: SequenceTerms, batch: LossTerms) -> str:
    """How uneven one headline is beside its batch, in this step's numbers."""
    even = unevenness(batch.f_E)
    key = "balance.terms.lumpy" if sequence.unevenness > even else "balance.terms.alike"
    return t(key, headline=sequence.unevenness, batch=even, times=sequence.unevenness / max(even, 1e-9))


def headline_map_data(
    step: RecordedStep, layer: int, sequence: SequenceTerms, batch: LossTerms
) -> BalanceHeadlineMapData:
    """What the map draws: f of every expert in a few headlines, and in their batch."""
    model = step.config.model
    looks = dict(zip(model.labels, class_looks(model.labels), strict=True))
    return {
        "headlines": [
            {
                "text": headline.text,
                "class_word": looks[headline.label]["word"],
                "glyph": looks[headline.label]["glyph"],
                "hue": looks[headline.label]["hue"],
                "f": headline.terms.f_E.round(3).tolist(),
                "unevenness": unevenness(headline.terms.f_E),
            }
            for headline in sequence.headlines
        ],
        "batch": {
            "text": t("balance.terms.batch", n=batch.n_tokens),
            "f": batch.f_E.round(3).tolist(),
            "unevenness": unevenness(batch.f_E),
        },
        "ramp": DIVERGING,
        "top": load_scale_end(model.n_routed, model.top_k),
        "label": t("balance.terms.label", step=step.step, layer=layer_name(layer)),
        "words": labels("balance.terms.words"),
        "lang": language(),
    }

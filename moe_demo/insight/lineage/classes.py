"""The two ends of a forward pass: a word's vector, and the class of the sentence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from moe_demo.insight.lineage.record import Lineage, dot_product
from moe_demo.insight.lineage.sentence import SentenceCase
from moe_demo.text.tokenizer import UNSEEN_NGRAM

_HEAD = "moe_demo/model/classifier.py: Classifier.forward"


def token_vector(case: SentenceCase) -> Lineage:
    """A word's own row plus the mean of the rows of its character pieces; a piece without one counts as zeros."""
    encoded = case.run.encoder.encode(case.trace.text)
    ends = [*encoded.ngram_offsets_T[1:], len(encoded.ngram_ids)]
    pieces = encoded.ngram_ids[encoded.ngram_offsets_T[case.token] : ends[case.token]]
    rows_GD = case.weight("embedding.ngram.weight")[pieces] * (pieces != UNSEEN_NGRAM)[:, None]
    return Lineage(
        name="token_vector",
        equation=r"x = w_{\mathrm{word}} + \frac{1}{G}\sum_{g=1}^{G} v_g",
        source="fastText, arXiv 1607.04606, section 3.2; moe_demo/model/classifier.py: TokenEmbedding",
        arrays={
            "word": case.weight("embedding.word.weight")[int(encoded.word_ids_T[case.token])],
            "rows": rows_GD,
        },
        snippet="result = word + rows.mean(0)",
        expected=case.trace.embedded_TD[case.token],
    )


def pooled(case: SentenceCase) -> Lineage:
    """The sentence's vector: the mean of its words', behind an RMSNorm where the model has one there."""
    arrays = {
        "vectors": case.trace.layers[-1].block_output_TD,
        "count": np.asarray(case.trace.pooling_count),
    }
    lines, normed = [], "h_t"
    if case.run.config.model.final_norm:
        arrays["scale"] = case.weight("norm.weight")
        lines = [
            "mean_square = (vectors ** 2).mean(1, keepdims=True)",
            "vectors = vectors / np.sqrt(mean_square + 1.1920929e-07) * scale  # RMSNorm",
        ]
        normed = r"\mathrm{RMSNorm}(h_t)"
    return Lineage(
        name="pooled",
        equation=rf"\bar h = \frac{{1}}{{{case.pooling_divisor}}}\sum_{{t=1}}^{{T}} {normed}",
        source="moe_demo/model/classifier.py: mean_pool",
        arrays=arrays,
        snippet="\n".join([*lines, "result = vectors.sum(0) / count"]),
        expected=case.trace.pooled_D,
    )


def class_logit(case: SentenceCase, label: int) -> Lineage:
    """The sentence's vector against a class direction, plus the class's bias."""
    w_D, b = case.weight("head.weight")[label], case.weight("head.bias")[label]
    parts = dot_product(case.trace.pooled_D, w_D)
    return Lineage(
        name="class_logit",
        equation=r"z_c = \bar h \cdot w_c + b_c",
        filled=rf"z_{{{label}}} = {parts.total:.4f} {float(b):+.4f} = {parts.total + float(b):.4f}",
        source=_HEAD,
        arrays={"pooled": case.trace.pooled_D, "direction": w_D, "b": np.asarray(b)},
        snippet="result = pooled @ direction + b",
        expected=float(case.trace.logits_C[label]),
        dot=parts,
    )


def probability(case: SentenceCase, label: int) -> Lineage:
    """Softmax over the class logits."""
    z_C = case.trace.logits_C
    found = float(case.trace.probabilities_C[label])
    every = " + ".join(rf"e^{{{z:.3f}}}" for z in z_C)
    return Lineage(
        name="probability",
        equation=r"p_c = \frac{e^{z_c}}{\sum_k e^{z_k}},\qquad z = W \bar h + b",
        filled=rf"p_{{{label}}} = \frac{{e^{{{z_C[label]:.3f}}}}}{{{every}}} = {found:.4f}",
        source=_HEAD,
        arrays={
            "pooled": case.trace.pooled_D,
            "W": case.weight("head.weight"),
            "b": case.weight("head.bias"),
        },
        snippet=f"z = W @ pooled + b\nexp = np.exp(z - z.max())\nresult = exp[{label}] / exp.sum()",
        expected=found,
    )


def trained_probability(case: SentenceCase, label: int) -> Lineage:
    """The same of the model as it was trained, where another answer stands beside it."""
    return replace(probability(case, label), name="trained_probability")


def familiarity(case: SentenceCase) -> Lineage:
    """How much the text is like what was learned: ln of the sum of exp of the class logits."""
    every = " + ".join(rf"e^{{{z:.3f}}}" for z in case.trace.logits_C)
    return Lineage(
        name="familiarity",
        equation=r"\ln \sum_c e^{z_c}",
        filled=rf"\ln({every}) = {case.trace.familiarity:.4f}",
        source="Energy-based out-of-distribution detection, arXiv 2010.03759, Eq. 4",
        arrays={
            "pooled": case.trace.pooled_D,
            "W": case.weight("head.weight"),
            "b": case.weight("head.bias"),
        },
        snippet="z = W @ pooled + b\nresult = np.log(np.exp(z).sum())",
        expected=case.trace.familiarity,
    )

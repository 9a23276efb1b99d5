"""The steps of a waterfall toward a class (`insight.waterfall`): of one word, or of the whole sentence."""

from __future__ import annotations

import numpy as np

from moe_demo.insight.lineage.experts import past_experts
from moe_demo.insight.lineage.numpy_forward import prelude
from moe_demo.insight.lineage.record import Array, Lineage
from moe_demo.insight.lineage.sentence import SentenceCase
from moe_demo.insight.waterfall import Step, Waterfall, waterfall

_SOURCE = "moe_demo/insight/waterfall.py: waterfall"


def step(case: SentenceCase, number: int, label: int) -> Lineage:
    """What one step brings to one class."""
    found = waterfall(case.run, case.trace, case.layer, None if case.whole else case.token)
    one = found.steps[number]
    if one.kind == "rest":
        return _rest(found, label)
    return _exact(case, one, label) if found.exact else _measured(case, one, label)


def _exact(case: SentenceCase, one: Step, label: int) -> Lineage:
    """A sum of vectors against the class direction, divided by what the mean over words divides by."""
    expected = float(one.value_C[label])
    if one.kind == "bias":
        return Lineage(
            name="step",
            equation="b_c",
            filled=f"{expected:.4f}",
            source=_SOURCE,
            arrays={"b": case.weight("head.bias")},
            snippet=f"result = b[{label}]",
            expected=expected,
        )
    name, vectors_ND = _vectors(case, one)
    return Lineage(
        name="step",
        equation=rf"\frac{{1}}{{{case.pooling_divisor}}} \Big(\sum_n v_n\Big) \cdot w_c",
        source=_SOURCE,
        arrays={
            name: vectors_ND,
            "direction": case.weight("head.weight")[label],
            "count": np.asarray(case.trace.pooling_count),
        },
        snippet=f"result = {name}.sum(0) @ direction / count",
        expected=expected,
    )


def _vectors(case: SentenceCase, one: Step) -> tuple[str, Array]:
    """What is summed up: pieces, what the Transformer layer adds, or both of the other words."""
    mixed_TD, parts, token = case.routed.mixed_TD, case.mixture, case.token
    if one.kind == "transformer":
        return "mixed", mixed_TD if case.whole else mixed_TD[token : token + 1]
    if one.kind == "others":
        return "others", np.delete(parts.output_TD + mixed_TD, token, axis=0)
    return "pieces", parts.pieces_TPD[_mask_TP(case, one)]


def _mask_TP(case: SentenceCase, one: Step) -> Array:
    """Which pieces a step is made of."""
    parts = case.mixture
    is_mine_TP = np.zeros(parts.gates_TP.shape, dtype=bool)
    words = slice(None) if case.whole else slice(case.token, case.token + 1)
    if one.kind == "shared":
        is_mine_TP[words, parts.n_chosen :] = True
    else:
        is_mine_TP[words, : parts.n_chosen] = parts.experts_TK[words] == one.expert
    return is_mine_TP


def _measured(case: SentenceCase, one: Step, label: int) -> Lineage:
    """The rest of the model runs twice: with all pieces, and without these."""
    lines = [
        "kept = 1 - left_out[:, :, None]",
        "without = (pieces * kept).sum(1)",
        f"before = rest(past, pieces.sum(1), w, m, {case.layer})",
        f"after = rest(past, without, w, m, {case.layer})",
        f"result = before[{label}] - after[{label}]",
    ]
    return Lineage(
        name="step",
        equation=r"z_c(\text{all pieces}) - z_c(\text{without these})",
        source=_SOURCE,
        arrays={
            "past": past_experts(case),
            "pieces": case.mixture.pieces_TPD,
            "left_out": _mask_TP(case, one).astype(int),
        },
        weights=case.past_embedding,
        prelude=prelude(case.run.config.model, case.trace.pooling_count),
        snippet="\n".join(lines),
        expected=float(one.value_C[label]),
    )


def _rest(found: Waterfall, label: int) -> Lineage:
    """The logit less all measured effects."""
    effects_N = np.array([one.value_C[label] for one in found.steps[1:]])
    return Lineage(
        name="step",
        equation=r"z_c - \sum_n \Delta_n",
        source=_SOURCE,
        arrays={"logit": np.asarray(found.logits_C[label]), "effects": effects_N},
        snippet="result = logit - effects.sum()",
        expected=float(found.steps[0].value_C[label]),
    )

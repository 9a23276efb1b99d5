"""From a word's vector to a gate: logit, affinity, choice score, gate (DeepSeekMoE Eq. 9-11, DeepSeek-V3 Eq. 12-16)."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from moe_demo.config import RoutingRule
from moe_demo.insight.lineage.record import Array, Lineage, dot_product
from moe_demo.insight.lineage.sentence import SentenceCase

_Step = Literal["score", "choice", "gate"]


def logit(case: SentenceCase) -> Lineage:
    """u . e_i, before the score function."""
    e = case.expert
    x_D, w_D = case.routed.input_TD[case.token], case.directions_ED[e]
    parts = dot_product(x_D, w_D)
    written = " + ".join(rf"({term.x:.3f})({term.w:.3f})" for term in parts.terms[:3])
    return Lineage(
        name="logit",
        equation=r"\ell_i = u \cdot e_i = \sum_{d=1}^{D} u_d\, e_{i,d}",
        filled=rf"\ell_{{{e}}} = {written} + \cdots = {parts.total:.4f}",
        source="DeepSeekMoE, arXiv 2401.06066, Eq. 11",
        arrays={"u": x_D, "e": w_D},
        snippet="result = u @ e",
        expected=float(case.routed.logits_TE[case.token, e]),
        dot=parts,
    )


def score(case: SentenceCase) -> Lineage:
    """The affinity s, never biased."""
    of_word = case.routed.logits_TE[case.token], case.routed.scores_TE[case.token]
    return affinity("score", case.rule, case.expert, *of_word, _arrays(case, "score"))


def affinity(
    name: str, rule: RoutingRule, e: int, logits_E: Array, scores_E: Array, arrays: dict[str, Array]
) -> Lineage:
    """One word's affinity to one expert, from the word's vector `u` and every expert's `directions`."""
    fit, found = float(logits_E[e]), float(scores_E[e])
    tau = "" if rule.temperature == 1.0 else r" / \tau"
    if rule.score_fn == "sigmoid":
        equation = rf"s_i = \sigma(u \cdot e_i{tau}) = \frac{{1}}{{1 + e^{{-u \cdot e_i{tau}}}}}"
        filled = rf"s_{{{e}}} = \sigma({fit:.4f}{_over(rule)}) = {found:.4f}"
    elif rule.score_fn == "sqrt_softplus":
        equation = rf"s_i = \sqrt{{\ln(1 + e^{{u \cdot e_i{tau}}})}}"
        filled = rf"s_{{{e}}} = \sqrt{{\ln(1 + e^{{{fit:.4f}{_over(rule)}}})}} = {found:.4f}"
    else:
        equation = (
            rf"s_i = \mathrm{{softmax}}_i = \frac{{e^{{u \cdot e_i{tau}}}}}{{\sum_j e^{{u \cdot e_j{tau}}}}}"
        )
        every = " + ".join(rf"e^{{{other:.3f}{_over(rule)}}}" for other in logits_E[:4])
        more = r" + \cdots" if rule.n_routed > len(every.split(" + ")) else ""
        filled = rf"s_{{{e}}} = \frac{{e^{{{fit:.3f}{_over(rule)}}}}}{{{every}{more}}} = {found:.4f}"
    return Lineage(
        name=name,
        equation=equation,
        filled=filled,
        source="DeepSeek-V4 report, section 2.1"
        if rule.score_fn == "sqrt_softplus"
        else "DeepSeekMoE, arXiv 2401.06066, Eq. 11; DeepSeek-V3, arXiv 2412.19437, Eq. 15",
        arrays=arrays,
        snippet="\n".join([*_upto_bias(rule)[:-1], f"result = scores[{e}]"]),
        expected=found,
    )


def choice(case: SentenceCase) -> Lineage:
    """The choice score s + b: -inf where the expert's group is left out."""
    e, layer = case.expert, case.routed
    found = float(layer.choice_TE[case.token, e])
    s, b = float(layer.scores_TE[case.token, e]), float(layer.bias_TE[case.token, e])
    left_out = r"\;\Rightarrow\; -\infty" if np.isinf(found) else ""
    outside = r",\quad -\infty \text{ outside the best groups}" if case.rule.n_groups > 1 else ""
    if layer.hash_order_TE is not None:
        outside = r",\quad -\infty \text{ outside the word's row of the table}"
    return Lineage(
        name="choice",
        equation=r"s_i + b_i" + outside,
        filled=rf"s_{{{e}}} + b_{{{e}}} = {s:.4f} {b:+.4f} = {s + b:.4f}{left_out}",
        source="DeepSeek-V3, arXiv 2412.19437, Eq. 16 and section 2.1.2"
        if layer.hash_order_TE is None
        else "DeepSeek-V4 report, section 2.1",
        arrays=_arrays(case, "choice"),
        snippet=_program(case, "choice", f"result = choice[{e}]"),
        expected=found,
    )


def gate(case: SentenceCase) -> Lineage:
    """The gate g: from the affinity of the chosen, 0 for all others."""
    e, rule, layer = case.expert, case.rule, case.routed
    found = float(layer.gates_TE[case.token, e])
    normalised = rule.norm_topk and rule.top_k > 1
    scale = "" if rule.route_scale == 1.0 else rf" \times {rule.route_scale:g}"
    if not found:
        filled = rf"g_{{{e}}} = 0"
    elif normalised:
        every = " + ".join(f"{s:.3f}" for s in layer.scores_TE[case.token][layer.topk_idx_TK[case.token]])
        s = float(layer.scores_TE[case.token, e])
        filled = rf"g_{{{e}}} = \frac{{{s:.3f}}}{{{every}}}{scale} = {found:.4f}"
    else:
        filled = rf"g_{{{e}}} = s_{{{e}}}{scale} = {found:.4f}"
    value = r"\frac{s_i}{\sum_{j \in \mathrm{TopK}} s_j}" if normalised else "s_i"
    taken = (
        r"s_i + b_i \in \mathrm{TopK}"
        if layer.hash_order_TE is None
        else r"i \in \mathrm{row}_K(\text{word})"
    )
    return Lineage(
        name="gate",
        equation=rf"g_i = {value}{scale} \text{{ if }} {taken},\quad 0 \text{{ else}}",
        filled=filled,
        source="DeepSeekMoE, arXiv 2401.06066, Eq. 10; DeepSeek-V3, arXiv 2412.19437, Eq. 13 and 16",
        arrays=_arrays(case, "gate"),
        snippet=_program(case, "gate", f"result = gates[chosen == {e}].sum()"),
        expected=found,
    )


def group_score(case: SentenceCase, group: int) -> Lineage:
    """The score of a group: the sum of its best choice scores."""
    found, rule = case.routed.group_scores_TG, case.rule
    assert found is not None, "there is one group only"
    lines = [
        *_upto_bias(rule),
        f"best = -np.sort(-choice.reshape({rule.n_groups}, {rule.group_size}))[:, :{rule.counted_per_group}]",
        f"result = best.sum(1)[{group}]",
    ]
    return Lineage(
        name="group_score",
        equation=rf"\sum_{{i \in \mathrm{{Top}}_{{{rule.counted_per_group}}}(G)}} (s_i + b_i)",
        source="DeepSeek-V3, arXiv 2412.19437, section 2.1.2",
        arrays=_arrays(case, "choice"),
        snippet="\n".join(lines),
        expected=float(found[case.token, group]),
    )


def cut(case: SentenceCase) -> Lineage:
    """The K-th choice score: who reaches it is taken."""
    layer, k = case.routed, case.rule.top_k
    last = int(layer.topk_idx_TK[case.token, -1])
    return Lineage(
        name="cut",
        equation=rf"(s_i + b_i)_{{({k})}}",
        source="DeepSeekMoE, arXiv 2401.06066, Eq. 10",
        arrays=_arrays(case, "choice"),
        snippet=_program(case, "choice", f"result = -np.sort(-choice)[{k - 1}]"),
        expected=float(layer.choice_TE[case.token, last]),
    )


def gate_sum(case: SentenceCase) -> Lineage:
    """All gates of a word."""
    gates_K = case.routed.gates_TK[case.token]
    every = " + ".join(f"{gate:.4f}" for gate in gates_K)
    return Lineage(
        name="gate_sum",
        equation=r"\sum_{i \in \mathrm{TopK}} g_i",
        filled=rf"{every} = {float(gates_K.sum()):.4f}",
        source="DeepSeek-V3, arXiv 2412.19437, Eq. 13",
        arrays=_arrays(case, "gate"),
        snippet=_program(case, "gate", "result = gates.sum()"),
        expected=float(gates_K.sum()),
    )


def words_taken(case: SentenceCase) -> Lineage:
    """How many words of the sentence choose an expert."""
    return Lineage(
        name="words_taken",
        equation=r"c_i = \sum_{t=1}^{T} 1[i \in \mathrm{TopK}_t]",
        source="DeepSeekMoE, arXiv 2401.06066, Eq. 13",
        arrays={"chosen": case.routed.topk_idx_TK},
        snippet=f"result = (chosen == {case.expert}).sum()",
        expected=float(case.routed.load_E[case.expert]),
    )


def trained_words_taken(case: SentenceCase) -> Lineage:
    """The same of the model as it was trained, where a changed one stands beside it."""
    return replace(words_taken(case), name="trained_words_taken")


def _arrays(case: SentenceCase, step: _Step) -> dict[str, Array]:
    found = {"u": case.routed.input_TD[case.token], "directions": case.directions_ED}
    if step == "score":
        return found
    order_TE = case.routed.hash_order_TE
    row = {} if order_TE is None else {"row": order_TE[case.token]}
    return found | {"bias": case.routed.bias_TE[case.token]} | row


def _program(case: SentenceCase, step: _Step, last: str) -> str:
    """The route up to a step, and what is read off there."""
    rule = case.rule
    lines = _upto_bias(rule)[:-1] if step == "score" else [*_upto_bias(rule), *_group_lines(rule)]
    if step != "score" and case.routed.hash_order_TE is not None:
        lines.append(f"choice[~np.isin(np.arange({rule.n_routed}), row[:{rule.top_k}])] = -np.inf")
    if step == "gate":
        lines += [
            f"chosen = np.argsort(-choice, kind='stable')[:{rule.top_k}]",
            "gates = scores[chosen]",
            *(["gates = gates / gates.sum()"] if rule.norm_topk and rule.top_k > 1 else []),
            *([f"gates = gates * {rule.route_scale!r}"] if rule.route_scale != 1.0 else []),
        ]
    return "\n".join([*lines, last])


def _upto_bias(rule: RoutingRule) -> list[str]:
    return [f"logits = directions @ u{_over(rule)}", *_affinity_lines(rule), "choice = scores + bias"]


def _over(rule: RoutingRule) -> str:
    return "" if rule.temperature == 1.0 else f" / {rule.temperature!r}"


def _affinity_lines(rule: RoutingRule) -> list[str]:
    if rule.score_fn == "sigmoid":
        return ["scores = 1 / (1 + np.exp(-logits))"]
    if rule.score_fn == "sqrt_softplus":
        return ["scores = np.sqrt(np.logaddexp(0, logits))"]
    return ["scores = np.exp(logits - logits.max())", "scores = scores / scores.sum()"]


def _group_lines(rule: RoutingRule) -> list[str]:
    if rule.n_groups == 1:
        return []
    return [
        f"best = -np.sort(-choice.reshape({rule.n_groups}, {rule.group_size}))[:, :{rule.counted_per_group}]",
        f"kept = np.argsort(-best.sum(1), kind='stable')[:{rule.topk_groups}]",
        f"choice[~np.isin(np.arange({rule.n_routed}) // {rule.group_size}, kept)] = -np.inf",
    ]


def random_choice(rule: RoutingRule) -> list[str]:
    """The experts `drawn` (T, K) for many words at once, from their `logits` (T, E) and no bias."""
    size, first = rule.group_size, rule.counted_per_group
    lines = [f"affinity = np.exp(logits{_over(rule)})"]
    if rule.score_fn == "sigmoid":
        lines.append("choice = affinity / (1 + affinity)")
    else:
        lines.append("choice = affinity / affinity.sum(1, keepdims=True)")
    if rule.n_groups > 1:
        lines += [
            f"best = -np.sort(-choice.reshape(-1, {rule.n_groups}, {size}), axis=2)[:, :, :{first}]",
            f"kept = np.argsort(-best.sum(2), axis=1)[:, :{rule.topk_groups}]",
            f"choice[(np.arange({rule.n_routed}) // {size} != kept[:, :, None]).all(1)] = -np.inf",
        ]
    return [*lines, f"drawn = np.argsort(-choice, axis=1)[:, :{rule.top_k}]"]

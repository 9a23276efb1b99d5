"""What experts add: their outputs, the pieces they make with their gates, the sum, and what leaving a piece out does.

A piece P is one of the chosen experts in the order of the router, then the shared ones (`insight.mixture`).
"""

from __future__ import annotations

import numpy as np

from moe_demo.insight.lineage.numpy_forward import prelude
from moe_demo.insight.lineage.record import Array, Lineage, dot_product
from moe_demo.insight.lineage.sentence import SentenceCase
from moe_demo.insight.mixture import removal_effects, toward

_EQ_9 = "DeepSeekMoE, arXiv 2401.06066, Eq. 9"
_SWIGLU = ("gate, up = np.split(gate_up @ u, 2)", "hidden = gate / (1 + np.exp(-gate)) * up  # SwiGLU")


def output(case: SentenceCase, piece: int) -> Lineage:
    """An expert's output for a word, before its gate."""
    return Lineage(
        name="output",
        equation=r"E_i(u) = W_{\mathrm{down}}\,\big(\mathrm{silu}(W_{\mathrm{gate}} u) \odot W_{\mathrm{up}} u\big)",
        source="GLU variants, arXiv 2002.05202, Eq. 6; moe_demo/model/experts.py: swiglu",
        arrays=_expert(case, piece),
        snippet="\n".join([*_SWIGLU, "result = down @ hidden"]),
        expected=case.mixture.outputs_TPD[case.token, piece],
    )


def length(case: SentenceCase, piece: int) -> Lineage:
    """How long a piece is: the norm of gate x output."""
    found = float(case.mixture.norm_TP[case.token, piece])
    g = float(case.mixture.gates_TP[case.token, piece])
    is_shared = piece >= case.mixture.n_chosen
    whole = float(np.linalg.norm(case.mixture.outputs_TPD[case.token, piece]))
    return Lineage(
        name="length",
        equation=r"\lVert E_s(u) \rVert" if is_shared else r"\lVert g_i\, E_i(u) \rVert",
        filled=rf"{found:.4f}" if is_shared else rf"{g:.4f} \times {whole:.4f} = {found:.4f}",
        source=_EQ_9,
        arrays=_expert(case, piece) | {"g": np.asarray(g, np.float32)},
        snippet="\n".join([*_SWIGLU, "piece = g * (down @ hidden)", "result = np.sqrt((piece ** 2).sum())"]),
        expected=found,
    )


def piece(case: SentenceCase, piece: int) -> Lineage:
    """A piece: gate x output; of a shared expert the output alone."""
    g = case.mixture.gates_TP[case.token, piece]
    return Lineage(
        name="piece",
        equation=r"g_i\, E_i(u)",
        source=_EQ_9,
        arrays=_expert(case, piece) | {"g": np.asarray(g)},
        snippet="\n".join([*_SWIGLU, "result = g * (down @ hidden)"]),
        expected=case.mixture.pieces_TPD[case.token, piece],
    )


def layer_output(case: SentenceCase) -> Lineage:
    """A layer's output for a word: the chosen experts' outputs times their gates, and the shared ones."""
    return Lineage(
        name="layer_output",
        equation=_SUM,
        source=_EQ_9,
        arrays=_pieces(case),
        snippet="result = gates @ outputs + shared.sum(0)",
        expected=case.mixture.output_TD[case.token],
    )


def output_length(case: SentenceCase) -> Lineage:
    """How long that sum is."""
    return Lineage(
        name="output_length",
        equation=rf"\lVert {_SUM} \rVert",
        source=_EQ_9,
        arrays=_pieces(case),
        snippet="output = gates @ outputs + shared.sum(0)\nresult = np.sqrt((output ** 2).sum())",
        expected=float(case.mixture.output_norm_T[case.token]),
    )


def cosine(case: SentenceCase, piece: int, label: int) -> Lineage:
    """The angle between a piece and a class direction."""
    found = toward(case.run, case.trace, case.mixture)
    piece_D, w_D = case.mixture.pieces_TPD[case.token, piece], found.directions_CD[label]
    return Lineage(
        name="cosine",
        equation=r"\cos = \frac{v \cdot w_c}{\lVert v \rVert\, \lVert w_c \rVert}",
        source="moe_demo/insight/mixture.py: toward",
        arrays={"v": piece_D, "direction": w_D},
        snippet="result = v @ direction / np.sqrt((v @ v) * (direction @ direction))",
        expected=float(found.cosine_TPC[case.token, piece, label]),
        dot=dot_product(piece_D, w_D),
    )


def direct(case: SentenceCase, piece: int, label: int) -> Lineage:
    """What a piece adds to a class logit past the Transformer; there is one only in the article's order."""
    found = toward(case.run, case.trace, case.mixture)
    assert found.direct_TPC is not None, "that way is not linear in this model"
    piece_D, w_D = case.mixture.pieces_TPD[case.token, piece], found.directions_CD[label]
    return Lineage(
        name="direct",
        equation=rf"\frac{{1}}{{{case.pooling_divisor}}}\; g_i E_i(u_t) \cdot w_c",
        source="moe_demo/insight/mixture.py: toward",
        arrays={"v": piece_D, "direction": w_D, "count": np.asarray(case.trace.pooling_count)},
        snippet="result = v @ direction / count",
        expected=float(found.direct_TPC[case.token, piece, label]),
        dot=dot_product(piece_D, w_D),
    )


def removal(case: SentenceCase, piece: int, label: int) -> Lineage:
    """What a class logit loses without a piece: the rest of the model runs twice. Shared experts go together."""
    effect_TPC = removal_effects(case.run, case.trace.text)[case.layer]
    n_chosen, token = case.mixture.n_chosen, case.token
    pieces_PD = case.mixture.pieces_TPD[token]
    left_out = [piece] if piece < n_chosen else list(range(n_chosen, len(pieces_PD)))
    lines = [
        "without = added.copy()",
        f"without[{token}] = np.delete(pieces, {left_out}, axis=0).sum(0)",
        f"before = rest(past, added, w, m, {case.layer})",
        f"after = rest(past, without, w, m, {case.layer})",
        f"result = before[{label}] - after[{label}]",
    ]
    return Lineage(
        name="removal",
        equation=r"z_c(\text{all pieces}) - z_c(\text{without this one})",
        source="moe_demo/insight/mixture.py: removal_effects",
        arrays={"past": past_experts(case), "added": case.mixture.output_TD, "pieces": pieces_PD},
        weights=case.past_embedding,
        prelude=prelude(case.run.config.model, case.trace.pooling_count),
        snippet="\n".join(lines),
        expected=float(effect_TPC[token, min(piece, n_chosen), label]),
    )


def mixed(case: SentenceCase) -> Lineage:
    """What attention, and the dense FFN behind it where there is one, add to a word in the article's order."""
    return Lineage(
        name="mixed",
        equation=r"\mathrm{Attention}(y)_t + \mathrm{FFN}\big(y + \mathrm{Attention}(y)\big)_t",
        source="Attention is all you need, arXiv 1706.03762, Eq. 1; RoFormer, arXiv 2104.09864, Eq. 34",
        arrays={"y": _mixed_from(case)},
        weights=case.past_embedding,
        prelude=prelude(case.run.config.model, case.trace.pooling_count),
        snippet=f"result = mix(y, w, m, {case.layer})[{case.token}]",
        expected=case.routed.mixed_TD[case.token],
    )


def mixed_change(case: SentenceCase) -> Lineage:
    """How large that is beside what enters."""
    added_D, past_D = case.routed.mixed_TD[case.token], _mixed_from(case)[case.token]
    found = float(np.linalg.norm(added_D) / np.linalg.norm(past_D))
    return Lineage(
        name="mixed_change",
        equation=r"\frac{\lVert \mathrm{mixed} \rVert}{\lVert y \rVert}",
        filled=rf"\frac{{{np.linalg.norm(added_D):.4f}}}{{{np.linalg.norm(past_D):.4f}}} = {found:.4f}",
        source="moe_demo/insight/journey.py",
        arrays={"mixed": added_D, "past": past_D},
        snippet="result = np.sqrt((mixed ** 2).sum() / (past ** 2).sum())",
        expected=found,
    )


def attention(case: SentenceCase, other: int) -> Lineage:
    """How much the word looks at another one in the block's attention: mean over heads."""
    name = f"{case.block}.attention"
    lines = [
        "u = y / np.sqrt((y ** 2).mean(1, keepdims=True) + 1.1920929e-07) * scale  # RMSNorm",
        "n, width = len(u), u.shape[1] // n_heads",
        "q, k, _ = (u @ qkv.T).reshape(n, 3, n_heads, width).transpose(1, 2, 0, 3)",
        "angle = np.outer(np.arange(n), 10000.0 ** (-np.arange(width // 2) / (width // 2)))",
        "cos, sin = np.tile(np.cos(angle), 2), np.concatenate([-np.sin(angle), np.sin(angle)], 1)",
        "q, k = (part * cos + np.roll(part, width // 2, axis=-1) * sin for part in (q, k))  # rotary",
        "fit = np.exp(q @ k.transpose(0, 2, 1) / np.sqrt(width))",
        "weights = fit / fit.sum(2, keepdims=True)",
        f"result = weights.mean(0)[{case.token}, {other}]",
    ]
    return Lineage(
        name="attention",
        equation=r"\frac{1}{H}\sum_h \mathrm{softmax}_j\big(q_{h,t} \cdot k_{h,j} / \sqrt{d}\big)",
        source="Attention is all you need, arXiv 1706.03762, Eq. 1; RoFormer, arXiv 2104.09864, Eq. 34",
        arrays={
            "y": _mixed_from(case),
            "scale": case.weight(f"{name}_norm.weight"),
            "qkv": case.weight(f"{name}.qkv.weight"),
            "n_heads": np.asarray(case.run.config.model.n_heads),
        },
        snippet="\n".join(lines),
        expected=float(case.routed.attention_HTT[:, case.token, other].mean()),
    )


def block_output(case: SentenceCase) -> Lineage:
    """A word's vector behind a block: what its halves add, and in DeepSeek's order the residual path."""
    arrays = {"added": case.mixture.output_TD[case.token], "mixed": case.routed.mixed_TD[case.token]}
    terms = ["mixed", "added"]
    if case.run.config.model.block_order == "attention_moe":
        arrays["past"] = _mixed_from(case)[case.token]
        terms = ["past", *terms]
    return Lineage(
        name="block_output",
        equation=r"h = y + \mathrm{mixed}" if len(terms) == 2 else r"h = x + \mathrm{mixed} + \mathrm{MoE}",
        source="moe_demo/model/classifier.py: Block.forward",
        arrays=arrays,
        snippet=f"result = {' + '.join(terms)}",
        expected=case.routed.block_output_TD[case.token],
    )


_SUM = r"\sum_{i \in \mathrm{TopK}} g_i\, E_i(u) + \sum_s E_s(u)"


def past_experts(case: SentenceCase) -> Array:
    """What the residual path carries past a layer's experts; nothing in the article's order, where there is none."""
    if case.run.config.model.block_order == "moe_transformer":
        return np.zeros_like(case.mixture.output_TD)
    return np.asarray(case.routed.block_output_TD - case.mixture.output_TD)


def _mixed_from(case: SentenceCase) -> Array:
    if case.run.config.model.block_order == "moe_transformer":
        return case.mixture.output_TD
    return case.trace.layers[case.layer - 1].block_output_TD if case.layer else case.trace.embedded_TD


def _expert(case: SentenceCase, piece: int) -> dict[str, Array]:
    """The word's vector, and the two matrices of the expert behind a piece."""
    kind, index = case.mixture.name(case.token, piece)
    base = f"{case.block}.moe."
    if kind == "expert":
        gate_up = case.weight(f"{base}experts.gate_up_E2FD")[index]
        down = case.weight(f"{base}experts.down_EDF")[index]
    else:
        gate_up = case.weight(f"{base}shared.{index}.gate_up.weight")
        down = case.weight(f"{base}shared.{index}.down.weight")
    return {"u": case.routed.input_TD[case.token], "gate_up": gate_up, "down": down}


def _pieces(case: SentenceCase) -> dict[str, Array]:
    return {
        "gates": case.routed.gates_TK[case.token],
        "outputs": case.routed.expert_out_TKD[case.token],
        "shared": case.routed.shared_out_TSD[case.token],
    }

"""The model from the middle of a layer on, in NumPy: what a snippet calls where leaving a piece out is measured.

Every function is printed with the snippets that use it, so it reads by itself: `w` are the weights by name, `m` the
numbers of the model. It takes nothing from `moe_demo.model`.

Letters: T tokens, D width, E routed experts.
"""

import inspect
from typing import Any

import numpy as np

from moe_demo.config import ModelConfig


def rms_norm(x: Any, scale: Any) -> Any:
    """Each row at length sqrt(D), times a scale."""
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1.1920929e-07) * scale


def swiglu(x: Any, gate_up: Any, down: Any) -> Any:
    """down(silu(gate x) * up x)."""
    gate, up = np.split(x @ gate_up.T, 2, axis=-1)
    return (gate / (1 + np.exp(-gate)) * up) @ down.T


def attention(x: Any, qkv: Any, out: Any, n_heads: Any) -> Any:
    """Multi-head self-attention with rotary positions."""
    n, width = len(x), x.shape[1] // n_heads
    q, k, v = (x @ qkv.T).reshape(n, 3, n_heads, width).transpose(1, 2, 0, 3)
    angle = np.outer(np.arange(n), 10000.0 ** (-np.arange(width // 2) / (width // 2)))
    cos, sin = np.tile(np.cos(angle), 2), np.concatenate([-np.sin(angle), np.sin(angle)], 1)
    q, k = (part * cos + np.roll(part, width // 2, axis=-1) * sin for part in (q, k))
    fit = np.exp(q @ k.transpose(0, 2, 1) / np.sqrt(width))
    mixed = fit / fit.sum(-1, keepdims=True) @ v
    return mixed.transpose(1, 0, 2).reshape(n, -1) @ out.T


def mix(x: Any, w: Any, m: Any, layer: Any) -> Any:
    """What attention, and a dense FFN behind it, add."""
    b = f"blocks.{layer}."
    u = rms_norm(x, w[b + "attention_norm.weight"])
    mixed = attention(u, w[b + "attention.qkv.weight"], w[b + "attention.out.weight"], m["n_heads"])
    if m["ffn"]:
        u = rms_norm(x + mixed, w[b + "ffn_norm.weight"])
        mixed = mixed + swiglu(u, w[b + "ffn.gate_up.weight"], w[b + "ffn.down.weight"])
    return mixed


def affinity(logits: Any, score_fn: Any) -> Any:
    """How well each word and expert fit, before any bias."""
    if score_fn == "softmax":
        return np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return 1 / (1 + np.exp(-logits)) if score_fn == "sigmoid" else np.sqrt(np.logaddexp(0, logits))


def moe(u: Any, w: Any, m: Any, layer: Any) -> Any:
    """Eq. 9 of DeepSeekMoE without its residual: shared experts plus gate-weighted chosen ones."""
    b = f"blocks.{layer}.moe."
    logits = u @ w[b + "router.weight_ED"].T
    scores = affinity(logits, m["score_fn"])
    choice = scores + w[b + "router.bias_E"] + w.get(b + "router.kind_bias_TE", 0)
    best = -np.sort(-choice.reshape(len(u), m["groups"], -1))[:, :, : m["counted"]]
    kept = np.argsort(-best.sum(2), axis=1)[:, : m["kept"]]
    group = np.arange(choice.shape[1]) // (choice.shape[1] // m["groups"])
    choice = np.where((group[None, :, None] == kept[:, None, :]).any(2), choice, -np.inf)
    if b + "router.hash_order_TE" in w:
        named = w[b + "router.hash_order_TE"][:, : m["k"]]
        choice = np.where(
            (np.arange(choice.shape[1])[None, :, None] == named[:, None, :]).any(2), choice, -np.inf
        )
    chosen = np.argsort(-choice, axis=1)[:, : m["k"]]
    gates = np.take_along_axis(scores, chosen, 1)
    gates = (gates / gates.sum(1, keepdims=True) if m["norm"] else gates) * m["scale"]
    up, down = w[b + "experts.gate_up_E2FD"], w[b + "experts.down_EDF"]
    out = [
        sum(g * swiglu(x, up[e], down[e]) for g, e in zip(row, who, strict=True))
        for x, row, who in zip(u, gates, chosen, strict=True)
    ]
    shared = [
        swiglu(u, w[b + f"shared.{s}.gate_up.weight"], w[b + f"shared.{s}.down.weight"])
        for s in range(m["shared"])
    ]
    return np.stack(out) + sum(shared)


def class_logits(x: Any, w: Any, m: Any) -> Any:
    """The mean of the words against each class."""
    x = rms_norm(x, w["norm.weight"]) if m["final_norm"] else x
    pooled = x.sum(0) / m["count"]
    return pooled @ w["head.weight"].T + w["head.bias"]


def rest(x: Any, added: Any, w: Any, m: Any, layer: Any) -> Any:
    """The class logits, from what a layer's experts add: x is what the residual path carries past them."""
    for after in range(layer, m["layers"]):
        if m["moe_first"]:
            added = (
                moe(rms_norm(x, w[f"blocks.{after}.moe_norm.weight"]), w, m, after)
                if after > layer
                else added
            )
            x = added + mix(added, w, m, after)
        else:
            x = x + mix(x, w, m, after) if after > layer else x
            u = rms_norm(x, w[f"blocks.{after}.moe_norm.weight"])
            x = x + (moe(u, w, m, after) if after > layer else added)
    return class_logits(x, w, m)


_FUNCTIONS = (rms_norm, swiglu, attention, mix, affinity, moe, class_logits, rest)


def prelude(config: ModelConfig, pooling_count: float) -> str:
    """The functions as text, without their types, and the model's numbers `m`."""
    rule = config.routing_rule
    numbers = {
        "layers": config.n_layers,
        "n_heads": config.n_heads,
        "ffn": config.ffn_dim > 0,
        "moe_first": config.block_order == "moe_transformer",
        "final_norm": config.final_norm,
        "count": pooling_count,
        "score_fn": rule.score_fn,
        "norm": rule.norm_topk and rule.top_k > 1,
        "k": rule.top_k,
        "groups": rule.n_groups,
        "counted": rule.counted_per_group,
        "kept": rule.topk_groups,
        "scale": rule.route_scale,
        "shared": config.n_shared,
    }
    code = "\n\n".join(inspect.getsource(function) for function in _FUNCTIONS)
    return f"m = {numbers!r}\n\n{code.replace(': Any', '').replace(' -> Any', '')}"

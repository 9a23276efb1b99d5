"""Generations of DeepSeek's router as settings: what `train --router` changes in a run.

    v2   softmax, a group is as good as its best expert, gates as they are, no bias (arXiv 2405.04434, section 2.2)
    v3   sigmoid, a group is the sum of its best K/M, gates normalised, bias (arXiv 2412.19437, section 2.1.2)
    v4   sqrt(softplus), no groups, gates normalised and scaled by 1.5, bias (DeepSeek-V4 report, section 2.1)
    v4-hash   the same, and in the first layer a table names the experts of each word; scores only weigh them (there)
    v4.1      as v4, with a bias for each kind of word: V4.1 has one for text and one for images, here are words only

What a preset says of sizes and of groups stays, but for V4 and after, which have none. V2's scale is that of V2-Lite.
V4 has 3 hash layers of 43; of the two layers of our presets it is the first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from moe_demo.config import RunConfig

_V4: dict[str, Any] = {
    "score_fn": "sqrt_softplus",
    "group_score": "top_sum",
    "n_groups": 1,
    "topk_groups": 1,
    "norm_topk": True,
    "route_scale": 1.5,
}
_LEARNED: dict[str, Any] = {"n_hash_layers": 0, "kind_biases": False}
_RULES: dict[str, dict[str, Any]] = {
    "v2": {"score_fn": "softmax", "group_score": "max", "norm_topk": False, "route_scale": 1.0},
    "v3": {"score_fn": "sigmoid", "group_score": "top_sum", "norm_topk": True, "route_scale": 1.0},
    "v4": _V4,
    "v4-hash": _V4 | {"n_hash_layers": 1},
    "v4.1": _V4 | {"kind_biases": True},
}
_BALANCE = {router: "seq_aux_loss" if router == "v2" else "loss_free+seq" for router in _RULES}
ROUTERS = tuple(_RULES)


def with_router(config: RunConfig, router: str) -> RunConfig:
    """The same run with another generation's router, and the balance method that it came with."""
    values: dict[str, Any] = {"method": _BALANCE[router]}
    return replace(
        config,
        model=replace(config.model, **_LEARNED | _RULES[router]),
        balance=replace(config.balance, **values),
    )

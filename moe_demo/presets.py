"""The presets: `deepseek`, the default, `document`, as the source article draws it, and `balance`, where routers err.

docs/experiments.md says how their settings were found.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from moe_demo.config import BalanceConfig, ConfigError, ModelConfig, RunConfig


def _presets() -> dict[str, RunConfig]:
    document = RunConfig(
        preset="document",
        seed=5,  # which expert takes which words differs by seed: docs/experiments.md shows eight of them
        epochs=8,
        held_out_fraction=0.1,
        model=ModelConfig(
            n_layers=1,
            block_order="moe_transformer",
            ffn_dim=64,
            expert_dim=64,
            n_routed=3,
            n_shared=0,
            top_k=1,
            score_fn="softmax",
            norm_topk=False,
            n_groups=1,
            topk_groups=1,
            n_buckets=8192,
            final_norm=False,
            embedding_std=0.005,  # words and experts start alike, so that what they become is learned together
            router_std=0.02,
            dropout=0.1,
        ),
        balance=BalanceConfig(method="none"),
    )
    return {"document": document, "deepseek": _deepseek_preset(), "balance": _balance_preset()}


def _deepseek_preset() -> RunConfig:
    """The default: words find experts of their own, and what belongs to no class is known as such."""
    balance = BalanceConfig(seq_alpha=0.02, bias_rate=1.5e-3, calibration_passes=2)
    pace: dict[str, Any] = {"epochs": 8, "batch_size": 96, "lr": 8e-3, "held_out_fraction": 0.1}
    texts: dict[str, Any] = {"word_dropout": 0.2, "words_left_out": 0.5}
    few = (1.7, 1.5, 1.4, 1.35)
    outliers: dict[str, Any] = {"outlier_weight": 0.5, "outlier_share": 0.4}
    model = ModelConfig(
        only_known_ngrams=True, pooling_pseudocount=2.0, few_words_divisors=few, token_dropout=0.0
    )
    sure: dict[str, Any] = {"label_smoothing": 0.01, "confidence_temperature": 0.64}
    return RunConfig(model=model, balance=balance, **pace, **texts, **outliers, **sure)


def _balance_preset() -> RunConfig:
    """A router that grows uneven by itself if nothing keeps it even: one layer, one of 8 softmax experts, none shared.

    A word had better go to the expert that is stronger already, and that one learns from it: with K = 1 nothing else is
    left to draw it elsewhere. No hidden tokens, large first vectors, a row for every word and a fifth of them hidden:
    so held-out headlines are routed nearly as those of training are; docs/experiments.md has what was tried.
    """
    model = ModelConfig(
        n_layers=1,
        expert_dim=16,
        n_routed=8,
        n_shared=0,
        top_k=1,
        score_fn="softmax",
        n_groups=1,
        topk_groups=1,
        embedding_std=0.3,
        dropout=0.1,
        token_dropout=0.0,
    )
    balance = BalanceConfig(method="loss_free", alpha=0.01, seq_alpha=1e-4, bias_rate=3e-3)
    return RunConfig(
        preset="balance", model=model, balance=balance, epochs=4, min_count=1, word_dropout=0.2, patience=0
    )


PRESETS: dict[str, RunConfig] = _presets()
DEFAULT_PRESET = "deepseek"


def preset(name: str) -> RunConfig:
    """The named preset; raises ConfigError naming the ones that exist."""
    if name not in PRESETS:
        raise ConfigError("preset", name=name, known=", ".join(PRESETS))
    return PRESETS[name]


def preset_or_default(name: str) -> RunConfig:
    """The preset that a run was made of; the default one where this version does not have it."""
    return PRESETS.get(name, PRESETS[DEFAULT_PRESET])


def on_own_data(config: RunConfig) -> RunConfig:
    """The same run with the usual fifth held out: own headlines may be few, where a preset takes a tenth of many."""
    return replace(config, held_out_fraction=RunConfig().held_out_fraction)

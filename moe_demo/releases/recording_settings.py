"""What the recorded comparison is trained with: seeds, methods, and the knob of each from too little to too much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from moe_demo.config import BalanceMethod, RunConfig

SEEDS = range(10, 15)  # the settings were chosen on seeds 0 to 4: these had no part in it
KNOBS: dict[str, str] = {"aux_loss": "alpha", "seq_aux_loss": "seq_alpha", "loss_free": "bias_rate"}
ALPHAS = (1e-3, 1e-2, 1e-1, 1.0, 1e2)
RATES = (1e-4, 1e-3, 3e-3, 1e-2, 1e-1)


def with_method(base: RunConfig, method: BalanceMethod, seed: int) -> RunConfig:
    """The same training under another method, to its end: patience would end some sooner than others.

    `seq_aux_loss` takes the alpha of `aux_loss`, so that the two differ in nothing but what they are even over;
    `loss_free+seq` keeps the small one of its own.
    """
    seq_alpha = base.balance.alpha if method == "seq_aux_loss" else base.balance.seq_alpha
    balance = replace(base.balance, method=method, seq_alpha=seq_alpha)
    return replace(base, seed=seed, patience=0, balance=balance)


def with_knob(base: RunConfig, method: BalanceMethod, value: float, seed: int) -> RunConfig:
    """The same training with the one number that a method is tuned by."""
    config, knob = with_method(base, method, seed), KNOBS[method]
    changed: dict[str, Any] = {knob: value}
    return replace(config, balance=replace(config.balance, **changed))


def sweep_settings(
    alphas: Sequence[float] = ALPHAS, rates: Sequence[float] = RATES
) -> list[tuple[BalanceMethod, float]]:
    """Every method that has a knob, with every value of it."""
    return [
        *(("aux_loss", alpha) for alpha in alphas),
        *(("seq_aux_loss", alpha) for alpha in alphas),
        *(("loss_free", rate) for rate in rates),
    ]

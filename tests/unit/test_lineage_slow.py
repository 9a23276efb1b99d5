"""Every number of a step in slow motion comes out again, under every way of balancing."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from moe_demo.config import METHODS, BalanceConfig
from moe_demo.insight.lineage import QUANTITIES, NumberKey, SlowCase, check, lineage_of
from moe_demo.insight.run import load_run
from moe_demo.insight.slow_step import slow_step
from moe_demo.training.train import train_run
from tests import toy


def case_of(folder: Path, balance: BalanceConfig, clip: float) -> SlowCase:
    """Layer 1 and expert 2 of the fourth step of a toy run whose words are masked and whose labels are smoothed."""
    config = toy.config(balance=balance)
    model = replace(config.model, token_dropout=0.3)
    config = replace(config, epochs=1, model=model, grad_clip=clip, label_smoothing=0.1)
    train_run(folder / "run", config, [toy.write_csv(folder / "toy.csv")], device="cpu")
    run = load_run(folder / "run", 2)
    return SlowCase(step=slow_step(run), config=run.store.config(3), layer=1, expert=2)


@pytest.mark.parametrize("clip", [0.01, 100.0])
@pytest.mark.parametrize("method", METHODS)
def test_numpy_finds_every_number_of_the_step(tmp_path: Path, method: str, clip: float):
    case = case_of(tmp_path, BalanceConfig(method=method), clip)
    places = {"headline": [3], "nth": range(len(case.step.headlines[3].words))}
    names = [name for name, quantity in QUANTITIES.items() if quantity.of is SlowCase]
    assert len(names) > 15
    for name in names:
        if name == "slow_balance" and not case.step.losses:
            continue
        for at in itertools.product(*(places[kind] for kind in QUANTITIES[name].takes)):
            key = NumberKey(name, at)
            found = check(lineage_of(key, case))
            assert found.agrees, (key, found)


def test_what_is_shown_is_what_the_trainer_says(tmp_path: Path):
    case = case_of(tmp_path, BalanceConfig(method="loss_free+seq"), 100.0)
    said, layer = case.step.metrics, case.step.layers[1]

    def of(name: str, *at: int) -> float:
        return float(lineage_of(NumberKey(name, at), case).expected)

    assert of("slow_loss") == said.loss
    assert of("slow_ce") + of("slow_balance") == pytest.approx(said.loss)
    assert of("slow_max_vio") == said.max_vio_L[1]
    assert of("slow_rate") == said.lr
    assert of("slow_bias") == pytest.approx(said.bias_LE[1][2])
    assert of("slow_count") == said.load_LE[1][2]
    assert of("slow_load") == pytest.approx(of("slow_count") / of("slow_mean"))
    assert of("slow_score", 0, 0) == pytest.approx(float(layer.scores_TE[0, 2]))
    losses = [of("slow_headline_loss", b) for b in range(len(case.step.headlines))]
    assert np.mean(losses) == pytest.approx(of("slow_ce"), rel=1e-5)
    assert of("slow_clipped_norm") == pytest.approx(said.grad_norm)
    assert sum(of("slow_mine", b) for b in range(len(losses))) == of("slow_count")

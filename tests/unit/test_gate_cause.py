"""Size against effect: rank correlation as others compute it, with an interval over whole headlines."""

import numpy as np
import pandas as pd
import pytest

from moe_demo import load_run
from moe_demo.insight.gate_cause import agreement, pieces_of, rank_correlation
from moe_demo.insight.switches import Seat, Switches
from moe_demo.insight.whatif import whatif


def test_the_rank_correlation_is_spearmans():
    random = np.random.default_rng(0)
    x = random.integers(0, 20, 300).astype(float)  # with ties
    y = x + random.normal(0, 8, 300)
    found = rank_correlation(x, y, np.arange(300) // 10)
    assert found.value == pytest.approx(pd.Series(x).rank().corr(pd.Series(y).rank()))
    assert found.low < found.value < found.high


def test_the_interval_holds_what_drawing_headlines_again_gives():
    random = np.random.default_rng(1)
    block = np.repeat(np.arange(60), 8)
    x = random.normal(size=480) + random.normal(size=60)[block]
    y = 0.6 * x + random.normal(size=480)
    found = rank_correlation(x, y, block)
    drawn = []
    for _ in range(300):
        rows = np.concatenate([np.flatnonzero(block == one) for one in random.integers(0, 60, 60)])
        drawn.append(pd.Series(x[rows]).rank().corr(pd.Series(y[rows]).rank()))
    np.testing.assert_allclose([found.low, found.high], np.quantile(drawn, [0.025, 0.975]), atol=0.03)


def test_where_all_are_the_same_nothing_follows_anything():
    found = rank_correlation(np.ones(6), np.arange(6.0), np.arange(6))
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_a_pieces_effect_is_what_the_answer_loses_without_it():
    run = load_run("deepseek")
    answer = int(run.trace("手机").logits_C.argmax())
    for layer, pieces in enumerate(pieces_of(run, "手机")):
        for piece in pieces:
            found = whatif(run, "手机", Switches(silenced=(Seat(layer, piece.expert),)))
            lost = found.before.logits_C[answer] - found.after.logits_C[answer]
            assert piece.effect == pytest.approx(float(lost), abs=1e-4)


def test_every_layer_is_told_over_all_pieces():
    run = load_run("document")
    texts = ["火箭客场险胜湖人", "新片首日票房破亿", "手机芯片性能提升三成"]
    [found] = agreement(run, texts)
    assert found.n_pieces == sum(len(run.trace(text).tokens) for text in texts)
    assert found.of_norm.low <= found.of_norm.value <= found.of_norm.high

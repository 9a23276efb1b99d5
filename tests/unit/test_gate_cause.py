"""Size against effect: rank correlation as others compute it, with an interval over whole headlines."""

import numpy as np
import pandas as pd
import pytest

from moe_demo import load_run
from moe_demo.insight.gate_cause import (
    OffDiagonal,
    Piece,
    UnheardGate,
    agreement,
    off_diagonal,
    pieces_of,
    rank_correlation,
    unheard_gate,
)
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


def piece(token: int, gate: float, norm: float, effect: float, expert: int = 0) -> Piece:
    return Piece(token=token, expert=expert, gate=gate, norm=norm, effect=effect)


def test_off_the_diagonal_are_the_long_without_effect_and_the_short_with_one():
    on = [piece(t, 0.5, norm=t, effect=t / 10) for t in range(3, 9)]
    long, short = piece(9, 0.9, norm=20, effect=0.001), piece(10, 0.1, norm=0.1, effect=-5)
    found = off_diagonal([*on, long, short])
    assert found.large_for_nothing == (long,)
    assert found.small_and_decisive == (short,)
    assert off_diagonal(on) == OffDiagonal(large_for_nothing=(), small_and_decisive=())


def test_the_clearest_case_is_the_word_whose_largest_gate_does_least():
    plain = [piece(0, 0.6, 1, effect=0.5, expert=1), piece(0, 0.4, 1, effect=0.1, expert=2)]
    some = [piece(1, 0.6, 1, effect=0.2, expert=1), piece(1, 0.4, 1, effect=-0.3, expert=2)]
    clear = [piece(1, 0.7, 1, effect=0.01, expert=3), piece(1, 0.3, 1, effect=-0.8, expert=4)]
    found = unheard_gate([[*plain, *some], [*plain, *clear]])
    assert found == UnheardGate(layer=1, loud=clear[0], most=clear[1])
    assert unheard_gate([plain]) is None
    assert unheard_gate([[piece(0, 0.9, 1, 1)]]) is None

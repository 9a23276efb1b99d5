"""Other experts in the place of those that are switched: each answer is that of the same what-if, asked by itself."""

import numpy as np
import pytest

from moe_demo import load_run
from moe_demo.insight.random_seats import N_DRAWS, RandomSeats, drawn, each_seat, in_turn, random_seats
from moe_demo.insight.switches import Place, Seat, Switches
from moe_demo.insight.whatif import whatif

TEXT = "苹果公司发布了最新的iPhone 15"


@pytest.mark.parametrize(
    "switches",
    [
        Switches(off=(Seat(0, 3),)),
        Switches(silenced=(Seat(1, 5),), top_k=2),
        Switches(alone=(Seat(1, 0),), capacity=2),
    ],
)
def test_one_expert_is_held_against_each_of_the_others_of_its_layer(switches: Switches):
    run = load_run("deepseek")
    asked = in_turn(switches, 16)
    assert switches in asked
    others = [one for one in asked if one != switches]
    assert len(others) == 15
    found = random_seats(run, TEXT, switches)
    expected = [whatif(run, TEXT, one).after.probabilities_C for one in others]
    np.testing.assert_allclose(found.probabilities_NC, expected, atol=1e-5)


@pytest.mark.parametrize("how", ["off", "silenced"])
@pytest.mark.parametrize("name", ["deepseek", "document"])
def test_every_expert_by_itself_has_the_answer_of_its_what_if(name: str, how: str):
    run = load_run(name)
    found = each_seat(run, TEXT, how)
    assert [len(layer) for layer in found] == [run.config.model.n_routed] * run.config.model.n_layers
    for layer, expert in ((0, 2), (run.config.model.n_layers - 1, 1)):
        expected = whatif(run, TEXT, Switches(**{how: (Seat(layer, expert),)})).after
        np.testing.assert_allclose(found[layer][expert], expected.probabilities_C, atol=1e-5)


def test_several_experts_are_held_against_as_many_of_the_same_layers_drawn_at_random():
    run = load_run("deepseek")
    switches = Switches(off=(Seat(0, 3), Seat(0, 4)), silenced=(Seat(1, 5),), top_k=3, shared_off=(1,))
    asked = drawn(switches, 16)
    assert len(asked) == N_DRAWS
    assert len(set(asked)) > N_DRAWS / 2
    for one in asked:
        assert sorted(seat.layer for seat in one.off) == [0, 0]
        assert len(set(one.off)) == 2
        assert [seat.layer for seat in one.silenced] == [1]
        assert (one.top_k, one.shared_off) == (3, (1,))
    found = random_seats(run, TEXT, switches)
    expected = [whatif(run, TEXT, one).after.probabilities_C for one in asked[:6]]
    np.testing.assert_allclose(found.probabilities_NC[:6], expected, atol=1e-5)
    again = random_seats(load_run("deepseek"), TEXT, switches)
    np.testing.assert_array_equal(found.probabilities_NC, again.probabilities_NC)


def test_a_draw_that_cannot_be_asked_is_left_out():
    run = load_run("deepseek")
    expert = int(run.trace(TEXT).layers[0].topk_idx_TK[1, 0])
    other = next(e for e in range(16) if e != expert)
    switches = Switches(off=(Seat(0, other),), forced=(Place(0, 1, expert),))
    assert random_seats(run, TEXT, switches).n < 15


def test_without_single_experts_or_with_hardly_any_others_there_is_no_band():
    assert random_seats(load_run("deepseek"), TEXT, Switches(top_k=2)) is None
    assert random_seats(load_run("document"), TEXT, Switches(off=(Seat(0, 1),))) is None


def test_the_band_holds_the_middle_95_percent_of_the_answers():
    found = RandomSeats(probabilities_NC=np.linspace([0.0, 0.5], [1.0, 0.5], 1001))
    np.testing.assert_allclose([found.low_C, found.high_C], [[0.025, 0.5], [0.975, 0.5]])
    assert found.n_as_far(0, before=0.5, after=0.9) == 202
    assert found.n_as_far(0, before=0.5, after=0.1) == 202
    assert found.n_as_far(1, before=0.5, after=0.6) == 0

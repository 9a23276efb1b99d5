"""Every expert off by itself as a figure: a click on a point says which it is, and those switched are ringed."""

import numpy as np

from moe_demo.figures.ablations import RING, ablation_map, free_sides, marked
from moe_demo.insight.bootstrap import Interval
from moe_demo.insight.switches import Seat
from moe_demo.insight.whatif import Effect
from moe_demo.ui.kit.chart import drawn

WORDS = {"layer": "{n}", "x": "load", "y": "change", "hover": "%{text}"}


def effect(difference: float) -> Effect:
    load_LE = np.array([[3, 1], [2, 2]])
    return Effect(
        n=100,
        accuracy_before=0.9,
        accuracy_after=0.9 + difference,
        loss_before=0.3,
        loss_after=0.3,
        interval=Interval(difference - 0.01, difference + 0.01),
        n_flipped=2,
        load_before_LE=load_LE,
        load_after_LE=load_LE,
        dropped_LE=np.zeros_like(load_LE),
        lost_LX=np.array([[4, 0], [4, 0]]),
    )


def test_a_point_names_its_seat_and_is_ringed_where_it_is_switched():
    effects = {Seat(layer, e): effect(-0.01 * (layer + e)) for layer in range(2) for e in range(2)}
    figure = drawn(ablation_map(effects, WORDS))
    before = [trace["customdata"] for trace in figure["data"]]
    assert before == [[[0, 1], [0, 0]], [[1, 0], [1, 1]]]
    assert all(trace["meta"] == {"picks": True} for trace in figure["data"])
    ringed = marked(figure, {Seat(0, 0)})
    widths = [trace["marker"]["line"]["width"] for trace in ringed["data"]]
    assert widths == [[0, RING], [0, 0]]
    assert "line" not in figure["data"][0]["marker"]  # what is kept for all readers stays as it was


def test_the_names_of_points_that_lie_close_stand_on_different_sides():
    x, y = [1.0, 1.001, 1.002, 1.2], [0.0, 0.0, 0.0, 0.01]
    sides = free_sides(x, y, (-0.01, 0.01))
    assert len(set(sides[:3])) == 3
    assert sides[3] == "middle left"  # nothing is near

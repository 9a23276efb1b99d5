"""What one expert of the class's matrix does, found out by the model when a learner switches it off."""

from __future__ import annotations

from moe_demo.insight.switches import Seat, Switches
from moe_demo.insight.whatif import whatif
from moe_demo.jobs.classrooms import Wall
from moe_demo.runs.catalogue import RunCatalogue
from moe_demo.runs.owners import NOBODY
from moe_demo.ui.kit import views
from moe_demo.ui.kit.effects import effect_of


def value_of(wall: Wall, layer: int, expert: int) -> float:
    """What switching an expert off changes: after less before, a part of 1.

    Of the accuracy on held-out headlines, or of the probability of the class that the sentence had.
    Raises RunError, DataGoneError, EmptyTextError, WhatIfError.
    """
    run, off = views.opened(RunCatalogue().store(wall.run, NOBODY)), Switches(off=(Seat(layer, expert),))
    if wall.measure == "held_out":
        return effect_of(run, off).difference
    return whatif(run, wall.text, off, views.traced(run, wall.text)).difference

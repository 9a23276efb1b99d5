"""What switches do to a run's accuracy on its held-out headlines: measured once for all readers and pages."""

from __future__ import annotations

from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Switches
from moe_demo.insight.whatif import Answers, Effect, Headlines, answers, effect


@kept_with_run()
def headlines_of(run: Run) -> Headlines:
    """The held-out headlines of a run, read once. Raises DataGoneError."""
    return Headlines.held_out(run)


@kept_with_run()
def trained_answers(run: Run) -> Answers:
    """What the trained model says to them. Raises DataGoneError."""
    return answers(run, headlines_of(run))


@kept_with_run(512)
def effect_of(run: Run, switches: Switches) -> Effect:
    """What these switches do to the accuracy. Raises DataGoneError, WhatIfError."""
    return effect(run, headlines_of(run), switches, trained_answers(run))

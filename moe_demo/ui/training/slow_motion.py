"""One training step in slow motion: batch, scores, dispatch, loss, gradient, bias.

slow_motion.draw(view)      a switch; behind it the step that follows the checkpoint of this view, taken apart
"""

from __future__ import annotations

import streamlit as st

from moe_demo.insight.held_out import DataGoneError
from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.run import Run
from moe_demo.insight.slow_step import slow_step
from moe_demo.insight.step_record import SlowStep
from moe_demo.ui.kit import redraw, selection
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.picture import event_of, picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.waiting import waiting
from moe_demo.ui.training.data_slow_step import slow_step_data

KEY, OPEN = "slow", "slow.open"
HEADLINE = "slow.headline"  # the picked one, as long as this visit lasts


def draw(view: View) -> None:
    """A switch, and the picture once it is on: the first one reads the run's headlines, which takes seconds."""
    if st.toggle(t("slow.open", step=view.run.step + 1), key=OPEN):
        _picture(view.run)


@st.fragment
def _picture(run: Run) -> None:
    redraw.if_asked()
    try:
        with waiting(t("slow.reading")):
            step = _taken(run)
    except DataGoneError as error:
        st.info(t("slow.data_gone", source=error.source))
        return
    layer = min(selection.current().layer, len(step.layers) - 1)
    data = slow_step_data(run, step, layer, _headline(step))
    picture("training/slow_step", data=data, key=KEY, on_pick_change=_pick)


def shown(view: View) -> tuple[SlowStep, int] | None:
    """The step on show and its picked headline; None where the switch is off or the headlines are gone."""
    if not st.session_state.get(OPEN):
        return None
    try:
        step = _taken(view.run)
    except DataGoneError:
        return None
    return step, _headline(step)


def _headline(step: SlowStep) -> int:
    return min(st.session_state.get(HEADLINE, 0), len(step.headlines) - 1)


def _pick() -> None:
    """Another layer is chosen on every page; another headline only here."""
    picked = event_of(KEY, "pick")
    if not picked:
        return
    st.session_state[HEADLINE] = int(picked["headline"])
    if picked["layer"] != selection.current().layer:
        selection.update(layer=int(picked["layer"]))
        redraw.ask()  # the rest of the page shows that layer too


@kept_with_run()
def _taken(run: Run) -> SlowStep:
    return slow_step(run)

"""The buttons of a training run, and what they may do for this browser.

    controls.draw(job, plan)      play or pause, one step, one epoch, stop, same seed, new seed

Every button is a callback: it asks `jobs.jobs`, keeps the one sentence where that refuses, and the page is drawn
again. A run that was only recorded has no process; there, play trains a new run with the settings on the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import streamlit as st

from moe_demo.config import RunConfig
from moe_demo.jobs.jobs import Job, Jobs
from moe_demo.runs.commands import ONE_EPOCH, ONE_STEP, PLAY, Command
from moe_demo.runs.events import CHANGEABLE, setting
from moe_demo.ui.kit import caller, selection
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.new_run import Plan, asking, start
from moe_demo.ui.kit.own_run import is_mine

_MAIN_WIDTH = 108  # pixels: its words change, its place does not


def draw(job: Job | None, plan: Plan) -> None:
    """The row of buttons; those that make no sense now are there, but off: nothing jumps."""
    mine, state = is_mine(job), job.state if job else "recorded"
    running, waits = state in ("starting", "running", "queued"), state in ("paused", "stopped", "interrupted")
    if running:
        _button("pause", lambda: _ask(job, "pause"), mine, is_main=True)
    elif waits and mine:
        _button("play", lambda: _play(job, plan), on=True, is_main=True)
    else:
        _button("train", lambda: start(plan), on=plan.fits, is_main=True)
    _button("step", lambda: _play(job, plan, ONE_STEP), on=waits and mine)
    _button("epoch", lambda: _play(job, plan, ONE_EPOCH), on=waits and mine)
    _button("stop", lambda: _ask(job, "stop"), on=mine and (running or state == "paused"))
    _button("same_seed", lambda: _again(job, plan), on=mine and plan.fits)
    other = replace(plan, config=replace(plan.config, seed=plan.config.seed + 1))
    _button("new_seed", lambda: _again(job, other), on=plan.fits)


def _ask(job: Job | None, act: Literal["pause", "stop"]) -> None:
    if job is not None:
        getattr(Jobs(), act)(job.name, caller.current())


def _play(job: Job | None, plan: Plan, until: Command = PLAY) -> None:
    """Go on, under the settings that stand on the page now."""
    if job is not None:
        in_force = settings_in_force(job)
        wanted = {name: setting(plan.config, name) for name in CHANGEABLE}
        changes = {name: value for name, value in wanted.items() if value != setting(in_force, name)}
        Jobs().play(job.name, caller.current(), until, changes)
        selection.update(step=None)  # line, routes and numbers follow what is trained now


def settings_in_force(job: Job) -> RunConfig:
    """Those of the next step."""
    return Jobs().store(job.name).config(job.step + 1)


def _again(job: Job | None, plan: Plan) -> None:
    """Begin anew, from its first weights or from others, and stop the run on show, where it is this browser's.

    In this order: by the time that its picture tells that a run has stopped, the address names the new one.
    """
    stopped = job if job and is_mine(job) and job.active else None
    start(plan, instead_of=stopped.name if stopped else None)
    _ask(stopped, "stop")


def _button(name: str, act: Callable[[], object], on: bool, is_main: bool = False) -> None:
    """One button. Train, pause and go on are one and the same, with other words.

    Were they three, the one that was pressed would stay in the page until the focus leaves it, and the row would
    move under the next click.
    """
    st.button(
        t(f"training.buttons.{name}"),
        key="training.main" if is_main else f"training.{name}",
        help=t(f"training.hints.{name}"),
        type="primary" if is_main else "secondary",
        disabled=not on,
        on_click=asking(act),
        width=_MAIN_WIDTH if is_main else "content",
    )

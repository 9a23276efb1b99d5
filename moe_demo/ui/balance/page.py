"""The picture of the balance page: five runs that differ in nothing but how their load is kept even.

    balance_page.draw()      the comparison: first losses and accuracies without names, then the loads

The reader's guess and whether the loads are shown stand in the address. What is shown comes from the recording, or
from the reader's own live runs (`live`).
"""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from moe_demo.insight.comparison import ComparedRun, shuffled
from moe_demo.releases.recording import RECORDING, Recording, read_recording
from moe_demo.ui.balance import live
from moe_demo.ui.balance.data import SHOWN_SEED, picture_data
from moe_demo.ui.balance.settings import BalanceSettings
from moe_demo.ui.kit import redraw, selection
from moe_demo.ui.kit.picture import event_of, picture

KEY = "balance.picture"
POLL_SECONDS = 1.0


@lru_cache(maxsize=1)
def recording() -> Recording:
    """The recording that ships with the app. Raises RunError where it cannot be read."""
    return read_recording(RECORDING)


def draw() -> None:
    """The picture, and below it the button that trains it all again. Both renew themselves while something trains."""
    shown = live.shown_set(live.sets(recording().base))
    st.fragment(_picture, run_every=POLL_SECONDS if shown and shown.active else None)()


def shown_runs() -> list[ComparedRun]:
    """The five runs on show, in the order of their letters."""
    return _runs(live.shown_set(live.sets(recording().base)))


def _runs(live_set: live.LiveSet | None) -> list[ComparedRun]:
    return shuffled(live_set.runs if live_set else recording().of_seed(SHOWN_SEED))


def _picture() -> None:
    redraw.if_asked()
    found = live.sets(recording().base)
    live_set = live.shown_set(found)
    runs = _runs(live_set)
    data = picture_data(runs, selection.current(BalanceSettings).of(BalanceSettings), live_set)
    picture("balance/picture", data=data, key=KEY, on_act_change=_act)
    live.controls(recording().base, found)
    # from now on the page asks by itself, or no longer does
    redraw.when_changed("balance.active", live_set is not None and live_set.active)


def _act() -> None:
    """A guess, or that the loads be shown or hidden, from the picture to the address."""
    asked = event_of(KEY, "act") or {}
    if "guess" in asked:
        selection.update(BalanceSettings, guess=asked["guess"])
    if "reveal" in asked:
        selection.update(
            BalanceSettings, **({"reveal": True} if asked["reveal"] else {"reveal": False, "guess": None})
        )
        redraw.ask()  # what is below the picture tells of loads too

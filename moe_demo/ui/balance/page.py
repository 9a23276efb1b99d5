"""The balance page's hero: five runs that differ in nothing but how their load is kept even.

    balance_page.draw()      the collapse theatre: first losses and accuracies without names, then the loads

The reader's guess and whether the curtains are open stand in the address. What is shown comes from the recording, or
from the reader's own live runs (`balance_live`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from moe_demo.figures.theme import DIVERGING, HUES, NEUTRAL
from moe_demo.insight.comparison import (
    DEAD_BELOW,
    WELL_ABOVE,
    ComparedRun,
    Recording,
    dead_experts,
    read_recording,
    relative_loads,
    shuffled,
    sickest,
)
from moe_demo.releases.recording import RECORDING, SEEDS
from moe_demo.ui.balance import live as balance_live
from moe_demo.ui.balance.settings import BalanceSettings
from moe_demo.ui.kit import redraw, selection
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.kit.words import key_help, letter, method_word

KEY = "theatre"
LOOKS = (HUES[1], HUES[5], HUES[4], HUES[0], NEUTRAL)
"""Of the anonymous lines, told apart by letter and dash too; each is 3:1 or more on both grounds."""
POLL_SECONDS = 1.0
SHOWN_SEED = SEEDS[0]
HIDDEN = 0.01
"""Up to so much less accuracy than the best, nobody would call a run sick from its marks."""


@lru_cache(maxsize=1)
def recording() -> Recording:
    """The recording that ships with the app. Raises RunError where it cannot be read."""
    return read_recording(RECORDING)


def draw() -> None:
    """The theatre, and below it the button that trains it all again. Both renew themselves while something trains."""
    shown = balance_live.shown_set(balance_live.sets(recording().base))
    st.fragment(_theatre, run_every=POLL_SECONDS if shown and shown.active else None)()


def _theatre() -> None:
    found = balance_live.sets(recording().base)
    live = balance_live.shown_set(found)
    runs = shuffled(live.runs if live else recording().of_seed(SHOWN_SEED))
    data = data_of(runs, selection.current(BalanceSettings).of(BalanceSettings), live)
    picture("balance/picture", data=data, key=KEY, on_act_change=_act)
    balance_live.controls(recording().base, found)
    # from now on the page asks by itself, or no longer does
    redraw.when_changed("balance.active", live is not None and live.active)


def _act() -> None:
    """A guess or a wish to open or close the curtains, from the component to the address."""
    asked = st.session_state[KEY].act or {}
    if "guess" in asked:
        selection.update(BalanceSettings, guess=asked["guess"])
    if "reveal" in asked:
        selection.update(
            BalanceSettings, **({"reveal": True} if asked["reveal"] else {"reveal": False, "guess": None})
        )


def data_of(
    runs: list[ComparedRun], asked: BalanceSettings, live: balance_live.LiveSet | None = None
) -> dict[str, Any]:
    """What the theatre draws. Loads and methods are in it only once the curtains are open."""
    guess, revealed = asked.guess, asked.reveal
    model, begun = runs[0].config.model, all(run.evaluations for run in runs)
    sick = sickest(runs) if begun and runs[sickest(runs)].ratio >= WELL_ABOVE else None
    return {
        "runs": [
            _run(run, place, sick=revealed and place == sick, live=live)
            | (_opened(run) if revealed and run.evaluations else {})
            for place, run in enumerate(runs)
        ],
        "n_layers": model.n_layers,
        "n_experts": model.n_routed,
        "looks": LOOKS[: len(runs)],
        "ramp": DIVERGING,
        "top": max(2, min(4, model.n_routed // model.top_k)),
        "dead_below": DEAD_BELOW,
        "guess": guess,
        "revealed": revealed,
        "ask": _ask(runs, guess, sick, revealed=revealed, begun=begun),
        "label": t("balance.theatre_label", n=len(runs)),
        "badge": _badge(runs, live),
        "words": labels("balance.theatre")
        | {"method": t("balance.table.method"), "floor": t("balance.table.floor")},
        "keys": key_help("balance.keys"),
        "lang": language(),
    }


def _run(run: ComparedRun, place: int, *, sick: bool, live: balance_live.LiveSet | None) -> dict[str, Any]:
    """What one may know of a run before the curtains open."""
    says = (
        t("balance.says", run=letter(place), loss=run.final.loss, accuracy=run.final.accuracy)
        if run.evaluations
        else t("balance.says_waiting", run=letter(place))
    )
    return {
        "letter": letter(place),
        "steps": [evaluation.step for evaluation in run.evaluations],
        "loss": [round(evaluation.loss, 5) for evaluation in run.evaluations],
        "accuracy": [round(evaluation.accuracy, 5) for evaluation in run.evaluations],
        "state": live.word_of(run) if live else "",
        "sick": sick,
        "says": says,
    }


def _opened(run: ComparedRun) -> dict[str, Any]:
    """What stands behind the curtain."""
    loads = [relative_loads(evaluation).round(3) for evaluation in run.evaluations]
    n_dead = sum(len(dead) for dead in dead_experts(run.final))
    return {
        "name": method_word(run.method),
        "load": np.stack(loads, axis=1).tolist(),
        "course": [[round(vio, 4) for vio in evaluation.max_vio_L] for evaluation in run.evaluations],
        "max_vio": run.final.max_vio_L,
        "floor": run.floor,
        "foot": [
            t("balance.foot.floor", ratio=run.ratio),
            t("balance.foot.dead", n=n_dead) if n_dead else t("balance.foot.alive"),
        ],
    }


def _ask(runs: list[ComparedRun], guess: int | None, sick: int | None, *, revealed: bool, begun: bool) -> str:
    """The line above the picture: a question, then what the data answer."""
    if not begun:
        return t("balance.ask.waiting")
    if not revealed:
        return t("balance.ask.open") if guess is None else t("balance.ask.guessed", run=letter(guess))
    if sick is None:
        worst = runs[sickest(runs)]
        return t("balance.ask.nobody", name=method_word(worst.method), vio=worst.max_vio, ratio=worst.ratio)
    run = runs[sick]
    gap = max(other.accuracy for other in runs) - run.accuracy
    verdict = t(
        "balance.ask.sick" if gap < HIDDEN else "balance.ask.seen",
        run=letter(sick),
        name=method_word(run.method),
        busy=run.max_vio + 1,
        ratio=run.ratio,
        loss_gap=run.final.loss - min(other.final.loss for other in runs),
        gap=100 * gap,
    )
    if guess is None:
        return verdict
    if guess == sick:
        return t("balance.ask.right") + verdict
    return t("balance.ask.wrong", run=letter(guess), name=method_word(runs[guess].method)) + verdict


def _badge(runs: list[ComparedRun], live: balance_live.LiveSet | None) -> str:
    return t(
        "balance.badge_live" if live else "balance.badge",
        seed=runs[0].seed,
        step=max((run.final.step for run in runs if run.evaluations), default=0),
    )

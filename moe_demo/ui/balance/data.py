"""What the balance page's picture is given: five runs' losses, and their loads once they are shown."""

from __future__ import annotations

from typing import NotRequired, TypedDict

import numpy as np

from moe_demo.config import ModelConfig
from moe_demo.figures.theme import DIVERGING, NEUTRAL, RUN_HUES
from moe_demo.insight.comparison import (
    WELL_ABOVE,
    ComparedRun,
    dead_experts,
    most_uneven,
    relative_loads,
)
from moe_demo.insight.load import DEAD_BELOW, load_scale_end
from moe_demo.releases.recording_settings import SEEDS
from moe_demo.ui.balance.live import LiveSet
from moe_demo.ui.balance.settings import BalanceSettings
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.words import key_help, layer_name, letter, method_word, sentences

LOOKS = (*RUN_HUES, NEUTRAL)
"""Of the anonymous lines, told apart by letter and dash too; each is 3:1 or more on both grounds."""
SHOWN_SEED = SEEDS[0]
HIDDEN = 0.01
"""Up to so much less accuracy than the best, nobody would tell from its marks that a run is uneven."""


class ComparedCourse(TypedDict):
    """One run's evaluations (n); method and loads are there only once they are shown."""

    letter: str
    steps: list[int]
    loss: list[float]
    accuracy: list[float]
    state: str
    """What a live run is doing; empty once it is done."""
    most_uneven: bool
    says: str
    name: NotRequired[str]
    load: NotRequired[list[list[list[float]]]]
    """L x n x E, by fair share."""
    worst_vio: NotRequired[list[float]]
    """MaxVio of the worst layer, n."""
    max_vio: NotRequired[list[float]]
    """At the end, L."""
    floor: NotRequired[float]
    """MaxVio of blind choice for as many tokens."""
    foot: NotRequired[list[str]]


class BalancePictureData(TypedDict):
    """Runs that differ in nothing but how their load is kept even."""

    runs: list[ComparedCourse]
    n_layers: int
    n_experts: int
    looks: tuple[str, ...]
    """Colour of each run's line."""
    ramp: tuple[str, ...]
    """Of load by fair share, from 0 to `top`."""
    top: int
    dead_below: float
    guess: int | None
    revealed: bool
    ask: str
    label: str
    says: str
    """The whole picture in a sentence, for those who do not see it."""
    badge: str
    words: dict[str, str]
    keys: dict[str, str]
    lang: str


def model_line(model: ModelConfig) -> str:
    """Which model this page shows, and what it has to do with the sentence of the other pages."""
    return t("balance.model", layers=model.n_layers, routed=model.n_routed, k=model.top_k)


def picture_data(
    runs: list[ComparedRun], asked: BalanceSettings, live: LiveSet | None = None
) -> BalancePictureData:
    """What the picture draws. Loads and methods are in it only once they are shown."""
    guess, revealed = asked.guess, asked.reveal
    model, begun = runs[0].config.model, all(run.evaluations for run in runs)
    uneven = most_uneven(runs) if begun and runs[most_uneven(runs)].ratio >= WELL_ABOVE else None
    return {
        "runs": [
            _course(run, place, is_most_uneven=place == uneven, revealed=revealed, live=live)
            for place, run in enumerate(runs)
        ],
        "n_layers": model.n_layers,
        "n_experts": model.n_routed,
        "looks": LOOKS[: len(runs)],
        "ramp": DIVERGING,
        "top": load_scale_end(model.n_routed, model.top_k),
        "dead_below": DEAD_BELOW,
        "guess": guess,
        "revealed": revealed,
        "ask": (ask := _ask(runs, guess, uneven, revealed=revealed, begun=begun)),
        "label": (label := t("balance.picture_label", n=len(runs))),
        "says": sentences(label, ask),
        "badge": _badge(runs, live),
        "words": labels("balance.picture")
        | {"method": t("balance.table.method"), "floor": t("balance.table.floor")},
        "keys": key_help("balance.keys"),
        "lang": language(),
    }


def _course(
    run: ComparedRun, place: int, *, is_most_uneven: bool, revealed: bool, live: LiveSet | None
) -> ComparedCourse:
    """What one may know of a run before its load is shown, and all of it from then on."""
    says = (
        t("balance.says", run=letter(place), loss=run.final.loss, accuracy=run.final.accuracy)
        if run.evaluations
        else t("balance.says_waiting", run=letter(place))
    )
    course: ComparedCourse = {
        "letter": letter(place),
        "steps": [evaluation.step for evaluation in run.evaluations],
        "loss": [round(evaluation.loss, 5) for evaluation in run.evaluations],
        "accuracy": [round(evaluation.accuracy, 5) for evaluation in run.evaluations],
        "state": live.word_of(run) if live else "",
        "most_uneven": revealed and is_most_uneven,
        "says": says,
    }
    return _revealed(run, course) if revealed and run.evaluations else course


def _revealed(run: ComparedRun, course: ComparedCourse) -> ComparedCourse:
    """With its method and load."""
    loads = [relative_loads(evaluation).round(3) for evaluation in run.evaluations]
    n_dead = sum(len(dead) for dead in dead_experts(run.final))
    return {
        **course,
        "name": method_word(run.method),
        "load": np.stack(loads, axis=1).tolist(),
        "worst_vio": [round(max(evaluation.max_vio_L), 4) for evaluation in run.evaluations],
        "max_vio": run.final.max_vio_L,
        "floor": run.floor,
        "foot": [
            t("balance.foot.floor", ratio=run.ratio),
            t("balance.foot.least", least=run.least_load)
            if not n_dead
            else t("balance.foot.dead", n=n_dead, least=run.least_load),
            t("balance.foot.time", time=run.step_time),
        ],
    }


def _ask(
    runs: list[ComparedRun], guess: int | None, uneven: int | None, *, revealed: bool, begun: bool
) -> str:
    """The line above the picture: a question, then what the data answer."""
    if not begun:
        return t("balance.ask.waiting")
    if not revealed:
        return t("balance.ask.open") if guess is None else t("balance.ask.guessed", run=letter(guess))
    if uneven is None:
        worst = runs[most_uneven(runs)]
        return t(
            "balance.ask.nobody",
            name=method_word(worst.method),
            layer=layer_name(worst.worst_layer),
            seed=worst.seed,
            vio=worst.max_vio,
            ratio=worst.ratio,
        )
    run = runs[uneven]
    gap = max(other.accuracy for other in runs) - run.accuracy
    verdict = t(
        "balance.ask.unseen" if gap < HIDDEN else "balance.ask.seen",
        run=letter(uneven),
        name=method_word(run.method),
        busy=run.busiest_load,
        layer=layer_name(run.worst_layer),
        seed=run.seed,
        ratio=run.ratio,
        loss_gap=run.final.loss - min(other.final.loss for other in runs),
        gap=100 * gap,
    )
    if guess is None:
        return verdict
    if guess == uneven:
        return t("balance.ask.right") + verdict
    return t("balance.ask.wrong", run=letter(guess), name=method_word(runs[guess].method)) + verdict


def _badge(runs: list[ComparedRun], live: LiveSet | None) -> str:
    return t(
        "balance.badge_live" if live else "balance.badge",
        seed=runs[0].seed,
        step=max((run.final.step for run in runs if run.evaluations), default=0),
    )

"""What the training page's picture is given: where a run's record is fetched."""

from __future__ import annotations

from typing import TypedDict

from moe_demo.config import RunConfig
from moe_demo.figures.theme import DIVERGING, RUN_LINES
from moe_demo.insight.load import DEAD_BELOW
from moe_demo.jobs.jobs import Jobs
from moe_demo.ui.kit import views
from moe_demo.ui.kit.glossary import meanings
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import ExpertLook, expert_looks
from moe_demo.ui.kit.measured import batch_accuracy_is, batch_loss_is
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import key_help
from moe_demo.ui.server import live, visitor

POLL_MS, _IDLE_MS = 400, 5000


class WatchedRun(TypedDict):
    """A run, and where the browser asks for its record."""

    id: str
    name: str
    address: str
    live: bool
    """Whether something may still be written."""
    seed: int | None


class Ramps(TypedDict):
    """Colours of load and bias, around the fair share and around zero."""

    diverging: tuple[str, ...]


class RunLines(TypedDict):
    """Colours of lines that stand for a whole run."""

    train: str
    held_out: str
    floor: str
    a: str
    b: str


class TrainingPictureData(TypedDict):
    """One run's training, or two beside each other: what is drawn first; the record itself is fetched."""

    runs: list[WatchedRun]
    visit: str
    """What the browser says of itself where it takes no cookies."""
    sentence: str
    layer: int
    step: int | None
    newest: int | None
    """The last checkpoint when this was drawn."""
    token: int | None
    state: str
    experts: list[ExpertLook]
    ramps: Ramps
    lines: RunLines
    dead_below: float
    """Of the fair share."""
    poll_ms: int
    idle_ms: int
    words: dict[str, str]
    hints: dict[str, str]
    """What the terms above a band mean."""
    keys: dict[str, str]
    lang: str


def picture_data(view: View, state: str, newest_drawn: int | None = None) -> TrainingPictureData:
    """What the component draws first, and where it asks for the rest.

    `newest_drawn` is the newest checkpoint that the strip above shows. Where the newest one is followed, the picture is
    told that one: of a later one that it meets in the record it tells Python, and the strip is drawn again.
    """
    chosen = view.selection
    names = [chosen.run] + ([chosen.twin] if chosen.twin and views.is_there(chosen.twin) else [])
    return {
        "runs": [_run(name) for name in names],
        "visit": visitor.visit_id(),
        "sentence": view.trace.text,
        "layer": chosen.layer,
        "step": chosen.step,
        "newest": _newest(names[0], newest_drawn if chosen.step is None else None),
        "token": chosen.token,
        "state": state,
        "experts": expert_looks(view.run.config.model),
        "ramps": {"diverging": DIVERGING},
        "lines": {
            "train": RUN_LINES["train"],
            "held_out": RUN_LINES["held_out"],
            "floor": RUN_LINES["floor"],
            "a": RUN_LINES["a"],
            "b": RUN_LINES["b"],
        },
        "dead_below": DEAD_BELOW,
        "poll_ms": POLL_MS,
        "idle_ms": _IDLE_MS,
        "words": labels("training_picture") | _measured(view.run.config),
        "hints": _hints(),
        "keys": key_help("training_picture.key"),
        "lang": language(),
    }


def _newest(name: str, drawn: int | None) -> int | None:
    if views.is_coming(name):
        return None
    return max(views.store_of(name).checkpoint_steps(), default=None) if drawn is None else drawn


def _measured(config: RunConfig) -> dict[str, str]:
    """What the two lines of a curve are measured on, said where they stand."""
    return {
        "loss_hint": t("training_picture.loss_hint", measured=batch_loss_is(config)),
        "accuracy_hint": t("training_picture.accuracy_hint", measured=batch_accuracy_is(config)),
    }


def _hints() -> dict[str, str]:
    """The terms that stand above each band."""
    return {
        "loss": meanings("loss", "held_out", "batch", "masking", "smoothing"),
        "accuracy": meanings("accuracy", "held_out", "batch", "masking"),
        "load": meanings("load", "fair", "idle", "batch", "layer"),
        "bias": meanings("bias", "layer"),
        "max_vio": meanings("max_vio", "random", "held_out", "batch"),
        "routes": meanings("checkpoint", "expert"),
    }


def _run(name: str) -> WatchedRun:
    seed = None if views.is_coming(name) else views.store_of(name).config().seed
    return {
        "id": name,
        "name": name,
        "address": live.address(name),
        "live": Jobs().has(name),
        "seed": seed,
    }

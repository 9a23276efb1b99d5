"""What browsers of a class are told: the page to look at, what their own training does, what has come in."""

from __future__ import annotations

from typing import Literal, TypedDict

from moe_demo.insight.seed_spread import SeedSpread, spread
from moe_demo.jobs.class_log import Counts, Finished
from moe_demo.jobs.classrooms import Classroom, Wall
from moe_demo.presets import preset_or_default
from moe_demo.ui.frame.lesson import LETTERS
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.words import expert_name, layer_name
from moe_demo.ui.server.class_trainings import Training, seconds_until

Tone = Literal["less", "same", "more"]


class WallCell(TypedDict):
    """What came of switching one expert off."""

    text: str
    """Empty as long as nothing has come in."""
    label: str
    """Layer and expert with the result, in words."""
    tone: Tone | None


class WallPayload(TypedDict):
    """The experts that were handed out, L rows of E cells."""

    title: str
    rows: list[list[WallCell]]
    experts: list[str]
    layers: list[str]
    filled: str
    """How many of how many have come in, in words."""


class SeedsPayload(TypedDict):
    """What has come of a training from each seed."""

    title: str
    cells: list[WallCell]
    """A seed each, in order; the text is "…" while one trains or waits."""
    filled: str
    """How many of how many have come in, in words."""
    spread: str
    """Mean and spread, in words; empty before the first."""


class TrainingNews(TypedDict):
    """What the training from a browser's own seed does."""

    says: str
    again: bool
    """Whether nothing comes of it, so that it may be started again."""
    result: str
    """Empty before it has come in."""
    tone: Tone | None


class LeadPayload(TypedDict):
    """What only the presenter's browser gets."""

    window: str
    """The window that leads."""
    joined: int
    votes: dict[str, list[int]]
    """Question -> how many browsers chose each of the answers A to D."""
    wall: WallPayload | None
    seeds: SeedsPayload | None


class ClassRefusal(TypedDict):
    """Why a class does not do what is asked."""

    message: str
    """In the reader's language."""
    code: str


class ClassPayload(TypedDict):
    """The state of a class."""

    version: str
    moved: int
    """Grows with every change of the class itself; `version` changes with a training too."""
    path: str
    """Of the page, below the app's own address."""
    params: dict[str, str]
    released: bool
    wall: int
    """Number of the handing out; 0 where nothing is handed out."""
    training: TrainingNews | None
    lead: LeadPayload | None


def class_payload(
    room: Classroom, version: str, counts: Counts | None, training: TrainingNews | None = None
) -> ClassPayload:
    """The state of a class in the reader's language; `counts` for the presenter, `training` for who has a seed."""
    return {
        "version": version,
        "moved": room.version,
        "path": room.url_path,
        "params": room.params,
        "released": room.released,
        "wall": room.wall.number if room.wall else 0,
        "training": training,
        "lead": None if counts is None else _lead(room, counts),
    }


def _lead(room: Classroom, counts: Counts) -> LeadPayload:
    return {
        "window": room.window,
        "joined": len(counts.seats),
        "votes": {ask: counts.of_answers(ask, len(LETTERS)) for ask in list(counts.votes)},
        "wall": wall_payload(room.wall, counts) if room.wall and room.wall.measure != "seeds" else None,
        "seeds": seeds_payload(room.wall, counts) if room.wall and room.wall.measure == "seeds" else None,
    }


def wall_payload(wall: Wall, counts: Counts) -> WallPayload:
    """The matrix of an expert each: what has come in, the rest empty."""
    results = dict(counts.results.get(wall.number, {}))
    experts, layers = range(wall.n_experts), range(wall.n_layers)
    return {
        "title": t(f"class.wall_title.{wall.measure}", text=wall.text, run=wall.run),
        "rows": [
            [_cell(layer, expert, results.get((layer, expert))) for expert in experts] for layer in layers
        ],
        "experts": [expert_name(expert) for expert in experts],
        "layers": [layer_name(layer) for layer in layers],
        "filled": t("class.filled", n=len(results), all=wall.n_layers * wall.n_experts),
    }


def _cell(layer: int, expert: int, value: float | None) -> WallCell:
    text = "" if value is None else t("class.points", value=value)
    return {
        "text": text,
        "label": t("class.cell", layer=layer_name(layer), expert=expert_name(expert), value=text)
        if text
        else t("class.cell_empty", layer=layer_name(layer), expert=expert_name(expert)),
        "tone": None if value is None else tone_of(value),
    }


def seeds_payload(wall: Wall, counts: Counts) -> SeedsPayload:
    """One row: the seed of each seat, and what mean and spread chance alone leaves."""
    finished = dict(counts.finished.get(wall.number, {}))
    begun, seeds = set(counts.begun.get(wall.number, {})), [wall.seed_of(n) for n in range(len(counts.seats))]
    found = spread({seed: one.accuracy for seed, one in finished.items()})
    return {
        "title": _seeds_title(wall),
        "cells": [_seed_cell(seed, finished.get(seed), found, is_begun=seed in begun) for seed in seeds],
        "filled": t("class.seeds_filled", n=len(finished), all=len(seeds)),
        "spread": _spread(found),
    }


def _seeds_title(wall: Wall) -> str:
    whole = preset_or_default(wall.preset).epochs
    return t("class.seeds_title", preset=wall.preset, epochs=wall.epochs, whole=whole)


def _seed_cell(seed: int, one: Finished | None, found: SeedSpread | None, *, is_begun: bool) -> WallCell:
    if one is None or found is None:
        text, label = ("…", "seed_begun") if is_begun else ("", "seed_empty")
        return {"text": text, "label": t(f"class.{label}", seed=seed), "tone": None}
    text = t("class.accuracy", value=one.accuracy)
    label = t("class.seed_cell", seed=seed, value=text)
    return {"text": text, "label": label, "tone": tone_of(found.from_mean[seed])}


def _spread(found: SeedSpread | None) -> str:
    if found is None:
        return ""
    if found.sd is None:
        return t("class.seed_alone", mean=found.mean)
    points = {"mean": found.mean, "sd": 100 * found.sd, "low": found.low, "high": found.high}
    return t("class.seed_spread", n=found.n, **points)


def training_news(training: Training | None, wall: Wall, seed: int, counts: Counts) -> TrainingNews | None:
    """What a browser is told of the training from its seed; None where it has not begun."""
    finished = counts.finished.get(wall.number, {})
    found = spread({one: done.accuracy for one, done in dict(finished).items()})
    if seed in finished and found is not None:
        value = t("class.accuracy", value=finished[seed].accuracy)
        tone = tone_of(found.from_mean[seed])
        return {"says": "", "again": False, "result": t("class.result.seeds", value=value), "tone": tone}
    if training is None:
        return None
    says = t(
        f"class.training.{training.state}",
        run=training.run,
        place=training.place,
        seconds=seconds_until(training.place, wall, counts),
        step=training.step,
        steps=training.n_steps,
    )
    return {"says": says, "again": not training.is_under_way, "result": "", "tone": None}


def tone_of(value: float) -> Tone:
    """Whether less or more came of it."""
    return "less" if value < 0 else "more" if value > 0 else "same"

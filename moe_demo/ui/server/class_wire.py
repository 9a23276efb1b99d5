"""What browsers of a class are told: the page to look at, and on the presenter's screen what has come in."""

from __future__ import annotations

from typing import Literal, TypedDict

from moe_demo.jobs.class_log import Counts
from moe_demo.jobs.classrooms import Classroom, Wall
from moe_demo.ui.frame.lesson import LETTERS
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.words import expert_name, layer_name

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


class LeadPayload(TypedDict):
    """What only the presenter's browser gets."""

    window: str
    """The window that leads."""
    joined: int
    votes: dict[str, list[int]]
    """Question -> how many browsers chose each of the answers A to D."""
    wall: WallPayload | None


class ClassRefusal(TypedDict):
    """Why a class does not do what is asked."""

    message: str
    """In the reader's language."""
    code: str


class ClassPayload(TypedDict):
    """The state of a class."""

    version: str
    path: str
    """Of the page, below the app's own address."""
    params: dict[str, str]
    released: bool
    wall: int
    """Number of the handing out of experts; 0 where none are handed out."""
    lead: LeadPayload | None


def class_payload(room: Classroom, version: str, counts: Counts | None) -> ClassPayload:
    """The state of a class in the reader's language; `counts` for the presenter."""
    return {
        "version": version,
        "path": room.url_path,
        "params": room.params,
        "released": room.released,
        "wall": room.wall.number if room.wall else 0,
        "lead": None if counts is None else _lead(room, counts),
    }


def _lead(room: Classroom, counts: Counts) -> LeadPayload:
    return {
        "window": room.window,
        "joined": len(counts.seats),
        "votes": {ask: counts.of_answers(ask, len(LETTERS)) for ask in list(counts.votes)},
        "wall": wall_payload(room.wall, counts) if room.wall else None,
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


def tone_of(value: float) -> Tone:
    """Whether less or more came of it."""
    return "less" if value < 0 else "more" if value > 0 else "same"

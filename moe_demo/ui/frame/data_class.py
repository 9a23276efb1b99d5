"""What the bar of a class is given: its presenter the link, QR code and question; others the expert that is theirs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypedDict
from urllib.parse import urlencode, urlsplit

import segno

from moe_demo.jobs.classrooms import Classroom, Wall
from moe_demo.presets import preset_or_default
from moe_demo.ui.frame.lesson import LETTERS, Question
from moe_demo.ui.kit.i18n import DEFAULT_LANGUAGE, labels, language, t
from moe_demo.ui.kit.selection import KEYS
from moe_demo.ui.kit.words import expert_name, layer_name
from moe_demo.ui.server import class_routes
from moe_demo.ui.server.class_wire import Tone, tone_of

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class ClassInvitation(TypedDict):
    """How others come into the class."""

    link: str
    qr: list[str]
    """Rows of the QR code, a character a module: 1 is dark. Without its quiet zone."""
    alt: str
    warning: str
    """Why the link does not lead here from other machines; empty where it may."""


class ClassMine(TypedDict):
    """The expert or the seed that was handed to this browser."""

    says: str
    act: str
    result: str
    """Empty before it has been found out; what comes of a seed the server tells by itself."""
    tone: Tone | None


class ClassPlace(TypedDict):
    """An address of the app."""

    path: str
    """Of the page, below the app's own address."""
    params: dict[str, str]


class FrameClassBarData(TypedDict):
    """The bar of a class."""

    code: str
    leads: bool
    """Whether this browser presents the class."""
    shows: ClassPlace
    """What this run of the script was asked for."""
    address: str
    """Of the class, below the app's own (ui.server.class_routes)."""
    visit: str
    """The id of the visit where the browser takes no cookies, else empty."""
    title: str
    invitation: ClassInvitation | None
    ask: str
    """Name of the question whose answers are counted; empty where none is on show."""
    answers: list[str]
    wall: int
    """Number of the handing out that `mine` is of; 0 where nothing is handed out."""
    mine: ClassMine | None
    words: dict[str, str]
    lang: str


@dataclass(frozen=True, kw_only=True)
class Mine:
    """The expert of a seat, and what came of switching it off."""

    layer: int
    expert: int
    value: float | None


@dataclass(frozen=True, kw_only=True)
class MySeed:
    """The seed of a seat."""

    seed: int
    most: int
    """Trainings that the server has at once."""
    seconds: int
    """That one takes about."""


def class_bar_data(
    room: Classroom,
    *,
    leads: bool,
    shows: ClassPlace,
    visit: str,
    base_url: str = "",
    asked: tuple[str, Question] | None = None,
    mine: Mine | MySeed | None = None,
) -> FrameClassBarData:
    """The bar for the presenter, or for one who follows."""
    return {
        "code": room.code,
        "leads": leads,
        "shows": shows,
        "address": class_routes.address(room.code),
        "visit": visit,
        "title": t("class.title", code=room.code),
        "invitation": _invitation(room.code, base_url) if leads else None,
        "ask": asked[0] if asked and leads else "",
        "answers": list(LETTERS[: len(asked[1].answers)]) if asked and leads else [],
        "wall": room.wall.number if room.wall else 0,
        "mine": _mine(room, mine) if mine else None,
        "words": labels("class.words"),
        "lang": language(),
    }


def _invitation(code: str, base_url: str) -> ClassInvitation:
    params = {KEYS["class_code"]: code}
    if language() != DEFAULT_LANGUAGE:
        params[KEYS["lang"]] = language()
    link = f"{base_url.rstrip('/')}/?{urlencode(params)}"
    return {
        "link": link,
        "qr": list(qr_rows(link)),
        "alt": t("class.qr_alt", link=link),
        "warning": t("class.this_machine") if urlsplit(link).hostname in _THIS_MACHINE else "",
    }


@lru_cache(maxsize=64)
def qr_rows(link: str) -> tuple[str, ...]:
    """The QR code of a link, row by row, 1 where a module is dark; kept, since every run of the script shows it."""
    matrix = segno.make(link, error="m", micro=False).matrix
    return tuple("".join("1" if module else "0" for module in row) for row in matrix)


def _mine(room: Classroom, mine: Mine | MySeed) -> ClassMine:
    assert room.wall is not None
    if isinstance(mine, MySeed):
        return _my_seed(room.wall, mine)
    place = {"layer": layer_name(mine.layer), "expert": expert_name(mine.expert)}
    return {
        "says": t(f"class.mine.{room.wall.measure}", **place),
        "act": t("class.act"),
        "result": ""
        if mine.value is None
        else t(f"class.result.{room.wall.measure}", value=t("class.points", value=mine.value)),
        "tone": None if mine.value is None else tone_of(mine.value),
    }


def _my_seed(wall: Wall, mine: MySeed) -> ClassMine:
    whole = preset_or_default(wall.preset).epochs
    named = {"preset": wall.preset, "epochs": wall.epochs, "whole": whole}
    return {
        "says": t("class.mine.seeds", seed=mine.seed, most=mine.most, seconds=mine.seconds, **named),
        "act": t("class.act_seed", seed=mine.seed),
        "result": "",
        "tone": None,
    }

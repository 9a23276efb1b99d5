"""What a click on the picture changes in the address: settings before and a click -> the settings that change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moe_demo.ui.whatif.settings import Numbers, WhatIfSettings

UNDONE = {"verdict": None, "fall": None}
"""Another question: what was predicted before no longer counts."""


def changes(asked: WhatIfSettings, clicked: Mapping[str, Any], token: int) -> dict[str, Any]:
    """The settings that a click changes; `token` is the word that an expert is forced on."""
    layer, expert = clicked.get("layer"), clicked.get("expert")
    if "act" in clicked:
        return {"act": clicked["act"]}
    if "gate" in clicked:
        return _number(asked, "gate", (layer, clicked["token"], expert), clicked["gate"]) | UNDONE
    if "push" in clicked:
        return _number(asked, "push", (layer, expert), clicked["push"] or None) | UNDONE
    if "force" in clicked:
        return {"force": _flipped(asked.force, (layer, clicked["force"], expert))} | UNDONE
    if expert is None:
        return {"shared": _flipped(asked.shared, (layer,))} | UNDONE
    return _seat(asked, (layer, expert), token)


def _seat(asked: WhatIfSettings, place: tuple[Any, ...], token: int) -> dict[str, Any]:
    """A click on an expert, by what a click means now."""
    layer, expert = place
    if asked.act == "bias":
        return {"layer": layer, "expert": expert}
    if asked.act == "force":
        return {"force": _flipped(asked.force, (layer, token, expert))} | UNDONE
    if asked.act in ("alone", "only"):
        return _left_alone(asked, place) | UNDONE
    for name in ("alone", "only"):
        there = [one for one in getattr(asked, name) if one[0] == layer]
        if there and place not in there:  # switched off with all the others: it comes back
            return {name: (*getattr(asked, name), place)} | UNDONE
    wanted = "off" if asked.act == "off" else "mute"
    is_on = place not in asked.off and place not in asked.mute
    without = {name: _without(getattr(asked, name), place) for name in ("off", "mute")}
    if is_on:
        without[wanted] = (*without[wanted], place)
    return without | UNDONE


def _left_alone(asked: WhatIfSettings, place: tuple[Any, ...]) -> dict[str, Any]:
    """All others of its layer off (`alone`) or silent (`only`); a second click takes it back."""
    wanted, other = ("alone", "only") if asked.act == "alone" else ("only", "alone")
    elsewhere = {n: tuple(one for one in getattr(asked, n) if one[0] != place[0]) for n in (wanted, other)}
    if getattr(asked, wanted) != (*elsewhere[wanted], place):
        elsewhere[wanted] = (*elsewhere[wanted], place)
    return elsewhere


def _number(asked: WhatIfSettings, name: str, at: tuple[Any, ...], value: int | None) -> dict[str, Any]:
    """A place with its number; None takes it back."""
    others = tuple(one for one in getattr(asked, name) if one[:-1] != at)
    return {name: others if value is None else (*others, (*at, int(value)))}


def _flipped(places: Numbers, place: tuple[Any, ...]) -> Numbers:
    return _without(places, place) if place in places else (*places, place)


def _without(places: Numbers, place: tuple[Any, ...]) -> Numbers:
    return tuple(other for other in places if other != place)

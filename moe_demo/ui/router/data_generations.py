"""What the picture of the five routers is given: one sentence under each, and what was recorded of them."""

from __future__ import annotations

from typing import TypedDict

from moe_demo.insight.generations import SentenceRouting
from moe_demo.releases.generations import Generation, Generations
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.words import class_word, layer_name

N_ROUTED, GROUP_SIZE = 16, 4
"""Experts of a layer of the recorded models, and of a group; those without groups are drawn alike."""


class Fact(TypedDict):
    """A number with its name."""

    name: str
    value: str


class GenerationCard(TypedDict):
    """One router."""

    title: str
    rule: str
    chosen: list[list[int]]
    """Of each word, the largest gate first."""
    gates: list[list[float]]
    here: list[Fact]
    """Of this sentence."""
    recorded: list[Fact]
    """Of the held-out headlines."""


class RouterGenerationsData(TypedDict):
    """All of them, from the oldest."""

    tokens: list[str]
    token: int
    n_routed: int
    group_size: int
    cards: list[GenerationCard]
    label: str
    words: dict[str, str]
    lang: str


def generations_data(
    tokens: tuple[str, ...], token: int, layer: int, found: dict[str, SentenceRouting], recorded: Generations
) -> RouterGenerationsData:
    """What is drawn; `found` has the routers in the order of `recorded`."""
    return {
        "tokens": list(tokens),
        "token": token,
        "n_routed": N_ROUTED,
        "group_size": GROUP_SIZE,
        "cards": [_card(one, found[one.router], layer, len(tokens)) for one in recorded.routers],
        "label": t("generations.label", layer=layer_name(layer)),
        "words": labels("generations.words"),
        "lang": language(),
    }


def _card(one: Generation, routing: SentenceRouting, layer: int, n_words: int) -> GenerationCard:
    key = one.router.replace("-", "_").replace(".", "_")
    rule = t(f"generations.rules.{key}")
    if one.router == "v4-hash":
        rule = t("generations.rules.v4_hash" if routing.by_table else "generations.rules.v4_hash_after")
    words = labels("generations.facts")
    here = {
        "class": f"{class_word(routing.label)} {routing.probability:.1%}",
        "sets": t("generations.of", n=routing.n_sets, all=n_words),
        "groups": f"{routing.groups_per_word:.1f}",
    }
    recorded = {
        "accuracy": f"{one.mean_accuracy:.1%} ({min(one.accuracy):.1%}–{max(one.accuracy):.1%})",
        "max_vio": f"{one.mean_max_vio(layer):.2f}",
        "sets_per_word": f"{one.mean_sets_per_word(layer):.2f}",
    }
    return {
        "title": t(f"generations.titles.{key}"),
        "rule": rule,
        "chosen": routing.experts_TK.tolist(),
        "gates": routing.gates_TK.astype(float).round(3).tolist(),
        "here": [{"name": words[name], "value": value} for name, value in here.items()],
        "recorded": [{"name": words[name], "value": value} for name, value in recorded.items()],
    }

"""What the scatter of size against effect is given: every (word, chosen expert) of a sentence in the selected layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypedDict

from moe_demo.insight.gate_cause import Piece as MeasuredPiece
from moe_demo.insight.gate_cause import pieces_of
from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Seat
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import ExpertLook, expert_looks
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_word, layer_name

DIGITS = 6
_KEPT = 256  # sentences whose measured effects stay in memory: some 2 kB each

State = Literal["on", "off", "muted"]
"""An expert as it is: taking part, left out of the choice, or chosen and adding nothing."""


class Point(TypedDict):
    """One word at one expert."""

    token: int
    word: str
    expert: int
    piece: int
    """Which of the word's pieces it is."""
    gate: float
    norm: float
    effect: float
    state: State
    """What the visitor has made of the expert."""


class KitScatterData(TypedDict):
    """Length of each piece against the effect of leaving it out."""

    points: list[Point]
    answer: int
    token: int
    expert: int | None
    layer: int
    layers: list[str]
    norm_limit: float
    effect_low: float
    effect_high: float
    experts: list[ExpertLook]
    shows_states: bool
    """Whether experts can be switched where this is shown."""
    title: str
    words: dict[str, str]
    lang: str


def scatter_data(view: View, states: Mapping[Seat, State] | None = None) -> KitScatterData:
    """What the scatter draws: the trained model's pieces of this sentence in the selected layer.

    `states` are the experts that the visitor has switched, where that can be done.
    """
    layer, chosen = view.selection.layer, view.selection
    pieces = pieces_here(view.run, view.trace.text)[layer]
    effect = [piece.effect for piece in pieces]
    return {
        "points": [
            {
                "token": piece.token,
                "word": view.trace.tokens[piece.token],
                "expert": piece.expert,
                "piece": i % view.run.config.model.top_k,
                "gate": round(piece.gate, DIGITS),
                "norm": round(piece.norm, DIGITS),
                "effect": round(piece.effect, DIGITS),
                "state": (states or {}).get(Seat(layer, piece.expert), "on"),
            }
            for i, piece in enumerate(pieces)
        ],
        "answer": int(view.trace.logits_C.argmax()),
        "token": chosen.token or 0,
        "expert": chosen.expert,
        "layer": layer,
        "layers": [layer_name(index) for index in range(len(view.trace.layers))],
        "norm_limit": max(piece.norm for piece in pieces),
        "effect_low": min(0.0, *effect),
        "effect_high": max(0.0, *effect),
        "experts": expert_looks(view.run.config.model),
        "shows_states": states is not None,
        "title": t(
            "gate_cause.label", n=len(pieces), layer=layer_name(layer), answer=class_word(view.trace.label)
        ),
        "words": labels("gate_cause.words"),
        "lang": language(),
    }


@kept_with_run(_KEPT)
def pieces_here(run: Run, text: str) -> tuple[tuple[MeasuredPiece, ...], ...]:
    """Every (word, chosen expert) of a sentence, layer by layer; measured once for all readers."""
    return pieces_of(run, text)

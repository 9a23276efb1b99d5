"""The switchboard of the what-if page as data: seats, the sliders of a word's gates and of a bias, what is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypedDict

from moe_demo.insight.switches import Seat
from moe_demo.insight.whatif import WhatIf
from moe_demo.ui.kit.data_scatter import State
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import expert_name, layer_name, layer_title
from moe_demo.ui.whatif.settings import PARTS, WhatIfSettings


class SwitchSeat(TypedDict):
    """One expert of one layer."""

    state: State
    before: int
    """Words of the sentence that chose it."""
    after: int
    mine: bool
    """Whether the picked word is sent to it."""
    forced: bool
    """Whether that was forced."""


class SwitchRow(TypedDict):
    """One layer of the switchboard."""

    title: str
    seats: list[SwitchSeat]
    shared: Literal["none", "on", "off"]


class GateSlider(TypedDict):
    """The gate of the picked word at one expert, in hundredths."""

    expert: int
    gate: int
    moved: bool


class GateLayer(TypedDict):
    """The gates of the picked word in one layer."""

    title: str
    layer: int
    gates: list[GateSlider]


class BiasSlider(TypedDict):
    """The bias of one expert: as trained, and what is added to it in hundredths."""

    layer: int
    expert: int
    title: str
    trained: float
    push: int


class Change(TypedDict):
    """One change, in words, and the click that takes it back."""

    text: str
    undo: dict[str, int | None]


def board(view: View, asked: WhatIfSettings, found: WhatIf, picked: int) -> list[SwitchRow]:
    """A row a layer."""
    states, n_layers = switched(view, asked), view.run.config.model.n_layers
    return [_row(view, asked, states, found, layer, picked) for layer in range(n_layers)]


def switched(view: View, asked: WhatIfSettings) -> dict[Seat, State]:
    """The seats that are off or silent; off counts where one is both."""
    model = view.run.config.model
    switches = asked.switches(model.n_routed)
    off = [Seat(layer, e) for layer in range(model.n_layers) for e in switches.off_in(layer, model.n_routed)]
    muted: dict[Seat, State] = dict.fromkeys(switches.silenced, "muted")
    return muted | dict.fromkeys(off, "off")


def _row(
    view: View,
    asked: WhatIfSettings,
    states: Mapping[Seat, State],
    found: WhatIf,
    layer: int,
    picked: int,
) -> SwitchRow:
    """One layer."""
    before_E, after_E = found.before.layers[layer].load_E, found.served_E(layer)
    mine = set(found.after.layers[layer].topk_idx_TK[picked].tolist())
    shared: Literal["none", "on", "off"] = "off" if (layer,) in asked.shared else "on"
    return {
        "title": layer_title(layer),
        "seats": [
            {
                "state": states.get(Seat(layer, e), "on"),
                "before": int(before_E[e]),
                "after": int(after_E[e]),
                "mine": e in mine,
                "forced": (layer, picked, e) in asked.force,
            }
            for e in range(len(before_E))
        ],
        "shared": shared if view.run.config.model.n_shared else "none",
    }


def gate_sliders(asked: WhatIfSettings, found: WhatIf, picked: int) -> list[GateLayer]:
    """The gates that the picked word's experts have now; a moved one leaves the others as they are."""
    moved = {(layer, token, expert) for layer, token, expert, _ in asked.gate}
    return [
        {
            "title": layer_title(layer.layer),
            "layer": layer.layer,
            "gates": [
                {
                    "expert": int(expert),
                    "gate": round(PARTS * float(gate)),
                    "moved": (layer.layer, picked, int(expert)) in moved,
                }
                for expert, gate in zip(layer.topk_idx_TK[picked], layer.gates_TK[picked], strict=True)
            ],
        }
        for layer in found.after.layers
    ]


def bias_slider(view: View, asked: WhatIfSettings) -> BiasSlider:
    """Of the selected expert, the first where none is."""
    layer, expert = view.selection.layer, view.selection.expert or 0
    pushed = {(at, e): by for at, e, by in asked.push}
    return {
        "layer": layer,
        "expert": expert,
        "title": f"{layer_name(layer)} {expert_name(expert)}",
        "trained": float(view.trace.layers[layer].mean_bias_E[expert]),
        "push": pushed.get((layer, expert), 0),
    }


def changes_made(asked: WhatIfSettings, found: WhatIf) -> list[Change]:
    """Forced words, moved gates and biases: what a seat alone does not show."""
    tokens = found.before.tokens

    def word(token: int) -> str:
        return tokens[token] if token < len(tokens) else t("whatif.no_word", n=token)

    forced = [
        Change(
            text=t("whatif.forced", word=word(token), at=layer_name(layer), expert=expert_name(expert)),
            undo={"force": token, "layer": layer, "expert": expert},
        )
        for layer, token, expert in asked.force
    ]
    gates = [
        Change(
            text=t(
                "whatif.gate_at",
                word=word(token),
                at=layer_name(layer),
                expert=expert_name(expert),
                gate=gate / PARTS,
            )
            + (t("whatif.unheard") if (layer, token, expert) in found.unheard else ""),
            undo={"gate": None, "layer": layer, "token": token, "expert": expert},
        )
        for layer, token, expert, gate in asked.gate
    ]
    biases = [
        Change(
            text=t("whatif.bias_at", at=layer_name(layer), expert=expert_name(expert), by=by / PARTS),
            undo={"push": None, "layer": layer, "expert": expert},
        )
        for layer, expert, by in asked.push
    ]
    return [*forced, *gates, *biases]

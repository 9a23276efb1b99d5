"""What the address asks of the what-if page: so a teacher can send a switched model by link."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from moe_demo.insight.predictions import Fall, Verdict
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Place, Seat, Switches
from moe_demo.limits import HIGHEST
from moe_demo.text.segmentation import MAX_CHARS
from moe_demo.ui.kit.page_settings import Between, PageSettings, Places, Words

Numbers = tuple[tuple[int, ...], ...]
Act = Literal["off", "silence", "alone", "only", "force", "bias"]

TEMPERATURES = (0.25, 0.5, 0.7, 1.0, 1.4, 2.0, 4.0)
MAX_K, MAX_CAPACITY = HIGHEST["n_routed"], HIGHEST["max_tokens"]
_SEATS = 256  # switched in one address
PARTS = 100
"""Gates and bias stand in the address as whole hundredths."""


@dataclass(frozen=True, kw_only=True)
class WhatIfSettings(PageSettings):
    """What is switched, what a click on a seat does, what was predicted, and the second sentence."""

    act: Act = "off"
    off: Annotated[Numbers, Places(2, _SEATS)] = ()
    """Layer and expert."""
    mute: Annotated[Numbers, Places(2, _SEATS)] = ()
    alone: Annotated[Numbers, Places(2, _SEATS)] = ()
    """Layer and the expert whose others are off."""
    only: Annotated[Numbers, Places(2, _SEATS)] = ()
    """Layer and the expert whose others are silent."""
    shared: Annotated[Numbers, Places(1, _SEATS)] = ()
    """Layers without their shared experts."""
    force: Annotated[Numbers, Places(3, _SEATS)] = ()
    """Layer, word and expert."""
    gate: Annotated[Numbers, Places(4, _SEATS)] = ()
    """Layer, word, expert and the gate in hundredths."""
    push: Annotated[Numbers, Places(3, _SEATS, signed=True)] = ()
    """Layer, expert and what is added to the bias, in hundredths."""
    topk: Annotated[int, Between(1, MAX_K)] | None = None
    """K."""
    kept: Annotated[int, Between(1, MAX_K)] | None = None
    """Groups that a word may reach."""
    tau: Annotated[float, Between(TEMPERATURES[0], TEMPERATURES[-1])] = 1.0
    cap: Annotated[int, Between(1, MAX_CAPACITY)] | None = None
    dice: Annotated[int, Between(0, 99)] | None = None
    """Seed of a random router."""
    predict: bool = False
    """Whether the visitor is asked before the answer is shown."""
    verdict: Verdict | None = None
    """What the visitor predicted for the sentence."""
    fall: Fall | None = None
    """What the visitor predicted for the accuracy."""
    beside: Annotated[str, Words(MAX_CHARS)] = ""
    """The sentence whose routes are compared with this one's."""

    def switches(self, n_routed: int) -> Switches:
        """The same, as the model is asked. `only` silences the other experts of its layer."""
        layers = dict.fromkeys(layer for layer, _ in self.only)
        others = [Seat(at, e) for at in layers for e in range(n_routed) if (at, e) not in self.only]
        silenced = dict.fromkeys([*(Seat(*place) for place in self.mute), *others])
        return Switches(
            off=tuple(Seat(*place) for place in self.off),
            silenced=tuple(silenced),
            alone=tuple(Seat(*place) for place in self.alone),
            shared_off=tuple(layer for (layer,) in self.shared),
            forced=tuple(Place(*place) for place in self.force),
            gates=tuple((Place(*at), value / PARTS) for *at, value in self.gate),
            pushed=tuple((Seat(*at), by / PARTS) for *at, by in self.push),
            top_k=self.topk,
            topk_groups=self.kept,
            temperature=None if self.tau == 1.0 else self.tau,
            capacity=self.cap,
            random_router=self.dice,
        )

    def fitting(self, run: Run) -> WhatIfSettings:
        """Only the seats that the run has."""
        model = run.config.model

        def there(places: Numbers, at: int) -> Numbers:
            return tuple(p for p in places if p[0] < model.n_layers and p[at] < model.n_routed)

        fits: dict[str, Any] = {
            name: there(getattr(self, name), 1) for name in ("off", "mute", "alone", "only", "push")
        }
        fits |= {name: there(getattr(self, name), 2) for name in ("force", "gate")}
        return replace(
            self,
            **fits,
            shared=tuple(p for p in self.shared if p[0] < model.n_layers and model.n_shared),
            topk=None if self.topk is None or self.topk > model.n_routed else self.topk,
            kept=None if self.kept is None or self.kept > model.n_groups else self.kept,
        )


SWITCHES = (
    "off",
    "mute",
    "alone",
    "only",
    "shared",
    "force",
    "gate",
    "push",
    "topk",
    "kept",
    "tau",
    "cap",
    "dice",
)
"""The settings that change the model."""

"""What the address asks of the what-if page: so a teacher can send a switched model by link."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from moe_demo.insight.run import Run
from moe_demo.insight.switches import Place, Seat, Switches
from moe_demo.ui.kit.page_settings import Between, PageSettings, Places

Numbers = tuple[tuple[int, ...], ...]
Act = Literal["off", "silence"]

TEMPERATURES = (0.25, 0.5, 0.7, 1.0, 1.4, 2.0, 4.0)
MAX_K, MAX_CAPACITY = 16, 64


@dataclass(frozen=True, kw_only=True)
class WhatIfSettings(PageSettings):
    """What is switched, and what a click on a seat does."""

    act: Act = "off"
    off: Annotated[Numbers, Places(2)] = ()
    """Layer and expert."""
    mute: Annotated[Numbers, Places(2)] = ()
    shared: Annotated[Numbers, Places(1)] = ()
    """Layers without their shared experts."""
    force: Annotated[Numbers, Places(3)] = ()
    """Layer, word and expert."""
    topk: Annotated[int, Between(1, MAX_K)] | None = None
    """K."""
    tau: Annotated[float, Between(TEMPERATURES[0], TEMPERATURES[-1])] = 1.0
    cap: Annotated[int, Between(1, MAX_CAPACITY)] | None = None
    dice: Annotated[int, Between(0, 99)] | None = None
    """Seed of a random router."""

    def switches(self) -> Switches:
        """The same, as the model is asked."""
        return Switches(
            off=tuple(Seat(*place) for place in self.off),
            silenced=tuple(Seat(*place) for place in self.mute),
            shared_off=tuple(layer for (layer,) in self.shared),
            forced=tuple(Place(*place) for place in self.force),
            top_k=self.topk,
            temperature=None if self.tau == 1.0 else self.tau,
            capacity=self.cap,
            random_router=self.dice,
        )

    def fitting(self, run: Run) -> WhatIfSettings:
        """Only the seats that the run has."""
        model = run.config.model

        def there(places: Numbers, at: int) -> Numbers:
            return tuple(p for p in places if p[0] < model.n_layers and p[at] < model.n_routed)

        return replace(
            self,
            off=there(self.off, 1),
            mute=there(self.mute, 1),
            force=there(self.force, 2),
            shared=tuple(p for p in self.shared if p[0] < model.n_layers and model.n_shared),
            topk=None if self.topk is None or self.topk > model.n_routed else self.topk,
        )

"""What the address asks of the router page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from moe_demo.insight.run import Run
from moe_demo.ui.kit.page_settings import Between, PageSettings

MAX_K = 8
TEMPERATURES = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)
_MAX_EXPERTS = 1000


@dataclass(frozen=True, kw_only=True)
class RouterSettings(PageSettings):
    """In what the selected layer's router is to differ from the trained one."""

    former: ClassVar = {("groups", "0"): ("groups", "no"), ("groups", "1"): ("groups", "yes")}

    k: Annotated[int, Between(1, MAX_K)] | None = None
    """None: as trained."""
    temp: Annotated[float, Between(TEMPERATURES[0], TEMPERATURES[-1])] = 1.0
    bias: Annotated[float, Between(-1.0, 1.0)] = 0.0
    """What is added to the bias of one expert."""
    be: Annotated[int, Between(0, _MAX_EXPERTS)] | None = None
    """That expert; None: the selected one, else the best one below the cut."""
    groups: bool = True

    def fitting(self, run: Run) -> RouterSettings:
        """As many experts as the run has."""
        n_routed = run.config.model.n_routed
        return replace(
            self,
            k=None if self.k is None or self.k > n_routed else self.k,
            be=None if self.be is None or self.be >= n_routed else self.be,
        )

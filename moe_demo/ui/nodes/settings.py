"""What the address asks of the nodes page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from moe_demo.config import CapacityOver, DropBy
from moe_demo.insight.node_traffic import possible_limits
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Switches
from moe_demo.limits import HIGHEST, MAX_LABELS
from moe_demo.ui.kit.page_settings import Between, OneOf, PageSettings

FACTORS = (1.0, 1.25, 1.5, 2.0)
MAX_SPARE, MAX_REFRESH = 3, 6
WINDOWS = 12
"""Of all that is served."""
MAX_LIMIT = HIGHEST["n_groups"]


@dataclass(frozen=True, kw_only=True)
class NodesSettings(PageSettings):
    """The limit on nodes, the capacity, the placement, and what is served."""

    limit: Annotated[int, Between(1, MAX_LIMIT)] | None = None
    """Nodes that a word may reach; None: as trained."""
    factor: Annotated[float, OneOf(FACTORS)] | None = None
    """The capacity factor; None: no word is dropped."""
    dropby: DropBy = "position"
    over: CapacityOver = "headline"
    spare: Annotated[int, Between(0, MAX_SPARE)] = 1
    """Slots for replicas on every device."""
    stay: bool = False
    """Whether a group of experts stays on one node."""
    hour: Annotated[int, Between(0, MAX_LABELS)] = 1
    """The class that alone is served for a while."""
    refresh: Annotated[int, Between(1, MAX_REFRESH)] = 3
    """Windows between new plans."""
    window: Annotated[int, Between(0, WINDOWS - 1)] = 8
    """The window on show."""

    def fitting(self, run: Run) -> NodesSettings:
        """Only a limit and a class that the run has."""
        model = run.config.model
        fits = self.limit is None or (model.n_groups > 1 and self.limit in possible_limits(model))
        hour = self.hour if self.hour < len(run.labels) else 0
        return replace(self, limit=self.limit if fits else None, hour=hour)

    @property
    def limited(self) -> Switches:
        """The limit as the model is asked."""
        return Switches(topk_groups=self.limit)

    @property
    def capped(self) -> Switches:
        """The capacity as the model is asked of one sentence."""
        if self.factor is None:
            return Switches()
        return Switches(capacity_factor=self.factor, drop_by=self.dropby)

"""What the address asks of the journey page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moe_demo.insight.article import STAGES, Stage
from moe_demo.ui.kit.page_settings import PageSettings


@dataclass(frozen=True, kw_only=True)
class JourneySettings(PageSettings):
    """The stage on show."""

    former: ClassVar = {("stage", str(i)): ("stage", name) for i, name in enumerate(STAGES, start=1)}

    stage: Stage = "tokens"

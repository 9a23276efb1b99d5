"""What the address asks of the mixture page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from moe_demo.ui.kit.page_settings import PageSettings

Of = Literal["word", "sentence"]


@dataclass(frozen=True, kw_only=True)
class MixtureSettings(PageSettings):
    """Whose pieces are on show."""

    of: Of = "word"

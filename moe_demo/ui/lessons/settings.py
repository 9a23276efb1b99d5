"""What the address asks of the page for teachers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from moe_demo.ui.kit.page_settings import PageSettings, Words

Sheet = Literal["teacher", "pupil"]
_MAX_NAME_CHARS = 40


@dataclass(frozen=True, kw_only=True)
class LessonsSettings(PageSettings):
    """The lesson whose sheet is on show, and for whom."""

    plan: Annotated[str, Words(_MAX_NAME_CHARS)] = "tour"
    sheet: Sheet = "teacher"

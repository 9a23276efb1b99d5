"""How a recording that a page shows was made: the command, the seeds, the day."""

from __future__ import annotations

from typing import Protocol

import streamlit as st

from moe_demo.ui.kit.i18n import t


class Recording(Protocol):
    """What every recording of several trainings says of itself."""

    @property
    def command(self) -> str:
        """It makes the recording again."""

    @property
    def made(self) -> str:
        """Date and time."""

    @property
    def seconds(self) -> float:
        """That it took."""

    @property
    def seeds(self) -> tuple[int, ...]:
        """Of every variant."""

    @property
    def n_steps(self) -> int:
        """Of each training."""


def how_made(recording: Recording, note: str = "") -> None:
    """A caption; `note` is what this recording has to say beside."""
    said = t(
        "common.made",
        command=recording.command,
        seeds=t("common.comma").join(map(str, recording.seeds)),
        steps=recording.n_steps,
        made=recording.made[:10],
        seconds=recording.seconds,
    )
    st.caption(f"{said} {note}".rstrip())

"""What the address asks of the balance page, read and checked as a whole.

As a whole, because each look at the address begins a new list of what was not understood: whichever part of the page
is drawn last, the list names everything.
"""

from __future__ import annotations

from dataclasses import dataclass

from moe_demo.config import BalanceMethod
from moe_demo.insight.comparison import Recording
from moe_demo.releases.recording import KNOBS, METHODS
from moe_demo.ui.kit import selection

FIRST_METHOD: BalanceMethod = "aux_loss"
RUNG_SETTINGS = {"aux_loss": "alpha", "seq_aux_loss": "seqalpha", "loss_free": "rate"}
"""Method -> the parameter that says which rung of its ladder, from 0."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The reader's choices on this page."""

    guess: int | None
    """Place of the run that the reader takes for the sick one."""
    revealed: bool
    method: BalanceMethod
    """Whose formula is shown, at `step` and in `layer`."""
    step: int
    layer: int
    rungs: dict[str, int | None]
    """By method; None where the page is to choose."""


def read(recording: Recording) -> Asked:
    """The address, compared with what the recording has."""
    chosen = selection.current()
    n_steps = recording.runs[0].final.step
    guess = int(chosen.setting("guess", -1, 0, len(METHODS) - 1))
    ends = {
        method: len({rung.value for rung in recording.rungs if rung.method == method}) for method in KNOBS
    }
    rungs = {
        method: int(chosen.setting(RUNG_SETTINGS[method], -1, 0, max(ends[method] - 1, 0)))
        for method in KNOBS
    }
    return Asked(
        guess=guess if guess >= 0 else None,
        revealed=bool(chosen.setting("reveal", 0, 0, 1)),
        method=METHODS[int(chosen.setting("way", METHODS.index(FIRST_METHOD), 0, len(METHODS) - 1))],
        step=int(chosen.setting("moment", n_steps, 1, n_steps)),
        layer=chosen.layer if chosen.layer < recording.base.model.n_layers else 0,
        rungs={method: rung if rung >= 0 else None for method, rung in rungs.items()},
    )

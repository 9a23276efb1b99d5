"""What the address asks of the balance page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from moe_demo.config import METHODS, BalanceMethod
from moe_demo.releases.recording_settings import ALPHAS, RATES
from moe_demo.ui.kit.page_settings import Between, OneOf, PageSettings

SWEPT = {"aux_loss": "aux_alpha", "seq_aux_loss": "seq_alpha", "loss_free": "bias_rate"}
"""Method -> the setting that says which value of its knob is looked at."""

_FORMER_KNOBS = {
    "alpha": ("aux_alpha", ALPHAS),
    "seqalpha": ("seq_alpha", ALPHAS),
    "rate": ("bias_rate", RATES),
}
_MAX_STEP = 1_000_000


def _former() -> dict[tuple[str, str], tuple[str, str]]:
    """Methods and values were once counted, and revealing 0 or 1."""
    ways = {("way", str(i)): ("way", name.replace("+", "_")) for i, name in enumerate(METHODS)}
    knobs = {
        (old, str(i)): (new, f"{value:g}")
        for old, (new, values) in _FORMER_KNOBS.items()
        for i, value in enumerate(values)
    }
    return ways | knobs | {("reveal", "1"): ("reveal", "yes"), ("reveal", "0"): ("reveal", "no")}


@dataclass(frozen=True, kw_only=True)
class BalanceSettings(PageSettings):
    """The reader's choices on this page."""

    former: ClassVar = _former()

    guess: Annotated[int, Between(0, len(METHODS) - 1)] | None = None
    """Place of the run that the reader takes for the most uneven one."""
    reveal: bool = False
    way: BalanceMethod = "aux_loss"
    """Whose formulas are shown, at the recorded step nearest to `moment`."""
    moment: Annotated[int, Between(1, _MAX_STEP)] | None = None
    """None: the last step."""
    aux_alpha: Annotated[float, OneOf(ALPHAS)] | None = None
    """Values of the knobs that are looked at; None where the page is to choose."""
    seq_alpha: Annotated[float, OneOf(ALPHAS)] | None = None
    bias_rate: Annotated[float, OneOf(RATES)] | None = None

    def swept(self, method: str) -> float | None:
        """The value of this method's knob."""
        value: float | None = getattr(self, SWEPT[method])
        return value

"""The interventions by which DeepSeekMoE tests its own experts (arXiv 2401.06066, section 4.5), in miniature.

    found = paper_interventions(run, measured_on(run, Headlines.held_out(run)))
    found.frame()                    accuracy and loss after each, one row a step

Three questions: how much is lost without the experts that fit each word best (figure 4: the more, the less the others
can stand in for them); how few experts are enough (figure 5); and can one more routed expert stand in for the shared
one (same section). The paper's models are language models of two thousand million parameters, judged by their loss on
the Pile; ours tells three classes of headlines. So the shapes may be compared, and no number.

Letters: E routed experts, K chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moe_demo.insight.run import Run
from moe_demo.insight.switches import Switches, WhatIfError
from moe_demo.insight.whatif import Effect

if TYPE_CHECKING:
    import pandas as pd

MOST_TOP_OFF = 4


@dataclass(frozen=True, kw_only=True)
class PaperStep:
    """One point of a figure of the paper."""

    at: str
    loss: float
    loss_beside: float | None = None
    """Of the model that it is compared with."""


SOURCE = "arXiv 2401.06066"
TOP_OFF = tuple(
    PaperStep(at=share, loss=loss, loss_beside=beside)
    for share, loss, beside in (
        ("0", 1.8, 1.8),
        ("1/16", 7.5, 5.6),
        ("2/16", 8.2, 7.5),
        ("3/16", 8.7, 7.6),
        ("4/16", 9.1, 7.7),
    )
)
"""Share of each token's top experts left out -> loss of DeepSeekMoE 2B, and of GShard x1.5. Read off figure 4."""
PAPER_PARTS = 16
FEWER = tuple(
    PaperStep(at=k, loss=loss)
    for k, loss in (("3", 1.956), ("4", 1.868), ("5", 1.831), ("6", 1.814), ("7", 1.808))
)
"""Routed experts at inference (trained: 7) -> loss. Read off figure 5."""
GSHARD_LOSS = 1.867
"""Of GShard with as many parameters in all, table 1: what four experts reach."""
SHARED = (PaperStep(at="1 + 7", loss=1.808), PaperStep(at="0 + 8", loss=2.414))
"""Shared and routed experts of a token -> loss. Section 4.5."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One intervention on our run."""

    value: int
    """How many top experts are left out, or K."""
    effect: Effect

    @property
    def relative_loss(self) -> float:
        """The loss over that of the trained model."""
        return self.effect.loss_after / self.effect.loss_before


@dataclass(frozen=True, kw_only=True)
class RelativeLine:
    """One model under one intervention: losses over the loss as trained, so that shapes can be laid over each other."""

    model: str
    """`ours`, or a model of the paper."""
    x: tuple[float, ...]
    """Share of the experts left out, or K over the trained K."""
    loss: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class PaperInterventions:
    """All of them on one run."""

    n_routed: int
    top_off: tuple[Step, ...]
    """From none on, as far as K experts are left."""
    fewer: tuple[Step, ...]
    """From K = 1 to the trained K."""
    shared_replaced: Step | None
    """No shared expert and K + 1 routed ones; None where the run has no shared expert."""

    def top_off_lines(self) -> tuple[RelativeLine, ...]:
        """Ours and the paper's two models without their best experts; x is a share of all routed experts."""
        shares = tuple(step.value / self.n_routed for step in self.top_off)
        ours = RelativeLine(model="ours", x=shares, loss=tuple(step.relative_loss for step in self.top_off))
        share = tuple(place / PAPER_PARTS for place in range(len(TOP_OFF)))
        loss = [step.loss for step in TOP_OFF], [step.loss_beside or 0.0 for step in TOP_OFF]
        theirs = [
            RelativeLine(model=model, x=share, loss=tuple(value / values[0] for value in values))
            for model, values in zip(("DeepSeekMoE 2B", "GShard ×1.5"), loss, strict=True)
        ]
        return (ours, *theirs)

    def fewer_lines(self) -> tuple[RelativeLine, ...]:
        """Ours and the paper's with fewer experts; x is a share of the trained K."""
        most = self.fewer[-1].value
        x = tuple(step.value / most for step in self.fewer)
        ours = RelativeLine(model="ours", x=x, loss=tuple(step.relative_loss for step in self.fewer))
        ks, trained = [int(step.at) for step in FEWER], FEWER[-1].loss
        theirs = RelativeLine(
            model="DeepSeekMoE 2B",
            x=tuple(k / ks[-1] for k in ks),
            loss=tuple(step.loss / trained for step in FEWER),
        )
        return ours, theirs

    def frame(self) -> pd.DataFrame:
        """A tidy table, one row a step."""
        import pandas as pd

        named = [("top_off", step) for step in self.top_off] + [("k", step) for step in self.fewer]
        named += [("shared_replaced", self.shared_replaced)] if self.shared_replaced else []
        return pd.DataFrame(
            {
                "intervention": name,
                "value": step.value,
                "accuracy": step.effect.accuracy_after,
                "difference": step.effect.difference,
                "low": step.effect.interval.low,
                "high": step.effect.interval.high,
                "loss": step.effect.loss_after,
                "n": step.effect.n,
            }
            for name, step in named
        )


def paper_interventions(
    run: Run,
    measure: Callable[[Switches], Effect],
    tell: Callable[[int, int], object] = lambda done, of: None,
) -> PaperInterventions:
    """Ask all three of a run; `tell` hears how many passes are done, `measure` is that of `whatif.measured_on`."""
    model = run.config.model
    offs = range(min(MOST_TOP_OFF, model.n_routed - model.top_k) + 1)
    fewer = range(1, model.top_k + 1)
    n_passes, done = len(offs) + len(fewer) + 1, 0

    def step(value: int, switches: Switches) -> Step | None:
        nonlocal done
        tell(done, n_passes)
        done += 1
        try:
            return Step(value=value, effect=measure(switches))
        except WhatIfError:  # the limit of groups leaves too few experts, or K + 1 is out of reach
            return None

    top_off = [step(n, Switches(top_off=n or None)) for n in offs]
    by_k = [step(k, Switches(top_k=k)) for k in fewer]
    shared = None
    if model.n_shared:
        without = Switches(shared_off=tuple(range(model.n_layers)), top_k=model.top_k + 1)
        shared = step(model.top_k + 1, without)
    tell(n_passes, n_passes)
    return PaperInterventions(
        n_routed=model.n_routed,
        top_off=tuple(one for one in top_off if one),
        fewer=tuple(one for one in by_k if one),
        shared_replaced=shared,
    )

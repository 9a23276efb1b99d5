"""The what-if page's last part: the interventions of the DeepSeekMoE paper on our run, beside the paper's figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from moe_demo.figures.paper_interventions import relative_losses
from moe_demo.insight.held_out import DataGoneError
from moe_demo.insight.kept import RunCache
from moe_demo.insight.paper_interventions import (
    FEWER,
    GSHARD_LOSS,
    SHARED,
    SOURCE,
    TOP_OFF,
    PaperInterventions,
    Step,
    paper_interventions,
)
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Switches
from moe_demo.insight.whatif import Effect
from moe_demo.ui.kit.chart import chart, drawn
from moe_demo.ui.kit.data import Drawn
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import LANGUAGES, labels, language, t
from moe_demo.ui.kit.tables import markdown_table
from moe_demo.ui.kit.waiting import waiting
from moe_demo.ui.kit.words import plain

KEY = "whatif.paper"


def draw(run: Run, measure: Callable[[Switches], Effect]) -> None:
    """Three questions, measured once a reader asks; `measure` tells the effect on the held-out headlines."""
    st.header(t("whatif.paper.title"), anchor="redundancy")
    explained(t("whatif.paper.caption"))
    if not st.toggle(t("whatif.paper.measure"), key=KEY):
        return
    try:
        found = _measured(run, measure)
    except DataGoneError as error:
        st.info(t("whatif.data_gone", source=plain(error.source)))
        return
    lines = _drawn.get(run, language(), lambda: drawn(relative_losses(found, labels("whatif.paper_lines"))))
    chart(lines, key="whatif.paper_lines", label=t("whatif.paper_lines.label"))
    _top_off(found)
    _fewer(found)
    _shared(found)


def _measured(run: Run, measure: Callable[[Switches], Effect]) -> PaperInterventions:
    with waiting(t("whatif.measuring")) as tell:
        return _kept.get(run, "", lambda: paper_interventions(run, measure, tell))


def _top_off(found: PaperInterventions) -> None:
    steps = [(f"{step.value}/{found.n_routed}", step) for step in found.top_off]
    paper = [[one.at, f"≈ {one.loss:.1f}", f"≈ {one.loss_beside:.1f}"] for one in TOP_OFF]
    _beside(
        "top_off",
        steps,
        [t("whatif.paper.share"), "DeepSeekMoE 2B", "GShard ×1.5"],
        paper,
        source=f"{SOURCE}, §4.5, Figure 4",
    )


def _fewer(found: PaperInterventions) -> None:
    paper = [[one.at, f"≈ {one.loss:.3f}"] for one in FEWER] + [["GShard", f"{GSHARD_LOSS:.3f}"]]
    _beside(
        "fewer",
        [(str(step.value), step) for step in found.fewer],
        ["K", "DeepSeekMoE 2B"],
        paper,
        source=f"{SOURCE}, §4.5, Figure 5, Table 1",
    )


def _shared(found: PaperInterventions) -> None:
    if found.shared_replaced is None:
        st.subheader(t("whatif.paper.shared"), anchor=False)
        st.markdown(t("whatif.paper.no_shared"))
        return
    k = found.shared_replaced.value
    steps = [(f"1 + {k - 1}", found.fewer[-1]), (f"0 + {k}", found.shared_replaced)]
    paper = [[one.at, f"{one.loss:.3f}"] for one in SHARED]
    _beside(
        "shared",
        steps,
        [t("whatif.paper.shared_routed"), "DeepSeekMoE 2B"],
        paper,
        source=f"{SOURCE}, §4.5",
    )


def _beside(
    name: str, steps: Sequence[tuple[str, Step]], heads: list[str], paper: list[list[str]], source: str
) -> None:
    """Our table at the left, the paper's at the right."""
    st.subheader(t(f"whatif.paper.{name}"), anchor=False)
    ours, theirs = st.columns([3, 2], gap="large")
    with ours:
        st.caption(t("whatif.paper.ours", n=steps[0][1].effect.n))
        columns = [heads[0], *(t(f"whatif.paper.{column}") for column in ("accuracy", "interval", "loss"))]
        st.markdown(markdown_table(columns, [[at, *_cells(step)] for at, step in steps]))
    with theirs:
        st.caption(t("whatif.paper.theirs", source=source))
        st.markdown(markdown_table(heads, paper))
    explained(t(f"whatif.paper.{name}_caption"))


def _cells(step: Step) -> list[str]:
    effect = step.effect
    return [
        f"{effect.accuracy_after:.1%}",
        t("whatif.paper.range", low=effect.interval.low, high=effect.interval.high),
        f"{effect.loss_after:.3f}",
    ]


_drawn: RunCache[Drawn] = RunCache(len(LANGUAGES))
_kept: RunCache[PaperInterventions] = RunCache()

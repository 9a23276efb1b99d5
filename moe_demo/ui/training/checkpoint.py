"""The chosen checkpoint on the held-out headlines: what it confuses, what it finds hard, which expert has what.

checkpoint_panel.draw(view)

Everything is asked of the checkpoint's weights once, and kept. Where the run's headlines are gone, what its metrics
know is shown instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from moe_demo.figures.checkpoint import confusion_matrix, expert_class_map
from moe_demo.insight.held_out import (
    DataGoneError,
    HeldOutReport,
    held_out_report,
    most_frequent_mistake,
    n_right,
)
from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.run import Run
from moe_demo.insight.specialisation import Specialisation, specialisation
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.text.segmentation import tokenize
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.chart import chart, drawn
from moe_demo.ui.kit.data import Drawn
from moe_demo.ui.kit.gloss import of_sentence, of_words
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import labels, language, speaking, t
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_word, layer_name, plain

HARDEST = 12
_KEPT = 64  # figures and tables in memory, one per checkpoint, layer and language: some 20 kB each
TABLE = "checkpoint.hardest"


def draw(view: View) -> None:
    """Heading, confusion matrix and expert map side by side, the hardest headlines below."""
    run = view.run
    st.header(t("checkpoint.title", step=run.step), anchor="held-out")
    try:
        _examined(run)
    except DataGoneError as error:
        st.info(t("checkpoint.data_gone", source=plain(error.source)))
    found, evaluation = examined(run)
    if evaluation is None:
        st.caption(t("checkpoint.nothing"))
        return
    explained(_summary(evaluation, run, recorded=found is None))
    left, right = st.columns(2, gap="medium")
    with left:
        _confusion(evaluation, run)
    with right:
        _experts(specialisation(evaluation, view.selection.layer, run.labels), run)
    if found:
        _hardest(found, run)


def examined(run: Run) -> tuple[HeldOutReport | None, EvalMetrics | None]:
    """What the weights answer, and what is counted of it; without the headlines only what training wrote down."""
    try:
        found = _examined(run)
    except DataGoneError:
        return None, run.last_eval
    return found, found.evaluation


@kept_with_run()
def _examined(run: Run) -> HeldOutReport:
    return held_out_report(run)


def _evaluation(run: Run) -> EvalMetrics:
    """What the weights answer; what training wrote down where the headlines are gone. There is one of the two."""
    try:
        return _examined(run).evaluation
    except DataGoneError:
        assert run.last_eval is not None
        return run.last_eval


def _summary(evaluation: EvalMetrics, run: Run, *, recorded: bool) -> str:
    right = n_right(evaluation)
    return t(
        "checkpoint.summary_recorded" if recorded else "checkpoint.summary",
        n=evaluation.n_headlines,
        right=right,
        wrong=evaluation.n_headlines - right,
        accuracy=evaluation.accuracy,
        loss=evaluation.loss,
        step=evaluation.step,
        run=run.run_id,
    )


def _confusion(evaluation: EvalMetrics, run: Run) -> None:
    st.subheader(t("checkpoint.confusion_title"), anchor=False)
    names = [class_word(label) for label in run.labels]
    chart(
        _confusion_figure(run, language()),
        key="checkpoint.confusion",
        label=t("checkpoint.confusion_label", wrong=_mix_up(evaluation, names)),
    )
    st.caption(t("checkpoint.confusion_caption", mix_up=plain(_mix_up(evaluation, names))))


@kept_with_run(_KEPT)
def _confusion_figure(run: Run, spoken: str) -> Drawn:
    with speaking(spoken):
        names = [class_word(label) for label in run.labels]
        counts_CC = np.asarray(_evaluation(run).confusion_CC)
        return drawn(confusion_matrix(counts_CC, names, labels("checkpoint.confusion")))


def _mix_up(evaluation: EvalMetrics, names: list[str]) -> str:
    """The most frequent mistake, in words."""
    mistake = most_frequent_mistake(evaluation)
    if mistake is None:
        return t("checkpoint.no_mix_up")
    return t("checkpoint.mix_up", true=names[mistake.true], said=names[mistake.predicted], n=mistake.count)


def _experts(experts: Specialisation, run: Run) -> None:
    st.subheader(t("checkpoint.experts_title", layer=layer_name(experts.layer)), anchor=False)
    n_dead, n_small = int((experts.load_E == 0).sum()), int(experts.small_EC.sum())
    caption = t("checkpoint.experts_caption")
    if n_small:
        caption += t("checkpoint.experts_small", n=n_small)
    if n_dead:
        caption += t("checkpoint.experts_dead", n=n_dead)
    chart(_experts_figure(run, experts.layer, language()), key="checkpoint.experts", label=caption)
    explained(caption)


@kept_with_run(_KEPT)
def _experts_figure(run: Run, layer: int, spoken: str) -> Drawn:
    with speaking(spoken):
        experts = specialisation(_evaluation(run), layer, run.labels)
        names = [class_word(label) for label in run.labels]
        return drawn(expert_class_map(experts, names, labels("checkpoint.experts")))


def _hardest(found: HeldOutReport, run: Run) -> None:
    """The table; a click on a row takes its headline to the sentence strip of every page."""
    st.subheader(t("checkpoint.hardest_title"), anchor=False)
    st.caption(t("checkpoint.hardest_caption", wrong=found.n_wrong, n=len(found.predictions)))
    shown = found.predictions[:HARDEST]

    def route() -> None:
        rows = st.session_state[TABLE].selection.rows
        if rows and rows[0] < len(shown):
            selection.update(text=shown[rows[0]].text)

    st.dataframe(
        _hardest_frame(run, language()),
        key=TABLE,
        hide_index=True,
        height="content",
        column_config=_columns(labels("checkpoint.columns")),
        on_select=route,
        selection_mode="single-row",
        alt=t("checkpoint.hardest_alt", n=len(shown)),
    )


@kept_with_run(_KEPT)
def _hardest_frame(run: Run, spoken: str) -> pd.DataFrame:
    with speaking(spoken):
        shown, words = _examined(run).predictions[:HARDEST], labels("checkpoint.columns")
        glosses = [_gloss(one.text) for one in shown]
        return pd.DataFrame(
            {
                words["text"]: [one.text for one in shown],
                **({words["gloss"]: glosses} if any(glosses) else {}),
                words["true"]: [class_word(one.label) for one in shown],
                words["predicted"]: [class_word(one.predicted) for one in shown],
                words["probability"]: [100 * one.probability for one in shown],
                words["loss"]: [one.loss for one in shown],
            }
        )


def _gloss(text: str) -> str:
    """What the sentence means, or those of its words that the dictionary has; (particles) say nothing alone."""
    words = of_words(token.text for token in tokenize(text).tokens)
    return of_sentence(text) or " · ".join(word for word in words if word and not word.startswith("("))


def _columns(words: dict[str, str]) -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        words["text"]: st.column_config.TextColumn(width="large"),
        words["probability"]: number(format="%.1f%%"),
        words["loss"]: number(format="%.2f"),
    }

"""The run's own training record as a still picture: drawn once per run and language, for all readers."""

from __future__ import annotations

import streamlit as st

from moe_demo.figures.training import training_curves
from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.run import Run
from moe_demo.ui.kit.chart import chart, drawn
from moe_demo.ui.kit.data import Drawn
from moe_demo.ui.kit.glossary import help_for
from moe_demo.ui.kit.i18n import labels, language, speaking, t
from moe_demo.ui.kit.measured import batch_loss_is
from moe_demo.ui.kit.views import View


def draw(view: View) -> None:
    """Heading, caption and the three curves of the run of this view."""
    st.header(t("start.training_title"), anchor="training")
    caption = t("start.training_caption", measured=batch_loss_is(view.run.config))
    if view.run.was_calibrated:
        caption += t("start.training_calibrated")
    st.caption(caption, help=help_for(caption, t("start.training.max_vio")))
    figure = _figure(view.run, language())
    chart(figure, key="curves", label=t("start.training_label"))


@kept_with_run(16)
def _figure(run: Run, spoken: str) -> Drawn:
    with speaking(spoken):
        return drawn(training_curves(run.metrics, run.config.model.top_k, labels("start.training")))

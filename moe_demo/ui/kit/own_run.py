"""A run of one's own: which it is, and how to be rid of it, wherever a page offers that."""

from __future__ import annotations

import streamlit as st

from moe_demo.jobs.jobs import Job, Jobs
from moe_demo.ui.kit import caller, selection
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.new_run import asking
from moe_demo.ui.kit.words import plain


def job_of(name: str) -> Job | None:
    """The job of a run; None where it was not started for a visitor. Raises RunError where its folder is torn."""
    return Jobs().find(name, caller.current())


def is_mine(job: Job | None) -> bool:
    """Whether this browser, or the operator in it, may control a job."""
    return job is not None and caller.current().may_change(job.owner)


def delete_button(job: Job | None) -> None:
    """How to get rid of a run that rests, for those who may."""
    if job is not None and is_mine(job) and not job.active:
        with st.popover(t("training.delete.title")):
            st.caption(t("training.delete.sure", run=plain(job.name)))
            st.button(t("training.delete.yes"), key="training.delete", on_click=asking(lambda: _delete(job)))


def _delete(job: Job) -> None:
    Jobs().delete(job.name, caller.current())
    selection.update(run=selection.DEFAULT_RUN)

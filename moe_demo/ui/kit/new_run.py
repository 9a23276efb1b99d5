"""Starting a run from a page: what it would be, that it begins, and the sentence where it may not.

plan_of(dataset)            the default preset's run on a data set of one's own
start(plan)                 train it and select it
asking(act)                 a callback that keeps the sentence with which it is refused
show_problem()              that sentence, once
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from moe_demo.config import RunConfig, with_labels
from moe_demo.errors import SaidError
from moe_demo.jobs.jobs import Job, Jobs
from moe_demo.jobs.uploads import Dataset
from moe_demo.presets import on_own_data, preset
from moe_demo.ui.kit import caller, selection
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.selection import DEFAULT_RUN

PROBLEM = "training.problem"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a new run would be: the settings on the page."""

    config: RunConfig
    files: tuple[Path, ...] = ()
    private: bool = False
    name: str | None = None
    """What the run is called, with a number; None: like its preset."""
    beside: str | None = None
    """The run to compare it with."""
    fits: bool = True
    """False where a setting on the page is one that no run can have."""


def plan_of(dataset: Dataset) -> Plan:
    """The default preset's run on a data set of one's own."""
    return Plan(
        config=on_data_set(dataset, preset(DEFAULT_RUN)),
        files=(dataset.path,),
        private=True,
        name=dataset.run_name,
    )


def on_data_set(dataset: Dataset, config: RunConfig) -> RunConfig:
    """These settings for the classes and the size of a data set."""
    return with_labels(on_own_data(config), dataset.labels)


def start(plan: Plan, instead_of: str | None = None) -> Job:
    """Train a new run with these settings, and show it; its layer, word and checkpoint start afresh.

    `instead_of` as in `Jobs.start`.
    """
    job = Jobs().start(
        plan.config,
        plan.files,
        owner=caller.current(),
        private=plan.private,
        name=plan.name,
        instead_of=instead_of,
    )
    selection.update(run=job.name, twin=plan.beside)
    return job


def asking(act: Callable[[], object], quiet: tuple[type[Exception], ...] = ()) -> Callable[[], None]:
    """A callback that keeps the sentence with which it is refused, unless that is said elsewhere (`quiet`)."""

    def callback() -> None:
        try:
            act()
        except SaidError as error:
            if not isinstance(error, quiet):
                st.session_state[PROBLEM] = sentence(error)

    return callback


def show_problem() -> None:
    """The sentence of the last refusal, once."""
    if problem := st.session_state.pop(PROBLEM, ""):
        st.error(problem)

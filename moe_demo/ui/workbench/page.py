"""The workbench above the fold: the runs there are, the chosen one and, if one is, another beside it.

draw(view)          the picture of the runs; what may be done with the chosen one
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from moe_demo.jobs.jobs import Jobs
from moe_demo.jobs.registry import MAX_CHARS
from moe_demo.runs.errors import RunError
from moe_demo.ui.kit import caller, new_run, own_run, selection, views
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.folded_table import folded_table
from moe_demo.ui.kit.i18n import labels, t
from moe_demo.ui.kit.picture import event_of, picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.workbench.data import WorkbenchPictureData, picture_data

KEY, NAME = "workbench-runs", "workbench.name"


def draw(view: View) -> None:
    """The runs that this browser may see, and the buttons of the chosen one."""

    def go() -> None:
        if clicked := event_of(KEY, "go"):
            selection.update(**_known(clicked))

    names = list(dict.fromkeys([*views.known_runs(), view.selection.run]))
    data = picture_data(names, view.selection.run, view.selection.twin)
    picture("workbench/picture", data=data, key=KEY, on_go_change=go)
    folded_table(t("workbench.table"), "workbench.table", lambda: _twin(data), t("workbench.runs_label"))
    _own(view)
    new_run.show_problem()


def has_weights(view: View) -> bool:
    """Whether the chosen run has a checkpoint to look into."""
    return view.run.run_id == view.selection.run


def _known(clicked: dict[str, str | None]) -> dict[str, str | None]:
    """What a click may change: the run that is shown, which is then no longer beside itself, or the one beside it."""
    changes: dict[str, str | None] = {name: clicked[name] for name in ("run", "twin") if name in clicked}
    if "run" in changes and changes["run"] == selection.current().twin:
        changes["twin"] = None
    return changes


def _twin(data: WorkbenchPictureData) -> pd.DataFrame:
    """The same numbers for those who do not read pictures."""
    words = labels("workbench.runs")
    return pd.DataFrame(
        {
            words["run"]: row["id"],
            words["accuracy"]: row["accuracy"],
            words["loss"]: row["loss"],
            words["vio"]: " · ".join(f"{one['layer']} {one['value']:.3f}" for one in row["vio"]),
            words["floor"]: row["floor"],
            words["method"]: row["method"],
            words["data"]: row["data"],
            words["seed"]: row["seed"],
            words["steps"]: row["steps"],
            words["state"]: row["state"],
        }
        for row in data["rows"]
    )


def _own(view: View) -> None:
    """Another name, or away with it: for a run of this browser that rests."""
    name = view.selection.run
    try:
        job = own_run.job_of(name)
    except RunError as error:
        st.error(sentence(error))
        return
    if job is None or not own_run.is_mine(job) or job.active:
        return
    with st.container(key="workbench-own", horizontal=True, vertical_alignment="bottom", gap="small"):
        key = f"{NAME}.{name}"
        st.text_input(t("workbench.name"), name, max_chars=MAX_CHARS, key=key, width=260)
        st.button(
            t("workbench.rename"),
            key="workbench.rename",
            on_click=new_run.asking(lambda: _rename(name, str(st.session_state[key]))),
        )
        own_run.delete_button(job)


def _rename(name: str, wanted: str) -> None:
    if wanted.strip() not in ("", name):
        found = Jobs().rename(name, wanted, caller.current())
        step = selection.current().step
        selection.update(run=found, step=step)

"""The training page above the fold: which run, its buttons and settings, and the picture that shows it.

Whatever moves while a run trains is drawn by `picture` alone; this script runs when a button is pressed, a
checkpoint is chosen or the state of the run has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import streamlit as st

from moe_demo.insight.run_summary import unlike
from moe_demo.jobs.jobs import Job, Jobs
from moe_demo.runs.catalogue import RunCatalogue, is_bundled
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.runs.store import RunError, RunStore
from moe_demo.ui.frame import navigation
from moe_demo.ui.kit import caller, new_run, own_run, selection, views
from moe_demo.ui.kit.choice import choice
from moe_demo.ui.kit.errors import said_as_markdown, sentence
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import layer_name
from moe_demo.ui.training import controls, picture, run_settings

NONE = ""
_MAX_OTHERS = 6  # named in the line that says what else is under way
STYLE = Path(__file__).with_name("controls.css")


def draw(view: View) -> None:
    """Title, controls and picture."""
    name = view.selection.run
    try:
        job = own_run.job_of(name)
    except RunError as error:
        st.error(t("training.torn", reason=sentence(error)))
        job = None
    with st.container(key="training-title", horizontal=True, vertical_alignment="bottom"):
        st.title(t("training.title"), anchor=False, width="content")
        explained(_caption(view, job), width="content")
    st.html(STYLE)
    with st.container(key="training-controls", horizontal=True, vertical_alignment="bottom", gap="small"):
        words = _described(dict.fromkeys([*views.known_runs(), name]))
        _run_select(name, words)
        plan = run_settings.draw(view, job)
        controls.draw(job, plan)
        _twin_select(view, words)
        own_run.delete_button(job)
        caller.draw()
    new_run.show_problem()
    _notes(job)
    _others(name)
    _room()
    picture.training_picture(view, job.state if job else "done")
    _differences(view)


def has_weights(view: View) -> bool:
    """Whether the run on show has a checkpoint to look into."""
    return view.run.run_id == view.selection.run


def _caption(view: View, job: Job | None) -> str:
    """What the record says, in one sentence."""
    if job is not None and job.active:
        return t(f"training.caption.{job.state}", run=job.name, place=job.place)
    evaluation = view.run.last_eval
    if evaluation is None or not has_weights(view):
        return t("training.caption.nothing")
    evals = [record for record in view.run.metrics if isinstance(record, EvalMetrics)]
    best = max(evals, key=lambda record: record.accuracy)
    return t(
        "training.caption.done",
        step=evaluation.step,
        accuracy=evaluation.accuracy,
        max_vio=max(evaluation.max_vio_L),
        layer=layer_name(evaluation.max_vio_L.index(max(evaluation.max_vio_L))),
        best=t(
            f"training.caption.{'before' if best.step == evaluation.step and best != evaluation else 'best'}",
            best=best.accuracy,
            step=best.step,
        ),
    )


def _run_select(name: str, words: Mapping[str, str]) -> None:
    choice(
        t("training.run"),
        words,
        name,
        "training.run",
        lambda picked: selection.update(run=picked),
        keep=False,
        label_visibility="collapsed",
        width=215,
    )


def _twin_select(view: View, described: Mapping[str, str]) -> None:
    others = {name: said for name, said in described.items() if name != view.selection.run}
    words = {NONE: t("training.no_twin")}
    words |= {name: t("training.beside", run=said) for name, said in others.items()}
    twin = view.selection.twin or NONE
    choice(
        t("training.twin"),
        words,
        twin,
        "training.twin",
        lambda picked: selection.update(twin=picked or None),
        keep=False,
        label_visibility="collapsed",
        width=235,
    )


def _described(names: Iterable[str]) -> dict[str, str]:
    """The name of each run and what it is doing, in a word."""
    jobs, here, words = Jobs(), caller.current(), {}
    for name in names:
        try:
            job = jobs.find(name, here)
            state = job.state if job else _state(views.store_of(name))
        except RunError:
            state = "torn"
        words[name] = t("training.described", run=name, state=t(f"training.states.{state}"))
    return words


def _state(store: RunStore) -> str:
    return "recorded" if is_bundled(store) else store.status().state


def _notes(job: Job | None) -> None:
    """What the reader should know of the run: whose it is, why it waits, what went wrong."""
    if job is None:
        return
    if not own_run.is_mine(job):
        st.caption(t("training.notes.watching"))
    if job.state == "queued":
        most = Jobs().most
        note = "queued" if most else "no_training"
        st.info(t(f"training.notes.{note}", place=job.place, most=most))
    if job.state == "failed":
        st.error(t("training.notes.failed", reason=said_as_markdown(job.reason)))
    if job.state == "interrupted":
        st.warning(t("training.notes.interrupted"))
    if job.state == "paused" and (event := _divergence(job)):
        st.error(t("training.notes.diverged", step=event[0], loss=event[1], back=job.step))


def _others(name: str) -> None:
    """What else is trained on this server now, and who waits; names of private runs are not said."""
    catalogue, here = RunCatalogue(), caller.current()
    others = [job for job in Jobs().under_way() if job.name != name]
    left_out = len(others) - _MAX_OTHERS
    words = [
        t(
            "training.other",
            run=job.name if catalogue.may_see(job.name, here) else t("training.private"),
            state=t(f"training.states.{job.state}"),
            place=f" {job.place}" if job.place else "",
        )
        for job in others[:_MAX_OTHERS]
    ]
    if left_out > 0:
        words.append(t("training.other_more", n=left_out))
    if words:
        st.caption(t("training.others", what=t("common.comma").join(words)))


def _room() -> None:
    """How much of what one browser may keep this one has."""
    jobs = Jobs()
    used, limits = jobs.used(caller.current()), jobs.allowance.limits
    if used.n_runs:
        most = {"most_runs": limits.kept_runs, "most_mb": limits.kept_mb, "days": limits.kept_days}
        st.caption(t("limits.left", runs=used.n_runs, mb=used.mb, **most))


def _divergence(job: Job) -> tuple[int, str] | None:
    """Step and loss of a divergence that nothing has followed but the pause."""
    events = views.store_of(job.name).events()
    later = [event for event in events if event.kind != "paused"]
    return (later[-1].step, str(later[-1].value)) if later and later[-1].kind == "diverged" else None


def _differences(view: View) -> None:
    """In what the two runs beside each other differ, setting by setting."""
    twin = view.selection.twin
    if not twin or not has_weights(view) or not views.is_there(twin) or views.is_coming(twin):
        return
    rows = unlike(view.run.config, views.store_of(twin).config())
    if not rows:
        st.caption(t("training.same_settings", a=view.selection.run, b=twin))
        return
    parts = [t("training.unlike", name=name, a=a, b=b) for name, a, b in rows]
    st.caption(t("training.differences", a=view.selection.run, b=twin, what=t("common.comma").join(parts)))


def own_data_link(view: View) -> None:
    """Where a model is trained on headlines of one's own."""
    st.header(t("training.own_data"), anchor="own-data")
    navigation.link("workbench", view.selection, t("training.own_data_link"))

"""The real thing on the nodes page: the experts of this run shared out over processes of this machine.

draw(view)      a button that starts them, how far they are, and what they found, which stays until the next time

A run has one such job at most, shared by all who may see the run, and the server runs one at a time.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from moe_demo.insight.parallel_run import (
    PHASES,
    ParallelRun,
    bytes_by_pair,
    milliseconds_by_rank,
    read_parallel_run,
)
from moe_demo.insight.run import Run
from moe_demo.jobs.parallel import ParallelJob
from moe_demo.runs.catalogue import local_folder
from moe_demo.runs.errors import RunError
from moe_demo.ui.kit import redraw
from moe_demo.ui.kit.choice import choice
from moe_demo.ui.kit.errors import said_as_markdown, sentence
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import labels, t
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import layer_name, plain

PROCESSES = (2, 4, 8)
POLL_SECONDS = 1.0
_FOLDER = ".parallel"
_N, _FAILED, _RUNNING, _STOPPING = (f"parallel.{name}" for name in ("n", "failed", "running", "stopping"))


def job_of(run: Run) -> ParallelJob:
    """The job of a run; what an older run of the same name has left is forgotten."""
    job = ParallelJob(local_folder() / _FOLDER / run.run_id)
    began = run.store.folder / "config.json"
    if job.record.exists() and began.exists() and job.record.stat().st_mtime < began.stat().st_mtime:
        job.forget()
    return job


def somebody_runs(but: ParallelJob) -> bool:
    """Whether another run's processes are at work."""
    jobs = [ParallelJob(folder) for folder in _folders() if folder != but.folder]
    return any(job.state == "running" for job in jobs)


def _folders() -> list[Path]:
    parent = local_folder() / _FOLDER
    return sorted(parent.iterdir()) if parent.is_dir() else []


def draw(view: View) -> None:
    """Renewed every second as long as it runs."""
    st.header(t("nodes.parallel.title"), anchor="processes")
    explained(t("nodes.parallel.caption"))
    possible = [n for n in PROCESSES if view.run.config.model.n_routed % n == 0]
    if not possible:
        st.info(t("nodes.parallel.indivisible", n=view.run.config.model.n_routed))
        return
    running = job_of(view.run).state == "running"
    st.fragment(_panel, run_every=POLL_SECONDS if running else None)(view, possible)


def _panel(view: View, possible: list[int]) -> None:
    redraw.if_asked()
    job = job_of(view.run)
    running = job.state == "running"
    _controls(view.run, job, possible, running)
    if running:
        words = "measuring" if job.measures else "starting"
        words = "stopping" if st.session_state.get(_STOPPING) else words
        st.markdown(t(f"nodes.parallel.{words}", seconds=job.seconds))
    elif failed := st.session_state.get(_FAILED):
        st.error(failed)
    elif job.state == "failed":
        if (problem := job.problem) is None:
            st.info(t("nodes.parallel.stopped"))
        else:
            st.error(said_as_markdown(problem))
    elif job.state == "done":
        try:
            _found(read_parallel_run(job.record), view.selection.layer)
        except RunError as error:
            st.error(sentence(error))
    redraw.when_changed(_RUNNING, running)


def _controls(run: Run, job: ParallelJob, possible: list[int], running: bool) -> None:
    busy = not running and somebody_runs(job)
    left, middle, _ = st.columns([1, 1, 3], vertical_alignment="bottom")
    with left:
        words = {str(n): t("nodes.parallel.n", n=n, each=run.config.model.n_routed // n) for n in possible}
        n = choice(t("nodes.parallel.processes"), words, str(possible[-1 if len(possible) < 2 else 1]), _N)
    with middle:
        if running:
            st.button(t("nodes.parallel.stop"), key="parallel.stop", on_click=_stop, args=(job,))
        else:
            act = (job, run.store.folder, int(n))
            st.button(
                t("nodes.parallel.start"), key="parallel.start", on_click=_start, args=act, disabled=busy
            )
    if busy:
        st.caption(t("nodes.parallel.busy"))


def _start(job: ParallelJob, run: Path, n: int) -> None:
    st.session_state.pop(_FAILED, None)
    st.session_state.pop(_STOPPING, None)
    try:
        job.start(run.resolve(), n_processes=n)
    except RunError as error:
        st.session_state[_FAILED] = sentence(error)
    redraw.ask()


def _stop(job: ParallelJob) -> None:
    st.session_state[_STOPPING] = True
    job.stop()
    redraw.ask()


def _found(found: ParallelRun, layer: int) -> None:
    """What one layer sent, how long each phase took, and that the numbers are those of one process."""
    layer = min(layer, len(found.layers) - 1)
    sent = found.layers[layer]
    st.markdown(
        t(
            "nodes.parallel.sent" if found.as_predicted else "nodes.parallel.sent_other",
            layer=layer_name(layer),
            headlines=found.n_headlines,
            words=found.n_tokens,
            n=found.n_ranks,
            backend=found.backend,
            copies=sent.copies_between,
            per_expert=sent.assignments_between,
            bytes=sent.bytes_between,
        )
    )
    left, right = st.columns(2, gap="large")
    ranks = [t("nodes.parallel.rank", n=n) for n in range(found.n_ranks)]
    with left:
        pairs = bytes_by_pair(sent).astype(object).map("{:,}".format, na_action="ignore").fillna("–")
        pairs.columns = ranks
        pairs.insert(0, t("nodes.parallel.pairs"), ranks)
        st.dataframe(pairs, hide_index=True, key="parallel.pairs", alt=t("nodes.parallel.pairs_label"))
        st.caption(t("nodes.parallel.pairs_caption"))
    with right:
        times = milliseconds_by_rank(sent)
        times[list(PHASES)] = times[list(PHASES)].map("{:.2f}".format)
        times.insert(0, "rank", ranks)
        alt, names = t("nodes.parallel.times_label"), labels("nodes.parallel.times")
        st.dataframe(times.rename(columns=names), hide_index=True, key="parallel.times", alt=alt)
        st.caption(t("nodes.parallel.times_caption", n=found.repeats))
    st.markdown(t("nodes.parallel.match", **found.differences, largest=found.largest_gradient))
    took = found.milliseconds
    way = "slower" if took["parallel"] > took["single"] else "faster"
    st.markdown(t(f"nodes.parallel.{way}", n=found.n_ranks, **took))
    st.caption(t("nodes.parallel.command", n=found.n_ranks, run=plain(found.run_id), step=found.step))

"""From the address to what is shown: the run, the checked selection and the trace, loaded once for all readers.

    view = views.view(RouterSettings)                 # View(selection, run, trace) of the page's address
    view = views.view(JourneySettings, "document")    # the same sentence through another run, at its last checkpoint

Runs and traces are shared by all readers and never changed. A trace is kept by run, checkpoint and sentence.
Only bundled runs and those in the folder of local runs are opened: an address must not name folders of this machine.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import streamlit as st

from moe_demo.insight.run import Run, load_run, local_folder
from moe_demo.insight.trace import ForwardTrace
from moe_demo.jobs.jobs import Jobs
from moe_demo.runs.store import RunError, RunStore
from moe_demo.text.errors import EmptyTextError
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.page_settings import PageSettings
from moe_demo.ui.kit.selection import DEFAULT_RUN, DEFAULT_TEXT, Selection
from moe_demo.ui.server import live
from moe_demo.ui.server.visitor import visitor_id

_MAX_RUNS = 32  # models in memory, one per run and checkpoint: some 3 MB each
_MAX_TRACES = 128


@dataclass(frozen=True)
class View:
    """All a page needs to know."""

    selection: Selection
    run: Run
    trace: ForwardTrace


def view(kind: type[PageSettings] = PageSettings, run_name: str | None = None) -> View:
    """What the address asks of a page with these settings. Raises RunError where not even the bundled run can be read.

    `run_name` is the run that the page shows whatever is selected: what that run does not have falls back silently.
    """
    chosen = _without_foreign_twin(selection.current(kind))
    if run_name not in (None, chosen.run):
        run = opened_run(str(run_name))
        chosen, trace = _traced_text(chosen, run)
        return View(chosen.clipped(run, len(trace.tokens)), run, trace)
    run, unread = _run_of(chosen)
    name = chosen.run if is_coming(chosen.run) else run.run_id
    known = replace(chosen, run=name, step=chosen.step if chosen.step == run.step else None).told(*unread)
    known, trace = _traced_text(known, run)
    return View(known.checked(run, len(trace.tokens)), run, trace)


def is_coming(name: str) -> bool:
    """Whether this is a training job of which there is no checkpoint yet: until then another run is shown."""
    jobs = Jobs(local_folder())
    return (
        jobs.has(name)
        and jobs.may_see(name, visitor_id())
        and not RunStore(jobs.runs / name).checkpoint_steps()
    )


def is_there(name: str) -> bool:
    """Whether there is anything to show of this run to this browser."""
    if is_coming(name):
        return True
    with suppress(RunError):
        return bool(store_of(name))
    return False


def opened_run(name: str, step: int | None = None) -> Run:
    """A known run at a checkpoint, from memory where it has been read before."""
    return opened(store_of(name), step)


def opened(store: RunStore, step: int | None = None) -> Run:
    """The run in a folder at a checkpoint, whoever asks."""
    steps = store.checkpoint_steps()
    return _loaded(store.run_id, steps[-1] if step is None and steps else step, stamp(store.folder))


def store_of(name: str) -> RunStore:
    """The folder of a run that this browser may see. Raises RunError."""
    return live.store_of(name, visitor_id())


def traced(run: Run, text: str) -> ForwardTrace:
    """The record of a sentence, from memory where somebody has asked before. Raises EmptyTextError."""
    return _traced(run.run_id, run.step, stamp(run.store.folder), text)


def _run_of(chosen: Selection) -> tuple[Run, tuple[str, ...]]:
    """The run and checkpoint of the address; the default run, and what to tell, where there is no such thing."""
    if is_coming(chosen.run):
        return opened_run(DEFAULT_RUN), ()
    for step, unread in ((chosen.step, ()), (None, ("step",))):
        with suppress(RunError):
            return opened_run(chosen.run, step), unread
    return opened_run(DEFAULT_RUN), () if chosen.run == DEFAULT_RUN else ("run",)


def _without_foreign_twin(chosen: Selection) -> Selection:
    """The run beside is another one, and there for this browser."""
    if chosen.twin is None or (chosen.twin != chosen.run and is_there(chosen.twin)):
        return chosen
    return replace(chosen, twin=None).told("with")


def _traced_text(chosen: Selection, run: Run) -> tuple[Selection, ForwardTrace]:
    try:
        return chosen, traced(run, chosen.text)
    except EmptyTextError:
        return replace(chosen, text=DEFAULT_TEXT).told("s"), traced(run, DEFAULT_TEXT)


@st.cache_resource(max_entries=_MAX_RUNS, show_spinner=False)
def _loaded(name: str, step: int | None, stamp: int) -> Run:
    import torch

    torch.set_num_threads(1)  # many readers at once are parallel enough
    return load_run(name, step)


@lru_cache(maxsize=_MAX_TRACES)
def _traced(name: str, step: int, stamp: int, text: str) -> ForwardTrace:
    return _loaded(name, step, stamp).trace(text)


def stamp(folder: Path) -> int:
    """Changes when the run on disk does: trained again, or one checkpoint further."""
    parts = (folder, folder / "config.json", folder / "checkpoints")
    return max((path.stat().st_mtime_ns for path in parts if path.exists()), default=0)

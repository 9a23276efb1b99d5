"""From the address to what is shown: the run, the checked selection and the trace, loaded once for all readers.

    view = views.view(RouterSettings)                 # View(selection, run, trace) of the page's address
    view = views.view(JourneySettings, "document")    # the same sentence through another run, at its last checkpoint

Runs and traces are shared by all readers and never changed; no model is loaded past this module.
Only bundled runs and those in the folder of local runs are opened: an address must not name folders of this machine.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Lock

from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.run import Run, open_run
from moe_demo.insight.trace import ForwardTrace
from moe_demo.runs.catalogue import RunCatalogue, version
from moe_demo.runs.store import RunError, RunStore
from moe_demo.text.errors import EmptyTextError
from moe_demo.ui.kit import caller, selection
from moe_demo.ui.kit.bounded import BoundedCache
from moe_demo.ui.kit.page_settings import PageSettings
from moe_demo.ui.kit.selection import DEFAULT_RUN, DEFAULT_TEXT, Selection

_MODEL_BYTES = (
    28_000_000  # of models in memory, one a checkpoint: the bundled runs take 20 MB, at some 4 MB each
)
_MAX_TRACES = 128  # of each model


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
    return RunCatalogue().is_coming(name, caller.current())


def is_there(name: str) -> bool:
    """Whether there is anything to show of this run to this browser."""
    return RunCatalogue().has(name, caller.current())


def known_runs() -> list[str]:
    """Bundled runs, local ones and jobs that have not begun; of private ones only this browser's."""
    return RunCatalogue().names(caller.current())


def store_of(name: str) -> RunStore:
    """The folder of a run that this browser may see. Raises RunError."""
    return RunCatalogue().store(name, caller.current())


def opened_run(name: str, step: int | None = None) -> Run:
    """A run that this browser may see, at a checkpoint. Raises RunError."""
    return opened(store_of(name), step)


def opened(store: RunStore, step: int | None = None) -> Run:
    """The run in a folder at a checkpoint, the last by default, whoever asks. Raises RunError.

    One object for all readers as long as it is the same on disk, so what is made of a run is kept under the run.
    """
    steps = store.checkpoint_steps()
    step = steps[-1] if step is None and steps else step
    with _loading:
        return _loaded.get((store.folder, step, version(store).settled), lambda: _read(store, step))


@kept_with_run(_MAX_TRACES)
def traced(run: Run, text: str) -> ForwardTrace:
    """The record of a sentence, from memory where somebody has asked before. Raises EmptyTextError."""
    return run.trace(text)


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


_loading = Lock()  # two readers who ask at once get the same object


_loaded: BoundedCache[Run] = BoundedCache(_MODEL_BYTES, lambda run: run.n_bytes)


def _read(store: RunStore, step: int | None) -> Run:
    import torch

    torch.set_num_threads(1)  # many readers at once are parallel enough
    return open_run(store, step)

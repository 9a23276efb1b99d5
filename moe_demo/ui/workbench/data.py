"""What the picture of the runs is given: one row a run, from what is on its disk."""

from __future__ import annotations

from functools import lru_cache
from typing import TypedDict

from moe_demo.insight.run_summary import RunSummary, summary
from moe_demo.jobs.jobs import Jobs
from moe_demo.runs.catalogue import RunCatalogue, Version, is_bundled, version
from moe_demo.runs.data import BUILTIN
from moe_demo.runs.errors import RunError
from moe_demo.runs.store import RunStore
from moe_demo.ui.kit import caller
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.own_run import is_mine
from moe_demo.ui.kit.words import layer_name, method_word

_DIGITS = 6


class LayerVio(TypedDict):
    """MaxVio of one layer."""

    layer: str
    value: float


class RunRow(TypedDict):
    """One run."""

    id: str
    whose: str
    state: str
    accuracy: float | None
    loss: float | None
    vio: list[LayerVio]
    floor: float
    """MaxVio of blind choice for as many words."""
    seed: int | None
    method: str
    data: str
    steps: int | None


class WorkbenchPictureData(TypedDict):
    """The runs that this reader may see; one is chosen, another may be compared with it."""

    rows: list[RunRow]
    chosen: str
    twin: str | None
    label: str
    says: str
    """The whole picture in a sentence, for those who do not see it."""
    words: dict[str, str]
    lang: str


def picture_data(names: list[str], chosen: str, twin: str | None) -> WorkbenchPictureData:
    """One row a name; a run whose files are torn, or that has not begun, says so."""
    rows = [_row(name) for name in names]
    return {
        "rows": rows,
        "chosen": chosen,
        "twin": twin,
        "label": t("workbench.runs_label"),
        "says": _says(rows, chosen, twin),
        "words": labels("workbench.runs"),
        "lang": language(),
    }


def _says(rows: list[RunRow], chosen: str, twin: str | None) -> str:
    """How many there are, and how well the chosen one does."""
    said = t("workbench.says", n=len(rows), run=chosen)
    for row in rows:
        if row["id"] == chosen and row["accuracy"] is not None:
            said += t("workbench.says_measured", accuracy=row["accuracy"], loss=row["loss"])
    return said + (t("workbench.says_twin", run=twin) if twin else "")


def summary_of(store: RunStore) -> RunSummary:
    """From memory as long as the folder is the same. Raises RunError."""
    return _summary(store.folder, version(store))


@lru_cache(maxsize=512)
def _summary(folder: object, _version: Version) -> RunSummary:
    return summary(RunStore(str(folder)))


def _row(name: str) -> RunRow:
    try:
        store = RunCatalogue().store(name, caller.current())
        found = summary_of(store)
    except RunError:
        return _nothing_yet(name)
    evaluation, state = found.evaluation, "recorded" if is_bundled(store) else store.status().state
    vio_L = evaluation.max_vio_L if evaluation else []
    return {
        "id": name,
        "whose": _whose(name, store),
        "state": t(f"training.states.{state}"),
        "accuracy": round(evaluation.accuracy, _DIGITS) if evaluation else None,
        "loss": round(evaluation.loss, _DIGITS) if evaluation else None,
        "vio": [
            {"layer": layer_name(layer), "value": round(value, _DIGITS)} for layer, value in enumerate(vio_L)
        ],
        "floor": round(found.floor, _DIGITS),
        "seed": found.config.seed,
        "method": method_word(found.config.balance.method),
        "data": data_word(found.data.source),
        "steps": evaluation.step if evaluation else found.status.step,
    }


def _nothing_yet(name: str) -> RunRow:
    """A run that waits for its place, or whose files cannot be read."""
    try:
        job = Jobs().find(name, caller.current())
        state = job.state if job is not None and job.active else "torn"
    except RunError:
        state = "torn"
    return {
        "id": name,
        "whose": "",
        "state": t(f"training.states.{state}"),
        "accuracy": None,
        "loss": None,
        "vio": [],
        "floor": 0.0,
        "seed": None,
        "method": "",
        "data": "",
        "steps": None,
    }


def _whose(name: str, store: RunStore) -> str:
    if is_bundled(store):
        return t("workbench.whose.bundled")
    try:
        job = Jobs().find(name, caller.current())
    except RunError:
        job = None
    return t(f"workbench.whose.{'mine' if is_mine(job) else 'others'}")


def data_word(source: str) -> str:
    """What a run was trained on."""
    return t("workbench.builtin") if source == BUILTIN else source

"""The five runs once more, live: started by the reader, trained in processes of their own, watched on the page.

A set is five jobs named `balance-METHOD-N` of one browser: the recording's settings from a seed that the recording does
not have, so that what they show is no repetition.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import streamlit as st

from moe_demo.config import METHODS, BalanceMethod, RunConfig
from moe_demo.insight.comparison import ComparedRun, compared
from moe_demo.jobs.jobs import Job, Jobs
from moe_demo.releases.recording_settings import SEEDS, with_method
from moe_demo.runs.catalogue import Version, version
from moe_demo.runs.owners import Caller
from moe_demo.runs.store import RunError, RunStore
from moe_demo.ui.balance.settings import BalanceSettings
from moe_demo.ui.kit import caller, selection
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.words import method_key

_NAME = re.compile(r"balance-(?P<method>[a-z_]+)-(?P<number>[1-9][0-9]*)")
SOURCE = "balance.source"


@dataclass(frozen=True, kw_only=True)
class LiveSet:
    """Five jobs that belong together, and what their run folders say so far."""

    number: int
    jobs: tuple[Job, ...]
    runs: tuple[ComparedRun, ...]

    @property
    def active(self) -> bool:
        """Whether something may still be written."""
        return any(job.active for job in self.jobs)

    def word_of(self, run: ComparedRun) -> str:
        """What a run is doing, in the reader's language; nothing once it is done."""
        job = next((job for job in self.jobs if job.name == run.run_id), None)
        if job is None or job.state == "done":
            return ""
        if job.state == "queued":
            return t("balance.live.queued", place=job.place)
        if job.state in ("starting", "running"):
            return t("balance.live.running", step=job.step, n=job.n_steps or "…")
        return t("balance.live.ended", step=job.step)


def job_name(method: str, number: int) -> str:
    """The name of a run of a set: `balance-loss_free_seq-2`."""
    return f"balance-{method_key(method)}-{number}"


def settings(base: RunConfig, method: BalanceMethod, number: int) -> RunConfig:
    """What a run of a set is trained with: the recording's settings from a seed that no run of it has."""
    return with_method(base, method, SEEDS.stop + number - 1)


def start(base: RunConfig, owner: Caller) -> int:
    """Start five runs of a new set; as many train at once as the server allows. Raises RunError."""
    jobs = Jobs()
    taken = [int(match["number"]) for name in jobs.names() if (match := _NAME.fullmatch(name))]
    number = max(taken, default=0) + 1
    for method in METHODS:
        jobs.start(settings(base, method, number), owner=owner, name=job_name(method, number))
    return number


def sets(base: RunConfig) -> list[LiveSet]:
    """The live sets of this reader, the newest first."""
    here, jobs = caller.current(), Jobs()
    found: dict[int, dict[str, Job]] = {}
    for name in jobs.names():
        match = _NAME.fullmatch(name)
        if match is None:
            continue
        with suppress(RunError):  # it has just been deleted
            job = jobs.get(name)
            if here.owns(job.owner):
                found.setdefault(int(match["number"]), {})[name] = job
    return [_live_set(base, number, found[number]) for number in sorted(found, reverse=True)]


def _live_set(base: RunConfig, number: int, jobs: dict[str, Job]) -> LiveSet:
    names = {job_name(method, number): method for method in METHODS}
    runs = [_run(name, settings(base, method, number)) for name, method in names.items() if name in jobs]
    return LiveSet(number=number, jobs=tuple(jobs.values()), runs=tuple(runs))


def _run(name: str, config: RunConfig) -> ComparedRun:
    """What a job has written; a run without evaluations where it has not begun, or its folder is broken."""
    with suppress(RunError):
        store = Jobs().store(name)
        found = _read(store.folder, version(store))
        return found or ComparedRun(run_id=name, config=config, evaluations=())
    return ComparedRun(run_id=name, config=config, evaluations=())


@lru_cache(maxsize=32)
def _read(folder: Path, at: Version) -> ComparedRun | None:
    """Read again only where the run has grown, once for all who watch."""
    return compared(RunStore(folder))


def shown_set(found: list[LiveSet]) -> LiveSet | None:
    """The set that the reader has picked; None is the recording."""
    picked = st.session_state.get(SOURCE, 0)
    return next((one for one in found if one.number == picked), None)


def controls(base: RunConfig, found: list[LiveSet]) -> None:
    """Recording or live, and the button that trains all five once more."""
    with st.container(key="balance-live", horizontal=True, vertical_alignment="center"):
        if found:
            numbers = [0, *(one.number for one in found)]
            if st.session_state.get(SOURCE) not in numbers:
                st.session_state[SOURCE] = 0
            st.segmented_control(
                t("balance.live.source"),
                numbers,
                key=SOURCE,
                required=True,
                label_visibility="collapsed",
                format_func=lambda number: (
                    t("balance.live.set", n=number) if number else t("balance.live.recording")
                ),
            )
        st.button(
            t("balance.live.start"),
            key="balance.start",
            on_click=_start,
            args=(base,),
            disabled=any(one.active for one in found),
        )
        st.caption(_state(found))
    if problem := st.session_state.pop("balance.problem", ""):
        st.error(problem)


def _start(base: RunConfig) -> None:
    try:
        st.session_state[SOURCE] = start(base, caller.current())
    except RunError as error:
        st.session_state["balance.problem"] = t("balance.live.failed", reason=sentence(error))
        return
    selection.update(BalanceSettings, guess=None, reveal=None)


def _state(found: list[LiveSet]) -> str:
    """One line under the picture: what the newest live set is doing."""
    if not found:
        return t("balance.live.none")
    if not found[0].active:
        return t("balance.live.over", n=found[0].number)
    n_queued = sum(job.state == "queued" for job in found[0].jobs)
    n_done = sum(not job.active for job in found[0].jobs)
    return t("balance.live.under_way", done=n_done, queued=n_queued, n=len(found[0].jobs))

"""What one browser may start, pause and keep; what is removed; and a page that is as fast with 300 jobs."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from moe_demo.app_folder import app_folder
from moe_demo.jobs.allowance import Allowance, folder_bytes
from moe_demo.jobs.jobs import Jobs
from moe_demo.jobs.queue import Queue
from moe_demo.limits import Limits
from moe_demo.runs.errors import RunError
from moe_demo.runs.owners import NOBODY, Caller, new_id
from moe_demo.runs.store import RunStore
from tests import toy

MINE, THEIRS, OPERATOR = Caller(new_id()), Caller(new_id()), Caller(new_id(), operator=True)


def jobs_with(tmp_path: Path, **limits: int) -> Jobs:
    """A folder of runs in which nothing starts, under these limits."""
    jobs = Jobs(tmp_path / "runs", most=0)
    jobs.allowance = Allowance(jobs.registry, Limits(**limits))
    return jobs


def code_of(jobs: Jobs, caller: Caller) -> str:
    with pytest.raises(RunError) as caught:
        jobs.start(toy.config(), owner=caller)
    return caught.value.code


def kept(jobs: Jobs, caller: Caller, n_bytes: int = 10, **ticket: bool) -> str:
    """A run of this browser that is done."""
    name = jobs.start(toy.config(), owner=caller, **ticket).name
    jobs.stop(name, caller)
    (jobs.runs / name).mkdir()
    (jobs.runs / name / "weights").write_bytes(b"x" * n_bytes)
    return name


def test_a_browser_opens_so_many_jobs_and_others_are_not_held_up(tmp_path: Path):
    jobs = jobs_with(tmp_path, open_jobs=2)
    names = [jobs.start(toy.config(), owner=MINE).name for _ in range(2)]
    assert code_of(jobs, MINE) == "many_open"
    jobs.start(toy.config(), owner=THEIRS)
    jobs.stop(names[0], MINE)
    jobs.start(toy.config(), owner=MINE)


def test_the_operator_and_the_command_line_are_held_to_nothing(tmp_path: Path):
    jobs = jobs_with(tmp_path, open_jobs=1, kept_runs=1, kept_mb=0, all_mb=0)
    for caller in (OPERATOR, OPERATOR, NOBODY, NOBODY):
        jobs.start(toy.config(), owner=caller)
    assert len(jobs.names()) == 4


def test_a_browser_keeps_so_many_runs_and_bytes(tmp_path: Path):
    jobs = jobs_with(tmp_path, kept_runs=2)
    names = [kept(jobs, MINE) for _ in range(2)]
    assert code_of(jobs, MINE) == "many_runs"
    jobs.delete(names[0], MINE)
    kept(jobs, MINE, n_bytes=1_500_000)
    assert jobs.used(MINE).mb == 2
    jobs.allowance = Allowance(jobs.registry, Limits(kept_mb=1))
    assert code_of(jobs, MINE) == "many_bytes"
    jobs.start(toy.config(), owner=THEIRS)
    jobs.allowance = Allowance(jobs.registry, Limits(all_mb=1))
    assert code_of(jobs, THEIRS) == "no_room"


def test_a_browser_pauses_so_many_jobs(tmp_path: Path):
    jobs = jobs_with(tmp_path, paused_jobs=1)
    paused, other = (jobs.start(toy.config(), owner=MINE).name for _ in range(2))
    jobs.waiting.leave(paused)
    store = RunStore(jobs.runs / paused)
    store.write_status("paused", 1, 10)
    (store.folder / "config.json").write_text("{}")
    with store.lock, pytest.raises(RunError, match="paused runs"):
        jobs.pause(other, MINE)


def test_private_runs_go_when_their_time_is_over_and_others_stay(tmp_path: Path):
    jobs = jobs_with(tmp_path, kept_days=30)
    old, young, public = kept(jobs, MINE, private=True), kept(jobs, MINE, private=True), kept(jobs, MINE)
    long_ago = time.time() - 31 * 24 * 3600
    for name in (old, young, public):
        RunStore(jobs.runs / name).write_status("done", 1, 1)
    for name in (old, public):
        os.utime(jobs.runs / name / "status.json", (long_ago, long_ago))
        path = jobs.folder / f"{name}.json"
        created = jobs.registry.ticket(name).created
        path.write_text(path.read_text().replace(str(created), str(long_ago)))
    jobs.remove_outlived()
    assert sorted(jobs.names()) == sorted([young, public])
    assert not (jobs.runs / old).exists()


def test_a_limit_is_a_setting_and_a_whole_number(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MOE_DEMO_KEPT_RUNS", "3")
    assert Limits.of_environment() == Limits(kept_runs=3)
    for wrong in ("-1", "x", "²", "9" * 5000):
        monkeypatch.setenv("MOE_DEMO_KEPT_RUNS", wrong)
        with pytest.raises(ValueError, match="MOE_DEMO_KEPT_RUNS must be a whole number"):
            Limits.of_environment()


def test_a_server_whose_limits_cannot_be_read_does_not_start_and_says_why():
    ends = subprocess.run(
        [sys.executable, "-c", "import app"],
        env=os.environ | {"MOE_DEMO_JOBS": "-1"},
        cwd=app_folder(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ends.returncode == 1
    assert ends.stderr.strip().endswith("MOE_DEMO_JOBS must be a whole number from 0 on, got '-1'.")
    assert "Traceback" not in ends.stderr


def test_the_size_of_a_folder_follows_no_links(tmp_path: Path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(b"x" * 7)
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert folder_bytes(tmp_path / "a") < 7 + 500
    assert folder_bytes(tmp_path / "none") == 0


def test_every_waiting_file_is_read_once_however_many_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    jobs = jobs_with(tmp_path, open_jobs=1000, kept_runs=1000)
    names = [jobs.start(toy.config(), owner=MINE).name for _ in range(40)]
    time.sleep(0.3)  # the folder is no longer new
    jobs.queue()
    reads, read = [], Queue._read
    monkeypatch.setattr(Queue, "_read", lambda queue, name: reads.append(name) or read(queue, name))
    assert [jobs.get(name).place for name in names] == list(range(1, 41))
    assert len(reads) <= 40
    jobs.stop(names[0], MINE)
    assert jobs.get(names[1]).place == 1

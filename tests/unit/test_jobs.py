"""Training jobs: processes of their own, a bounded queue, and who may do what with them."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from moe_demo.config import ConfigError
from moe_demo.errors import Said
from moe_demo.jobs import process, queue
from moe_demo.jobs.jobs import Job, Jobs
from moe_demo.jobs.queue import Queue
from moe_demo.runs import files
from moe_demo.runs.catalogue import RunCatalogue
from moe_demo.runs.commands import ONE_STEP, PLAY, Command
from moe_demo.runs.owners import NOBODY, OPERATOR_VARIABLE, Caller, hashed, is_operator, new_id
from moe_demo.runs.store import RunError, RunStore
from moe_demo.training.train import train_run
from tests import toy
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and inherited locks are those of POSIX")

MINE, THEIRS, OPERATOR = Caller(new_id()), Caller(new_id()), Caller(operator=True)
LONG = toy.config(patience=0, epochs=200, batch_size=4)  # 1,800 steps of some milliseconds
SECONDS = 90
STARTS_AND_WAITS = """
import sys, time
from pathlib import Path
from moe_demo.config import RunConfig
from moe_demo.runs.files import read_json
from moe_demo.jobs.jobs import Jobs
from moe_demo.runs.owners import Caller

runs, config, csv, owner = sys.argv[1:]
Jobs(Path(runs)).start(RunConfig.from_dict(read_json(Path(config))), [Path(csv)], owner=Caller(owner))
print("started", flush=True)
time.sleep(600)
"""


@pytest.fixture
def jobs(tmp_path: Path):
    """A folder of runs whose processes end with the test."""
    jobs = Jobs(tmp_path / "runs", most=2)
    yield jobs
    for name in jobs.names():
        jobs.stop(name, OPERATOR)
    wait(lambda: not any(jobs.is_alive(name) for name in jobs.names()))


def wait(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def wait_for(jobs: Jobs, name: str, *states: str) -> Job:
    wait(lambda: jobs.get(name).state in states)
    return jobs.get(name)


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(RunError) as caught:
        action()
    return str(caught.value)


def test_a_job_is_played_paused_stepped_changed_and_stopped(jobs: Jobs, csv: Path):
    name = jobs.start(LONG, [csv], owner=MINE).name
    assert name == "deepseek-1"
    assert jobs.get(name).state == "starting"
    wait(lambda: jobs.get(name).step > 5)
    jobs.pause(name, MINE)
    paused = wait_for(jobs, name, "paused")
    jobs.play(name, MINE, until=ONE_STEP)
    wait(lambda: jobs.get(name).step == paused.step + 1)
    assert wait_for(jobs, name, "paused").step == paused.step + 1
    jobs.change(name, "lr", 1e-3, MINE)
    jobs.play(name, MINE)
    wait(lambda: jobs.get(name).step > paused.step + 5)
    assert [(event.kind, event.value) for event in RunStore(jobs.runs / name).changes()] == [("lr", 1e-3)]
    jobs.stop(name, MINE)
    assert wait_for(jobs, name, "stopped").reason == "stopped by hand"
    wait(lambda: not jobs.is_alive(name))
    jobs.play(name, MINE, until=Command(do="steps", n=2), changes={"top_k": 2})
    stopped = jobs.get(name).step
    wait(lambda: jobs.get(name).step == stopped + 2)
    assert RunStore(jobs.runs / name).changes()[-1].value == 2


def test_a_job_writes_what_the_command_line_writes(jobs: Jobs, csv: Path, tmp_path: Path):
    config = toy.config(patience=0)
    name = jobs.start(config, [csv], owner=MINE).name
    wait_for(jobs, name, "done")
    options = ["train", "--data", str(csv), "--out", str(tmp_path / "other"), *toy.as_options(config)]
    subprocess.run([sys.executable, "-m", "moe_demo", *options], cwd=ROOT, check=True, capture_output=True)
    one, other = (folder / "metrics.jsonl" for folder in (jobs.runs / name, tmp_path / "other"))
    assert one.read_bytes() == other.read_bytes()
    assert toy.record_of(jobs.runs / name) == toy.record_of(tmp_path / "other")
    assert refused(lambda: jobs.play(name, MINE)).startswith(f"{name} is finished")


def test_a_process_does_not_inherit_the_operators_word(
    jobs: Jobs, csv: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(OPERATOR_VARIABLE, "word")
    monkeypatch.setenv("MOE_DEMO_OTHER", "kept")
    given = []
    monkeypatch.setattr(
        subprocess, "Popen", lambda *args, **options: given.append(options["env"]) or SimpleNamespace(pid=0)
    )
    monkeypatch.setattr(os, "setpriority", lambda *args: None)
    monkeypatch.setattr(process, "_children", [])
    jobs.start(LONG, [csv], owner=MINE)
    [env] = given
    assert (OPERATOR_VARIABLE in env, env["MOE_DEMO_OTHER"]) == (False, "kept")


def test_a_waiting_file_of_another_version_holds_nobody_up(tmp_path: Path):
    jobs = Jobs(tmp_path / "runs", most=0)
    first, second = (jobs.start(LONG, owner=MINE).name for _ in range(2))
    (jobs.folder / f"{first}.waiting").write_text('{"asked": 1.0, "other": [{"do": "play"}]}')
    assert jobs.waiting.names() == [second]
    jobs.advance()
    assert jobs.get(second).place == 1


def test_more_jobs_than_places_wait_in_the_order_they_came(jobs: Jobs, csv: Path):
    jobs.most = 1
    first, second, third = (jobs.start(LONG, [csv], owner=MINE).name for _ in range(3))
    assert [first, second, third] == ["deepseek-1", "deepseek-2", "deepseek-3"]
    assert [(jobs.get(name).state, jobs.get(name).place) for name in (first, second, third)] == [
        ("starting", 0),
        ("queued", 1),
        ("queued", 2),
    ]
    wait_for(jobs, first, "running")
    jobs.pause(first, MINE)  # a paused job gives its place to the next one
    wait_for(jobs, first, "paused")
    jobs.advance()
    assert jobs.get(second).state == "starting"
    jobs.play(first, MINE)
    assert jobs.queue() == [third, first]
    jobs.stop(third, MINE)  # what has not begun leaves no trace but its ticket
    assert jobs.get(third).state == "stopped"
    jobs.stop(second, MINE)
    wait(lambda: not jobs.is_alive(second))
    jobs.advance()
    wait_for(jobs, first, "running")


def test_a_job_outlives_the_program_that_started_it_and_a_killed_one_goes_on(
    jobs: Jobs, csv: Path, tmp_path: Path
):
    config = toy.config(patience=0, epochs=30, batch_size=4)
    files.write_json(tmp_path / "config.json", config.to_dict())
    command = [
        sys.executable,
        "-c",
        STARTS_AND_WAITS,
        str(jobs.runs),
        str(tmp_path / "config.json"),
        str(csv),
        MINE.visitor,
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as server:
        assert server.stdout.readline() == b"started\n"
        server.send_signal(signal.SIGKILL)
    name = "deepseek-1"
    assert jobs.is_alive(name)  # and another server finds it
    wait(lambda: jobs.get(name).step > 20)
    seen = (jobs.runs / name / "metrics.jsonl").read_bytes()
    os.kill(RunStore(jobs.runs / name).status().pid, signal.SIGKILL)
    assert wait_for(jobs, name, "interrupted")
    jobs.play(name, MINE)
    wait_for(jobs, name, "done")
    train_run(tmp_path / "whole", config, [csv])
    assert toy.record_of(jobs.runs / name) == toy.record_of(tmp_path / "whole")
    whole = (jobs.runs / name / "metrics.jsonl").read_bytes()
    assert whole.startswith(seen[: seen.rfind(b"\n") + 1])


def test_two_browsers_that_press_the_same_button_start_one_process(jobs: Jobs, csv: Path):
    name = jobs.start(LONG, [csv], owner=MINE).name
    others = [Jobs(jobs.runs, most=2) for _ in range(2)]
    for other in others:
        other.play(name, MINE)
        other.advance()
    wait_for(jobs, name, "running")
    for other in others:
        other.pause(name, MINE)
    assert wait_for(jobs, name, "paused").state == "paused"
    listed = subprocess.run(
        ["pgrep", "-fc", str(jobs.folder / f"{name}.commands")], capture_output=True, text=True, check=False
    )
    assert listed.stdout.strip() in ("1", "")  # one process; empty where there is no pgrep


def test_only_its_owner_or_the_operator_may_touch_a_job(jobs: Jobs, csv: Path):
    jobs.most = 0  # nothing starts
    name = jobs.start(LONG, [csv], owner=MINE).name
    for act in (
        lambda: jobs.play(name, THEIRS),
        lambda: jobs.pause(name, NOBODY),
        lambda: jobs.stop(name, THEIRS),
        lambda: jobs.change(name, "lr", 0.1, THEIRS),
        lambda: jobs.delete(name, Caller(hashed(MINE.visitor))),
    ):
        assert "started from another browser" in refused(act)
    assert jobs.queue() == [name]
    jobs.stop(name, OPERATOR)
    jobs.delete(name, MINE)
    assert not jobs.has(name)
    assert jobs.names() == []


def test_what_was_trained_on_somebodys_data_is_seen_by_that_browser_only(jobs: Jobs, csv: Path):
    jobs.most = 0
    private = jobs.start(LONG, [csv], owner=MINE, private=True).name
    public = jobs.start(LONG, [csv], owner=MINE).name
    catalogue = RunCatalogue(jobs.runs)
    assert [catalogue.may_see(private, caller) for caller in (MINE, THEIRS, NOBODY)] == [True, False, False]
    assert catalogue.may_see(public, THEIRS)
    assert catalogue.may_see("a run of the command line", THEIRS)


def test_an_owner_is_known_by_a_hash_only():
    written = hashed(MINE.visitor)
    assert MINE.owns(written)
    assert not THEIRS.owns(written)
    assert not NOBODY.owns(hashed(""))
    assert MINE.visitor not in written


def test_the_operator_is_known_by_a_word_that_must_have_been_set(monkeypatch):
    monkeypatch.delenv(OPERATOR_VARIABLE, raising=False)
    assert not is_operator("")
    monkeypatch.setenv(OPERATOR_VARIABLE, "打开")
    assert is_operator("打开")
    assert not is_operator("")
    assert not is_operator("开门")


@pytest.mark.parametrize("name", ["nobody", "", "lock", "../runs/x", ".jobs", "/etc"])
def test_a_job_that_is_not_there_gets_one_sentence(jobs: Jobs, name: str):
    assert not jobs.has(name)
    assert refused(lambda: jobs.get(name)) == f"There is no training job {name!r}."


def test_a_value_no_run_can_have_reaches_no_job(jobs: Jobs, csv: Path):
    name = jobs.start(LONG, [csv], owner=MINE).name
    assert "not being trained" in refused(lambda: jobs.change(name, "lr", 0.1, MINE)) or jobs.is_alive(name)
    wait_for(jobs, name, "running")
    for setting, value in (("lr", 0.0), ("lr", 1e9), ("top_k", 99)):
        with pytest.raises(ConfigError, match=setting):
            jobs.change(name, setting, value, MINE)
    assert "still being trained" in refused(lambda: jobs.delete(name, MINE))


def test_a_job_whose_data_cannot_be_used_fails_with_the_sentence_of_its_process(
    jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)  # the process finds the package wherever the server was started
    (tmp_path / "bad.csv").write_text("text,label\n一句话,tech\n", encoding="utf-8")
    name = jobs.start(LONG, [tmp_path / "bad.csv"], owner=MINE).name
    job = wait_for(jobs, name, "failed")
    assert "only one class" in job.reason
    assert isinstance(job.reason, Said)
    assert (job.reason.key, job.reason.values["label"]) == ("corpus.one_class", "tech")
    assert "\n" not in job.reason


def test_a_run_folder_deleted_while_it_trains_fails_the_job_with_a_sentence(jobs: Jobs, csv: Path):
    name = jobs.start(LONG, [csv], owner=MINE).name
    wait(lambda: jobs.get(name).step > 3)
    shutil.rmtree(jobs.runs / name, ignore_errors=True)
    wait(lambda: not jobs.is_alive(name))
    job = jobs.get(name)
    assert job.state == "failed"
    assert "Cannot write" in job.reason or "cannot be read" in job.reason


def test_a_full_disk_refuses_a_job_in_one_sentence(jobs: Jobs, csv: Path, monkeypatch):
    def full(path: Path, content: bytes) -> None:
        with files.explained(path.parent):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("moe_demo.runs.files.write_whole", full)
    assert "no space left on device" in refused(lambda: jobs.start(LONG, [csv], owner=MINE))


def test_a_new_seed_gets_a_name_of_its_own(jobs: Jobs, csv: Path):
    jobs.most = 0
    names = [jobs.start(replace(LONG, seed=seed), [csv], owner=MINE).name for seed in range(3)]
    named = jobs.start(LONG, [csv], owner=MINE, name="balance-loss_free-1").name
    again = jobs.start(LONG, [csv], owner=MINE, name="balance-loss_free-1").name
    assert [*names, named, again] == [
        "deepseek-1",
        "deepseek-2",
        "deepseek-3",
        "balance-loss_free-1",
        "balance-loss_free-2",
    ]


def test_jobs_written_within_one_tick_of_the_clock_are_all_in_the_queue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Two files may get one time; what was read between them is not all there is, however long ago that is."""
    waiting = Queue(tmp_path)
    waiting.put("first", PLAY)
    now = tmp_path.stat().st_mtime_ns
    monkeypatch.setattr(queue.time, "time_ns", lambda: now)
    assert waiting.names() == ["first"]
    waiting.put("second", PLAY)
    os.utime(tmp_path, ns=(now, now))
    monkeypatch.setattr(queue.time, "time_ns", lambda: now + 10**10)
    assert waiting.names() == ["first", "second"]

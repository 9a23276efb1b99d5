"""The training page: its buttons and settings ask for what they say, and say what is refused."""

import errno
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from moe_demo import load_run
from moe_demo.config import RunConfig
from moe_demo.jobs.jobs import Jobs
from moe_demo.presets import preset
from moe_demo.runs import files
from moe_demo.runs.commands import problem_path, write_problem
from moe_demo.runs.events import Event
from moe_demo.runs.owners import Caller, new_id
from moe_demo.text.errors import CorpusError
from moe_demo.ui.kit import selection, views
from moe_demo.ui.kit.i18n import text_in
from moe_demo.ui.kit.page_settings import PageSettings
from moe_demo.ui.kit.words import plain
from moe_demo.ui.training.data import picture_data
from tests.pages.app import drawn, opened
from tests.pages.training_page import MINE, THEIRS, buttons, field, press, put_run, with_settings

pytestmark = pytest.mark.usefixtures("jobs")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_recorded_run_is_shown_at_once_and_offers_to_train(lang: str):
    at = opened("training", lang=lang)
    assert at.title[0].value == text_in(lang, "training.title")
    picture = drawn(at, "poll_ms")
    assert [run["address"] for run in picture["runs"]] == ["/live/deepseek"]
    assert picture["state"] == "done"
    last = load_run("deepseek").last_eval
    assert any(f"{last.accuracy:.1%}" in caption.value for caption in at.caption)
    assert buttons(at) == {
        "train": True,
        "step": False,
        "epoch": False,
        "stop": False,
        "same_seed": False,
        "new_seed": True,
    }


def test_train_starts_a_job_with_the_settings_on_the_page(jobs: Jobs):
    at = with_settings(opened("training"))
    field(at, "seed").set_value(7).run()
    field(at, "epochs").set_value(3).run()
    field(at, "lr").set_value(0.002).run()
    field(at, "method").set_value("aux_loss").run()
    field(at, "alpha").set_value(0.25).run()
    with_settings(at, is_open=False)
    assert not at.number_input
    press(at, "train")
    assert jobs.queue() == ["deepseek-1"]
    assert at.query_params["run"] == "deepseek-1"
    config = RunConfig.from_dict(json.loads((jobs.folder / "deepseek-1.config").read_text()))
    wanted = replace(preset("deepseek"), seed=7, epochs=3, lr=0.002)
    assert config == replace(wanted, balance=replace(wanted.balance, method="aux_loss", alpha=0.25))
    assert drawn(at, "poll_ms")["state"] == "queued"
    assert at.info[0].value == text_in("zh", "training.notes.no_training", place=1)
    assert not at.warning


def test_pause_takes_a_job_out_of_the_queue_and_play_puts_it_back(jobs: Jobs):
    at = press(opened("training"), "train")
    assert buttons(at)["pause"]
    press(at, "pause")
    assert jobs.queue() == []
    assert buttons(at)["play"]
    put_run(jobs, "deepseek-2", "stopped")
    at = press(opened("training", run="deepseek-2"), "play")
    assert jobs.queue() == ["deepseek-2"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("name", "value"), [("lr", 0.0), ("lr", 1e9), ("top_k", 99), ("top_k", 0), ("bias_rate", -1.0)]
)
def test_a_setting_no_run_can_have_is_refused_in_one_sentence(jobs: Jobs, lang: str, name: str, value):
    at = with_settings(opened("training", lang=lang))
    field(at, name).set_value(value).run()
    expected = text_in(lang, f"training.rules.{name}", value=value, most=8)
    assert [error.value for error in at.error] == [expected]
    assert not buttons(at)["train"]
    assert jobs.names() == []


def test_another_browsers_run_can_be_watched_but_not_touched(jobs: Jobs):
    put_run(jobs, "document-1", "stopped", owner=THEIRS)
    at = opened("training", run="document-1")
    able = buttons(at)
    assert {name for name, on in able.items() if on} == {"train", "new_seed"}
    assert any(caption.value == text_in("zh", "training.notes.watching") for caption in at.caption)
    assert not [button for button in at.button if button.key == "training.delete"]


def test_a_private_run_of_another_browser_does_not_exist(jobs: Jobs):
    store = put_run(jobs, "document-1", "done", owner=THEIRS)
    ticket = jobs.folder / "document-1.json"
    ticket.write_text(ticket.read_text().replace('"private": false', '"private": true'))
    at = opened("training", run=store.run_id)
    assert at.warning[0].value == text_in("zh", "common.bad_address", names="run")
    assert "document-1" not in str([select.options for select in at.selectbox])


def test_a_run_that_was_cut_off_or_diverged_or_failed_says_so(jobs: Jobs):
    put_run(jobs, "document-1", "running")
    at = opened("training", run="document-1")
    assert at.warning[0].value == text_in("zh", "training.notes.interrupted")
    assert buttons(at)["play"]
    (jobs.runs / "document-1" / "status.json").write_text("{", encoding="utf-8")
    at = opened("training", run="document-1")
    assert "status\\.json" in at.error[0].value
    assert not at.exception
    shutil.rmtree(jobs.runs / "document-1")
    (jobs.folder / "document-1.log").write_text("一行\nThe file bad.csv is empty.\n", encoding="utf-8")
    at = opened("training", run="document-1")
    reason = plain("The file bad.csv is empty.")
    assert at.error[0].value == text_in("zh", "training.notes.failed", reason=reason)
    write_problem(problem_path(jobs.folder / "document-1.commands"), CorpusError("empty", file="坏.csv"))
    at = opened("training", run="document-1")
    reason = plain(text_in("zh", "own_data.errors.empty", file="坏.csv"))
    assert at.error[0].value == text_in("zh", "training.notes.failed", reason=reason)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, "disk_full"), (errno.EROFS, "no_permission")])
def test_a_disk_that_refuses_is_told_in_the_readers_language(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, lang: str, number: int, code: str
):
    at = opened("training", lang=lang)

    def refuse(*_args: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, "fsync", refuse)
    at.button(key="training.main").click().run()
    assert not at.exception
    beginning = text_in(lang, f"errors.run.{code}", folder="|").split("|")[0]
    assert at.error[0].value.startswith(beginning)


def test_divergence_names_the_step_and_what_to_do(jobs: Jobs, monkeypatch: pytest.MonkeyPatch):
    store = put_run(jobs, "document-1", "paused")
    store.note(Event(step=320, kind="diverged", value="27.5"))
    store.note(Event(step=312, kind="paused"))
    with store.lock:  # a process holds it
        at = opened("training", run="document-1")
    assert at.error[0].value == text_in("zh", "training.notes.diverged", step=320, loss="27.5", back=312)


def test_a_run_is_deleted_with_all_its_files(jobs: Jobs):
    put_run(jobs, "document-1", "done")
    at = opened("training", run="document-1")
    at.button(key="training.delete").click().run()
    assert not (jobs.runs / "document-1").exists()
    assert jobs.names() == []
    assert "run" not in at.query_params


def test_two_runs_are_drawn_beside_each_other_with_their_differences_named():
    at = opened("training", run="deepseek", **{"with": "document"})
    assert [run["id"] for run in drawn(at, "poll_ms")["runs"]] == ["deepseek", "document"]
    sentence = next(caption.value for caption in at.caption if "model.n_routed" in caption.value)
    assert "model.n_routed 16 / 3" in sentence
    assert "vocab_size" not in sentence
    assert "model.dim" not in sentence
    gone = opened("training", **{"with": "nobody"})
    assert gone.warning[0].value == text_in("zh", "common.bad_address", names="with")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_of_two_readings_of_the_last_step_it_is_said_which_was_the_best(tmp_path: Path, lang: str):
    """The better one is that before the calibration: both have the same step."""
    folder = tmp_path / "runs" / "mine"
    shutil.copytree(load_run("deepseek").store.folder, folder)
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    before, _ = [line for line in lines if line["kind"] == "eval" and line["step"] == 552]
    before["accuracy"] = 0.99
    (folder / "metrics.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    said = text_in(lang, "training.caption.before", best=0.99, step=552)
    assert any(caption.value.endswith(said) for caption in opened("training", run="mine", lang=lang).caption)


def test_a_checkpoint_in_the_address_is_that_of_every_part_of_the_page():
    run = load_run("deepseek")
    step = run.steps[2]
    shown = opened("training", step=str(step))
    assert drawn(shown, "poll_ms")["step"] == step
    assert drawn(shown, "examples")["step"] == step
    record = next(e for e in run.metrics if getattr(e, "n_headlines", 0) and e.step == step)
    assert any(f"{record.accuracy:.1%}" in caption.value for caption in shown.caption)


def test_of_many_jobs_that_wait_a_few_are_named_and_the_rest_counted(jobs: Jobs):
    for number in range(9):
        browser = Caller(new_id())  # each for itself: one browser alone may not have so many
        jobs.start(load_run("document").config, owner=browser, name=f"document-{number}")
    at = opened("training")
    said = next(caption.value for caption in at.caption if "document-0" in caption.value)
    assert said.count("document-") == 6
    assert text_in("zh", "training.other_more", n=3) in said


def test_the_operator_may_stop_what_others_started(jobs: Jobs, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MOE_DEMO_OPERATOR", "打开")
    put_run(jobs, "document-1", "stopped", owner=THEIRS)
    at = opened("training", run="document-1")
    assert not buttons(at).get("play")
    at.text_input(key="operator.word").set_value("关上").run()
    assert not buttons(at).get("play")
    at.text_input(key="operator.word").set_value("打开").run()
    assert buttons(at)["play"]


def test_what_was_chosen_stays_when_the_settings_are_closed_and_the_language_changes(jobs: Jobs):
    at = with_settings(opened("training"))
    field(at, "method").set_value("aux_loss").run()
    field(at, "alpha").set_value(0.5).run()
    with_settings(with_settings(at, is_open=False))
    assert field(at, "method").value == "aux_loss"
    assert field(at, "alpha").value == 0.5
    at.query_params["lang"] = "en"
    at.run()
    press(at, "train")
    config = json.loads((jobs.folder / "deepseek-1.config").read_text())
    assert (config["balance"]["method"], config["balance"]["alpha"]) == ("aux_loss", 0.5)


def test_who_waits_is_told_for_what(jobs: Jobs, monkeypatch: pytest.MonkeyPatch):
    name = jobs.start(preset("document"), owner=MINE).name
    assert opened("training", run=name).info[0].value == text_in("zh", "training.notes.no_training", place=1)
    monkeypatch.setenv("MOE_DEMO_JOBS", "3")
    assert opened("training", run=name).info[0].value == text_in(
        "zh", "training.notes.queued", place=1, most=3
    )


def test_the_queue_of_the_server_is_seen_by_everyone_but_private_names_are_not(jobs: Jobs):
    first = jobs.start(preset("document"), owner=THEIRS).name
    second = jobs.start(preset("deepseek"), owner=THEIRS, private=True).name
    line = next(caption.value for caption in opened("training").caption if first in caption.value)
    waits = text_in("zh", "training.states.queued")
    assert f"{first}（{waits} 1）" in line
    assert f"{text_in('zh', 'training.private')}（{waits} 2）" in line
    assert second not in line


@pytest.mark.parametrize(("step", "told"), [(None, 276), (8, 552)])
def test_who_follows_a_run_is_told_the_newest_checkpoint_that_the_strip_shows(step: int | None, told: int):
    """Not one that was written since, or the strip would stay behind it: the picture asks for what is newer."""
    address = () if step is None else (("step", str(step)),)
    chosen, run = selection.parsed(PageSettings, address), views.opened_run("deepseek", step)
    view = views.View(chosen, run, views.traced(run, chosen.text))
    assert run.steps[-2:] == (276, 552)
    assert picture_data(view, "paused", newest_drawn=276)["newest"] == told

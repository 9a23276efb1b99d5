"""A run begun again, from the same seed or another: the new one stands in the address, and stays there."""

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from moe_demo import load_run
from moe_demo.config import RunConfig
from moe_demo.jobs.jobs import Jobs
from moe_demo.presets import preset
from moe_demo.ui.kit import selection
from tests.pages.app import opened
from tests.pages.training_page import MINE, buttons, press, put_run

pytestmark = pytest.mark.usefixtures("jobs")


def test_new_seed_and_reset_begin_new_runs(jobs: Jobs):
    put_run(jobs, "document-1", "paused")
    at = press(opened("training", run="document-1"), "new_seed")
    assert at.query_params["run"] == "document-2"
    at = press(opened("training", run="document-1"), "same_seed")
    assert at.query_params["run"] == "document-3"
    seeds = [
        RunConfig.from_dict(json.loads((jobs.folder / f"document-{n}.config").read_text())).seed
        for n in (2, 3)
    ]
    base = load_run("document").config.seed
    assert seeds == [base + 1, base]


@pytest.mark.parametrize("button", ["same_seed", "new_seed"])
def test_who_has_as_many_jobs_as_they_may_can_begin_one_of_them_again(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, button: str
):
    monkeypatch.setenv("MOE_DEMO_OPEN_JOBS", "1")
    first = jobs.start(preset("document"), owner=MINE).name
    at = press(opened("training", run=first), button)
    assert [error.value for error in at.error] == []
    assert jobs.queue() == [at.query_params["run"]] == ["document-2"]
    assert jobs.get(first).state == "stopped"


@pytest.mark.parametrize(("went", "stands"), [("document", "deepseek"), ("elsewhere", "elsewhere")])
def test_a_request_sent_before_the_browser_knew_the_new_run_does_not_lead_back(went: str, stands: str):
    def script() -> None:
        from moe_demo.ui.kit import selection

        selection.keep()

    at = AppTest.from_function(script)
    at.query_params["run"] = went
    at.session_state["selection.written"] = {"run": "document"}, {"run": "deepseek"}
    at.run()
    assert not at.exception
    assert at.query_params["run"] in (stands, [stands])


def test_a_request_with_the_lists_of_the_run_before_does_not_lead_back(jobs: Jobs):
    jobs.start(preset("deepseek"), owner=MINE)
    at = opened("training", run="deepseek-1")
    before, again = list(at.selectbox), at.button(key="training.same_seed")
    for field in before:
        field.set_value(field.value)  # what it shows
    again.click().run()
    again.set_value(False)  # pressed once
    before[0].run()  # the picture has told of a state before the browser had the new lists
    assert at.query_params["run"] == "deepseek-2"
    assert buttons(at)["stop"]


def test_again_of_a_run_that_waits_begins_with_its_own_settings(jobs: Jobs, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Jobs, "advance", lambda _: None)
    config = replace(preset("document"), epochs=3)
    name = jobs.start(config, owner=MINE).name
    assert not jobs.has_begun(name)
    at = opened("training", run=name)
    press(at, "same_seed")
    other = next(one for one in jobs.names() if one != name)
    assert jobs.asked_for(other)[0] == config


def test_a_run_stops_once_the_one_begun_anew_stands_in_the_address(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
):
    """What stops is told of by its picture: the page has left it by then."""
    told = []
    monkeypatch.setattr(Jobs, "stop", lambda *_: told.append(selection.current().run))
    jobs.start(preset("deepseek"), owner=MINE)
    press(opened("training", run="deepseek-1"), "same_seed")
    assert told == ["deepseek-2"]


def test_back_to_the_run_before_holds_where_nothing_was_pressed():
    at = opened("training", run="document")
    at.session_state["selection.written"] = {"run": "document"}, {"run": "deepseek"}
    at.run()
    assert "selection.written" not in at.session_state

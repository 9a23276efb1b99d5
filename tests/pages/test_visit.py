"""A browser that takes no cookies: its page and the routes it asks know it in the same way."""

from pathlib import Path

import pytest
from starlette.requests import HTTPConnection

from moe_demo.jobs.jobs import Jobs
from moe_demo.runs.owners import Caller, is_id
from moe_demo.ui.server.visitor import HEADER, visitor_of
from tests.pages.app import drawn, opened


def test_the_page_gives_the_browser_the_id_under_which_it_started_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MOE_DEMO_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("MOE_DEMO_JOBS", "0")
    at = opened("training")
    visit = drawn(at, "poll_ms")["visit"]
    at.button(key="training.main").click().run()
    assert is_id(visit)
    assert drawn(at, "poll_ms")["visit"] == visit
    [name] = Jobs(tmp_path / "runs").names()
    headers = [(HEADER.encode(), visit.encode())]
    caller = Caller(visitor_of(HTTPConnection({"type": "http", "headers": headers})))
    assert caller.owns(Jobs(tmp_path / "runs").get(name).owner)

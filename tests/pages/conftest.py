"""What tests of several pages need."""

from pathlib import Path

import pytest

from moe_demo.jobs.jobs import Jobs
from moe_demo.ui.kit import caller
from tests.pages.training_page import MINE


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """A folder of runs of its own, a browser that is known, and no place for any process: what starts, waits."""
    monkeypatch.setenv("MOE_DEMO_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("MOE_DEMO_JOBS", "0")
    monkeypatch.setattr(caller, "visitor_id", lambda: MINE.visitor)
    return Jobs(tmp_path / "runs", most=0)

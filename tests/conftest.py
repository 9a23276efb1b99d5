"""Fixtures for every test. Nothing here imports the app: a unit test stays quick."""

import os
from pathlib import Path

import pytest

# One thread: with more, small operations stall whenever another process runs. Read when torch is loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parents[1]

# The transformers library must not even try to reach a hub.
os.environ["HF_HUB_OFFLINE"] = "1"

# A text that a locale does not have is an error, here and on the servers that browser tests start.
os.environ["MOE_DEMO_STRICT_TEXT"] = "1"


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The folder that holds app.py."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real headlines beside the repository; not part of it, so its absence skips."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(
            "the real headlines are not there: they are expected in ../shared/data beside the repository"
        )
    return folder

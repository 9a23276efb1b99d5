"""Fixtures for the tests of training and asking: a small file of headlines and a run trained on it."""

from pathlib import Path

import pytest

from tests import toy


@pytest.fixture(scope="session")
def csv(tmp_path_factory) -> Path:
    """The toy corpus as a file."""
    return toy.write_csv(tmp_path_factory.mktemp("data") / "toy.csv")


@pytest.fixture(scope="session")
def run(csv: Path, tmp_path_factory) -> str:
    """A small trained run, by the command line itself; tests only read it."""
    from moe_demo.cli import main

    folder, config = tmp_path_factory.mktemp("runs") / "small", toy.config(patience=0, epochs=2)
    assert main(["train", "--data", str(csv), "--out", str(folder), *toy.as_options(config)]) == 0
    return str(folder)


@pytest.fixture
def runs_folder(tmp_path: Path, monkeypatch) -> Path:
    """Where the command line keeps its runs during this test."""
    monkeypatch.setenv("MOE_DEMO_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


# What starting a block is taken to cost decides in which of three ways the experts' sum is computed.
WAYS = {"all experts as one network": 1e12, "few blocks": 10_000, "a block for every load": 0}


@pytest.fixture(params=WAYS.values(), ids=WAYS.keys())
def way(request, monkeypatch):
    """Take each of these ways in turn; the law that is tested holds in all of them."""
    from moe_demo.model import experts

    monkeypatch.setitem(experts._START_COST, "cpu", request.param)

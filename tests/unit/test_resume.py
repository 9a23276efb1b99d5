"""Killed outright at any moment and resumed, a run ends with the very bits of one that was left alone."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from moe_demo.runs.store import RunStore
from moe_demo.training.train import resume_run, train_run
from tests import toy
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kill -9 is a thing of POSIX")


def kill_after_lines(command: list[str], folder: Path, n_lines: int) -> None:
    """Start training, wait for so many lines of metrics, and kill it a random moment later."""
    metrics = folder / "metrics.jsonl"
    with subprocess.Popen(
        [sys.executable, "-m", "moe_demo", *command], cwd=ROOT, stderr=subprocess.PIPE
    ) as process:
        give_up = time.monotonic() + 60
        while not metrics.exists() or metrics.read_bytes().count(b"\n") < n_lines:
            assert process.poll() is None, process.stderr.read().decode()
            assert time.monotonic() < give_up
            time.sleep(0.001)
        time.sleep(random.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL


def test_a_run_killed_twice_and_resumed_equals_one_left_alone(tmp_path: Path):
    csv, folder, config = (
        toy.write_csv(tmp_path / "toy.csv"),
        tmp_path / "killed",
        toy.config(batch_size=4, epochs=14, patience=0),
    )
    train_run(tmp_path / "whole", config, [csv])
    new = ["train", "--data", str(csv), "--out", str(folder), *toy.as_options(config)]
    kill_after_lines(new, folder, random.randint(10, 40))
    assert RunStore(folder).status().interrupted
    kill_after_lines(["train", "--resume", str(folder)], folder, random.randint(70, 100))
    assert RunStore(folder).status().interrupted
    outcome = resume_run(folder)
    assert (outcome.state, outcome.step) == ("done", 126)
    assert toy.record_of(folder) == toy.record_of(tmp_path / "whole")

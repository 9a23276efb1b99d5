"""The record of one batch over two processes: what was sent, against a count by hand, and the match with one."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from moe_demo.cli import main
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.run import load_run
from moe_demo.jobs.parallel import ParallelJob
from tests.conftest import ROOT
from tests.unit.test_distributed import process_of_rank, pytestmark, torchrun

__all__ = ["pytestmark"]


@pytest.fixture(scope="module")
def record(run: str, tmp_path_factory) -> dict:
    out = tmp_path_factory.mktemp("parallel")
    command = ["-m", "moe_demo", "parallel", run, "--repeats", "3", "--out", str(out)]
    done = subprocess.run(
        torchrun(*command), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "bytes as routing predicts: yes" in done.stdout
    return json.loads((out / "parallel.json").read_text())


def test_every_pair_of_ranks_was_sent_what_the_routing_of_each_headline_alone_says(record: dict, run: str):
    """Headlines in turn to the two ranks, eight experts on each; a row has D numbers, and K gates and K indices."""
    loaded = load_run(run)
    texts, model = split_of_run(loaded.store).held_out.texts, loaded.config.model
    row = 4 * model.dim + 4 * model.top_k + 8 * model.top_k
    for layer, found in enumerate(record["layers"]):
        copies, assignments = ([[0, 0], [0, 0]] for _ in range(2))
        for number, text in enumerate(texts):
            for experts in loaded.trace(text).layers[layer].topk_idx_TK.tolist():
                for rank in (0, 1):
                    n_here = sum(expert // 8 == rank for expert in experts)
                    copies[number % 2][rank] += n_here > 0
                    assignments[number % 2][rank] += n_here
        assert found["copies_NN"] == copies
        assert found["assignments_NN"] == assignments
        assert sum(found["load_E"]) == record["n_tokens"] * model.top_k
        assert found["bytes_NN"]["dispatch"] == [[8 + n * row for n in sent] for sent in copies]
        back = [[copies[to][at] * 4 * model.dim for to in (0, 1)] for at in (0, 1)]
        assert found["bytes_NN"]["combine"] == back
        between = sum(found["bytes_NN"][phase][a][1 - a] for phase in ("dispatch", "combine") for a in (0, 1))
        assert found["bytes_between"] == between


def test_the_numbers_are_those_of_a_single_process(record: dict):
    assert record["differences"].keys() == {"class_scores", "loss", "gradients"}
    assert max(record["differences"].values()) <= 1e-6
    assert record["largest_gradient"] > 1e-3  # so the match says something


def test_every_rank_has_a_time_for_every_phase(record: dict):
    for layer in record["layers"]:
        assert layer["seconds_N"].keys() == {"dispatch", "experts", "combine"}
        assert all(len(times) == 2 and min(times) > 0 for times in layer["seconds_N"].values())


def test_one_process_has_nobody_to_share_experts_with(run: str, capsys):
    assert main(["parallel", run]) == 2
    assert "start them with torchrun" in capsys.readouterr().err


def test_a_job_whose_rank_is_killed_says_so_and_leaves_no_process(run: str, tmp_path: Path):
    job = ParallelJob(tmp_path / "job")
    assert job.state == "none"
    job.start(run, n_processes=2, repeats=1_000_000)
    assert job.state == "running"
    wait_until(lambda: "over 2 processes" in (job.folder / "log").read_text())
    launcher = int((job.folder / "pid").read_text())
    pids = [process_of_rank(rank, launcher) for rank in (0, 1)]
    os.kill(pids[1], signal.SIGKILL)
    wait_until(lambda: job.state == "failed")
    assert "has lost the connection to another one" in job.problem
    assert job.problem.key == "run.lost_process"
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def wait_until(holds: Callable[[], bool]) -> None:
    """As long as the message and the end of all processes may take."""
    give_up = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_a_job_that_cannot_begin_tells_why(tmp_path: Path):
    job = ParallelJob(tmp_path / "job")
    job.start("no-such-run", n_processes=1)
    wait_until(lambda: job.state != "running")
    assert (job.state, job.problem.key) == ("failed", "run.unknown")

"""Two real processes under torchrun train one run: same weights, loads of the whole batch, one end for all."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from moe_demo.config import BalanceConfig
from moe_demo.runs.metrics import StepMetrics
from moe_demo.runs.store import RunStore
from moe_demo.training.train import resume_run, train_run
from tests import toy
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="torchrun with gloo, and /proc")

# Without dropout the batch is all that is drawn, and it does not depend on the number of processes.
MODEL = toy.config().model
CONFIG = toy.config(
    model=type(MODEL)(**(vars(MODEL) | {"dropout": 0.0, "token_dropout": 0.0})),
    balance=BalanceConfig(method="loss_free", bias_rate=0.01),
    epochs=3,
    patience=0,
    outlier_weight=0.5,
)


def torchrun(*command: str) -> list[str]:
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    return [sys.executable, *launcher, *command]


def steps_of(folder: Path) -> list[StepMetrics]:
    return [record for record in RunStore(folder).metrics()[0] if isinstance(record, StepMetrics)]


def test_two_processes_train_what_one_does(tmp_path: Path):
    csv = toy.write_csv(tmp_path / "toy.csv")
    train_run(tmp_path / "one", CONFIG, [csv])
    command = ["-m", "tests.unit.rank_dump", str(tmp_path / "ranks"), "train", "--data", str(csv)]
    command += ["--out", str(tmp_path / "two"), *toy.as_options(CONFIG)]
    done = subprocess.run(
        torchrun(*command), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("held-out accuracy") == 1  # one process speaks

    one, two = steps_of(tmp_path / "one"), steps_of(tmp_path / "two")
    assert len(two) == 12
    for step in two:
        assert [sum(load) for load in step.load_LE] == [step.n_tokens * CONFIG.model.top_k] * 2
    assert two[0].load_LE == one[0].load_LE
    assert two[0].bias_LE == one[0].bias_LE
    assert two[0].n_tokens == one[0].n_tokens
    assert two[0].ce_loss == pytest.approx(one[0].ce_loss, abs=1e-5)
    assert two[0].grad_norm == pytest.approx(one[0].grad_norm, rel=1e-3)
    assert [s.ce_loss for s in two] == pytest.approx([s.ce_loss for s in one], rel=0.1)

    first, second = (torch.load(tmp_path / f"ranks-{rank}.pt") for rank in (0, 1))
    assert any("bias_E" in name and value.any() for name, value in first.items())
    for name, value in first.items():
        assert torch.equal(value, second[name]), name


def test_a_stop_that_reaches_one_process_stops_both_at_the_same_step(tmp_path: Path):
    csv, folder = toy.write_csv(tmp_path / "toy.csv"), tmp_path / "run"
    config = toy.config(epochs=30, patience=0)
    command = ["-m", "moe_demo", "train", "--data", str(csv), "--out", str(folder), *toy.as_options(config)]
    with subprocess.Popen(
        torchrun(*command), cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    ) as launcher:
        give_up = time.monotonic() + 60
        while not (folder / "metrics.jsonl").exists() and launcher.poll() is None:
            assert time.monotonic() < give_up
            time.sleep(0.01)
        os.kill(process_of_rank(1, launcher.pid), signal.SIGTERM)
        out, err = launcher.communicate(timeout=60)
    assert b"Stopped at step" in out, err.decode()
    status = RunStore(folder).status()
    assert (status.state, status.reason) == ("stopped", "stopped by another process")
    assert status.step < 120
    assert steps_of(folder)[-1].step == status.step
    outcome = resume_run(folder)  # one process may go on with what two began
    assert (outcome.state, outcome.step) == ("done", 120)


def process_of_rank(rank: int, parent: int) -> int:
    """The child of torchrun that has this rank."""
    for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        if f"RANK={rank}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            return int(pid)
    raise AssertionError(f"no process of rank {rank}")

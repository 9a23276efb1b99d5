"""`train --expert-parallel` under torchrun: the losses of one process, whole checkpoints, and what goes wrong said."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from moe_demo.cli import main
from moe_demo.config import BalanceConfig
from moe_demo.routers import with_router
from moe_demo.runs.store import RunStore
from moe_demo.training.train import Silent, resume_run, train_run
from tests import toy
from tests.conftest import ROOT
from tests.unit.test_distributed import process_of_rank, pytestmark, steps_of

__all__ = ["pytestmark"]

# With every dropout at 0 the batch is all that is drawn; it does not depend on the number of processes.
MODEL = toy.config().model
WITHOUT_DROPOUT = type(MODEL)(**(vars(MODEL) | {"dropout": 0.0, "token_dropout": 0.0}))
CONFIG = toy.config(model=WITHOUT_DROPOUT, epochs=3, patience=0)  # 12 steps
LONG = toy.config(model=WITHOUT_DROPOUT, epochs=40, patience=0)


def torchrun(n_processes: int, *command: str) -> list[str]:
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={n_processes}"]
    return [sys.executable, *launcher, *command]


def run_to_end(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def assert_same_training(folder: Path, one: Path) -> None:
    """The same steps with the same losses and loads, and final weights that are whole and the same."""
    steps, expected = steps_of(folder), steps_of(one)
    assert [step.loss for step in steps] == pytest.approx([step.loss for step in expected], abs=1e-5)
    assert [step.load_LE for step in steps] == [step.load_LE for step in expected]
    assert [step.grad_norm for step in steps] == pytest.approx([s.grad_norm for s in expected], rel=1e-3)
    (ours, step), (theirs, expected_step) = RunStore(folder).load_model(), RunStore(one).load_model()
    assert step == expected_step
    for (name, value), other in zip(ours.state_dict().items(), theirs.state_dict().values(), strict=True):
        torch.testing.assert_close(value, other, atol=1e-4, rtol=1e-3, msg=name)


def test_four_processes_with_the_experts_on_each_two_train_what_one_does(tmp_path: Path):
    """Losses over the whole batch, and others than the runs below have."""
    csv, folder = toy.write_csv(tmp_path / "toy.csv"), tmp_path / "four"
    config = replace(CONFIG, balance=BalanceConfig(method="aux_loss", alpha=0.1, device_alpha=0.1))
    train_run(tmp_path / "one", config, [csv])
    command = ["-m", "tests.unit.rank_dump", str(tmp_path / "ranks"), "train", "--expert-parallel", "2"]
    command += ["--data", str(csv), "--out", str(folder), *toy.as_options(config)]
    done = run_to_end(*torchrun(4, *command))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("held-out accuracy") == 1  # one process speaks
    assert_same_training(folder, tmp_path / "one")

    held = [torch.load(tmp_path / f"ranks-{rank}.pt") for rank in range(4)]
    for name, whole in RunStore(folder).load_model()[0].state_dict().items():
        copies = [held[:2], held[2:]]
        if ".experts." in name:
            found = [torch.cat([rank[name] for rank in copy]) for copy in copies]
            assert held[0][name].shape[0] == 8
        else:
            found = [rank[name] for copy in copies for rank in copy]
        assert all(torch.equal(value, whole) for value in found), name


def test_two_processes_look_at_words_and_their_kinds_as_one_does(tmp_path: Path):
    """A hash layer, and one with a bias for each kind of word: its loads are those of both processes."""
    csv, folder = toy.write_csv(tmp_path / "toy.csv"), tmp_path / "two"
    config = with_router(CONFIG, "v4-hash")
    config = replace(config, model=replace(config.model, kind_biases=True))
    train_run(tmp_path / "one", config, [csv])
    command = ["-m", "moe_demo", "train", "--expert-parallel", "2", "--data", str(csv), "--out", str(folder)]
    done = run_to_end(*torchrun(2, *command, *toy.as_options(config)))
    assert done.returncode == 0, done.stderr
    assert_same_training(folder, tmp_path / "one")
    _, learned = RunStore(folder).load_model()[0].moe_layers
    assert (learned.router.kind_bias_ZE != 0).any(1).sum() > 2


def test_a_rank_that_is_killed_is_told_of_and_one_process_goes_on_with_the_run(tmp_path: Path):
    csv, folder = toy.write_csv(tmp_path / "toy.csv"), tmp_path / "killed"
    command = ["-m", "moe_demo", "train", "--expert-parallel", "2", "--data", str(csv), "--out", str(folder)]
    with subprocess.Popen(
        torchrun(2, *command, *toy.as_options(LONG)),
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as launcher:
        wait_for_steps(folder, 8, launcher)
        pids = [process_of_rank(rank, launcher.pid) for rank in (0, 1)]
        os.kill(pids[1], signal.SIGKILL)
        _, err = launcher.communicate(timeout=30)
    assert "Rank 0 of 2 has lost the connection to another one and stops" in err
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert RunStore(folder).status().interrupted
    assert (resume_run(folder).state, RunStore(folder).status().step) == ("done", 160)
    train_run(tmp_path / "one", LONG, [csv])
    assert_same_training(folder, tmp_path / "one")


def wait_for_steps(folder: Path, n_steps: int, launcher: subprocess.Popen[str]) -> None:
    give_up = time.monotonic() + 60
    while not (folder / "metrics.jsonl").exists() or len(steps_of(folder)) < n_steps:
        assert launcher.poll() is None, launcher.stderr and launcher.stderr.read()
        assert time.monotonic() < give_up
        time.sleep(0.01)


class StopsAfter(Silent):
    """Asks for a stop as Ctrl-C does, once so many steps have been taken."""

    def __init__(self, n_steps: int) -> None:
        self.n_steps = n_steps

    def on_step(self, metrics) -> None:
        if metrics.step == self.n_steps:
            os.kill(os.getpid(), signal.SIGTERM)


def test_processes_that_share_experts_go_on_with_what_one_began(tmp_path: Path):
    csv, folder = toy.write_csv(tmp_path / "toy.csv"), tmp_path / "begun"
    assert train_run(folder, CONFIG, [csv], watcher=StopsAfter(5)).state == "stopped"
    command = ["-m", "moe_demo", "train", "--expert-parallel", "2", "--resume", str(folder)]
    done = run_to_end(*torchrun(2, *command))
    assert done.returncode == 0, done.stderr
    train_run(tmp_path / "one", CONFIG, [csv])
    assert_same_training(folder, tmp_path / "one")


# -- bad input -------------------------------------------------------------------------------------------------


def test_processes_among_which_the_experts_cannot_be_shared_out(tmp_path: Path):
    csv, config = toy.write_csv(tmp_path / "toy.csv"), toy.config(batch_size=9)
    command = ["-m", "moe_demo", "train", "--expert-parallel", "3", "--data", str(csv), "--out", "x"]
    done = run_to_end(*torchrun(3, *command, *toy.as_options(config)))
    assert done.returncode != 0
    sentence = "The 16 experts cannot be shared out evenly among 3 processes; let --expert-parallel be a divisor of 16."
    assert done.stderr.count(sentence) == 1
    assert "moe_demo/cli" not in done.stderr  # no traceback of ours


@pytest.mark.parametrize("value", ["4", "0", "-2"])
def test_experts_are_not_shared_out_without_torchrun(value: str, tmp_path: Path, capsys):
    csv = toy.write_csv(tmp_path / "toy.csv")
    command = ["train", "--expert-parallel", value, "--data", str(csv), "--out", str(tmp_path / "run")]
    assert main(command) == 2
    assert "--expert-parallel" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def as_rank(rank: int, port: int, monkeypatch) -> None:
    """This process is one of two that were started without torchrun, as a scheduler of a cluster does."""
    values = {"RANK": rank, "WORLD_SIZE": 2, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    for name, value in (values | {"MOE_DEMO_START_SECONDS": 1}).items():
        monkeypatch.setenv(name, str(value))


@pytest.mark.parametrize("rank", [0, 1])
def test_a_rank_that_never_comes_up(rank: int, free_port: int, monkeypatch, capsys, tmp_path: Path):
    as_rank(rank, free_port, monkeypatch)
    assert main(["train", "--out", str(tmp_path / "run")]) == 2
    assert f"Rank {1 - rank} of 2 did not come up within 1 s" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_port_in_use(free_port: int, monkeypatch, capsys, tmp_path: Path):
    as_rank(0, free_port, monkeypatch)
    with socket.socket(socket.AF_INET6) as other:
        other.bind(("::", free_port))
        other.listen()
        assert main(["train", "--out", str(tmp_path / "run")]) == 2
    said = capsys.readouterr().err
    assert re.fullmatch(rf"The processes cannot meet at port {free_port}: address already in use; .*\n", said)


@pytest.mark.parametrize(("local_rank", "speaks"), [("0", True), ("1", False)])
def test_of_a_problem_that_all_of_a_machine_have_its_first_process_speaks(
    local_rank: str, speaks: bool, monkeypatch, capsys
):
    """Also on the second machine: what is missing there, the first one cannot tell."""
    monkeypatch.setenv("RANK", "3")
    monkeypatch.setenv("LOCAL_RANK", local_rank)
    assert main(["trace", "--run", "no-such-run", "火箭夺冠"]) == 2
    assert ("There is no run 'no-such-run'" in capsys.readouterr().err) == speaks

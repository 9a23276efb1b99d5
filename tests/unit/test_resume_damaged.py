"""What cannot go on is told in one sentence, and everything stays in the folder as it was."""

import json
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save

from moe_demo.runs.metrics import StepMetrics
from moe_demo.runs.store import RunError, RunStore
from moe_demo.training.train import Silent, resume_run, train_run
from tests import toy

Tensors = dict[str, torch.Tensor]
CONFIG = toy.config(patience=0)


@dataclass
class StopAt(Silent):
    step: int

    def on_step(self, metrics: StepMetrics) -> None:
        if metrics.step == self.step:
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture(scope="module")
def stopped_once(csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "stopped"
    assert train_run(folder, CONFIG, [csv], watcher=StopAt(6)).state == "stopped"
    return folder


@pytest.fixture
def stopped(stopped_once: Path, tmp_path: Path) -> Path:
    """A run that was stopped after six of sixteen steps."""
    return Path(shutil.copytree(stopped_once, tmp_path / "stopped"))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(folder: Path) -> str:
    """The sentence in which going on ends; nothing in the folder is another."""
    before = contents(folder)
    with pytest.raises(RunError) as caught:
        resume_run(folder)
    assert contents(folder) == before
    assert RunStore(folder).status().step == 6
    return str(caught.value)


def rewrite(folder: Path, change: Callable[[Tensors, dict[str, str]], Any]) -> None:
    """Change tensors and metadata of the state to continue from."""
    path = folder / "resume.safetensors"
    with safe_open(path, framework="pt") as file:
        tensors, metadata = {name: file.get_tensor(name) for name in file.keys()}, file.metadata()  # noqa: SIM118
    change(tensors, metadata)
    path.write_bytes(save(tensors, metadata=metadata))


def first(tensors: Tensors, start: str) -> str:
    return next(name for name in tensors if name.startswith(start))


def with_value(start: str, value: float) -> Callable[[Tensors, dict[str, str]], Any]:
    def change(tensors: Tensors, metadata: dict[str, str]) -> None:
        tensors[first(tensors, start)].fill_(value)

    return change


DAMAGES: dict[str, Callable[[Tensors, dict[str, str]], Any]] = {
    "a step below 0": lambda t, m: m.update(step="-1"),
    "a step in Arabic digits": lambda t, m: m.update(step="٦"),
    "a step with an underscore": lambda t, m: m.update(step="0_6"),
    "a step with 5,000 digits": lambda t, m: m.update(step="6" * 5000),
    "no step": lambda t, m: m.pop("step") and m.update(x="y"),
    "a moment of another shape": lambda t, m: t.update({first(t, "optimizer/exp_avg/"): torch.zeros(3)}),
    "a missing moment": lambda t, m: t.pop(first(t, "optimizer/exp_avg_sq/")),
    "moments of one matrix missing": lambda t, m: [
        t.pop(f"optimizer/{moment}/head.weight") for moment in ("exp_avg", "exp_avg_sq", "step")
    ],
    "no count of steps": lambda t, m: [t.pop(name) for name in list(t) if name.startswith("optimizer/step/")],
    "a moment of nobody": lambda t, m: t.update({"optimizer/exp_avg/nobody": torch.zeros(1)}),
    "a name that is none": lambda t, m: t.update({"optimizer/x": torch.zeros(1)}),
    "a moment that is no number": with_value("optimizer/exp_avg/", float("nan")),
    "an infinite moment": with_value("optimizer/exp_avg_sq/", float("inf")),
    "a square below 0": with_value("optimizer/exp_avg_sq/", -1.0),
    "another count of steps": with_value("optimizer/step/", 0.0),
    "complex weights": lambda t, m: t.update(
        {"model/head.weight": t["model/head.weight"].to(torch.complex64)}
    ),
    "a step beyond the record": lambda t, m: (
        m.update(step="9"),
        [t[name].fill_(9.0) for name in t if name.startswith("optimizer/step/")],
    ),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_state_that_cannot_be_gone_on_from_changes_nothing(stopped: Path, damage: Any):
    rewrite(stopped, damage)
    assert str(stopped) in refused(stopped)


def test_where_the_state_is_missing_nothing_is_trained_anew_without_a_word(stopped: Path):
    (stopped / "resume.safetensors").unlink()
    assert "resume.safetensors, the state to continue from, is missing" in refused(stopped)


@pytest.mark.parametrize("kept", ["status.json", "metrics.jsonl", "checkpoints"])
def test_one_sign_of_steps_is_enough(stopped: Path, kept: str):
    """Whatever tells that steps were taken is worth more than a start from nothing."""
    (stopped / "resume.safetensors").unlink()
    if kept != "status.json":
        status = json.loads((stopped / "status.json").read_text()) | {"step": 0, "state": "running"}
        (stopped / "status.json").write_text(json.dumps(status))
    if kept != "metrics.jsonl":
        (stopped / "metrics.jsonl").unlink()
    if kept != "checkpoints":
        shutil.rmtree(stopped / "checkpoints")
    before = contents(stopped)
    with pytest.raises(RunError, match="is missing"):
        resume_run(stopped)
    assert contents(stopped) == before


def test_a_run_killed_before_its_first_state_begins_again(stopped: Path, csv: Path, tmp_path: Path):
    """As `kill -9` leaves it after the first evaluation: a line of step 0, its checkpoint, and a torn line."""
    (stopped / "resume.safetensors").unlink()
    lines = (stopped / "metrics.jsonl").read_text().splitlines(keepends=True)
    (stopped / "metrics.jsonl").write_text(lines[0] + lines[1][:30])
    for path in (stopped / "checkpoints").iterdir():
        if path.name != "step-000000.safetensors":
            path.unlink()
    status = json.loads((stopped / "status.json").read_text()) | {"step": 0, "state": "starting"}
    (stopped / "status.json").write_text(json.dumps(status))
    train_run(tmp_path / "whole", CONFIG, [csv])
    assert resume_run(stopped).state == "done"
    assert toy.record_of(stopped) == toy.record_of(tmp_path / "whole")


def test_a_change_that_no_run_can_have_is_blamed_on_its_file_before_anything_is_taken_back(stopped: Path):
    (stopped / "events.jsonl").write_text('{"step": 3, "kind": "lr", "value": 1e9, "before": 0.1}\n')
    assert "events.jsonl has a change of settings" in refused(stopped)


def test_a_line_that_is_no_record_is_a_lost_step(stopped: Path):
    path = stopped / "metrics.jsonl"
    lines = path.read_text().splitlines()
    place = next(n for n, line in enumerate(lines) if json.loads(line)["step"] == 3)
    lines[place] = '{"step": "3"}'
    path.write_text("\n".join(lines) + "\n")
    assert "has lost step 3" in refused(stopped)


def test_going_back_to_a_start_without_moments_forgets_those_there_are():
    from moe_demo.runs.weights import set_training_state, training_state
    from moe_demo.training.train import build_trainer

    trainer = build_trainer(CONFIG, toy.split())
    start = {name: value.clone() for name, value in training_state(trainer.model, trainer.optimizer).items()}
    trainer.step()
    set_training_state(trainer.model, trainer.optimizer, start)
    assert training_state(trainer.model, trainer.optimizer).keys() == start.keys()

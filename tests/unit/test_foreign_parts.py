"""Parts of a run folder that no training of it wrote: weights of another kind or step, lines nobody can measure."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save

from moe_demo.insight.run import load_run
from moe_demo.runs.data import data_info
from moe_demo.runs.store import RunStore
from moe_demo.training.train import build_trainer
from tests import toy
from tests.unit.sentences import sentence


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """A run with one evaluation, one step and two checkpoints."""
    trainer, store = build_trainer(toy.config(), toy.split()), RunStore(tmp_path / "a run")
    store.create(trainer.config, trainer.encoder.vocabulary, data_info([], toy.split()), n_steps=16)
    store.append(replace(trainer.evaluate(), step=0))
    store.append(trainer.step())
    for step in (0, 1):
        store.save_checkpoint(trainer.model, step)
    store.write_status("done", 1, 16)
    return store


CHANGES = {
    "a scale of another shape": lambda t: t.update({"head.weight.scale": torch.ones(7, 5)}),
    "a scale of what was not rounded": lambda t: t.update({"head.weight.scale": torch.ones(3, 1)}),
    "a scale of nothing": lambda t: t.update({"nothing.scale": torch.ones(3, 1)}),
    "complex weights": lambda t: t.update({"head.weight": t["head.weight"].to(torch.complex64)}),
    "truth values": lambda t: t.update({"head.weight": t["head.weight"].bool()}),
    "whole numbers": lambda t: t.update({"head.weight": t["head.weight"].long()}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_weights_of_another_kind_are_refused(store: RunStore, change):
    path = store.folder / "checkpoints/step-000001.safetensors"
    tensors = load_file(path)
    change(tensors)
    path.write_bytes(save(tensors, metadata={"step": "1"}))
    assert "does not fit" in sentence(store.load_model)


def test_a_checkpoint_of_another_step_is_refused(store: RunStore):
    folder = store.folder / "checkpoints"
    (folder / "step-000001.safetensors").rename(folder / "step-000007.safetensors")
    assert "has the weights of step 1" in sentence(store.load_model)
    assert store.load_model(0)[1] == 0


@pytest.mark.parametrize("name", ["step-١٢٣٤٥٦", "step-7", "step-0000000007", "step-0_0_7"])
def test_a_name_that_no_checkpoint_has_is_none(store: RunStore, name: str):
    (store.folder / f"checkpoints/{name}.safetensors").write_bytes(b"x")
    assert store.checkpoint_steps() == [0, 1]


@pytest.mark.parametrize(
    "changes",
    [
        {"accuracy": -5},
        {"accuracy": 1.5},
        {"loss": 1e300},
        {"step": -1},
        {"step": 17},
        {"load_LE": [[-1] * 16, [0] * 16]},
        {"n_tokens": -1},
    ],
)
def test_a_line_of_what_nobody_can_measure_is_left_out(store: RunStore, changes):
    line = json.loads((store.folder / "metrics.jsonl").read_text().splitlines()[1])
    with (store.folder / "metrics.jsonl").open("a") as file:
        file.write(json.dumps(line | changes) + "\n")
    records, notice = store.metrics()
    assert [record.step for record in records] == [0, 1]
    assert "line 3 is torn or of another run" in notice


def test_a_change_that_no_run_can_have_is_blamed_on_its_file(store: RunStore):
    (store.folder / "events.jsonl").write_text('{"step": 0, "kind": "top_k", "value": 99, "before": 4}\n')
    told = sentence(lambda: load_run(store.folder))
    assert "events.jsonl has a change of settings" in told
    assert "config.json" not in told


def test_a_word_of_white_space_is_no_word(store: RunStore):
    path = store.folder / "vocab.txt"
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join([lines[0], " \u3000", *lines[2:]]), encoding="utf-8")
    assert "no whole list of words" in sentence(lambda: load_run(store.folder))

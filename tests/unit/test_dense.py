"""The preset beside two dense models: made, written, read, and refused where it is broken."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from moe_demo.model.classifier import Classifier
from moe_demo.presets import preset
from moe_demo.published import count, shape_of
from moe_demo.releases.dense import DENSE, KINDS, read_dense, write_dense
from moe_demo.releases.make_dense import COMMAND, config_of, layer_times, record, width_of
from moe_demo.runs.files import RunError
from tests import toy


@pytest.fixture(scope="module")
def csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy.write_csv(tmp_path_factory.mktemp("data") / "toy.csv")


def n_parameters(kind: str) -> int:
    model = replace(config_of(kind, preset("deepseek")).model, vocab_size=50)
    return sum(value.numel() for value in Classifier(model).parameters())


def test_the_first_dense_model_is_as_large_but_for_the_router():
    """A router of 16 experts has 15 x 32 weights a layer more than one of one."""
    assert n_parameters("moe") - n_parameters("dense_total") == 2 * 15 * 32


def test_the_second_uses_as_much_a_token_but_for_the_router():
    base = preset("deepseek").model
    moe = count(shape_of(base))
    dense = count(shape_of(config_of("dense_activated", preset("deepseek")).model))
    assert moe.of("routed")[1] + moe.of("shared")[1] == dense.of("routed")[1]
    assert width_of("dense_activated", base) == (base.top_k + base.n_shared) * base.expert_dim


def test_a_dense_model_is_one_network_whose_gate_is_one():
    torch.manual_seed(0)
    model = replace(config_of("dense_total", toy.config()).model, vocab_size=50)
    layer = Classifier(model).moe_layers[0].eval()
    output_TD, routing = layer(torch.randn(7, model.dim))
    assert output_TD.shape == (7, model.dim)
    assert routing.gates_TK.tolist() == [[1.0]] * 7


def test_a_recording_survives_its_file(csv: Path, tmp_path: Path):
    base = toy.config(epochs=1)
    made = record(base, (0, 1), [csv], widths=(8,))
    write_dense(made, tmp_path / "dense.json")
    assert read_dense(tmp_path / "dense.json") == made
    assert tuple(model.kind for model in made.models) == KINDS
    assert made.of("moe").step_time == made.of("moe").token_time == (1.0, 1.0)
    assert all(len(model.accuracy) == 2 for model in made.models)


def test_the_one_that_ships_is_of_the_preset_and_names_command_seeds_and_time():
    found, base = read_dense(), preset("deepseek").model
    assert found.command == COMMAND
    assert len(found.seeds) >= 3
    assert found.seconds > 0
    assert found.made[:2] == "20"
    moe, whole, part = (found.of(kind) for kind in KINDS)
    assert moe.width == whole.width == width_of("dense_total", base)
    assert part.width == width_of("dense_activated", base)
    assert moe.total - whole.total == 2 * 15 * 32
    assert all(0.8 < value < 1 for model in found.models for value in model.accuracy)
    assert [layer.dim for layer in found.layers] == [32, 256, 512]


@pytest.mark.parametrize(
    "change",
    [
        {"models": []},
        {"layers": [{"dim": 32}]},
        {"seeds": [0]},
        {"command": None, "more": 1},
    ],
)
def test_a_broken_recording_is_one_sentence(change: dict, tmp_path: Path):
    values = json.loads(DENSE.read_text(encoding="utf-8")) | change
    (tmp_path / "dense.json").write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(RunError):
        read_dense(tmp_path / "dense.json")


def test_layers_are_timed_in_the_order_of_the_models():
    found = layer_times(toy.config().model, 8)
    assert (found.dim, len(found.microseconds)) == (8, 3)
    assert all(value > 0 for value in found.microseconds)

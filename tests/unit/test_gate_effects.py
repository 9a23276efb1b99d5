"""What ships of gate and effect is of the weights that ship, and of no others."""

import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from moe_demo import load_run
from moe_demo.insight.gate_cause import agreement
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.run import open_run
from moe_demo.releases.gate_effects import N_HEADLINES, recorded_agreement, write_agreements
from moe_demo.runs.catalogue import BUNDLED_RUNS
from moe_demo.runs.store import RunStore


@pytest.mark.parametrize("name", sorted(folder.name for folder in BUNDLED_RUNS.iterdir()))
def test_every_bundled_run_has_its_figures(name: str):
    run = load_run(name)
    found = recorded_agreement(run)
    assert found is not None, "the weights have changed: run make recording"
    assert [layer.layer for layer in found] == list(range(run.config.model.n_layers))
    texts = split_of_run(run.store).held_out.texts[:N_HEADLINES]
    pieces = sum(len(run.encoder.encode(text).tokens) for text in texts) * run.config.model.top_k
    assert {(layer.n_headlines, layer.n_pieces) for layer in found} == {(N_HEADLINES, pieces)}


def test_what_ships_is_what_is_measured():
    run = load_run("document")
    [recorded] = recorded_agreement(run)
    [measured] = agreement(run, split_of_run(run.store).held_out.texts[:N_HEADLINES])
    for name in ("of_gate", "of_norm"):
        assert asdict(getattr(recorded, name)) == pytest.approx(asdict(getattr(measured, name)), abs=1e-3)


def test_of_another_checkpoint_or_run_there_is_none(tmp_path: Path):
    run = load_run("document")
    assert recorded_agreement(run.at(run.steps[0])) is None
    local = shutil.copytree(run.store.folder, tmp_path / "document")
    assert recorded_agreement(open_run(RunStore(local))) is None


@pytest.mark.parametrize("content", ["", "{}", '{"runs": 3}', '{"runs": {"document": {}}}'])
def test_where_the_file_is_broken_or_missing_there_is_none(tmp_path: Path, content: str):
    path = tmp_path / "gate_effects.json"
    assert recorded_agreement(load_run("document"), path) is None
    path.write_text(content, encoding="utf-8")
    assert recorded_agreement(load_run("document"), path) is None


def test_what_is_written_is_read_again(tmp_path: Path):
    run, path = load_run("document"), tmp_path / "written.json"
    found = recorded_agreement(run)
    write_agreements({run: found}, path)
    assert recorded_agreement(run, path) == found

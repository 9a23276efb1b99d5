"""The runs that ship with the app: small, whole, and what anyone who trains the preset gets."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from moe_demo.config import BalanceConfig
from moe_demo.insight.run import load_run
from moe_demo.presets import PRESETS
from moe_demo.releases.bundle import BUDGET_BYTES, BUNDLED, bundle, size_of, spread
from moe_demo.runs.catalogue import BUNDLED_RUNS
from moe_demo.runs.data import read_corpora, split_of
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.runs.store import RunError
from moe_demo.training.evaluation import encode_all, evaluate, in_batches
from moe_demo.training.train import build_trainer, train_run
from tests import toy

CALIBRATED = BalanceConfig(method="loss_free", calibration_passes=1)
CONFIGS = [
    toy.config("document", patience=0, epochs=2),
    toy.config("deepseek", patience=0, epochs=2, balance=CALIBRATED, outlier_weight=0.5),
]


@pytest.fixture(scope="module")
def bundled(csv: Path, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("bundled")
    bundle(CONFIGS, out, [csv])
    return out


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_checkpoints_are_spread_from_the_first_to_the_last():
    assert spread([0, 1, 2, 4, 8, 16, 32, 45, 90, 135], 4) == [0, 4, 32, 135]
    assert spread([0, 1, 2], 8) == [0, 1, 2]


def test_what_a_reader_needs_is_there_and_nothing_else(bundled: Path):
    names = {"config.json", "data.json", "vocab.txt", "metrics.jsonl", "status.json", "checkpoints"}
    for config in CONFIGS:
        folder = bundled / config.preset
        events = {"events.jsonl"} if config.balance.calibrates else set()
        assert {path.name for path in folder.iterdir()} == names | events
        run = load_run(folder)
        assert (run.steps[0], run.step) == (0, 8)
        assert run.store.status().state == "done"
        assert run.store.data().files == []
        assert run.trace("主队绝杀").label in run.labels


def test_the_same_machine_makes_the_same_bytes(bundled: Path, csv: Path, tmp_path: Path):
    (tmp_path / "document").mkdir()
    (tmp_path / "document" / "old.txt").write_text("replaced")
    bundle(CONFIGS, tmp_path, [csv])
    assert contents(tmp_path) == contents(bundled)


def test_the_record_is_the_one_that_training_writes(bundled: Path, csv: Path, tmp_path: Path):
    train_run(tmp_path / "again", CONFIGS[1], [csv], device="cpu")
    for name in ("metrics.jsonl", "events.jsonl"):
        assert (bundled / "deepseek" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_rounding_moves_the_evaluation_by_little(bundled: Path, csv: Path):
    run = load_run(bundled / "deepseek")
    held_out = split_of(read_corpora([csv]), run.config).held_out
    texts, label_ids = encode_all(held_out, run.encoder), torch.from_numpy(held_out.label_ids)
    on_record = {record.step: record for record in run.metrics if isinstance(record, EvalMetrics)}
    for step in run.steps:
        found = evaluate(run.at(step).model, in_batches(texts), label_ids, step)
        assert found.loss == pytest.approx(on_record[step].loss, abs=0.05 if step < run.step else 2e-3)


def test_the_budget_decides_how_many_checkpoints_there_are(bundled: Path, csv: Path, tmp_path: Path):
    n_all = sum(1 for _ in bundled.rglob("*.safetensors"))
    bundle(CONFIGS, tmp_path, [csv], budget=size_of(bundled) - 1)
    assert size_of(tmp_path) < size_of(bundled)
    assert 4 <= sum(1 for _ in tmp_path.rglob("*.safetensors")) < n_all
    with pytest.raises(RunError, match="shrink the presets"):
        bundle(CONFIGS, tmp_path / "tiny", [csv], budget=1000)


@pytest.mark.skipif(not BUNDLED_RUNS.is_dir(), reason="the bundled runs are not made yet: make runs")
def test_the_runs_in_the_repository_are_those_of_the_presets():
    assert sorted(path.name for path in BUNDLED_RUNS.iterdir()) == sorted(BUNDLED)
    assert size_of(BUNDLED_RUNS) <= BUDGET_BYTES
    for name in BUNDLED:
        config = load_run(name).config
        assert replace(config, model=replace(config.model, vocab_size=1)) == PRESETS[name]


@pytest.mark.parametrize("name", BUNDLED)
def test_training_a_preset_begins_as_its_bundled_run_did(name: str):
    """The first batches, step by step: other machines round otherwise, so not to the last bit."""
    split = split_of(read_corpora([]), PRESETS[name])
    trainer, records = build_trainer(PRESETS[name], split), load_run(name).metrics
    assert load_run(name).store.data().n_held_out == len(split.held_out)
    begun = [trainer.evaluate(), trainer.step(), trainer.evaluate()]
    for found, recorded in zip(begun, records[:3], strict=True):
        assert found.step == recorded.step
        assert found.loss == pytest.approx(recorded.loss, rel=1e-3)
        assert found.max_vio_L == pytest.approx(recorded.max_vio_L, rel=0.02)
    assert load_run(name).store.status().n_steps == trainer.n_steps

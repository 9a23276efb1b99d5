"""The run folder: whole files or none, one sentence for whatever is wrong with it, one writer at a time."""

import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from moe_demo.insight.run import list_runs, load_run
from moe_demo.runs import files
from moe_demo.runs.catalogue import BUNDLED_RUNS
from moe_demo.runs.data import data_info
from moe_demo.runs.store import RunStore
from moe_demo.training.train import build_trainer
from moe_demo.training.trainer import Trainer
from tests import toy
from tests.unit.sentences import sentence


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    trainer = build_trainer(toy.config(), toy.split())
    trainer.step()
    return trainer


@pytest.fixture
def store(trainer: Trainer, tmp_path: Path) -> RunStore:
    """A run with one step, one evaluation and two checkpoints."""
    store = RunStore(tmp_path / "a run")
    store.create(trainer.config, trainer.encoder.vocabulary, data_info([], toy.split()), n_steps=16)
    store.append(replace(trainer.evaluate(), step=0))
    store.append(replace(build_trainer(toy.config(), toy.split()).step(), step=1))
    for step in (0, 1):
        store.save_checkpoint(trainer.model, step)
    store.save_resume(trainer.model, trainer.optimizer, 1)
    store.write_status("done", 1, 16)
    return store


def same_weights(one: torch.nn.Module, other: torch.nn.Module) -> bool:
    return all(
        torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    )


def test_what_is_written_is_read_back(store: RunStore, trainer: Trainer):
    assert store.config() == trainer.config
    assert store.vocabulary() == trainer.encoder.vocabulary
    assert store.data() == data_info([], toy.split())
    records, notice = store.metrics()
    assert [record.step for record in records] == [0, 1]
    assert notice == ""
    model, step = store.load_model()
    assert step == 1
    assert same_weights(model, trainer.model)
    assert not model.training


def test_a_run_stands_still_for_its_readers(store: RunStore):
    before = {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file()}
    load_run(store.folder).trace("主队绝杀")
    store.status()
    store.metrics()
    assert {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file()} == before


def test_float16_and_int8_halve_and_quarter_the_matrices_and_keep_the_biases(
    store: RunStore, trainer: Trainer
):
    model = trainer.model
    model.moe_layers[0].router.bias_E.fill_(0.001)
    sizes = {}
    for step, dtype in enumerate((torch.float32, torch.float16, torch.int8), start=2):
        store.save_checkpoint(model, step, dtype)
        sizes[dtype] = (store.folder / f"checkpoints/step-{step:06d}.safetensors").stat().st_size
        loaded, _ = store.load_model(step)
        assert torch.equal(loaded.moe_layers[0].router.bias_E, model.moe_layers[0].router.bias_E)
        for name, value in loaded.state_dict().items():
            assert value.dtype == torch.float32
            error = (value - model.state_dict()[name]).abs().max()
            assert error <= model.state_dict()[name].abs().max() / 254 + 1e-6, name
    assert sizes[torch.int8] < sizes[torch.float16] < sizes[torch.float32]
    model.moe_layers[0].router.bias_E.zero_()


# -- torn and missing files ------------------------------------------------------------------------------------


def test_a_torn_last_line_is_skipped_with_a_notice(store: RunStore):
    path = store.folder / "metrics.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    records, notice = store.metrics()
    assert [record.step for record in records] == [0]
    assert "line 2 is torn" in notice


@pytest.mark.parametrize(
    "line", ["", "[]", "3", "null", '{"kind": "step"}', '{"step": 3}', "\x00\x00", '{"kind": "eval", "x']
)
def test_a_line_of_another_make_is_skipped_and_the_rest_read(store: RunStore, line: str):
    path = store.folder / "metrics.jsonl"
    first, second = path.read_text(encoding="utf-8").splitlines()
    path.write_text(f"{first}\n{line}\n{second}\n", encoding="utf-8")
    records, notice = store.metrics()
    assert [record.step for record in records] == [0, 1]
    assert "line 2 is torn" in notice


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\x10\x00\x00\x00\x00\x00\x00\x00{", b"not safetensors at all"]
)
def test_a_torn_checkpoint_is_named(store: RunStore, content: bytes):
    path = store.folder / "checkpoints/step-000001.safetensors"
    path.write_bytes(content)
    assert str(path) in sentence(store.load_model)
    assert store.load_model(0)[1] == 0  # the others are still good


def test_a_truncated_checkpoint_is_named(store: RunStore):
    path = store.folder / "checkpoints/step-000001.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    assert "truncated" in sentence(store.load_model)


def test_weights_of_another_run_are_refused(store: RunStore):
    config = json.loads((store.folder / "config.json").read_text())
    config["model"]["expert_dim"] = 4
    (store.folder / "config.json").write_text(json.dumps(config))
    assert "does not fit" in sentence(store.load_model)


def test_a_torn_resume_state_is_named(store: RunStore, trainer: Trainer):
    path = store.folder / "resume.safetensors"
    for content in (
        b"",
        path.read_bytes()[:-10],
        (store.folder / "checkpoints/step-000001.safetensors").read_bytes(),
    ):
        path.write_bytes(content)
        assert "resume.safetensors" in sentence(lambda: store.load_resume(trainer.model, trainer.optimizer))


@pytest.mark.parametrize("name", ["config.json", "data.json", "status.json"])
@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"unheard": "of"}', b"\xff\xfe"])
def test_every_torn_or_missing_file_is_named(store: RunStore, name: str, content: bytes | None):
    path = store.folder / name
    path.unlink() if content is None else path.write_bytes(content)
    read = {"config.json": store.config, "data.json": store.data, "status.json": store.status}[name]
    assert name in sentence(read)


def test_a_missing_vocabulary_is_named(store: RunStore):
    (store.folder / "vocab.txt").write_bytes(b"")
    assert "vocab.txt" in sentence(lambda: load_run(store.folder))
    (store.folder / "vocab.txt").unlink()
    assert "vocab.txt" in sentence(lambda: load_run(store.folder))


def test_a_missing_folder_and_a_missing_checkpoint_are_named(store: RunStore, tmp_path: Path):
    assert "no run folder" in sentence(RunStore(tmp_path / "nowhere").config)
    assert "no checkpoint at step 7; it has 0, 1" in sentence(lambda: store.load_model(7))
    for path in (store.folder / "checkpoints").iterdir():
        path.unlink()
    assert "no checkpoint yet" in sentence(store.load_model)


def test_an_unknown_name_lists_the_known_ones(store: RunStore, monkeypatch):
    monkeypatch.setenv("MOE_DEMO_RUNS", str(store.folder.parent))
    assert "a run" in list_runs()
    assert load_run("a run").step == 1
    assert load_run("a run", step=0).at(1).step == 1
    assert "a run" in sentence(lambda: load_run("no such run"))


# -- writing ---------------------------------------------------------------------------------------------------


def test_a_folder_holds_one_run(store: RunStore, trainer: Trainer):
    arguments = (trainer.config, trainer.encoder.vocabulary, data_info([], toy.split()), 16)
    assert "--resume" in sentence(lambda: store.create(*arguments))
    (store.folder / "config.json").unlink()
    assert "already holds a run" in sentence(
        lambda: store.create(*arguments)
    )  # a part of one is not overwritten


def test_a_crash_between_writing_and_renaming_leaves_the_old_file(
    store: RunStore, trainer: Trainer, monkeypatch
):
    def crash(*_):
        raise KeyboardInterrupt

    before = store.status()
    with monkeypatch.context() as patch:
        patch.setattr(files.os, "replace", crash)
        for write in (
            lambda: store.write_status("failed", 9, 9),
            lambda: store.save_checkpoint(trainer.model, 1),
            lambda: store.save_resume(trainer.model, trainer.optimizer, 9),
        ):
            with pytest.raises(KeyboardInterrupt):
                write()
    assert store.status() == before
    assert store.load_model()[1] == 1
    assert store.load_resume(trainer.model, trainer.optimizer) == 1
    assert not list(store.folder.rglob("*.tmp"))


def test_what_a_killed_writer_left_is_overwritten(store: RunStore):
    (store.folder / ".status.json.tmp").write_text("half a fi")
    store.write_status("stopped", 1, 16)
    assert store.status().state == "stopped"
    assert not list(store.folder.rglob("*.tmp"))


def test_a_full_disk_is_told_in_one_sentence_and_leaves_the_old_file(
    store: RunStore, trainer: Trainer, monkeypatch
):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = store.status()
    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        assert "no space left on device" in sentence(lambda: store.write_status("failed", 9, 9))
        assert "no space left" in sentence(lambda: store.save_resume(trainer.model, trainer.optimizer, 9))
    assert store.status() == before
    assert not list(store.folder.rglob("*.tmp"))


def test_a_folder_that_cannot_be_made_is_told_in_one_sentence(trainer: Trainer, tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    store = RunStore(tmp_path / "file" / "run")
    assert "Cannot write to" in sentence(
        lambda: store.create(trainer.config, trainer.encoder.vocabulary, data_info([], toy.split()), 16)
    )
    assert "Cannot write to" in sentence(store.lock.__enter__)


def test_no_write_permission_is_told_in_one_sentence(store: RunStore, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    record = store.metrics()[0][0]
    monkeypatch.setattr(
        files, "open", refuse, raising=False
    )  # root may write anywhere, so modes prove nothing
    assert "permission denied" in sentence(lambda: store.write_status("running", 1, 16))
    assert "permission denied" in sentence(lambda: store.append(record))
    assert "permission denied" in sentence(store.lock.__enter__)


def test_a_record_without_a_number_is_never_written(store: RunStore):
    evaluation = store.metrics()[0][0]
    with pytest.raises(ValueError, match="JSON"):
        store.append(replace(evaluation, loss=float("nan")))
    assert len(store.metrics()[0]) == 2


# -- going back ------------------------------------------------------------------------------------------------


def test_rewinding_forgets_later_lines_torn_lines_and_later_checkpoints(store: RunStore, trainer: Trainer):
    step = store.metrics()[0][1]
    store.append(replace(step, step=2))
    store.save_checkpoint(trainer.model, 2)
    with (store.folder / "metrics.jsonl").open("a") as file:
        file.write('{"kind": "step", "st')
    store.rewind(1)
    records, notice = store.metrics()
    assert ([record.step for record in records], notice) == ([0, 1], "")
    assert store.checkpoint_steps() == [0, 1]


def test_a_record_with_a_hole_cannot_go_on(store: RunStore):
    store.append(replace(store.metrics()[0][1], step=3))
    before = (store.folder / "metrics.jsonl").read_bytes()
    assert "has lost step 2" in sentence(lambda: store.rewind(3))
    assert (store.folder / "metrics.jsonl").read_bytes() == before


# -- who is at work --------------------------------------------------------------------------------------------


def test_a_run_under_way_without_a_process_is_interrupted(store: RunStore):
    store.write_status("running", 1, 16)
    assert store.status().interrupted
    with store.lock:
        assert RunStore(store.folder).status().state == "running"
    assert store.status().interrupted


def test_a_run_that_ends_while_it_is_read_is_not_called_interrupted(store: RunStore, monkeypatch):
    """The reader saw `running`; before it looked at the lock, the process wrote `done` and was gone."""
    store.write_status("running", 1, 16)

    def ends() -> bool:
        store.write_status("done", 16, 16)
        return False

    monkeypatch.setattr(store.lock, "is_held", ends)
    assert store.status().state == "done"


def test_the_second_process_gets_a_sentence(store: RunStore, monkeypatch):
    monkeypatch.setattr(files, "_PATIENCE_SECONDS", 0.1)
    with store.lock:
        assert "is being trained by another process" in sentence(RunStore(store.folder).lock.__enter__)
    with RunStore(store.folder).lock:
        pass


def test_a_killed_process_frees_the_lock(store: RunStore):
    code = (
        f"import sys\nfrom pathlib import Path\nfrom moe_demo.runs.files import FolderLock\n"
        f"with FolderLock(Path({str(store.lock.path)!r})):\n    print('held', flush=True)\n    sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"held\n"
        assert store.lock.is_held()
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not store.lock.is_held()


def test_asking_for_the_lock_creates_nothing(tmp_path: Path):
    assert not RunStore(tmp_path).lock.is_held()
    assert list(tmp_path.iterdir()) == []


def test_bundled_runs_are_whole():
    for folder in sorted(BUNDLED_RUNS.iterdir()) if BUNDLED_RUNS.is_dir() else []:
        run = load_run(folder.name)
        assert run.bundled
        assert run.steps[0] == 0
        assert run.store.status().state == "done"
        assert run.last_eval.step == run.step

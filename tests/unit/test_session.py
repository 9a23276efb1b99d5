"""A run from start to end: what it writes, how it ends, and that going on makes it whole."""

import functools
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from moe_demo.insight.run import load_run
from moe_demo.runs import files
from moe_demo.runs.data import read_corpora, split_of
from moe_demo.runs.metrics import EvalMetrics, StepMetrics
from moe_demo.runs.store import RunError, RunStore
from moe_demo.text.corpus import CorpusError
from moe_demo.training import stopping, train, trainer
from moe_demo.training.evaluation import encode_all, evaluate, in_batches
from moe_demo.training.schedule import checkpoint_steps
from moe_demo.training.train import Silent, resume_run, train_run
from tests import toy

CONFIG = toy.config(patience=0)


@pytest.fixture(scope="module")
def whole(csv: Path, tmp_path_factory) -> Path:
    """A run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    assert train_run(folder, CONFIG, [csv]).state == "done"
    return folder


@dataclass
class At(Silent):
    """Does something after a certain step."""

    step: int
    act: object

    def on_step(self, metrics: StepMetrics) -> None:
        if metrics.step == self.step:
            self.act()


def send(number: signal.Signals):
    return lambda: os.kill(os.getpid(), number)


def test_a_run_writes_what_the_folder_promises(whole: Path):
    store = RunStore(whole)
    names = {
        "config.json",
        "data.json",
        "vocab.txt",
        "metrics.jsonl",
        "status.json",
        "lock",
    }
    assert {path.name for path in whole.iterdir()} == names | {"checkpoints"}
    assert store.status().state == "done"
    assert not store.lock.is_held()
    assert store.checkpoint_steps() == list(checkpoint_steps(16, 4))
    records, _ = store.metrics()
    assert [r.step for r in records if isinstance(r, StepMetrics)] == list(range(1, 17))
    assert [r.step for r in records if isinstance(r, EvalMetrics)] == [0, 1, 2, 4, 8, 12, 16]
    assert store.data().source == store.config().data == "toy.csv"


def test_the_evaluation_on_record_is_that_of_the_checkpoint(whole: Path, csv: Path):
    run = load_run(whole)
    held_out = split_of(read_corpora([csv]), CONFIG).held_out
    texts, label_ids = encode_all(held_out, run.encoder), torch.from_numpy(held_out.label_ids)
    for record in (record for record in run.metrics if isinstance(record, EvalMetrics)):
        assert evaluate(run.at(record.step).model, in_batches(texts), label_ids, record.step) == record


def test_only_a_run_that_may_go_on_keeps_the_state_to_continue_from(csv: Path, tmp_path: Path):
    train_run(tmp_path / "stopped", CONFIG, [csv], watcher=At(6, send(signal.SIGTERM)))
    assert (tmp_path / "stopped" / "resume.safetensors").exists()
    resume_run(tmp_path / "stopped")
    assert not (tmp_path / "stopped" / "resume.safetensors").exists()


def test_the_outcome_says_how_it_ended(csv: Path, tmp_path: Path):
    outcome = train_run(tmp_path / "run", CONFIG, [csv])
    assert (outcome.state, outcome.step, outcome.n_steps, outcome.steps_taken) == ("done", 16, 16, 16)
    assert outcome.evaluation.step == 16
    assert outcome.best.accuracy >= outcome.evaluation.accuracy
    assert outcome.train_seconds > 0
    again = resume_run(tmp_path / "run")
    assert (again.state, again.steps_taken, again.evaluation) == ("done", 0, outcome.evaluation)


def test_patience_ends_a_run_whose_accuracy_stands_still(csv: Path, tmp_path: Path):
    outcome = train_run(tmp_path / "run", toy.config(lr=1e-12, patience=2, epochs=100), [csv])
    assert (outcome.state, outcome.step) == ("done", 12)  # the first epoch and two more
    assert outcome.reason == "no better accuracy for 2 epochs"
    assert RunStore(tmp_path / "run").load_model()[1] == 12
    assert resume_run(tmp_path / "run").steps_taken == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_goes_on_bit_for_bit(number, csv: Path, whole: Path, tmp_path: Path):
    folder = tmp_path / "run"
    before = signal.getsignal(number)
    outcome = train_run(folder, CONFIG, [csv], watcher=At(6, send(number)))
    assert signal.getsignal(number) is before
    assert (outcome.state, outcome.step, outcome.reason) == ("stopped", 6, f"stopped by {number.name}")
    assert RunStore(folder).status().state == "stopped"
    outcome = resume_run(folder)
    assert (outcome.state, outcome.step, outcome.steps_taken) == ("done", 16, 10)
    assert toy.record_of(folder) == toy.record_of(whole)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("while_it", ["split_of", "build_trainer"])
def test_until_there_is_something_to_save_a_signal_ends_it_at_once(
    number, while_it: str, csv: Path, tmp_path: Path, monkeypatch
):
    def prepare(*_):
        os.kill(os.getpid(), number)
        raise AssertionError("it went on")

    monkeypatch.setattr(train, while_it, prepare)
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt):
        train_run(tmp_path / "run", CONFIG, [csv])
    assert signal.getsignal(number) is before
    assert not (tmp_path / "run").exists()


def test_going_on_is_ended_at_once_while_the_headlines_are_read(csv: Path, tmp_path: Path, monkeypatch):
    folder = tmp_path / "run"
    train_run(folder, CONFIG, [csv], watcher=At(6, send(signal.SIGTERM)))
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    monkeypatch.setattr(train, "read_corpora", lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(KeyboardInterrupt):
        resume_run(folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_one_process_of_several_keeps_its_own_way_to_end(csv: Path, tmp_path: Path, monkeypatch):
    """Its last words (`stopping.last_words`): torchrun ends all as soon as one has gone."""
    heard = []
    former = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    try:
        monkeypatch.setattr(train, "split_of", lambda *_: send(signal.SIGTERM)() or split_of(*_))
        assert train_run(tmp_path / "run", CONFIG, [csv]).state == "done"
    finally:
        signal.signal(signal.SIGTERM, former)
    assert heard == [signal.SIGTERM]


def test_a_run_killed_before_its_first_saved_state_starts_again(
    csv: Path, whole: Path, tmp_path: Path, monkeypatch
):
    def cut(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RunStore, "save_resume", cut)
        with pytest.raises(KeyboardInterrupt):
            train_run(tmp_path / "run", CONFIG, [csv])
    assert RunStore(tmp_path / "run").status().interrupted
    assert resume_run(tmp_path / "run").state == "done"
    assert toy.record_of(tmp_path / "run") == toy.record_of(whole)


def test_a_second_ctrl_c_ends_at_once_and_keeps_the_saved_state(csv: Path, tmp_path: Path, monkeypatch):
    def twice():
        send(signal.SIGINT)()
        send(signal.SIGINT)()

    monkeypatch.setattr(stopping, "_REPEAT_SECONDS", -1.0)
    with pytest.raises(KeyboardInterrupt):
        train_run(tmp_path / "run", CONFIG, [csv], watcher=At(6, twice))
    assert RunStore(tmp_path / "run").status().interrupted
    assert resume_run(tmp_path / "run").state == "done"


def test_divergence_stops_with_the_step_in_a_sentence(csv: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(trainer, "learning_rate", lambda step, *_: 1e30 if step == 2 else 1e-3)
    with pytest.raises(RunError, match=r"diverged: at step \d .*learning rate below 0\.003 \(--lr\)\.$"):
        train_run(tmp_path / "run", CONFIG, [csv])
    store = RunStore(tmp_path / "run")
    assert store.status().state == "failed"
    assert "diverged" in store.status().reason
    records, notice = store.metrics()
    assert all(record.finite for record in records)
    assert notice == ""
    for step in store.checkpoint_steps():
        assert all(value.isfinite().all() for value in store.load_model(step)[0].state_dict().values())


def test_a_full_disk_stops_the_run_and_loses_nothing(csv: Path, whole: Path, tmp_path: Path, monkeypatch):
    """/dev/full is a real full disk: every write to it fails with ENOSPC."""
    folder = tmp_path / "run"
    with monkeypatch.context() as patch:

        def fill() -> None:
            full_disk = functools.partial(open, "/dev/full")
            patch.setattr(files, "open", lambda _, mode: full_disk(mode), raising=False)

        with pytest.raises(RunError, match=r"Cannot write to .*: no space left on device; free some space"):
            train_run(folder, CONFIG, [csv], watcher=At(6, fill))
    assert RunStore(folder).status().interrupted  # even `failed` could not be written
    assert RunStore(folder).load_model()[1] == 4
    assert resume_run(folder).state == "done"
    assert toy.record_of(folder) == toy.record_of(whole)


def test_a_failure_that_can_be_written_is(csv: Path, tmp_path: Path, monkeypatch):
    def refuse(*_):
        raise RunError("not_written", folder="X", why="the disk is on fire")

    with monkeypatch.context() as patch, pytest.raises(RunError, match="on fire"):
        train_run(
            tmp_path / "run",
            CONFIG,
            [csv],
            watcher=At(6, lambda: patch.setattr(RunStore, "save_checkpoint", refuse)),
        )
    status = RunStore(tmp_path / "run").status()
    assert (status.state, status.reason_key) == ("failed", "run.not_written")
    assert status.reason_values == {"folder": "X", "why": "the disk is on fire"}
    assert "on fire" in status.reason
    assert resume_run(tmp_path / "run").state == "done"


def test_only_the_same_headlines_go_on(csv: Path, tmp_path: Path):
    data, folder = tmp_path / "mine.csv", tmp_path / "run"
    data.write_bytes(csv.read_bytes())
    train_run(folder, CONFIG, [data], watcher=At(6, send(signal.SIGTERM)))
    data.write_bytes(csv.read_bytes() + "多出来的一条新闻,tech\n".encode())
    with pytest.raises(RunError, match=r"mine\.csv are not those .* was trained on; continue with the same"):
        resume_run(folder)
    data.rename(tmp_path / "moved.csv")
    with pytest.raises(CorpusError, match="does not exist"):
        resume_run(folder)
    data = toy.write_csv(tmp_path / "elsewhere.csv")
    assert resume_run(folder, [data]).state == "done"


def test_bad_data_leaves_no_folder_behind(tmp_path: Path):
    with pytest.raises(CorpusError):
        train_run(tmp_path / "run", CONFIG, [tmp_path / "nowhere.csv"])
    assert list(tmp_path.iterdir()) == []


def test_two_files_are_one_corpus_without_repeats_and_contradictions(tmp_path: Path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("text,label\n主队绝杀,sports\n新片上映,entertainment\n芯片量产,tech\n", encoding="utf-8")
    two.write_text(
        "text,label\n主队绝杀,sports\n新片 上映,tech\n网球夺冠,sports\n票房破亿,entertainment\n",
        encoding="utf-8",
    )
    corpus = read_corpora([one, two])
    assert corpus.texts == ("主队绝杀", "芯片量产", "网球夺冠", "票房破亿")
    assert corpus.source == f"{one} + {two}"

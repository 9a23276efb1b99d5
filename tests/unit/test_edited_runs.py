"""Run folders that somebody has edited: every file is checked as it is read, and refused in one sentence."""

import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from moe_demo.errors import SaidError
from moe_demo.insight.history import History
from moe_demo.insight.run import load_run
from moe_demo.jobs.jobs import Jobs
from moe_demo.runs.checking import parsed, record_of
from moe_demo.runs.commands import Command, CommandReader
from moe_demo.runs.errors import RunError
from moe_demo.runs.events import Event
from moe_demo.runs.owners import Caller, new_id
from moe_demo.runs.store import RunStore, Status
from moe_demo.ui.server.wire import history_payload
from tests import toy

DEEP = "[" * 100_000 + "]" * 100_000
ODD: list[Any] = [None, "word", True, -1, 0.5, 10**30, [], {}, [1], [[1]], {"a": 1}, "x" * 100_000]
ODD_TEXTS = [
    "",
    "x",
    "[]",
    "null",
    DEEP,
    '{"a":' * 100_000,
    "NaN",
    "1e999",
    "9" * 5000,
    "\0" * 10,
    '{"step": 1}',
]
FILES = ("config.json", "data.json", "status.json", "vocab.txt", "metrics.jsonl", "events.jsonl")


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    folder = tmp_path / "runs" / "edited"
    shutil.copytree(load_run("document").store.folder, folder)
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    (folder / "metrics.jsonl").write_text("\n".join(lines[:8]) + "\n")
    (folder / "events.jsonl").write_text(
        json.dumps(vars(Event(step=3, kind="lr", value=0.01, before=0.02))) + "\n"
    )
    return RunStore(folder)


def read_all(store: RunStore) -> list[str]:
    """Everything that pages, routes and commands read of a run; the sentences of what was refused."""
    said = []

    def watch() -> None:
        history = History(store)
        history.refresh()
        json.dumps(history_payload(history.since()), allow_nan=False)

    readers = (
        store.config,
        lambda: store.config(10**6),
        store.data,
        store.status,
        store.metrics,
        store.events,
    )
    for read in (*readers, lambda: load_run(store.folder), watch):
        try:
            read()
        except SaidError as error:
            said.append(str(error))
    return said


def plain(said: list[str]) -> bool:
    """Whether each of these is one line that a person can read."""
    return all(sentence and "\n" not in sentence and len(sentence) < 1000 for sentence in said)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
def test_any_text_in_any_file(store: RunStore, name: str, text: str):
    (store.folder / name).write_text(text, encoding="utf-8")
    assert plain(read_all(store))


@pytest.mark.parametrize("name", ["status.json", "data.json", "config.json"])
def test_any_value_in_any_field(store: RunStore, name: str):
    path = store.folder / name
    values = json.loads(path.read_text())
    for field in [*values, "foreign"]:
        for odd in ODD:
            path.write_text(json.dumps(values | {field: odd}))
            assert plain(read_all(store))
        path.write_text(json.dumps({n: v for n, v in values.items() if n != field}))
        assert plain(read_all(store))


@pytest.mark.parametrize("kind", ["step", "eval"])
def test_any_value_in_any_field_of_a_record_is_skipped_or_a_number(store: RunStore, kind: str):
    path = store.folder / "metrics.jsonl"
    lines = path.read_text().splitlines()
    place = next(i for i, line in enumerate(lines) if json.loads(line)["kind"] == kind)
    values = json.loads(lines[place])
    for field in values:
        for odd in (*ODD, [["word"]], [[1, 2], [3]], float("1e308")):
            path.write_text(
                "\n".join([*lines[:place], json.dumps(values | {field: odd}), *lines[place + 1 :]]) + "\n"
            )
            assert read_all(store) == []


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("kind", ["lr", "top_k", "method", "paused", "diverged"])
def test_any_value_of_an_event(store: RunStore, kind: str, odd: Any):
    event = {"step": 1, "kind": kind, "value": odd, "before": None}
    (store.folder / "events.jsonl").write_text(json.dumps(event) + "\n")
    assert plain(read_all(store))


@pytest.mark.parametrize("name", [*FILES, "checkpoints/step-000832.safetensors"])
def test_what_is_no_file_is_refused_at_once(store: RunStore, name: str):
    path = store.folder / name
    makers = [path.mkdir, lambda: path.symlink_to(path), lambda: path.symlink_to("/nowhere")]
    makers += [] if os.name == "nt" else [lambda: os.mkfifo(path), lambda: path.symlink_to("/dev/zero")]
    for make in makers:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        make()
        assert plain(read_all(store))


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers(store: RunStore, bad: float):
    path = store.folder / "checkpoints" / "step-000832.safetensors"
    weights = load_file(path)
    name = next(name for name, value in weights.items() if value.dtype.is_floating_point)
    weights[name] = torch.full_like(weights[name], bad)
    save_file(weights, path, metadata={"step": "832"})
    with pytest.raises(RunError, match="no numbers"):
        load_run(store.folder)


@pytest.mark.parametrize("changes", [{"vocab_size": 10**12}, {"vocab_size": 4_000_000}, {"n_buckets": 2**24}])
def test_a_model_larger_than_its_checkpoint_takes_no_memory(
    store: RunStore, changes: dict, monkeypatch: pytest.MonkeyPatch
):
    made = []
    monkeypatch.setattr("moe_demo.runs.store.Classifier", made.append)
    path = store.folder / "config.json"
    values = json.loads(path.read_text())
    values["model"] |= changes
    path.write_text(json.dumps(values))
    with pytest.raises(RunError):
        load_run(store.folder)
    assert made == []


def test_a_list_of_words_of_another_length_than_the_table(store: RunStore):
    path = store.folder / "vocab.txt"
    path.write_text(path.read_text(encoding="utf-8") + "甲乙\n丙丁\n", encoding="utf-8")
    with pytest.raises(RunError, match=r"vocab\.txt"):
        load_run(store.folder)


WAITING = ['{"asked": "x", "commands": []}', '{"asked": 1, "commands": [{"do": []}]}']
COMMANDS = [
    '{"do":"set","name":[1],"value":1}',
    '{"do":"set","name":{"a":1},"value":1}',
    '{"do":"set","name":"lr","value":NaN}',
    '{"do":"set","name":"lr","value":1e999}',
    '{"do":"set","name":"lr","value":[1]}',
    '{"do":["play"]}',
    '{"do":"steps","n":true}',
    '{"do":"steps","n":1.5}',
    '{"do":"steps","n":' + "9" * 5000 + "}",
    DEEP,
    "[]",
    "7",
    "\udcff",
]


@pytest.mark.parametrize("line", COMMANDS, ids=range(len(COMMANDS)))
def test_a_command_that_is_none_is_left_out(tmp_path: Path, line: str):
    path = tmp_path / "a.commands"
    path.write_bytes(line.encode("utf-8", "surrogateescape") + b'\n{"do":"play"}\n')
    assert CommandReader(path).new() == [Command(do="play")]


@pytest.mark.parametrize("text", [*ODD_TEXTS, *WAITING])
@pytest.mark.parametrize("ending", ["json", "waiting", "problem", "config"])
def test_any_text_in_any_file_of_a_job(tmp_path: Path, ending: str, text: str):
    jobs, mine = Jobs(tmp_path / "runs", most=0), Caller(new_id())
    name = jobs.start(toy.config(), owner=mine).name
    (jobs.folder / f"{name}.{ending}").write_text(text, encoding="utf-8")
    assert isinstance(jobs.under_way(), list)
    with contextlib.suppress(RunError):
        jobs.find(name, mine)
    jobs.advance()


def test_a_record_is_what_its_types_say():
    good = {"state": "done", "step": 1, "n_steps": 2, "pid": 3, "written": 4}
    assert record_of(Status, good).step == 1
    for wrong in (
        {"step": "1"},
        {"step": True},
        {"step": 1.5},
        {"state": "odd"},
        {"written": "x"},
        {"more": 1},
    ):
        with pytest.raises(ValueError, match=r"."):
            record_of(Status, good | wrong)
    for text in ("NaN", "-Infinity", DEEP, "9" * 5000):
        with pytest.raises(ValueError, match=r"."):
            parsed(text)

"""A run's record as its watchers get it: piece by piece the same as at once, thinned, and read anew after a rewind."""

import json
from pathlib import Path

import numpy as np
import pytest

from moe_demo.insight.history import History
from moe_demo.insight.load import random_max_vio
from moe_demo.insight.routes import routes_of
from moe_demo.insight.run import load_run
from moe_demo.runs.events import Event
from moe_demo.runs.metrics import EvalMetrics, StepMetrics
from moe_demo.runs.store import RunStore
from moe_demo.ui.server.wire import history_payload, routes_payload

COLUMNS = ("steps", "ce", "balance", "accuracy", "lr", "evals")
GRIDS = ("load", "bias", "max_vio")


class Grows:
    """A copy of a finished run whose metrics come to be line by line."""

    def __init__(self, run: str, folder: Path) -> None:
        source = RunStore(run)
        self.store, self.source = RunStore(folder), source
        folder.mkdir()
        for name in ("config.json", "data.json", "vocab.txt", "status.json"):
            (folder / name).write_bytes((source.folder / name).read_bytes())
        self.lines = (source.folder / "metrics.jsonl").read_bytes().splitlines(keepends=True)
        self.path = folder / "metrics.jsonl"

    def write(self, *lines: bytes) -> None:
        with open(self.path, "ab") as file:
            file.write(b"".join(lines))


@pytest.fixture
def grows(run: str, tmp_path: Path) -> Grows:
    return Grows(run, tmp_path / "growing")


def joined(watcher: dict, news: dict) -> dict:
    """What a browser does with an answer."""
    if news["whole"]:
        return news
    merged = {name: watcher[name] + news[name] for name in COLUMNS}
    for name in GRIDS:
        merged[name] = np.concatenate([watcher[name], news[name]], axis=-1).tolist()
    return {**news, **merged}


def test_piece_by_piece_a_watcher_gets_what_comes_at_once(grows: Grows, run: str):
    history, watcher = History(grows.store), {"version": 0}
    for line in grows.lines:
        grows.write(line[:7])
        assert not history.refresh() or history.version == 1  # half a line is none
        grows.write(line[7:])
        assert history.refresh()
        watcher = joined(watcher, history_payload(history.since(watcher["version"])))
    whole = History(RunStore(run))
    whole.refresh()
    at_once = history_payload(whole.since())
    assert {name: watcher[name] for name in (*COLUMNS, *GRIDS)} == {
        name: at_once[name] for name in (*COLUMNS, *GRIDS)
    }


def test_the_numbers_are_those_of_the_record(run: str):
    history = History(RunStore(run))
    history.refresh()
    payload, records = history_payload(history.since()), RunStore(run).metrics()[0]
    steps = [record for record in records if isinstance(record, StepMetrics)]
    evals = [record for record in records if isinstance(record, EvalMetrics)]
    assert payload["steps"] == [step.step for step in steps]
    assert payload["ce"] == [round(step.ce_loss, 4) for step in steps]
    load = np.array([step.load_LE for step in steps], dtype=float)
    fair = load.sum(-1, keepdims=True) / load.shape[-1]
    assert np.allclose(np.array(payload["load"]) / 100, (load / fair).transpose(1, 2, 0), atol=0.0051)
    bias = np.array([step.bias_LE for step in steps]).transpose(1, 2, 0)
    assert np.allclose(np.array(payload["bias"]) / 1e5, bias, atol=0.51e-5)
    assert [record["max_vio"] for record in payload["evals"]] == [
        [round(value, 4) for value in record.max_vio_L] for record in evals
    ]
    tokens = sum(evals[0].load_LE[0]) // 4
    assert payload["evals"][0]["floor"] == round(random_max_vio(tokens, 16, 4), 4)
    assert json.loads(json.dumps(payload, allow_nan=False)) == payload


def test_when_nothing_has_changed_there_is_nothing_new(grows: Grows):
    grows.write(*grows.lines[:5])
    history = History(grows.store)
    assert history.refresh()
    assert not history.refresh()
    grows.store.note(Event(step=3, kind="lr", value=0.1, before=0.2))
    assert history.refresh()
    assert history_payload(history.since(1))["events"] == [
        {"step": 3, "kind": "lr", "value": 0.1, "before": 0.2}
    ]


def test_a_long_run_is_thinned_evenly_and_its_evaluations_are_kept(grows: Grows):
    history = History(grows.store, most_points=5)
    watcher: dict = {"version": 0}
    for line in grows.lines:
        grows.write(line)
        history.refresh()
        watcher = joined(watcher, history_payload(history.since(watcher["version"])))
    gaps = np.diff(watcher["steps"])
    assert len(watcher["steps"]) <= 5
    assert len(set(gaps.tolist())) == 1
    assert gaps[0] > 1
    assert len(watcher["evals"]) == sum(b'"eval"' in line for line in grows.lines)


def test_a_record_that_was_rewound_comes_whole_again(grows: Grows):
    grows.write(*grows.lines)
    history = History(grows.store)
    history.refresh()
    version = history.version
    grows.store.rewind(3)
    assert history.refresh()
    news = history_payload(history.since(version))
    assert news["whole"]
    assert news["steps"] == [1, 2, 3]


def test_torn_and_foreign_lines_are_left_out(grows: Grows):
    grows.write(
        grows.lines[0], b"\x00\x00\n", b'{"kind": "step"}\n', b"[]\n", grows.lines[1], b'{"kind": "st'
    )
    history = History(grows.store)
    history.refresh()
    assert len(history.steps) + len(history.evals) == 2


def test_routes_over_checkpoints_are_those_of_the_traces():
    run, sentence = load_run("deepseek"), "火箭夺冠"
    traces = [run.at(step).trace(sentence) for step in run.steps]
    payload = routes_payload([routes_of(trace) for trace in traces[1:]], sentence, 1)
    assert payload["steps"] == list(run.steps[1:])
    assert payload["first"] == 1
    for layer in range(2):
        chosen = [trace.layers[layer].topk_idx_TK.tolist() for trace in traces[1:]]
        assert payload["layers"][layer] == chosen
        gates = np.array([trace.layers[layer].gates_TK for trace in traces[1:]])
        assert np.allclose(np.array(payload["gates"][layer]) / 1000, gates, atol=0.00051)

"""What is exported is read back and is the run's own numbers; the card and its checks say what is so."""

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load

from moe_demo import load_run
from moe_demo.insight.exports import forms, load_frame, record_frame, table_bytes, weights_bytes
from moe_demo.insight.model_card import model_card
from moe_demo.insight.run import Run, open_run
from moe_demo.insight.run_checks import RunCheck, run_checks
from moe_demo.insight.run_summary import newest_evaluation, summary, unlike
from moe_demo.insight.sentence_sets import side_by_side, word_sets
from moe_demo.runs.catalogue import BUNDLED_RUNS
from moe_demo.runs.errors import RunError
from moe_demo.runs.metrics import EvalMetrics, StepMetrics
from moe_demo.runs.store import RunStore

EXAMPLE = "苹果公司发布了最新的iPhone 15"
READERS = {
    "csv": lambda data: pd.read_csv(io.BytesIO(data)),
    "json": lambda data: pd.DataFrame(json.loads(data)),
    "parquet": lambda data: pd.read_parquet(io.BytesIO(data)),
}


@pytest.fixture(scope="module")
def run() -> Run:
    return load_run("deepseek")


@pytest.fixture
def own(tmp_path: Path) -> Run:
    """A copy of a bundled run, to be spoilt."""
    folder = tmp_path / "mine"
    shutil.copytree(BUNDLED_RUNS / "document", folder)
    return open_run(RunStore(folder))


# -- tables --


@pytest.mark.parametrize("form", forms())
def test_the_trace_is_read_back_number_by_number(run: Run, form: str):
    trace = run.trace(EXAMPLE)
    found = READERS[form](table_bytes(trace.frame(), form))
    assert len(found) == len(trace.tokens) * 2 * 16
    for layer in trace.layers:
        rows = found[found.layer == layer.layer]
        for name, values_TE in (("score", layer.scores_TE), ("gate", layer.gates_TE)):
            shaped = rows[name].to_numpy(dtype=float).reshape(values_TE.shape)
            np.testing.assert_allclose(shaped, values_TE, rtol=1e-6)
        chosen = rows[rows.chosen.astype(bool)].groupby("token_idx").expert.apply(set)
        assert [chosen[t] for t in range(len(trace.tokens))] == [
            set(row) for row in layer.topk_idx_TK.tolist()
        ]
    assert set(found.token) == set(trace.tokens)


@pytest.mark.parametrize("form", forms())
def test_the_last_evaluation_is_read_back_and_sums_to_its_record(run: Run, form: str):
    found = READERS[form](table_bytes(load_frame(run), form))
    assert run.last_eval is not None
    words = found.words.to_numpy().reshape(np.shape(run.last_eval.load_LEC))
    assert (words == np.array(run.last_eval.load_LEC)).all()
    for layer, vio in enumerate(run.last_eval.max_vio_L):
        assert found[found.layer == layer].load_over_fair_share.max() - 1 == pytest.approx(vio, abs=1e-6)


@pytest.mark.parametrize("form", forms())
def test_the_record_is_read_back_step_by_step(run: Run, form: str):
    found = READERS[form](table_bytes(record_frame(run), form))
    steps = [one for one in run.metrics if isinstance(one, StepMetrics)]
    evaluations = [one for one in run.metrics if isinstance(one, EvalMetrics)]
    for kind, records in (("step", steps), ("evaluation", evaluations)):
        rows = found[found.kind == kind]
        assert rows.step.tolist() == [one.step for one in records]
        np.testing.assert_allclose(rows.accuracy.to_numpy(float), [one.accuracy for one in records])
        np.testing.assert_allclose(rows.max_vio_L1.to_numpy(float), [one.max_vio_L[1] for one in records])
    assert record_frame(run.at(run.steps[1])).step.max() == run.steps[1]


def test_json_has_null_for_what_is_no_number():
    rows = json.loads(table_bytes(pd.DataFrame({"a": [1.5, float("-inf"), float("nan")]}), "json"))
    assert rows == [{"a": 1.5}, {"a": None}, {"a": None}]


def test_a_spreadsheet_reads_chinese(run: Run):
    data = table_bytes(run.trace("火箭夺冠").frame(), "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    assert "火箭" in data.decode("utf-8-sig")


def test_weights_are_read_back_and_answer_the_same(run: Run):
    tensors = load(weights_bytes(run))
    model = type(run.model)(run.config.model).eval()
    model.load_state_dict(tensors)
    again = replace(run, model=model).trace(EXAMPLE)
    np.testing.assert_array_equal(again.probabilities_C, run.trace(EXAMPLE).probabilities_C)
    assert all(values.dtype == torch.float32 for values in tensors.values() if values.is_floating_point())


# -- one line a run --


@pytest.mark.parametrize("name", ["deepseek", "document"])
def test_a_run_in_one_line_is_what_its_whole_record_says(name: str):
    run = load_run(name)
    found = summary(run.store)
    assert found.evaluation == run.last_eval
    assert (found.config, found.checkpoints) == (run.config, run.steps)
    assert 0 < found.floor < min(run.last_eval.max_vio_L)


def test_a_torn_line_at_the_end_of_the_record_is_passed_over(own: Run):
    before = newest_evaluation(own.store)
    with (own.store.folder / "metrics.jsonl").open("a", encoding="utf-8") as record:
        record.write('{"kind": "eval", "step": 9')
    assert newest_evaluation(own.store) == before is not None


def test_settings_that_differ_are_named_with_both_values(run: Run):
    other = replace(run.config, lr=0.1, model=replace(run.config.model, top_k=2))
    assert unlike(run.config, other) == [
        ("lr", str(run.config.lr), "0.1"),
        ("model.top_k", "4", "2"),
    ]
    assert unlike(run.config, run.config) == []


def test_the_sets_of_two_runs_stand_word_by_word():
    one, other = (word_sets(load_run(name).trace(EXAMPLE)) for name in ("deepseek", "document"))
    trace = load_run("deepseek").trace(EXAMPLE)
    rows = side_by_side(one, other)
    assert [row.word for row in rows] == list(trace.tokens)
    assert rows[0].one_L == tuple(tuple(sorted(layer.topk_idx_TK[0].tolist())) for layer in trace.layers)
    sets = {frozenset(row) for row in trace.layers[0].topk_idx_TK.tolist()}
    assert one.sets_per_word_L[0] == len(sets) / len(trace.tokens)
    assert rows[0].other_L is not None
    assert len(rows[0].other_L) == 1


def test_a_word_that_one_run_cuts_elsewhere_has_none_beside_it():
    sets = word_sets(load_run("deepseek").trace("火箭夺冠"))
    other = replace(sets, tokens=("火", "箭夺冠"), spans=((0, 1), (1, 4)))
    rows = side_by_side(sets, other)
    assert [(row.word, row.one_L is None, row.other_L is None) for row in rows] == [
        ("火", True, False),
        ("火箭", False, True),
        ("箭夺冠", True, False),
        ("夺冠", False, True),
    ]


# -- the card --


def test_the_card_knows_built_in_headlines_by_their_fingerprint(run: Run, own: Run):
    assert model_card(run).data_kind == "builtin"
    rewrite(own, fingerprint="0" * 32)
    assert model_card(open_run(own.store)).data_kind == "unknown"
    rewrite(own, source="我的.csv")
    card = model_card(open_run(own.store))
    assert (card.data_kind, card.data.source) == ("own", "我的.csv")


def rewrite(run: Run, **changes: object) -> None:
    path = run.store.folder / "data.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")


def checks_of(run: Run) -> dict[str, RunCheck]:
    return {one.name: one for one in run_checks(run, run.trace(EXAMPLE))}


def test_every_check_passes_for_a_run_that_ships(run: Run):
    found = checks_of(run)
    assert {name: one.passed for name, one in found.items()} == dict.fromkeys(found, True)
    assert len(found) == 8
    assert found["parameters"].values["held"] == sum(p.numel() for p in run.model.parameters())
    assert found["evaluation"].values["accuracy"] == pytest.approx(run.last_eval.accuracy, abs=0.005)


def test_the_checks_find_what_is_not_so(own: Run):
    lines = (own.store.folder / "metrics.jsonl").read_text("utf-8").splitlines(keepends=True)
    (own.store.folder / "metrics.jsonl").write_text("".join(lines[3:]), "utf-8")
    rewrite(own, source="gone.csv", files=["/nowhere/gone.csv"])
    spoilt = open_run(own.store)
    trace = spoilt.trace(EXAMPLE)
    with torch.no_grad():
        next(iter(spoilt.model.parameters())).fill_(float("nan"))
    found = {one.name: one.passed for one in run_checks(spoilt, trace)}
    assert found == {
        "weights": False,
        "parameters": True,
        "choice": True,
        "pieces": True,
        "numpy": True,  # of the trace, which was made before
        "record": False,
        "data": None,
        "evaluation": None,
    }


def test_a_check_finds_other_weights_than_the_record_is_of(own: Run):
    with torch.no_grad():
        own.model.head.weight.mul_(-1)
    assert checks_of(own)["evaluation"].passed is False


def test_without_an_evaluation_there_is_no_table_of_loads(own: Run):
    (own.store.folder / "metrics.jsonl").write_text("", "utf-8")
    bare = open_run(own.store)
    with pytest.raises(RunError, match="no evaluation"):
        load_frame(bare)
    assert model_card(bare).evaluation is None

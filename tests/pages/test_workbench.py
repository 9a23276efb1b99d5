"""The workbench without a browser: the runs, the card, what leaves and what comes in."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from safetensors.torch import load
from streamlit.testing.v1 import AppTest

from moe_demo import load_run
from moe_demo.insight.routes_files import read_routes, vllm_answer
from moe_demo.insight.run_checks import run_checks
from moe_demo.jobs.imports import bring
from moe_demo.jobs.jobs import Jobs
from moe_demo.published import count, shape_of
from moe_demo.runs.archive import packed
from moe_demo.runs.catalogue import BUNDLED_RUNS, RunCatalogue
from moe_demo.runs.errors import RunError
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.runs.owners import Caller, new_id
from moe_demo.runs.store import RunStore
from moe_demo.ui.kit import caller
from moe_demo.ui.kit.i18n import LANGUAGES, speaking, text_in
from moe_demo.ui.kit.words import plain
from moe_demo.ui.workbench import exports
from moe_demo.ui.workbench.data import picture_data
from moe_demo.ui.workbench.data_card import card_markdown
from tests.pages import numbers
from tests.pages.app import EXAMPLE, drawn, opened

ANN, BOB = Caller(new_id()), Caller(new_id())


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of runs, and Ann in front of the browser."""
    monkeypatch.setenv("MOE_DEMO_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(caller, "visitor_id", lambda: ANN.visitor)
    return tmp_path / "runs"


@pytest.fixture(scope="module")
def document() -> bytes:
    return packed(RunStore(BUNDLED_RUNS / "document"))


def view_of(**params: str) -> Any:
    return numbers.view_of("workbench", params)


def said(at: AppTest) -> str:
    kinds = (at.markdown, at.caption, at.info, at.warning, at.error, at.success)
    return "\n".join(item.value for kind in kinds for item in kind)


# -- the runs --


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_run_has_a_row_with_what_its_record_says(runs: Path, lang: str):
    data = drawn(opened("workbench", lang=lang), "chosen")
    assert [row["id"] for row in data["rows"]] == ["deepseek", "document"]
    for row in data["rows"]:
        run = load_run(row["id"])
        assert run.last_eval is not None
        assert row["accuracy"] == pytest.approx(run.last_eval.accuracy, abs=1e-6)
        assert row["loss"] == pytest.approx(run.last_eval.loss, abs=1e-6)
        assert [one["value"] for one in row["vio"]] == pytest.approx(run.last_eval.max_vio_L, abs=1e-6)
        assert (row["seed"], row["steps"]) == (run.config.seed, run.last_eval.step)
        assert row["data"] == text_in(lang, "workbench.builtin")


def test_a_click_chooses_a_run_and_another_one_holds_it_beside(runs: Path):
    at = opened("workbench")
    at.session_state["workbench-runs"] = {"go": {"twin": "document"}}
    at.query_params["with"] = "document"
    at.run()
    assert not at.exception
    ours, theirs = (f"{load_run(name).last_eval.accuracy:.1%}" for name in ("deepseek", "document"))
    tables = [item.value for item in at.markdown if ours in item.value]
    assert any(theirs in table for table in tables)
    assert f"{text_in('zh', 'settings.lr')} `lr`" in said(at)
    sets = next(frame.value for frame in at.dataframe if "deepseek L1" in frame.value)
    trace = load_run("deepseek").trace(EXAMPLE)
    assert sets.iloc[:, 0].tolist() == list(trace.tokens)
    first = sorted(trace.layers[1].topk_idx_TK[0].tolist())
    assert sets["deepseek L1"][0] == "、".join(f"E{expert}" for expert in first)


def test_without_a_run_beside_a_line_says_how_to_get_one(runs: Path):
    assert text_in("en", "workbench.compare_none") in said(opened("workbench", lang="en"))


def test_the_table_below_the_picture_has_the_same_numbers(runs: Path):
    at = opened("workbench", lang="en")
    at.session_state["workbench.table.open"] = True
    at.run()
    frame = next(item.value for item in at.dataframe if "Accuracy" in item.value)
    rows = drawn(at, "chosen")["rows"]
    assert frame["Accuracy"].tolist() == [row["accuracy"] for row in rows]
    assert frame["Seed"].tolist() == [row["seed"] for row in rows]


def test_a_private_run_is_its_browsers_alone(runs: Path, document: bytes, monkeypatch: pytest.MonkeyPatch):
    name = bring(Jobs(), document, "ann.zip", ANN)
    with speaking("en"):
        assert name in [row["id"] for row in drawn(opened("workbench"), "chosen")["rows"]]
    monkeypatch.setattr(caller, "visitor_id", lambda: BOB.visitor)
    other = opened("workbench", run=name)
    assert name not in json.dumps(drawn(other, "chosen"))
    assert drawn(other, "chosen")["chosen"] == "deepseek"


def test_ones_own_run_is_renamed_and_deleted_and_no_other(runs: Path, document: bytes):
    assert not [button for button in opened("workbench").button if button.key == "workbench.rename"]
    name = bring(Jobs(), document, "ann.zip", ANN)
    at = opened("workbench", run=name)
    at.text_input(key=f"workbench.name.{name}").set_value("我的模型").run()
    at.button(key="workbench.rename").click().run()
    assert not at.exception
    assert "".join(at.query_params["run"]) == "我的模型"
    assert RunCatalogue().find("我的模型", ANN) is not None
    at.text_input(key="workbench.name.我的模型").set_value("deepseek").run()
    at.button(key="workbench.rename").click().run()
    assert text_in("zh", "errors.run.name_taken", name="deepseek") in [item.value for item in at.error]
    at.button(key="training.delete").click().run()
    assert not at.exception
    assert RunCatalogue().find("我的模型", ANN) is None
    assert not at.query_params.get("run")


def test_a_run_whose_files_are_torn_says_so_in_its_row(runs: Path):
    (runs / "torn").mkdir(parents=True)
    (runs / "torn" / "config.json").write_text("{", "utf-8")
    with speaking("en"):
        [row] = [row for row in picture_data(["torn"], "deepseek", None)["rows"] if row["id"] == "torn"]
    assert (row["state"], row["accuracy"], row["vio"]) == ("damaged", None, [])


# -- the card --


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_card_has_the_runs_own_numbers(runs: Path, lang: str):
    at = opened("workbench", lang=lang)
    counts = count(shape_of(load_run("deepseek").config.model))
    [card] = [item.value for item in at.markdown if f"{counts.total:,}" in item.value]
    found = load_run("deepseek").last_eval
    assert found is not None
    for value in (f"{counts.activated:,}", f"{found.accuracy:.1%}", f"{found.loss:.3f}", "MIT", "098aa643"):
        assert value in card
    assert text_in(lang, "workbench.card.unchecked") in card
    assert "weight_decay" not in card.replace("\\", "")  # the settings stand in the file


@pytest.mark.parametrize("lang", LANGUAGES)
def test_checks_stand_in_the_card_once_they_have_been_run(runs: Path, lang: str):
    at = opened("workbench", lang=lang)
    at.button(key="workbench.check").click().run()
    assert not at.exception
    with speaking(lang):
        view = view_of()
        checks = run_checks(view.run, view.trace)
        lines = [line for line in said(at).splitlines() if line.startswith("- ✓")]
    assert len(lines) == len(checks)
    assert text_in(lang, "workbench.card.unchecked") not in said(at)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_file_of_the_card_is_whole(lang: str):
    from moe_demo.insight.model_card import model_card

    with speaking(lang):
        card = card_markdown(model_card(load_run("document")))
    assert card.startswith("# ")
    assert "| batch\\_size | 64 |" in card
    heads = [line for line in card.splitlines() if line.startswith("## ")]
    assert heads == [
        f"## {text_in(lang, f'workbench.card.heads.{name}')}"
        for name in ("data", "metrics", "parameters", "checks", "limits", "settings")
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_run_on_somebodys_own_headlines_has_an_unknown_licence(
    runs: Path, document: bytes, lang: str, tmp_path: Path
):
    name = bring(Jobs(), document, "ann.zip", ANN)
    path = runs / name / "data.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"source": "我的.csv"}), "utf-8")
    at = opened("workbench", run=name, lang=lang)
    assert text_in(lang, "workbench.card.licence.own") in said(at)
    assert text_in(lang, "workbench.card.data.own", source=plain("我的.csv")) in said(at)
    at.button(key="workbench.check").click().run()
    lines = [line for line in said(at).splitlines() if line.startswith("- –")]
    assert len(lines) == 2  # data and evaluation cannot be found out


# -- what leaves --


def test_every_export_is_made_on_the_page_and_read_back():
    view = view_of(lang="en")
    frame = pd.read_csv(io.BytesIO(exports.made(view, "trace", "csv").content))
    assert frame.token.drop_duplicates().tolist() == list(dict.fromkeys(view.trace.tokens))
    loads = json.loads(exports.made(view, "load", "json").content)
    assert sum(row["words"] for row in loads) == np.sum(view.run.last_eval.load_LEC)
    record = pd.read_parquet(io.BytesIO(exports.made(view, "record", "parquet").content))
    evaluations = [one for one in view.run.metrics if isinstance(one, EvalMetrics)]
    assert record[record.kind == "evaluation"].accuracy.tolist() == [one.accuracy for one in evaluations]
    weights = load(exports.made(view, "weights").content)
    assert weights.keys() == view.run.model.state_dict().keys()
    with zipfile.ZipFile(io.BytesIO(exports.made(view, "folder").content)) as archive:
        assert "deepseek/config.json" in archive.namelist()
    for what in ("vllm", "atlas"):
        file = exports.made(view, what)
        routes = read_routes(file.content, file.name)
        assert (routes.is_ours, routes.tokens) == (True, view.trace.tokens)
        for layer in view.trace.layers:
            assert (routes.experts_LTK[layer.layer] == layer.topk_idx_TK).all()


def test_a_file_is_handed_over_below_the_button(runs: Path):
    at = opened("workbench", lang="en")
    before = len(at.get("download_button"))
    at.button(key="workbench.make").click().run()
    assert not at.exception
    labels = [button.proto.label for button in at.get("download_button")]
    assert len(labels) == before + 1
    assert any("deepseek-step552-trace.csv" in label for label in labels)


def test_an_export_that_fails_is_one_sentence_in_the_readers_language(
    runs: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> bytes:
        raise RunError("disk_full", folder="runs")

    monkeypatch.setattr(exports, "packed", full)
    for lang in LANGUAGES:
        at = opened("workbench", lang=lang)
        at.session_state["workbench.what"] = "folder"
        at.run()
        at.button(key="workbench.make").click().run()
        assert [item.value for item in at.error] == [text_in(lang, "errors.run.disk_full", folder="runs")]


# -- what comes in --


def bring_in(at: AppTest, key: str, name: str, data: bytes) -> AppTest:
    field = next(one for one in at.file_uploader if one.key is not None and one.key.startswith(key))
    field.set_value((name, data, "application/octet-stream")).run()
    assert not at.exception, at.exception
    return at


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_zip_becomes_a_run_of_this_browser_and_is_chosen(runs: Path, document: bytes, lang: str):
    at = bring_in(opened("workbench", lang=lang), "workbench.zip", "我的.zip", document)
    [name] = Jobs().names()
    assert "".join(at.query_params["run"]) == name
    assert text_in(lang, "workbench.imported", name=plain(name)) in said(at)
    assert drawn(at, "chosen")["chosen"] == name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_zip_that_is_no_run_is_one_sentence_in_the_readers_language(runs: Path, lang: str):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("../evil.json", "{}")
    for data, code, more in (
        (b"no zip", "not_zip", {}),
        (content.getvalue(), "path", {"name": plain("../evil.json")}),
    ):
        at = bring_in(opened("workbench", lang=lang), "workbench.zip", "a.zip", data)
        assert [item.value for item in at.error] == [
            text_in(lang, f"errors.import.{code}", file=plain("a.zip"), **more)
        ]
        assert Jobs().names() == []


def answer_of(view: Any) -> bytes:
    experts_LTK = np.stack([layer.topk_idx_TK for layer in view.trace.layers])
    return vllm_answer("deepseek", 16, view.trace.tokens, experts_LTK)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_file_of_routes_is_shown_with_load_pairs_and_traffic(runs: Path, lang: str):
    view = view_of()
    at = bring_in(opened("workbench", lang=lang), "workbench.routes", "a.json", answer_of(view))
    assert text_in(lang, "routes.whose.ours") in said(at)
    layer = view.trace.layers[0]
    vio = layer.load_E.max() / layer.load_E.mean() - 1
    assert f"{vio:.2f}" in said(at)
    reached = len({(t, e // 8) for t, row in enumerate(layer.topk_idx_TK.tolist()) for e in row})
    assert f"{reached / len(view.trace.tokens):.2f}" in said(at)
    foreign = json.loads(answer_of(view))
    del foreign["moe_demo"]
    at = bring_in(at, "workbench.routes", "b.json", json.dumps(foreign).encode())
    assert text_in(lang, "routes.whose.theirs") in said(at)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_file_that_has_no_routes_is_one_sentence_in_the_readers_language(runs: Path, lang: str):
    at = bring_in(opened("workbench", lang=lang), "workbench.routes", "a.json", b'{"a": 1}')
    assert [item.value for item in at.error] == [
        text_in(lang, "errors.routes.no_routes", file=plain("a.json"))
    ]


def test_the_number_of_experts_may_be_given_and_is_held_against_the_file(runs: Path):
    foreign = json.loads(answer_of(view_of()))
    del foreign["moe_demo"]
    at = bring_in(opened("workbench", lang="en"), "workbench.routes", "a.json", json.dumps(foreign).encode())
    at.number_input(key="workbench.routes.n").set_value(4).run()
    assert "beyond the 4 experts" in at.error[0].value
    at.number_input(key="workbench.routes.n").set_value(32).run()
    assert not at.error
    assert "32 experts" in said(at)


def test_the_training_page_has_one_link_to_where_data_is_brought(runs: Path):
    at = opened("training", lang="en")
    links = [link.proto for link in at.get("page_link") if link.proto.page == "models-and-data"]
    assert [link.label for link in links] == ["Workbench", text_in("en", "training.own_data_link")]
    assert not at.file_uploader

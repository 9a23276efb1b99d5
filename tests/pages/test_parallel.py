"""The nodes page starts a run over several processes, follows it, stops it, and shows what it found."""

import json
import time
from pathlib import Path

import pytest

from moe_demo.insight.parallel_run import (
    LayerTraffic,
    ParallelRun,
    bytes_by_pair,
    milliseconds_by_rank,
    read_parallel_run,
)
from moe_demo.jobs.parallel import ParallelJob
from moe_demo.runs.errors import RunError
from moe_demo.training.train import train_run
from moe_demo.ui.kit.i18n import LANGUAGES, text_in
from tests import toy
from tests.pages import app


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MOE_DEMO_RUNS", str(tmp_path))
    monkeypatch.setenv("MOE_DEMO_STRICT_TEXT", "1")
    return tmp_path


def job_in(runs: Path, name: str = "deepseek") -> ParallelJob:
    return ParallelJob(runs / ".parallel" / name)


def traffic(predicted: int = 96) -> LayerTraffic:
    """Two ranks of two experts: three copies one way, one the other, of 32 bytes each."""
    there, back = [[0, 96], [32, 0]], [[0, 32], [96, 0]]
    return LayerTraffic(
        load_E=[3, 1, 2, 2],
        copies_NN=[[2, 3], [1, 2]],
        assignments_NN=[[2, 4], [2, 2]],
        bytes_NN={"dispatch": there, "combine": back},
        predicted_bytes_NN={"dispatch": [[0, predicted], [32, 0]], "combine": back},
        copies_between=4,
        assignments_between=6,
        bytes_between=256,
        seconds_N={"dispatch": [0.001, 0.002], "experts": [0.003, 0.004], "combine": [0.005, 0.006]},
    )


def found(layer: LayerTraffic) -> ParallelRun:
    return ParallelRun(
        run_id="deepseek", step=621, source="builtin", n_headlines=2, n_tokens=4, n_ranks=2, backend="gloo",
        device="cpu", torch_version="2", experts_per_rank=2, tokens_N=[2, 2], repeats=20, layers=[layer],
        differences={"class_scores": 1e-7, "loss": 2e-8, "gradients": 3e-9}, largest_gradient=0.1,
        seconds={"single": 0.004, "parallel": 0.02},
    )  # fmt: skip


def written(runs: Path, record: ParallelRun) -> None:
    folder = job_in(runs).folder
    folder.mkdir(parents=True)
    (folder / "parallel.json").write_text(json.dumps(record.to_dict()))


def markdown(at: app.AppTest) -> str:
    return "\n".join(element.value for element in (*at.markdown, *at.caption))


def test_a_record_survives_its_file_and_its_tables_add_up(runs: Path):
    record = found(traffic())
    written(runs, record)
    assert read_parallel_run(job_in(runs).record) == record
    pairs, times = bytes_by_pair(record.layers[0]), milliseconds_by_rank(record.layers[0])
    assert pairs.iloc[0, 1] == pairs.iloc[1, 0] == 128
    assert pairs.sum().sum() == record.layers[0].bytes_between
    assert pairs.isna().to_numpy().tolist() == [[True, False], [False, True]]
    assert times["load"].tolist() == [4, 4]
    assert times["combine"].tolist() == pytest.approx([5, 6])


@pytest.mark.parametrize("content", ["[]", "{}", '{"layers": [{}]}', "no json"])
def test_a_broken_record_is_said_in_a_sentence(runs: Path, content: str):
    written(runs, found(traffic()))
    job_in(runs).record.write_text(content)
    with pytest.raises(RunError):
        read_parallel_run(job_in(runs).record)
    at = app.opened("nodes")
    assert len(at.error) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("predicted", [96, 64])
def test_what_was_found_is_shown_and_whether_it_is_as_predicted(runs: Path, lang: str, predicted: int):
    written(runs, found(traffic(predicted)))
    at = app.opened("nodes", lang=lang)
    key = "nodes.parallel.sent" if predicted == 96 else "nodes.parallel.sent_other"
    end = text_in(lang, key).rpartition("{bytes:,}")[2]
    said = markdown(at)
    assert f"256{end}" in said
    assert "1e-07" in said
    assert text_in(lang, "nodes.parallel.slower").partition("{")[0] in said


def test_what_a_run_of_the_same_name_left_before_is_forgotten(runs: Path):
    csv = toy.write_csv(runs / "toy.csv")
    job = job_in(runs, "again")
    job.folder.mkdir(parents=True)
    job.record.write_text(json.dumps(found(traffic()).to_dict()))
    time.sleep(0.02)
    train_run(runs / "again", toy.config(epochs=1), [csv], device="cpu")
    app.opened("nodes", run="again")
    assert job.state == "none"


def test_experts_that_cannot_be_shared_out_are_said_to_be_so(runs: Path):
    at = app.opened("nodes", run="document", lang="en")
    said = [info.value for info in at.info]
    assert text_in("en", "nodes.parallel.indivisible").format(n=3) in said
    assert not any(button.key == "parallel.start" for button in at.button)


def test_it_starts_and_stops_and_others_wait(runs: Path):
    csv = toy.write_csv(runs / "toy.csv")
    train_run(runs / "small", toy.config(epochs=1), [csv], device="cpu")
    at = app.opened("nodes", run="small", lang="en")
    at.button(key="parallel.start").click().run()
    job = job_in(runs, "small")
    try:
        assert not at.exception
        assert job.state == "running"
        assert any(button.key == "parallel.stop" for button in at.button)
        other = app.opened("nodes", run="deepseek", lang="en")
        assert other.button(key="parallel.start").disabled
        assert text_in("en", "nodes.parallel.busy") in [caption.value for caption in other.caption]
        at.button(key="parallel.stop").click().run()
        ends = time.monotonic() + 60
        while job.state == "running" and time.monotonic() < ends:
            time.sleep(0.1)
        assert job.state == "failed"
        at.run()
        assert text_in("en", "nodes.parallel.stopped") in [info.value for info in at.info]
    finally:
        job.stop()

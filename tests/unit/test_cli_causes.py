"""The commands that take a run apart and change it: mixture, whatif, experts."""

import json
from pathlib import Path

import pytest

from moe_demo.cli import main
from moe_demo.insight.run import load_run
from moe_demo.insight.switches import Place, Seat, Switches
from moe_demo.insight.whatif import Headlines, effect, whatif
from moe_demo.runs.data import read_corpora
from tests import toy

TEXT = "苹果公司发布了最新的iPhone 15"


def test_mixture_prints_pieces_that_add_up_to_every_layers_output(capsys: pytest.CaptureFixture[str]):
    assert main(["mixture", "--run", "document", TEXT]) == 0
    record = json.loads(capsys.readouterr().out)
    for layer in record["layers"]:
        for row in layer["tokens"]:
            summed = [
                sum(values) for values in zip(*(piece["output"] for piece in row["pieces"]), strict=True)
            ]
            assert summed == pytest.approx(row["output"], abs=1e-5)
            assert len(row["input"]) == len(row["output"])


def test_whatif_answers_a_sentence_before_and_after(capsys: pytest.CaptureFixture[str]):
    assert main(["whatif", "--run", "document", "--off", "0:1", "--json", TEXT]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["before"] != record["after"]
    chosen = load_run("document").trace(TEXT).layers[0].topk_idx_TK[:, 0].tolist()
    assert record["changed"] == [[0, token] for token, expert in enumerate(chosen) if expert == 1]


def test_whatif_moves_gates_biases_and_groups(capsys: pytest.CaptureFixture[str]):
    run = load_run("deepseek")
    expert = int(run.trace(TEXT).layers[0].topk_idx_TK[1, 0])
    options = [
        "--gate",
        f"0:1:{expert}=0.9",
        "--bias",
        "1:3=-0.4",
        "--groups",
        "4",
        "--k",
        "3",
        "--top-off",
        "1",
    ]
    assert main(["whatif", "--run", "deepseek", *options, "--random-router", "5", "--json", TEXT]) == 0
    record = json.loads(capsys.readouterr().out)
    switches = Switches(
        gates=((Place(0, 1, expert), 0.9),),
        pushed=((Seat(1, 3), -0.4),),
        topk_groups=4,
        top_k=3,
        top_off=1,
        random_router=5,
    )
    found = whatif(run, TEXT, switches)
    assert record["after"] == pytest.approx(found.after.probabilities, abs=1e-6)
    assert record["changed"] == [list(place) for place in found.changed]


def test_several_places_after_one_switch_are_that_many_switches(capsys: pytest.CaptureFixture[str]):
    said = []
    for options in (
        ["--off", "0:1", "0:2", "1:5", "--force", "0:1:3", "1:0:7"],
        ["--off", "0:1", "--off", "0:2", "--off", "1:5", "--force", "0:1:3", "--force", "1:0:7"],
    ):
        assert main(["whatif", "--run", "deepseek", *options, "--groups", "4", "--json", TEXT]) == 0
        said.append(json.loads(capsys.readouterr().out))
    assert said[0] == said[1]
    assert main(["whatif", "--run", "deepseek", "--off", "0:1", "0:2", "--json", "--", "3:1 比分"]) == 0
    capsys.readouterr()
    assert main(["whatif", "--run", "deepseek", "--off", *(f"0:{e}" for e in range(16)), TEXT]) == 2
    assert "fewer than K = 4 experts left" in capsys.readouterr().err


def test_whatif_leaves_one_expert_alone(capsys: pytest.CaptureFixture[str]):
    assert main(["whatif", "--run", "deepseek", "--alone", "1:5", "--json", TEXT]) == 0
    record = json.loads(capsys.readouterr().out)
    found = whatif(load_run("deepseek"), TEXT, Switches(alone=(Seat(1, 5),)))
    assert record["after"] == pytest.approx(found.after.probabilities, abs=1e-6)


def test_whatif_tells_what_a_capacity_drops(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    csv = toy.write_csv(tmp_path / "toy.csv")
    options = ["--capacity-factor", "1.25", "--drop-by", "probability", "--capacity-over", "batch"]
    assert main(["whatif", "--run", "deepseek", "--data", str(csv), *options, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    run = load_run("deepseek")
    switches = Switches(capacity_factor=1.25, drop_by="probability", capacity_over="batch")
    found = effect(run, Headlines.of(run, read_corpora([csv], run.labels)), switches)
    assert record["dropped"] == found.dropped_share_L.tolist()
    assert record["words_losing"] == found.losing_share_L.tolist()
    assert min(record["words_losing"]) > 0


def test_a_gate_of_an_expert_that_was_not_chosen_is_told(capsys: pytest.CaptureFixture[str]):
    chosen = load_run("document").trace(TEXT).layers[0].topk_idx_TK[0].tolist()
    other = next(e for e in range(3) if e not in chosen)
    assert main(["whatif", "--run", "document", "--gate", f"0:0:{other}=0.5", "--json", TEXT]) == 0
    said = capsys.readouterr()
    record = json.loads(said.out)
    assert record["before"] == record["after"]
    assert said.err == f"Word 0 is not sent to expert {other} of layer 0, so its gate there says nothing.\n"


def test_whatif_measures_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = toy.write_csv(tmp_path / "headlines.csv")
    arguments = ["whatif", "--run", "deepseek", "--silence", "1:3", "--data", str(path)]
    assert main([*arguments, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["difference"] == pytest.approx(record["accuracy_after"] - record["accuracy_before"])
    assert record["interval"][0] <= record["difference"] <= record["interval"][1]
    assert record["n"] == 48
    assert set(record["load"]) == {"1:3"}
    assert main(arguments) == 0
    assert f"{record['accuracy_before']:.4f}" in capsys.readouterr().out


def test_every_expert_is_switched_off_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = toy.write_csv(tmp_path / "headlines.csv")
    arguments = ["whatif", "--run", "document", "--every-expert", "--data", str(path)]
    assert main([*arguments, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["layer"], row["expert"]) for row in rows] == [(0, 0), (0, 1), (0, 2)]
    for row in rows:
        assert (
            main(
                ["whatif", "--run", "document", "--off", f"0:{row['expert']}", "--data", str(path), "--json"]
            )
            == 0
        )
        alone = json.loads(capsys.readouterr().out)
        assert row["accuracy"] == pytest.approx(alone["accuracy_after"])
        assert [row["low"], row["high"]] == pytest.approx(alone["interval"])
    assert main(arguments) == 0
    assert "difference" in capsys.readouterr().out
    for wrong in ([*arguments, "--k", "1"], ["whatif", "--run", "document", "--every-expert", TEXT]):
        assert main(wrong) == 2
        assert "with nothing else switched" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--off", "0:16", TEXT], "There is no expert 16"),
        (["--off", "0", TEXT], "write it as L:E"),
        (["--off", "²:1", TEXT], "write it as L:E"),
        (["--force", "0:99:1", TEXT], "There is no word 99"),
        (["--k", "99", TEXT], "K = 99 does not fit"),
        (["--capacity", "0", TEXT], "The capacity 0 does not fit"),
        (["--capacity-factor", "0", TEXT], "The capacity factor 0.0 does not fit; choose one above 0"),
        (["--capacity", "2", "--capacity-factor", "1", TEXT], "leave one of them out."),
        (["--drop-by", "probability", TEXT], "only with a capacity or a capacity factor; add one."),
        (["--gate", "0:1=2", TEXT], "write it as L:T:E"),
        (["--gate", "0:1:2", TEXT], "write it as L:T:E=X"),
        (["--bias", "0:1=nan", TEXT], "write it as L:E=X"),
        (["--groups", "5", TEXT], "5 kept groups do not fit"),
        (["--top-off", "16", TEXT], "16 top experts cannot be left out"),
        ([arg for e in range(16) for arg in ("--off", f"0:{e}")] + [TEXT], "fewer than K = 4 experts left"),
        ([], "TEXT --data is required"),
    ],
)
def test_whatif_refuses_in_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
):
    try:
        status = main(["whatif", "--run", "deepseek", *arguments])
    except SystemExit as ended:
        status = ended.code
    said = capsys.readouterr()
    assert status == 2
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_experts_lists_every_class_of_every_expert(capsys: pytest.CaptureFixture[str]):
    assert main(["experts", "--run", "document", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["layer"], row["expert"], row["class"]) for row in rows] == [
        (0, e, label) for e in range(3) for label in load_run("document").labels
    ]
    assert all(row["band"][0] < 1 < row["band"][1] for row in rows)
    assert sum(row["load"] for row in rows) == pytest.approx(9)
    assert main(["experts", "--run", "document"]) == 0
    assert "luck" in capsys.readouterr().out

"""The commands that ask a trained run: evaluate, classify, trace, runs."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file, save

from moe_demo.cli import main
from moe_demo.insight.run import load_run
from moe_demo.runs.catalogue import RunCatalogue
from moe_demo.runs.store import RunStore
from tests import toy
from tests.conftest import ROOT

CONFIG = toy.config(patience=0, epochs=2)
HEADLINE = "苹果公司发布了最新的iPhone 15"


def strict_json(text: str) -> dict:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)


def json_lines(text: str) -> list[dict]:
    return [strict_json(line) for line in text.splitlines()]


# -- evaluate --------------------------------------------------------------------------------------------------


def test_evaluate_prints_json(run: str, csv: Path, capsys):
    assert main(["evaluate", "--run", run, "--data", str(csv), "--json"]) == 0
    found = strict_json(capsys.readouterr().out)
    n_right = sum(found["confusion"][c][c] for c in range(3))
    assert found["labels"] == ["tech", "sports", "entertainment"]
    assert found["accuracy"] == pytest.approx(n_right / 48)
    assert [sum(row) for row in found["confusion"]] == [16, 16, 16]
    assert found["loss"] > 0
    assert len(found["max_vio"]) == len(found["load"]) == 2
    assert all(0 < share <= 1 for share in (*found["expert_sets_per_word"], *found["expert_set_overlap"]))
    assert 0 <= found["calibration_error"] < 1
    assert (found["step"], found["n_headlines"]) == (8, 48)


def test_headlines_of_one_word_have_no_overlap(run: str, tmp_path: Path, capsys):
    data = tmp_path / "words.csv"
    data.write_text("text,label\n火箭,tech\n篮球,sports\n电影,entertainment\n", encoding="utf-8")
    assert main(["evaluate", "--run", run, "--data", str(data), "--json"]) == 0
    assert strict_json(capsys.readouterr().out)["expert_set_overlap"] == [None, None]
    assert main(["evaluate", "--run", run, "--data", str(data)]) == 0
    assert "overlap   layer 0: not defined, layer 1: not defined" in capsys.readouterr().out


def test_evaluate_prints_a_table_for_people(run: str, csv: Path, capsys):
    assert main(["evaluate", "--run", run, "--data", str(csv), "--step", "0"]) == 0
    out = capsys.readouterr().out
    assert "small at step 0, 48 headlines" in out
    assert re.search(r"accuracy +0\.\d{4}\n", out)
    assert re.search(r"max_vio +layer 0: \d\.\d+, layer 1: \d\.\d+\n", out)
    assert re.search(r"overlap +layer 0: 0\.\d{3}, layer 1: 0\.\d{3} \(experts", out)
    assert re.search(r"sports( +\d+){3}\n", out)


def test_evaluate_takes_several_files(run: str, csv: Path, tmp_path: Path, capsys):
    more = tmp_path / "more.csv"
    more.write_text("text,label\n新的标题,tech\n另一个标题,sports\n", encoding="utf-8")
    assert main(["evaluate", "--run", run, "--data", str(csv), str(more), "--json"]) == 0
    assert strict_json(capsys.readouterr().out)["n_headlines"] == 50


# -- classify --------------------------------------------------------------------------------------------------


def test_classify_prints_one_json_line_per_headline_in_order(run: str, capsys):
    texts = [
        HEADLINE,
        "主队加时绝杀晋级四强",
        "<b>新片</b>",
        "😀🎉",
        "مرحبا بالعالم",
        "https://example.org/?a=1",
    ]
    assert main(["classify", "--run", run, *texts]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert [line["text"] for line in json_lines(out)] == texts
    for line in json_lines(out):
        assert list(line) == ["text", "label", "probabilities", "familiarity", "familiar"]
        assert list(line["probabilities"]) == ["tech", "sports", "entertainment"]
        assert sum(line["probabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert line["label"] == max(line["probabilities"], key=line["probabilities"].get)
        assert isinstance(line["familiarity"], float)
        assert isinstance(line["familiar"], bool)


def test_classify_and_trace_agree(run: str, capsys):
    main(["classify", "--run", run, HEADLINE])
    main(["trace", "--run", run, HEADLINE])
    answer, trace = json_lines(capsys.readouterr().out)
    assert answer["label"] == trace["label"]
    assert answer["probabilities"] == pytest.approx(trace["probabilities"], abs=1e-6)
    assert answer["familiarity"] == pytest.approx(trace["familiarity"], abs=1e-5)


def test_a_headline_without_words_is_named_and_the_others_are_answered(run: str, capsys):
    assert main(["classify", "--run", run, "主队绝杀", "", "新片上映"]) == 2
    out, err = capsys.readouterr()
    assert [line["text"] for line in json_lines(out)] == ["主队绝杀", "新片上映"]
    assert err == "headline 2: The text has no words; write at least one character that can be seen.\n"


def test_a_headline_too_long_is_answered_and_told(run: str, capsys):
    assert main(["classify", "--run", run, "芯片" * 5000]) == 0
    out, err = capsys.readouterr()
    assert len(json_lines(out)) == 1
    assert re.fullmatch(r"headline 1: too long; the last \d{4} characters are not read\.\n", err)


def test_classify_reads_a_file_with_or_without_labels(run: str, csv: Path, tmp_path: Path, capsys):
    assert main(["classify", "--run", run, "--data", str(csv)]) == 0
    assert len(json_lines(capsys.readouterr().out)) == 48
    plain = tmp_path / "plain.txt"
    lines = [f"第{n}条新闻：主队绝杀" for n in range(100)]  # more than go through the model together
    plain.write_text("\n".join([*lines, "\u200b", lines[0]]), encoding="utf-8")
    assert main(["classify", "--run", run, "--data", str(plain)]) == 0
    out, err = capsys.readouterr()
    assert [line["text"] for line in json_lines(out)] == [*lines, lines[0]]
    assert "line 101: no text." in err


LABELLED = {"体育\t": "", "__label__sports ": "", "1|,|sports|,|": "|,|", "0\t": "\t7", "[体育]": ""}


@pytest.mark.parametrize(("before", "after"), LABELLED.items())
def test_a_label_in_a_file_is_never_asked_about(run: str, tmp_path: Path, capsys, before: str, after: str):
    file = tmp_path / "a.txt"
    file.write_text(f"{before}主队绝杀晋级{after}\n", encoding="utf-8")
    assert main(["classify", "--run", run, "--data", str(file)]) == 0
    main(["classify", "--run", run, "主队绝杀晋级"])
    from_file, typed = json_lines(capsys.readouterr().out)
    assert from_file == typed


def test_evaluate_and_classify_refuse_columns_that_say_nothing(run: str, tmp_path: Path, capsys):
    file = tmp_path / "a.txt"
    file.write_text("春天\t主队绝杀晋级\n夏天\t新片上映\n", encoding="utf-8")
    for command in ("classify", "evaluate"):
        assert main([command, "--run", run, "--data", str(file)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.count("\n") == 1
        assert "a name for every column" in err


def test_html_in_a_headline_changes_no_answer(run: str, capsys):
    main(
        [
            "classify",
            "--run",
            run,
            '"火箭"夺冠 进球',
            "&quot;火箭&quot;夺冠&nbsp;进球",
            "&amp;quot;火箭&#34;夺冠&#160;进球",
        ]
    )
    answers = [line["probabilities"] for line in json_lines(capsys.readouterr().out)]
    assert answers[0] == answers[1] == answers[2]


def test_classify_reads_standard_input_line_by_line(run: str, capsys, monkeypatch):
    raw = "主队绝杀\r\n".encode() + b"\n" + "新片上映\n".encode("gbk") + "芯片量产".encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    assert main(["classify", "--run", run]) == 2
    out, err = capsys.readouterr()
    assert [line["text"] for line in json_lines(out)] == ["主队绝杀", "新片上映", "芯片量产"]
    assert err.startswith("line 2: The text has no words;")


# -- trace and runs --------------------------------------------------------------------------------------------


def test_trace_prints_the_whole_record(run: str, capsys):
    assert main(["trace", "--run", run, *HEADLINE.split()]) == 0  # as a shell without quotation marks cuts it
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    record = strict_json(out)
    assert record["text"] == HEADLINE
    assert record["tokens"] == ["苹果公司", "发布", "了", "最新", "的", "iPhone", "15"]
    assert record["label"] in record["probabilities"]
    for layer in record["layers"]:
        assert [len(row) for row in layer["scores"]] == [len(row) for row in layer["choice"]] == [16] * 7
        assert [len(row) for row in layer["topk_idx"]] == [len(row) for row in layer["gates"]] == [4] * 7
        assert sum(layer["load"]) == 7 * 4


def test_runs_lists_every_run_and_what_it_is_doing(run: str, csv: Path, runs_folder: Path, capsys):
    main(["train", "--data", str(csv), *toy.as_options(CONFIG)])
    killed, torn = RunStore(runs_folder / "killed"), runs_folder / "torn"
    for folder in (killed.folder, torn):
        folder.mkdir()
        for path in Path(run).glob("*.json*"):
            (folder / path.name).write_bytes(path.read_bytes())
    killed.write_status("running", 3, 8)
    (torn / "status.json").write_bytes(b"")
    capsys.readouterr()
    assert main(["runs"]) == 0
    out, err = capsys.readouterr()
    rows = {line.split()[0]: line.split()[1:5] for line in out.splitlines()}
    assert rows["name"] == ["preset", "state", "step", "accuracy"]
    assert rows["deepseek-1"][:3] == ["deepseek", "done", "8/8"]
    assert rows["killed"][:3] == ["deepseek", "interrupted", "8/8"]
    assert rows["torn"][:2] == ["?", "torn"]
    assert "status.json" in err


def test_runs_never_prints_what_a_folder_says_raw(run: str, runs_folder: Path, capsys):
    for name, change in (
        ("a\x1b[2Jb\nc", {}),
        ("preset", {"preset": "x\n\x1b[31m"}),
        ("label", {"model": {"labels": ["a\nb", "c", "\x1b[2J"]}}),
    ):
        folder = Path(shutil.copytree(run, runs_folder / name))
        config = json.loads((folder / "config.json").read_text())
        config["model"] |= change.pop("model", {})
        (folder / "config.json").write_text(json.dumps(config | change))
    capsys.readouterr()
    assert main(["runs"]) == 0
    out, err = capsys.readouterr()
    assert "a\\x1b[2Jb\\nc  deepseek" in out
    assert "\x1b" not in out + err
    assert len(out.splitlines()) == 1 + len(RunCatalogue().folders())
    assert len(err.splitlines()) == 2


def test_runs_tells_of_a_record_of_another_run_in_one_sentence(run: str, runs_folder: Path, capsys):
    folder = Path(shutil.copytree(run, runs_folder / "mixed"))
    shutil.copy(load_run("document").store.folder / "metrics.jsonl", folder / "metrics.jsonl")
    capsys.readouterr()
    assert main(["runs"]) == 0
    [sentence] = capsys.readouterr().err.splitlines()
    assert re.search(r"metrics\.jsonl: line 1, 2, 3, 4, 5 and \d+ more is torn or of another run", sentence)


HUGE = 3e38
COMMANDS = (
    ["classify", "--run", "{run}", HEADLINE],
    ["evaluate", "--run", "{run}", "--data", "{csv}", "--json"],
    ["evaluate", "--run", "{run}", "--data", "{csv}"],
    ["trace", "--run", "{run}", HEADLINE],
    ["mixture", "--run", "{run}", HEADLINE],
    ["whatif", "--run", "{run}", "--off", "0:1", "--json", HEADLINE],
    ["whatif", "--run", "{run}", "--off", "0:1", "--data", "{csv}"],
    ["experts", "--run", "{run}", "--data", "{csv}"],
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:1] + command[4:]))
def test_weights_too_large_to_answer_are_one_sentence(command, run: str, csv: Path, tmp_path: Path, capsys):
    folder = Path(shutil.copytree(run, tmp_path / "huge"))
    path = max((folder / "checkpoints").iterdir())
    tensors = load_file(path)
    for name in tensors:
        if name.endswith("moe_norm.weight"):
            tensors[name].fill_(HUGE)
    path.write_bytes(save(tensors, metadata={"step": "8"}))
    assert main([part.format(run=folder, csv=csv) for part in command]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "huge gives no number here: its weights are too large; restore it or train the run again.\n"


def test_a_notebook_gets_the_same(run: str):
    assert load_run(run).trace(HEADLINE).frame().shape == (7 * 2 * 16, 10)


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_a_reader_who_has_seen_enough_is_no_error(run: str, csv: Path, monkeypatch, capsys):
    read_end, write_end = os.pipe()
    os.close(read_end)
    with open(write_end, "w", encoding="utf-8") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert main(["classify", "--run", run, "--data", str(csv)]) == 0
    monkeypatch.undo()
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(os.name == "nt", reason="pipes and locales of POSIX")
def test_output_is_utf8_in_any_locale(run: str, csv: Path):
    env = os.environ | {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = (
        f"{sys.executable} -m moe_demo classify --run {run} --data {csv} | head -n 1; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=env, capture_output=True, check=True)
    first, status = done.stdout.decode("utf-8").splitlines()
    assert strict_json(first)["text"] == "新款手机芯片性能提升三成"
    assert (status, done.stderr) == ("0", b"")

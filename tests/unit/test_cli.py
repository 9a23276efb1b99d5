"""The command line as DESIGN promises it: names, output, exit status, and one plain sentence for bad input."""

import io
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from moe_demo.cli import main
from moe_demo.cli.settings import changed_by
from moe_demo.runs.store import RunStore
from tests import toy
from tests.conftest import ROOT

CONFIG = toy.config(patience=0, epochs=2)
COMMANDS = ["train", "evaluate", "classify", "trace", "runs", "place"]


# -- train -----------------------------------------------------------------------------------------------------


def test_train_reports_progress_and_ends_with_one_line(csv: Path, runs_folder: Path, capsys):
    for number in (1, 2):
        assert main(["train", "--data", str(csv), *toy.as_options(CONFIG)]) == 0
        out, err = capsys.readouterr()
        folder = runs_folder / f"deepseek-{number}"
        assert re.fullmatch(
            r"held-out accuracy 0\.\d{4}( \(best .*\))?, 8 steps, \d+\.\d s of training, run folder .*\n", out
        )
        assert str(folder) in out
        assert "step 8/8  held-out accuracy" in err
        assert RunStore(folder).status().state == "done"


def test_train_options_reach_the_run(csv: Path, tmp_path: Path):
    options = toy.as_options(toy.config("document"))
    options += [
        "--preset",
        "document",
        "--balance",
        "aux_loss",
        "--seed",
        "3",
        "--epochs",
        "1",
        "--lr",
        "0.01",
    ]
    options += [
        "--batch-size",
        "12",
        "--set",
        "balance.alpha=0.5",
        "--set",
        "model.dropout=0",
        "--device",
        "cpu",
    ]
    assert main(["train", "--data", str(csv), "--out", str(tmp_path / "run"), *options]) == 0
    config = RunStore(tmp_path / "run").config()
    assert (config.preset, config.model.n_routed, config.balance.method) == ("document", 3, "aux_loss")
    assert (config.seed, config.epochs, config.lr, config.batch_size) == (3, 1, 0.01, 12)
    assert (config.balance.alpha, config.model.dropout) == (0.5, 0.0)


@pytest.mark.parametrize("written", [".1", "0.1", "+.1", "1e-1", "1.E-1"])
def test_a_setting_is_a_number_however_people_write_it(written: str):
    assert changed_by(CONFIG, [f"model.dropout={written}"]).model.dropout == 0.1


def test_a_whole_number_may_have_a_sign():
    assert changed_by(CONFIG, ["epochs=+3"]).epochs == 3


def test_rows_that_are_not_used_are_told(csv: Path, tmp_path: Path, capsys):
    data = tmp_path / "more.csv"
    data.write_bytes(csv.read_bytes() + "新款手机芯片性能提升三成,tech\n,sports\n".encode())
    assert main(["train", "--data", str(data), "--out", str(tmp_path / "run"), *toy.as_options(CONFIG)]) == 0
    err = capsys.readouterr().err
    assert (
        "2 rows are left out (the same headline as before: 1, no text: 1); the first is line 50 of its file."
        in err
    )


def test_a_bar_moves_on_a_terminal(csv: Path, tmp_path: Path, monkeypatch):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("moe_demo.cli.progress._REDRAW_SECONDS", 0.0)
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["train", "--data", str(csv), "--out", str(tmp_path / "run"), *toy.as_options(CONFIG)]) == 0
    frames = terminal.getvalue().split("\r\033[K")
    bars = [frame for frame in frames if "░" in frame or "█" in frame]
    assert len(bars) == 8
    assert re.fullmatch(
        r"█{15}░{15} 4/8  loss \d\.\d+  accuracy \d\.\d+  MaxVio \d\.\d+  \d+ s left", bars[3]
    )
    assert frames[-1] == ""  # nothing stays behind the last line


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_training_goes_on_where_nobody_listens(csv: Path, tmp_path: Path, monkeypatch):
    read_end, write_end = os.pipe()
    os.close(read_end)
    with open(write_end, "w", encoding="utf-8") as pipe:
        monkeypatch.setattr(sys, "stderr", pipe)
        assert (
            main(["train", "--data", str(csv), "--out", str(tmp_path / "run"), *toy.as_options(CONFIG)]) == 0
        )
        os.dup2(os.open(os.devnull, os.O_WRONLY), write_end)  # so that closing it has somewhere to flush to
    assert RunStore(tmp_path / "run").status().state == "done"


def test_resume_of_a_finished_run_says_so(run: str, capsys):
    before = {path: path.read_bytes() for path in Path(run).rglob("*") if path.is_file()}
    assert main(["train", "--resume", run]) == 0
    assert "is finished: 8 steps, held-out accuracy 0." in capsys.readouterr().out
    assert {path: path.read_bytes() for path in Path(run).rglob("*") if path.is_file()} == before


def test_ctrl_c_in_a_real_process_exits_with_130_and_can_be_resumed(csv: Path, tmp_path: Path, capsys):
    folder, config = tmp_path / "run", toy.config(patience=0, epochs=30)
    command = ["train", "--data", str(csv), "--out", str(folder), *toy.as_options(config)]
    with subprocess.Popen(
        [sys.executable, "-m", "moe_demo", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        while not (folder / "metrics.jsonl").exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert re.match(r"Stopped at step \d+ of 120; go on with: python -m moe_demo train --resume ", out)
    assert "Traceback" not in err
    assert RunStore(folder).status().state == "stopped"
    assert main(["train", "--resume", str(folder), "--device", "cpu"]) == 0
    assert RunStore(folder).status().step == 120


# -- bad input -------------------------------------------------------------------------------------------------

BAD = [
    (["train", "--preset", "huge"], "Argument --preset: invalid choice: 'huge'"),
    (["train", "--balance", "magic"], "Argument --balance: invalid choice: 'magic'"),
    (["train", "--epochs", "many"], "Argument --epochs: invalid int value: 'many'"),
    (["train", "--epochs", "0"], "RunConfig.epochs must be at least 1, got 0."),
    (["train", "--lr", "nan"], "RunConfig.lr must be in (0, 10], got nan."),
    (["train", "--set", "model.dim"], "--set takes NAME=VALUE, such as model.dim=48, got 'model.dim'."),
    (["train", "--set", "model.dim=47"], "ModelConfig.dim must be a multiple of 2 x n_heads=8, got 47."),
    (["train", "--set", "model.dim=wide"], "ModelConfig.dim must be a whole number, got 'wide'."),
    (["train", "--set", "model.size=3"], "ModelConfig has no setting named size."),
    (["train", "--set", "router.dim=3"], "There is no setting named router.dim."),
    (["train", "--set", "model=3"], "ModelConfig must be a table of settings, got 3."),
    (["train", "--set", "=0.1"], "--set takes NAME=VALUE, such as model.dim=48, got '=0.1'."),
    (["train", "--set", "model.=1"], "--set takes NAME=VALUE, such as model.dim=48, got 'model.=1'."),
    (
        ["train", "--set", "preset=../../esc"],
        "RunConfig.preset must be a name of 1 to 40 letters, digits, - and _",
    ),
    (
        ["train", "--set", "preset=\udcff"],
        "RunConfig.preset must be a name of 1 to 40 letters, digits, - and _",
    ),
    (["train", "--out", ""], "Argument --out: name a file or folder, got nothing"),
    (["train", "--resume", ""], "Argument --resume: name a file or folder, got nothing"),
    (["train", "--seed", "٨"], "Argument --seed: invalid int value: '٨'"),
    (["classify", "--run", "{run}", "--step", "0_8", "x"], "Argument --step: invalid int value: '0_8'"),
    (["whatif", "--run", "{run}", "--temperature", "1e300", "x"], "choose one from 1e-06 to 1000."),
    (["whatif", "--run", "{run}", "--temperature", "inf", "x"], "choose one from 1e-06 to 1000."),
    (["whatif", "--run", "{run}", "--temperature", "1e-300", "x"], "choose one from 1e-06 to 1000."),
    (["fly\n\x1b[2J"], "Argument COMMAND: invalid choice: 'fly\\n\\x1b[2J'"),
    (["train", "--data", "a\nb.csv"], "a\\nb.csv does not exist; check the path."),
    (["train", "--data", "nowhere.csv"], "nowhere.csv does not exist; check the path."),
    (["train", "--data", "."], ". is a folder; name one file inside it."),
    (["train", "--resume", "nowhere"], "There is no run folder nowhere;"),
    (
        ["train", "--resume", "nowhere", "--lr", "1"],
        "--resume goes on with the settings of nowhere; leave out --lr.",
    ),
    (["evaluate", "--run", "nowhere", "--data", "x.csv"], "There is no run 'nowhere'"),
    (["evaluate", "--run", "{run}", "--data", "x.csv"], "x.csv does not exist; check the path."),
    (["evaluate", "--run", "{run}"], "The following arguments are required: --data"),
    (["classify", "--run", "nowhere", "x"], "There is no run 'nowhere'"),
    (["classify", "--run", "{run}", "--data", "x.csv"], "x.csv does not exist; check the path."),
    (
        ["classify", "--run", "{run}", "--step", "5", "x"],
        "has no checkpoint at step 5; it has 0, 1, 2, 4, 8.",
    ),
    (["trace", "--run", "{run}", "  \t "], "The text has no words;"),
    (["trace", "--run", "{run}", ""], "The text has no words;"),
    (["trace", "--run", "{run}"], "The following arguments are required: TEXT"),
    ([], "The following arguments are required: COMMAND"),
    (["fly"], "Argument COMMAND: invalid choice: 'fly'"),
]


@pytest.mark.parametrize(("argv", "sentence"), BAD, ids=[" ".join(argv) for argv, _ in BAD])
def test_bad_input_gets_one_sentence_and_exit_2(argv, sentence, run, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        status = main([part.format(run=run) for part in argv])
    except SystemExit as exit_:  # argparse
        status = exit_.code
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="a shell closes streams so only on POSIX")
@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("runs >&-", 0),
        ("classify --run {run} x >&-", 0),
        ("classify --run {run} <&-", 0),
        ("classify --run nowhere x 2>&-", 2),
        ("train --resume {run} 2>&-", 0),
        ("train --resume {run} <&- >&- 2>&-", 0),
    ],
)
def test_a_closed_stream_is_as_good_as_none(command: str, status: int, run: str):
    before = {path: path.read_bytes() for path in Path(run).rglob("*") if path.is_file()}
    line = f'"{sys.executable}" -m moe_demo {command.format(run=run)}'
    ended = subprocess.run(["sh", "-c", line], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert ended.returncode == status
    assert "Traceback" not in ended.stderr + ended.stdout
    assert {path: path.read_bytes() for path in Path(run).rglob("*") if path.is_file()} == before


def test_a_file_whose_name_has_no_letters_is_trained_on(csv: Path, tmp_path: Path):
    odd = tmp_path / "a\udcff.csv"
    odd.write_bytes(csv.read_bytes())
    assert main(["train", "--data", str(odd), "--out", str(tmp_path / "run"), *toy.as_options(CONFIG)]) == 0
    assert RunStore(tmp_path / "run").data().source == "a\udcff.csv"


def test_a_folder_in_use_and_a_torn_run_get_a_sentence(csv: Path, run: str, tmp_path: Path, capsys):
    assert main(["train", "--data", str(csv), "--out", run]) == 2
    assert "already holds a run" in capsys.readouterr().err
    (tmp_path / "file").touch()
    assert main(["train", "--data", str(csv), "--out", str(tmp_path / "file"), *toy.as_options(CONFIG)]) == 2
    assert "Cannot write to" in capsys.readouterr().err
    (tmp_path / "torn").mkdir()
    assert main(["classify", "--run", str(tmp_path / "torn"), "x"]) == 2
    assert "config.json is missing" in capsys.readouterr().err


def test_a_gpu_that_is_not_there_is_told(csv: Path, monkeypatch, capsys):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert main(["train", "--data", str(csv), "--device", "cuda"]) == 2
    assert "torch finds no CUDA GPU here; use cpu or auto." in capsys.readouterr().err


# -- manners ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str, capsys):
    with pytest.raises(SystemExit) as exit_:
        main([command, "--help"])
    assert exit_.value.code == 0
    assert f"python -m moe_demo {command}" in capsys.readouterr().out.split("example:")[1]


def test_help_and_slips_need_no_torch():
    code = "import sys; from moe_demo.cli.parser import build_parser; import moe_demo.cli; build_parser()\n"
    code += "assert not {'torch', 'numpy', 'jieba'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)

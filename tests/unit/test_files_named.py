"""Files that are none: pipes, devices, folders. Reading never lasts for ever."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from moe_demo.text import files
from moe_demo.text.errors import CorpusError
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes and devices are those of POSIX")


def code_of(path: object, most: int = 1000) -> str:
    with pytest.raises(CorpusError) as caught:
        files.read_bytes(str(path), most)
    assert str(caught.value).endswith(".")
    return caught.value.code


def test_a_pipe_that_nobody_writes_to_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "PIPE_SECONDS", 0.2)
    os.mkfifo(tmp_path / "pipe")
    assert code_of(tmp_path / "pipe") == "slow"


def test_a_pipe_that_drips_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "PIPE_SECONDS", 0.5)
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=_drip, args=(tmp_path / "pipe",))
    writer.start()
    assert code_of(tmp_path / "pipe") == "slow"
    writer.join()


def _drip(path: Path) -> None:
    with open(path, "wb", buffering=0) as pipe:
        try:
            for _ in range(20):
                pipe.write(b"x")
                time.sleep(0.05)
        except BrokenPipeError:
            return


def test_a_pipe_that_is_written_to_is_read_to_its_end(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(b"a" * 300_000,))
    writer.start()
    assert files.read_bytes(str(tmp_path / "pipe"), 10**6) == b"a" * 300_000
    writer.join()


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/urandom"])
def test_a_device_is_no_file(device: str):
    assert code_of(device) == "device"


def test_a_folder_a_missing_file_and_one_that_is_too_large(tmp_path: Path):
    (tmp_path / "large").write_bytes(b"x" * 11)
    assert code_of(tmp_path) == "folder"
    assert code_of(tmp_path / "none") == "missing"
    assert code_of(tmp_path / "large" / "x") == "missing"
    assert code_of(tmp_path / "large", 10) == "too_large"
    assert files.read_bytes(str(tmp_path / "large"), 11) == b"x" * 11


def test_training_on_a_silent_pipe_can_be_stopped(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    program = (
        "import sys; from moe_demo.text import files; files.PIPE_SECONDS = 3.0\n"
        "from moe_demo.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    options = ["train", "--data", str(tmp_path / "pipe"), "--out", str(tmp_path / "run")]
    process = subprocess.Popen([sys.executable, "-c", program, *options], cwd=ROOT, stderr=subprocess.PIPE)
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode in (2, 130, -signal.SIGTERM)
    assert b"Traceback" not in said

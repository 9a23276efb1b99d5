"""A file is read in a process with limits: the same answer as without, and one sentence where it takes too much."""

import os
import sys
import time

import pytest

from moe_demo.insight.routes_errors import RoutesError
from moe_demo.jobs import apart
from moe_demo.jobs.imports import Unpacked
from moe_demo.jobs.reading import intake_apart
from moe_demo.text.corpus import CorpusError
from moe_demo.text.errors import Detail
from moe_demo.text.intake import intake_of
from moe_demo.ui.workbench.routes_process import routes_apart
from tests.unit.corpus_files import one_sentence

GOOD = "text,label\n火箭赢球,体育\n苹果发布,科技\n太,多,了\n,体育\n".encode()


def test_it_finds_the_same():
    assert intake_apart(GOOD, "我的.csv").opened() == intake_of(GOOD, "我的.csv")
    detail = intake_apart(GOOD, "a.csv").opened().unusable[0].detail
    assert isinstance(detail, Detail)
    assert (detail.code, detail.values) == ("fields", {"found": 3, "columns": 2})


@pytest.mark.parametrize("data", [b"", b"x", b"text,label\n,a\n", b'text,label\n"a,b\n', b"PK\x03\x04"])
def test_it_refuses_the_same(data: bytes):
    with pytest.raises(CorpusError) as expected:
        intake_of(data, "坏\ud800.csv")
    with pytest.raises(CorpusError) as caught:
        intake_apart(data, "坏\ud800.csv").opened()
    assert (caught.value.code, caught.value.values) == (expected.value.code, expected.value.values)
    assert str(caught.value) == str(expected.value)


TOO_MUCH = "seconds or 1500 MB of memory to read; keep a part of it"


def refusal(file: str) -> str:
    """The sentence in which reading this file ends."""
    with pytest.raises(CorpusError) as caught:
        intake_apart(GOOD, file).opened()
    return one_sentence(caught.value, file)


def instead(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Let the process do something else than reading."""
    monkeypatch.setattr(apart, "_command", lambda module: [sys.executable, "-c", program])


def test_a_process_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setattr(apart, "PATIENCE_SECONDS", 3.0)
    noted = tmp_path / "pid"
    instead(
        monkeypatch,
        f"import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"open({str(noted)!r}, 'w').write(str(os.getpid())); time.sleep(600)",
    )
    started = time.monotonic()
    assert TOO_MUCH in refusal("a.csv")
    assert time.monotonic() - started < 60
    with pytest.raises(ProcessLookupError):
        os.kill(int(noted.read_text()), 0)


def test_who_waits_may_leave_and_ends_the_reading(monkeypatch: pytest.MonkeyPatch, tmp_path):
    noted = tmp_path / "pid"
    instead(
        monkeypatch,
        f"import os, time; open({str(noted)!r}, 'w').write(str(os.getpid())); time.sleep(600)",
    )

    def leave() -> None:
        if noted.exists() and noted.read_text():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        intake_apart(GOOD, "a.csv", meanwhile=leave)
    with pytest.raises(ProcessLookupError):
        os.kill(int(noted.read_text()), 0)
    assert all(apart._places.acquire(blocking=False) for _ in range(apart.MAX_AT_ONCE))
    for _ in range(apart.MAX_AT_ONCE):
        apart._places.release()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limits")
@pytest.mark.parametrize(
    "work", ["while True: pass", "x = [bytes(2**20) for _ in range(10**4)]", "import os; os.abort()"]
)
def test_time_and_memory_are_limited_by_the_system(monkeypatch: pytest.MonkeyPatch, work: str):
    program = f"from moe_demo.jobs.apart import Limit, answering\ndef slow(_):\n {work}\n"
    instead(monkeypatch, program + "raise SystemExit(answering(slow, Limit(seconds=1, mb=1500)))")
    assert TOO_MUCH in refusal("a.csv")


@pytest.mark.parametrize(
    "program",
    [
        "raise SystemExit(1)",
        "raise OverflowError('int too large to convert to float')",
        "print('no pickle')",
        "pass",
        "import pickle, sys; sys.stdout.buffer.write(pickle.dumps(3))",
    ],
)
def test_a_mistake_of_ours_is_one_sentence_as_well(monkeypatch: pytest.MonkeyPatch, program: str):
    instead(monkeypatch, program)
    assert refusal("a.csv") == "a.csv cannot be read; save it once more and bring it again."
    with pytest.raises(RoutesError, match=r"a\.json cannot be read"):
        routes_apart(GOOD, "a.json")
    with pytest.raises(apart.RefusedError, match="failed"):
        apart.apart("moe_demo.jobs.import_process", (), Unpacked)


def test_a_process_that_cannot_be_started_is_one_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(apart, "_command", lambda module: ["/no/such/program"])
    assert "cannot be read" in refusal("a.csv")


def test_no_more_than_two_files_are_read_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(apart, "PATIENCE_SECONDS", 0.01)
    for _ in range(apart.MAX_AT_ONCE):
        assert apart._places.acquire(blocking=False)
    try:
        with pytest.raises(CorpusError) as caught:
            intake_apart(GOOD, "a.csv").opened()
        assert "too many files are being read already; try again" in one_sentence(caught.value, "a.csv")
    finally:
        for _ in range(apart.MAX_AT_ONCE):
            apart._places.release()


def test_what_a_visit_keeps_is_less_than_the_file_and_nothing_of_the_reading():
    n = 2_000
    data = "text,label\n" + "".join(f"第{number}届运动会今天开幕,体育\n" for number in range(n))
    packed = intake_apart(data.encode(), "a.csv")
    assert len(packed.opened().rows) == n
    assert len(packed.content) < len(data.encode())
    refused = intake_apart(b"\0" * 1_000_000, "a.csv")
    with pytest.raises(CorpusError):
        refused.opened()
    assert len(refused.content) < 1_000

"""A recording that is not as it was made is one sentence, whichever it is and whatever is wrong with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from moe_demo.releases.dense import read_dense
from moe_demo.releases.examples import read_examples
from moe_demo.releases.recording import read_sweep
from moe_demo.releases.seeds import read_seeds
from moe_demo.releases.sentence_balance import read_sentence_balance
from moe_demo.runs.files import RunError

BROKEN = ["", "[]", "{}", "7", '{"runs": 1, "models": null, "words": {}}', '{"runs": []', "NaN"]


@pytest.mark.parametrize("content", BROKEN)
@pytest.mark.parametrize("read", [read_dense, read_seeds, read_sentence_balance])
def test_a_broken_file_is_refused(read: Callable[[Path], object], content: str, tmp_path: Path):
    path = tmp_path / "broken.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RunError) as caught:
        read(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("line", ["{}", "[]", "7", "{", '{"evaluation": {}}'])
def test_a_broken_line_is_refused(line: str, tmp_path: Path):
    (tmp_path / "sweep.jsonl").write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(RunError) as caught:
        read_sweep(tmp_path)
    assert "make the recording again" in str(caught.value)


@pytest.mark.parametrize("content", [*BROKEN, '{"headlines": [7]}'])
def test_the_app_does_without_examples_that_are_broken(content: str, tmp_path: Path):
    path = tmp_path / "broken.json"
    path.write_text(content, encoding="utf-8")
    assert read_examples(path) == ()

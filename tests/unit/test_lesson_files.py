"""Lesson files of visitors: there for whoever knows the name, deleted by their owner alone, gone after their time."""

import json
import os
from pathlib import Path

import pytest

from moe_demo.jobs.lesson_files import FOLDER, LessonFiles
from moe_demo.jobs.uploads import UploadError
from moe_demo.limits import Limits
from moe_demo.runs.errors import RunError
from moe_demo.runs.owners import Caller, new_id

ANNE, BEN = Caller(new_id()), Caller(new_id())


def test_whoever_has_the_name_reads_it_and_only_its_owner_finds_it(tmp_path: Path):
    files = LessonFiles(tmp_path)
    name = files.keep("title = '课'", "课", ANNE)
    assert files.text(name) == "title = '课'"
    assert [lesson.title for lesson in files.of(ANNE)] == ["课"]
    assert files.of(BEN) == []
    assert ANNE.visitor not in "".join(path.read_text("utf-8") for path in (tmp_path / FOLDER).iterdir())


@pytest.mark.parametrize(
    "name", ["", "own-1", "own-" + "0" * 32, "../own-" + "0" * 32, "tour", "own-" + "g" * 32]
)
def test_other_names_are_of_no_lesson(tmp_path: Path, name: str):
    files = LessonFiles(tmp_path)
    files.keep("x", "x", ANNE)
    assert files.text(name) is None
    with pytest.raises(UploadError, match="no such lesson"):
        files.delete(name, ANNE)


def test_only_the_owner_deletes(tmp_path: Path):
    files = LessonFiles(tmp_path)
    name = files.keep("x", "x", ANNE)
    with pytest.raises(UploadError, match="no such lesson"):
        files.delete(name, BEN)
    files.delete(name, ANNE)
    assert files.text(name) is None
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_a_browser_and_the_server_keep_only_so_many(tmp_path: Path):
    files = LessonFiles(tmp_path, Limits(kept_lessons=2, all_lessons=3))
    for _ in range(2):
        files.keep("x", "x", ANNE)
    with pytest.raises(UploadError, match="keeps 2 lessons"):
        files.keep("x", "x", ANNE)
    files.keep("x", "x", BEN)
    with pytest.raises(UploadError, match="are 3, the most"):
        files.keep("x", "x", BEN)


def test_a_lesson_is_gone_after_its_time(tmp_path: Path):
    files = LessonFiles(tmp_path, Limits(kept_days=2))
    name = files.keep("x", "x", ANNE)
    record = tmp_path / FOLDER / f"{name}.json"
    written = json.loads(record.read_text("utf-8"))
    record.write_text(json.dumps(written | {"created": written["created"] - 3 * 24 * 3600}), "utf-8")
    assert files.text(name) is None
    assert files.of(ANNE) == []
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_a_half_written_one_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    files = LessonFiles(tmp_path)

    def full(source: object, target: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(RunError, match="no space left"):
        files.keep("x", "x", ANNE)
    assert files.of(ANNE) == []
    assert list((tmp_path / FOLDER).iterdir()) == []

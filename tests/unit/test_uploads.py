"""Kept data sets: whole or not there, there for their owner only, and good enough to train on."""

import builtins
import errno
import json
import os
import time
from pathlib import Path

import pytest

from moe_demo.cli import main
from moe_demo.insight.run import load_run
from moe_demo.jobs.uploads import (
    MAX_NAME_CHARS,
    UPLOAD_SENTENCES,
    Dataset,
    UploadError,
    Uploads,
)
from moe_demo.limits import Limits
from moe_demo.runs.owners import NOBODY, Caller, hashed, new_id
from moe_demo.text.corpus import Corpus, Headline, read_corpus, stratified_split
from tests import toy

ANN, BOB = Caller(new_id()), Caller(new_id())
SEASONS = ("春", "夏", "秋", "冬")


def seasons(n_each: int = 16) -> Corpus:
    """Four classes that are none of ours."""
    headlines = [Headline(f"{label}天的第{n}条标题", label) for n in range(n_each) for label in SEASONS]
    return Corpus(tuple(headlines), SEASONS, source="seasons.csv")


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "runs")


def refused(code: str, act, *args: object) -> str:
    with pytest.raises(UploadError) as caught:
        act(*args)
    assert caught.value.code == code
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message


def make_older(dataset: Dataset, days: float) -> None:
    """As if it had been kept so many days ago."""
    about = dataset.path.with_name("about.json")
    values = json.loads(about.read_text("utf-8"))
    about.write_text(json.dumps(values | {"created": values["created"] - days * 24 * 3600}), "utf-8")
    long_ago = time.time() - days * 24 * 3600
    os.utime(dataset.path.parent, (long_ago, long_ago))


# -- keeping --


def test_what_is_kept_is_read_again_as_it_was(uploads: Uploads):
    dataset = uploads.keep(seasons(), "四季", ANN)
    assert (dataset.name, dataset.labels, dataset.n_headlines) == ("四季", SEASONS, 64)
    assert dataset.class_counts == dict.fromkeys(SEASONS, 16)
    assert read_corpus(dataset.path, labels=dataset.labels).headlines == seasons().headlines
    assert uploads.get(dataset.key, ANN) == dataset
    assert uploads.of(ANN) == [dataset]


def test_texts_with_commas_quotes_and_line_breaks_stay_whole(uploads: Uploads):
    texts = ["a,b", 'c"d"', "e\nf", "g\rh", "i\r\nj", "{k", "[l", "m_!_n", "o\t1", "=1+1"]
    corpus = Corpus(
        tuple(Headline(text, f'{"xy"[n % 2]},"') for n, text in enumerate(texts)), ('x,"', 'y,"'), source="s"
    )
    dataset = uploads.keep(corpus, "odd", ANN)
    assert read_corpus(dataset.path, labels=dataset.labels).headlines == corpus.headlines


@pytest.mark.parametrize(
    ("name", "file"),
    [("四季", "四季.csv"), ("My  Data", "My_Data.csv"), ("../a/b", "__a_b.csv"), ("..", "_.csv")],
)
def test_its_file_is_called_after_it_so_that_runs_say_what_they_were_trained_on(
    uploads: Uploads, name: str, file: str
):
    dataset = uploads.keep(seasons(), name, ANN)
    assert dataset.path.name == file
    assert dataset.path.parent == uploads.folder / dataset.key
    assert uploads.get(dataset.key, ANN) == dataset


def test_the_newest_comes_first(uploads: Uploads):
    first, second = (uploads.keep(seasons(), name, ANN) for name in ("one", "two"))
    make_older(first, days=1)
    assert [dataset.name for dataset in uploads.of(ANN)] == ["two", "one"]
    make_older(second, days=2)
    assert [dataset.name for dataset in uploads.of(ANN)] == ["one", "two"]


def test_a_kept_data_set_is_no_run(uploads: Uploads, runs_folder: Path):
    uploads.keep(seasons(), "四季", ANN)
    assert uploads.folder.parent == runs_folder
    assert all(path.name != uploads.folder.name for path in runs_folder.glob("[!.]*"))


# -- whose it is --


def test_somebody_elses_data_set_answers_like_one_that_does_not_exist(uploads: Uploads):
    dataset = uploads.keep(seasons(), "四季", ANN)
    assert uploads.of(BOB) == uploads.of(NOBODY) == []
    sentences = {
        refused("missing", act, key, owner)
        for act in (uploads.get, uploads.delete)
        for key, owner in [
            (dataset.key, BOB),
            (dataset.key, NOBODY),
            ("0" * 32, ANN),
            ("../..", ANN),
            ("", ANN),
        ]
    }
    assert len(sentences) == 1
    assert uploads.get(dataset.key, ANN) == dataset


def test_keys_are_unlike_and_the_owners_id_is_nowhere_on_disk(uploads: Uploads):
    keys = {uploads.keep(seasons(), name, ANN).key for name in "abc"}
    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}
    files = [path for path in uploads.folder.rglob("*") if path.is_file()]
    assert all(
        ANN.visitor.encode() not in path.read_bytes() and ANN.visitor not in str(path) for path in files
    )
    assert hashed(ANN.visitor) in (uploads.of(ANN)[0].path.parent / "about.json").read_text("utf-8")


def test_a_data_set_must_have_an_owner(uploads: Uploads):
    with pytest.raises(AssertionError, match="everybody"):
        uploads.keep(seasons(), "四季", NOBODY)


# -- limits and time --


def test_a_browser_keeps_so_many_and_no_more_until_it_deletes_one(uploads: Uploads):
    kept = [uploads.keep(seasons(), f"n{n}", ANN) for n in range(Limits().kept_data_sets)]
    assert f"keeps {Limits().kept_data_sets} data sets" in refused(
        "too_many", uploads.keep, seasons(), "one more", ANN
    )
    assert uploads.keep(seasons(), "mine", BOB).name == "mine"
    uploads.delete(kept[0].key, ANN)
    assert not kept[0].path.parent.exists()
    assert uploads.keep(seasons(), "one more", ANN) in uploads.of(ANN)


def test_all_data_sets_together_have_a_limit(tmp_path: Path):
    uploads = Uploads(tmp_path / "runs", Limits(all_data_mb=1))
    most = seasons(n_each=4000)
    assert 500_000 < uploads.keep(most, "a", ANN).path.stat().st_size < 1_000_000
    assert "try again later" in refused("no_room", uploads.keep, most, "b", BOB)
    assert uploads.keep(seasons(), "c", BOB).n_headlines == 64


@pytest.mark.parametrize("name", ["", "  ", "长" * (MAX_NAME_CHARS + 1), "a\0b", "a\u202eb"])
def test_a_name_that_cannot_be_shown_is_refused(uploads: Uploads, name: str):
    assert f"1 to {MAX_NAME_CHARS}" in refused("name", uploads.keep, seasons(), name, ANN)


def test_a_name_is_taken_once_in_a_browser(uploads: Uploads):
    uploads.keep(seasons(), "My  Data", ANN)
    assert "named my data" in refused("same_name", uploads.keep, seasons(), " my data ", ANN)
    assert uploads.keep(seasons(), "my data", BOB).name == "my data"


@pytest.mark.parametrize("days", [3, 30])
def test_after_its_time_a_data_set_is_gone_from_the_disk_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int
):
    monkeypatch.setenv("MOE_DEMO_KEPT_DAYS", str(days))
    uploads = Uploads(tmp_path / "runs")
    young, old = (uploads.keep(seasons(), name, ANN) for name in ("young", "old"))
    make_older(young, days=days - 1)
    make_older(old, days=days + 1)
    refused("missing", uploads.get, old.key, ANN)
    assert [dataset.name for dataset in uploads.of(ANN)] == ["young"]
    assert not old.path.parent.exists()


# -- what goes wrong --


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "disk_full"), (errno.EACCES, "no_permission"), (errno.EIO, "not_written")],
)
@pytest.mark.parametrize("name", [".四季.csv.tmp", ".about.json.tmp"])
def test_a_disk_that_refuses_leaves_nothing_behind(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch, number: int, code: str, name: str
):
    """Refused by a stand-in for `open`: the superuser may write everywhere."""
    true_open = open

    def refuse(path, *args, **kwargs):
        if str(path).endswith(name):
            raise OSError(number, os.strerror(number))
        return true_open(path, *args, **kwargs)

    monkeypatch.setattr(builtins, "open", refuse)
    assert "nothing was kept" in refused(code, uploads.keep, seasons(), "四季", ANN)
    monkeypatch.undo()
    assert uploads.of(ANN) == []
    assert list(uploads.folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_gets_one_sentence(tmp_path: Path):
    (tmp_path / "runs").write_text("a file, not a folder")
    uploads = Uploads(tmp_path / "runs")
    assert "nothing was kept" in refused("not_written", uploads.keep, seasons(), "四季", ANN)
    assert uploads.of(ANN) == []


def test_half_a_data_set_is_none_and_is_cleared_away_in_time(uploads: Uploads):
    whole, half = (uploads.keep(seasons(), name, ANN) for name in ("whole", "half"))
    half.path.with_name("about.json").write_text('{"name": "ha')
    assert uploads.of(ANN) == [whole]
    assert half.path.exists()  # its process may still be writing
    long_ago = time.time() - 7200
    os.utime(half.path.parent, (long_ago, long_ago))
    assert uploads.of(ANN) == [whole]
    assert not half.path.parent.exists()


def test_every_sentence_ends_as_one():
    for code, sentence in UPLOAD_SENTENCES.items():
        assert sentence.endswith("."), code
        assert ". " not in sentence, code


# -- training on it --


def test_the_command_line_trains_on_a_kept_data_set_with_classes_of_its_own(uploads: Uploads, tmp_path: Path):
    dataset = uploads.keep(seasons(), "四季", ANN)
    options = [*toy.as_options(toy.config(epochs=6, patience=0, lr=0.01)), "--data", str(dataset.path)]
    options += ["--set", f"model.labels={json.dumps(dataset.labels, ensure_ascii=False)}"]
    assert main(["train", "--out", str(tmp_path / "run"), *options]) == 0
    run = load_run(tmp_path / "run")
    assert run.labels == SEASONS
    texts = [headline.text for headline in stratified_split(seasons(), 0.25).held_out.headlines]
    answers = run.classify(texts)
    assert all(list(answer.probabilities) == list(SEASONS) for answer in answers)
    assert run.trace(texts[0]).probabilities_C.shape == (4,)
    right = sum(answer.label == text[0] for text, answer in zip(texts, answers, strict=True))
    assert right > len(texts) / 2  # a quarter would be luck

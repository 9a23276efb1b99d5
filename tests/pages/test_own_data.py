"""The section for data of one's own, without a browser: bring a file, say what its labels mean, keep it, delete it."""

import builtins
import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks import attack
from moe_demo.jobs.uploads import UPLOAD_SENTENCES, Dataset, UploadError, Uploads
from moe_demo.runs.owners import NOBODY, Caller, new_id
from moe_demo.text.corpus import CorpusError, Reason
from moe_demo.text.errors import CORPUS_SENTENCES, DETAIL_SENTENCES
from moe_demo.text.intake import MAX_UPLOAD_ROWS, intake_of
from moe_demo.text.rows import Format
from moe_demo.ui.frame.pages import PAGES
from moe_demo.ui.kit import caller, i18n
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.server import visitor
from moe_demo.ui.workbench import own_data
from tests.pages import app
from tests.pages.app import drawn
from tests.pages.test_locales import placeholders

ANN, BOB = Caller(new_id()), Caller(new_id())
COUNTS = {"明星": 6, "篮球": 5, "足球": 4, "科技": 4, "笔误": 1}


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of runs, and a browser that takes cookies."""
    monkeypatch.setenv("MOE_DEMO_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(caller, "visitor_id", lambda: ANN.visitor)
    monkeypatch.setattr(own_data, "has_cookie", lambda: True)
    return tmp_path / "runs"


def section() -> None:
    """A page of nothing else."""
    from moe_demo.ui.workbench import own_data

    own_data.draw()


def opened(lang: str = "zh") -> AppTest:
    at = AppTest.from_function(section, default_timeout=60)
    at.query_params["lang"] = lang
    at.run()
    assert not at.exception, at.exception
    return at


def table(counts: dict[str, int] = COUNTS, *more: str) -> bytes:
    rows = [f"{label}的标题{n},{label}" for label, count in counts.items() for n in range(count)]
    return "\n".join(["text,label", *rows, *more]).encode()


def bring(at: AppTest, data: bytes, name: str = "我的.csv") -> AppTest:
    at.file_uploader[0].set_value((name, data, "text/csv")).run()
    assert not at.exception, at.exception
    return at


def choose(at: AppTest, label: str, chosen: str) -> AppTest:
    box = next(box for box in at.selectbox if label in box.label)
    if chosen not in box.options:  # typed; the test stand-in for a browser knows no new options
        box.options.append(chosen)
    box.set_value(chosen).run()
    assert not at.exception, at.exception
    return at


def bars(at: AppTest) -> dict[str, int]:
    return {row["word"]: row["count"] for row in drawn(at, "rows")["rows"]}


def said(at: AppTest) -> str:
    """All that the section says in words."""
    kinds = (at.markdown, at.caption, at.info, at.warning, at.error, at.success)
    return "\n".join([*(item.value for kind in kinds for item in kind), *(x.label for x in at.expander)])


# -- a file --


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_a_file_is_shown_with_what_was_found_in_it(lang: str):
    intake = intake_of(table(), "我的.csv")
    at = bring(opened(lang), table())
    for found in ("我的", "CSV / TSV", "UTF-8", f"**{len(intake.rows)}**"):
        assert found in said(at)
    assert f"{intake.lengths.median:g}" in said(at)
    tech = i18n.text_in(lang, "classes.tech")
    assert bars(at) == {tech: 4, "明星": 6, "篮球": 5, "足球": 4}  # the misspelt one is left out at first
    assert [box.value for box in at.selectbox][-1] == own_data.LEAVE_OUT
    assert at.dataframe[0].value["text"].tolist() == [
        row.text for row in intake.rows[: own_data.PREVIEW_ROWS]
    ]


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_rows_that_are_left_out_are_listed_with_their_reasons(lang: str):
    data = table(COUNTS, "没有标签,", "a,b,c", "明星的标题0,明星", "篮球的标题0,足球")
    at = bring(opened(lang), data)
    shown = at.dataframe[1].value
    words = [i18n.text_in(lang, f"own_data.reasons.{name}") for name in ("conflict", "no_label", "broken")]
    assert shown["reason"].tolist()[:3] == words
    lines = shown["line"].tolist()
    assert lines == [8, 22, 23, 24, 25, 21]  # the label that is left out comes last: the reader knows
    details = dict(zip(lines, shown["detail"], strict=True))
    assert details[24] == i18n.text_in(lang, "own_data.details.same_as", line=2)
    assert details[23] == i18n.text_in(lang, "own_data.details.fields", found=3, columns=2)
    assert i18n.text_in(lang, "own_data.place", label="足球", line=25) in details[8]


def test_the_readers_mapping_decides_what_the_classes_are():
    at = bring(opened(), table())
    choose(at, "足球", "球类")  # typed: no such option
    choose(at, "篮球", "球类")
    choose(at, "明星", own_data.LEAVE_OUT)
    assert bars(at) == {"科技": 4, "球类": 9}
    choose(at, "笔误", "科技")  # the word for tech, not its name in the files
    assert bars(at) == {"科技": 5, "球类": 9}


def test_the_class_ids_of_published_data_sets_are_named_in_the_readers_language():
    ids = range(10)
    lines = "".join(f"标题{n}号{class_id}\t{class_id}\n" for class_id in ids for n in range(3)).encode()
    for lang, name, tech in (("zh", "财经", "科技"), ("en", "finance", "tech")):
        at = bring(opened(lang), lines, "thu.txt")
        assert f"0 · {name}" in said(at)
        assert bars(at)[name] == 3
        tech = i18n.text_in(lang, "classes.tech")
        assert bars(at)[tech] == 3
        assert at.selectbox[0].options.count(tech) == 1


def test_the_file_shows_its_text_and_nothing_of_it_is_markdown():
    label = "![x](y) <b>z</b>"
    rows = "".join(f"第{n}条{name}的标题{n},{name}\n" for name in (label, "$a$") for n in range(3))
    at = bring(opened(), f"text,label\n{rows}".encode(), "**名**.csv")
    shown = [item.value for item in at.markdown if "名" in item.value or "x" in item.value]
    assert any("\\!\\[x\\]\\(y\\) \\<b\\>z\\</b\\>" in value for value in shown)
    assert any("\\*\\*名\\*\\*\\.csv" in value for value in shown)
    assert label in bars(at)


def test_of_many_labels_the_most_frequent_have_a_row():
    counts = {f"类{n:02}": 50 - n for n in range(own_data.MAX_LABEL_ROWS + 5)}
    at = bring(opened(), table(counts))
    assert len(at.selectbox) == own_data.MAX_LABEL_ROWS
    rest = list(counts.values())[own_data.MAX_LABEL_ROWS :]
    assert i18n.text_in("zh", "own_data.more_labels", n=5, rows=sum(rest)) in said(at)
    assert list(bars(at)) == list(counts)[:10]


# -- keeping and deleting --


def test_a_kept_data_set_is_this_browsers_and_can_be_deleted_after_a_second_question(
    runs: Path, monkeypatch: pytest.MonkeyPatch
):
    at = bring(opened(), table())
    at.text_input[0].set_value("标题集").run()
    at.button(key="own.keep").click().run()
    [dataset] = Uploads(runs).of(ANN)
    assert (dataset.name, dataset.labels) == ("标题集", ("tech", "明星", "篮球", "足球"))
    assert i18n.text_in("zh", "own_data.kept", name="标题集") in said(at)
    assert not at.selectbox  # the field is empty again

    monkeypatch.setattr(caller, "visitor_id", lambda: BOB.visitor)
    assert "标题集" not in said(opened())
    monkeypatch.setattr(caller, "visitor_id", lambda: ANN.visitor)

    at.button(key=f"own.delete.{dataset.key}").click().run()
    assert i18n.text_in("zh", "own_data.really", name="标题集") in said(at)
    at.button(key="own.no").click().run()
    assert Uploads(runs).of(ANN) == [dataset]
    at.button(key=f"own.delete.{dataset.key}").click().run()
    at.button(key="own.yes").click().run()
    assert Uploads(runs).of(ANN) == []
    assert i18n.text_in("zh", "own_data.deleted", name="标题集") in said(at)


def test_a_data_set_deleted_in_another_window_is_told(runs: Path):
    at = bring(opened(), table())
    at.button(key="own.keep").click().run()
    [dataset] = Uploads(runs).of(ANN)
    at.button(key=f"own.delete.{dataset.key}").click().run()
    own_delete = own_data.Uploads.delete

    def gone(uploads: Uploads, key: str, owner: str) -> None:
        own_delete(uploads, key, owner)
        own_delete(uploads, key, owner)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own_data.Uploads, "delete", gone)
        at.button(key="own.yes").click().run()
    assert at.error[0].value == i18n.text_in("zh", "own_data.upload_errors.missing")


def test_without_cookies_a_data_set_lasts_for_the_visit(runs: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(own_data, "has_cookie", lambda: False)
    monkeypatch.setattr(caller, "visitor_id", visitor.visitor_id)
    at = bring(opened(), table())
    assert i18n.text_in("zh", "own_data.no_cookies") in said(at)
    at.button(key="own.keep").click().run()
    assert "我的" in said(at)
    assert len(list((runs / ".uploads").iterdir())) == 1
    assert "我的" not in said(opened())
    assert Uploads(runs).of(NOBODY) == []


# -- bad input --


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "archive"),
        (b"\x89PNG\r\n\x1a\n\0\0", "binary"),
        ("text,label\n苹果发布手机,a\n".encode() + "湖人赢得冠军,b\n".encode("gbk"), "mixed"),
        (b"text,label\n,a\nb,\n", "no_labelled"),
        (b'text,label\n"a,b\n', "quote"),
        (b"text,label\n" + b"a,b\n" * 200_000, "too_many_rows"),
        (b",,,", "header"),
        (b"a" * 200_000 + b"\t" * 200_000 + b"x", "header"),
    ],
)
def test_a_file_that_cannot_be_used_gets_one_sentence_in_the_readers_language(
    lang: str, data: bytes, code: str
):
    at = bring(opened(lang), data, "坏.csv")
    with pytest.raises(CorpusError) as caught:
        intake_of(data, "坏.csv")
    with i18n.speaking(lang):
        expected = sentence(caught.value)
    assert [error.value for error in at.error] == [expected]
    assert caught.value.code == code
    assert "坏\\.csv" in expected
    assert not at.selectbox
    if code == "too_many_rows":
        assert f"{MAX_UPLOAD_ROWS:,}" in expected


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
@pytest.mark.parametrize(
    ("data", "code"), [(table({"甲": 9}), "only_class"), (table({"甲": 1, "乙": 1}), "too_few")]
)
def test_labels_that_make_no_data_set_get_one_sentence_and_no_button(lang: str, data: bytes, code: str):
    at = bring(opened(lang), data)
    [warning] = at.warning
    beginning = i18n.texts(lang)[f"own_data.errors.{code}"].split("{label}")[0].format(file="我的\\.csv")
    assert warning.value.startswith(beginning)
    assert "甲" in warning.value
    assert [button for button in at.button if button.key == "own.keep"] == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_a_disk_that_refuses_is_told_and_nothing_is_kept(
    runs: Path, monkeypatch: pytest.MonkeyPatch, number: int
):
    at, true_open = bring(opened(), table()), open

    def refuse(path: Any, *args: Any, **kwargs: Any) -> Any:
        if str(path).endswith(".csv.tmp"):
            raise OSError(number, os.strerror(number))
        return true_open(path, *args, **kwargs)

    monkeypatch.setattr(builtins, "open", refuse)
    at.button(key="own.keep").click().run()
    monkeypatch.undo()
    code = {errno.ENOSPC: "disk_full", errno.EACCES: "no_permission"}[number]
    start = i18n.texts("zh")[f"own_data.upload_errors.{code}"].split("{folder}")[0]
    assert at.error[0].value.startswith(start)
    assert at.selectbox  # the file and its mapping are still there
    assert Uploads(runs).of(ANN) == []


def test_what_was_kept_is_trained_on_by_one_button_in_a_run_of_its_name(monkeypatch: pytest.MonkeyPatch):
    started, opened_pages = [], []
    monkeypatch.setattr(own_data, "start", started.append)
    monkeypatch.setattr(own_data.navigation, "go", lambda name, chosen: opened_pages.append(name))
    at = bring(opened(), table())
    at.button(key="own.keep").click().run()
    [dataset] = Uploads().of(ANN)
    at.button(key=f"own.train.{dataset.key}").click().run()
    assert not at.exception
    [plan] = started
    assert (plan.files, plan.private, plan.name) == ((dataset.path,), True, f"{dataset.name}-1")
    assert plan.config.model.labels == dataset.labels
    assert opened_pages == ["training"]  # which shows the run


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("我的 标题!", "我的-标题-1"),
        ("../x", "x-1"),
        ("balance-none", "data-balance-none-1"),
        ("！", "data-1"),
    ],
)
def test_a_run_is_named_after_its_data(name: str, run: str):
    dataset = Dataset(
        key="", name=name, owner="", path=Path(), labels=("a", "b"), n_headlines=2, class_counts={}, created=0
    )
    assert dataset.run_name == run


# -- the words --


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
@pytest.mark.parametrize(
    ("prefix", "sentences"),
    [
        ("errors", CORPUS_SENTENCES),
        ("upload_errors", UPLOAD_SENTENCES),
        ("details", DETAIL_SENTENCES),
        ("reasons", {reason.name.lower(): "" for reason in Reason}),
        ("forms", {form.name.lower(): "" for form in Format}),
    ],
)
def test_every_code_can_be_said_in_every_language(lang: str, prefix: str, sentences: dict[str, str]):
    start = f"own_data.{prefix}."
    found = {key.removeprefix(start): text for key, text in i18n.texts(lang).items() if key.startswith(start)}
    assert {code: placeholders(text) for code, text in found.items()} == {
        code: placeholders(text) for code, text in sentences.items()
    }


def test_a_sentence_escapes_what_comes_from_the_reader():
    with i18n.speaking("en"):
        shown = sentence(CorpusError("class_name", file="*a*", found='"<b>"', limit=20))
        same = sentence(UploadError("same_name", name="[x](y)"))
    assert "\\*a\\*" in shown
    assert "\\<b\\>" in shown
    assert "\\[x\\]\\(y\\)" in same


def test_the_field_speaks_the_readers_language():
    for lang in i18n.LANGUAGES:
        [style] = [item.proto.body for item in opened(lang).get("html")]
        for name in ("browse", "limit", "refused"):
            words = i18n.text_in(lang, f"own_data.{name}", mb=20)
            assert json.dumps(words, ensure_ascii=False) in style


def test_the_field_for_files_is_where_the_attack_brings_them():
    """`python -m benchmarks attack` finds page and field by their names."""
    page = next(one for one in PAGES if one.url_path == attack.OWN_DATA)
    assert attack.FIELD in {field.key for field in app.opened(page.name).file_uploader}

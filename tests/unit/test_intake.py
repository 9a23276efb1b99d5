"""A file that somebody brings: what is found in it, what its labels may mean, and what is refused in one sentence."""

import codecs
import json
import tomllib
from pathlib import Path
from unittest.mock import ANY

import pytest

from moe_demo.config import LABELS
from moe_demo.text import intake as intake_module
from moe_demo.text.corpus import CorpusError, Headline, Reason, read_corpus, stratified_split
from moe_demo.text.intake import (
    MAX_CLASS_CHARS,
    MAX_CLASSES,
    MAX_TEXT_CHARS,
    MAX_UPLOAD_BYTES,
    MAX_UPLOAD_ROWS,
    SMALLEST_CLASS,
    Intake,
    intake_of,
    mapped,
)
from moe_demo.text.labels import TOUTIAO_NAMES
from moe_demo.text.rows import Format
from tests import toy
from tests.conftest import ROOT
from tests.unit.corpus_files import one_sentence

SEASONS = ("春", "夏", "秋", "冬")


def table(*rows: tuple[str, str]) -> bytes:
    return "".join(f"{text},{label}\n" for text, label in [("text", "label"), *rows]).encode()


def numbered(**counts: int) -> list[tuple[str, str]]:
    """So many rows of each label, no two texts alike."""
    return [(f"{label}的标题{n}", label) for label, count in counts.items() for n in range(count)]


def four_seasons(n_each: int = 4) -> Intake:
    return intake_of(table(*numbered(**dict.fromkeys(SEASONS, n_each))), "四季.csv")


def refused(data: bytes, code: str, name: str = "data.csv") -> str:
    with pytest.raises(CorpusError) as caught:
        intake_of(data, name)
    assert caught.value.code == code
    return one_sentence(caught.value, name)


def not_mapped(intake: Intake, mapping: dict[str, str | None], code: str) -> str:
    with pytest.raises(CorpusError) as caught:
        mapped(intake, mapping)
    assert caught.value.code == code
    return one_sentence(caught.value, intake.file)


# -- what is found --


def test_labels_nobody_knows_are_listed_with_their_counts_the_most_frequent_first():
    intake = intake_of(table(*numbered(篮球=3, 足球=5, 科技=4, Tech=4)), "a.csv")
    assert [(label.written, label.count, label.proposed) for label in intake.labels] == [
        ("足球", 5, "足球"),
        ("科技", 4, "tech"),
        ("Tech", 4, "tech"),
        ("篮球", 3, "篮球"),
    ]
    assert (intake.form, intake.encoding, len(intake.rows)) == (Format.TABLE, "UTF-8", 16)


@pytest.mark.parametrize(
    ("name", "line", "form", "found"),
    [
        (
            "thu.txt",
            "{text}\t{id}\n",
            Format.THUCNEWS,
            dict.fromkeys("12345678", ANY)
            | {"0": ("finance", "finance"), "9": ("entertainment", "entertainment")},
        ),
        (
            "toutiao.txt",
            "1_!_{id}_!__!_{text}_!_\n",
            Format.TOUTIAO,
            {"109": ("news_tech", "tech"), "104": ("news_finance", "news_finance")},
        ),
        (
            "tnews.json",
            '{{"label": "{id}", "sentence": "{text}"}}\n',
            Format.JSONL,
            dict.fromkeys(TOUTIAO_NAMES, ANY)
            | {"103": ("news_sports", "sports"), "107": ("news_car", "news_car")},
        ),
    ],
)
def test_class_ids_of_published_data_sets_are_named(name: str, line: str, form: Format, found: dict):
    rows = [line.format(text=f"标题{n}号{class_id}", id=class_id) for class_id in found for n in range(3)]
    intake = intake_of("".join(rows).encode(), name)
    assert intake.form is form
    assert {label.written: (label.published_name, label.proposed) for label in intake.labels} == found
    assert len(mapped(intake, intake.proposal)) == 3 * min(len(found), MAX_CLASSES)


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gbk", "GBK"), ("gb18030", "GBK"), ("utf-16", "UTF-16")],
)
def test_the_encoding_is_told(encoding: str, shown: str):
    intake = intake_of(table(*numbered(春=3, 夏=3)).decode().encode(encoding), "a.csv")
    assert (intake.encoding, intake.rows[0].text) == (shown, "春的标题0")


def test_lengths_are_those_of_the_texts_and_long_ones_are_counted_as_the_model_reads_them():
    words = "天气很好 " * 40  # 160 characters that are seen, well over 64 words
    one_word = "a" * 300  # one word, whatever its length
    intake = intake_of(table(("短", "a"), ("四个汉字", "b"), (words, "a"), (one_word, "b")), "a.csv")
    lengths = intake.lengths
    assert (lengths.shortest, lengths.median, lengths.longest) == (1, (4 + 199) / 2, 300)
    assert (lengths.n_cut, lengths.max_tokens) == (1, 64)


def test_long_texts_are_counted_only_while_that_is_quick(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(intake_module, "_MAX_COUNTED", 1)
    assert intake_of(table(("天" * 65, "a"), ("地" * 65, "b")), "a.csv").lengths.n_cut is None


def test_rows_that_cannot_be_used_come_with_line_and_reason():
    rows = [
        *numbered(春=3),
        ("", "春"),
        ("没有标签", ""),
        ("太,多", "春"),
        ("长" * (MAX_TEXT_CHARS + 1), "夏"),
    ]
    rows += [("春的标题0", "春"), ("春的标题1", "夏")]
    intake = intake_of(table(*rows), "a.csv")
    assert [(row.line, row.reason) for row in intake.unusable] == [
        (5, Reason.BLANK_TEXT),
        (6, Reason.NO_LABEL),
        (7, Reason.BROKEN),
        (8, Reason.BROKEN),
    ]
    assert [(row.line, row.reason) for row in intake.repeats] == [
        (3, Reason.CONFLICT),
        (9, Reason.DUPLICATE),
        (10, Reason.CONFLICT),
    ]
    assert intake.rejected_counts[Reason.BROKEN] == 2
    assert intake.unusable[-1].detail.values == {"count": MAX_TEXT_CHARS + 1, "limit": MAX_TEXT_CHARS}


def test_what_no_csv_file_can_hold_is_taken_out_of_texts_and_labels():
    lines = [json.dumps({"text": f"甲\ud800乙\0丙{n}", "label": "\0春"}) for n in range(3)]
    intake = intake_of("\n".join(lines).encode(), "a.jsonl")
    assert [(row.text, row.label) for row in intake.rows] == [(f"甲乙丙{n}", "春") for n in range(3)]


# -- what is proposed --


def test_no_more_classes_are_proposed_than_there_may_be_and_the_largest_come_first():
    counts = {f"第{n}类": 3 + n for n in range(14)}
    proposal = intake_of(table(*numbered(**counts)), "a.csv").proposal
    assert {name for name in proposal.values() if name} == {f"第{n}类" for n in range(14 - MAX_CLASSES, 14)}


def test_labels_that_are_too_rare_or_too_long_are_left_out_at_first():
    long_label = "长" * (MAX_CLASS_CHARS + 1)
    counts = {"春": 3, "夏": 3, "笔误": SMALLEST_CLASS - 1, long_label: 5}
    proposal = intake_of(table(*numbered(**counts)), "a.csv").proposal
    assert proposal == {"春": "春", "夏": "夏", "笔误": None, long_label: None}


# -- what a mapping makes of it --


def test_two_labels_may_be_one_class_and_one_may_be_left_out():
    intake = four_seasons()
    corpus = mapped(intake, {"春": "warm", "夏": "warm", "秋": "cool", "冬": None})
    assert corpus.class_counts == {"warm": 8, "cool": 4}
    assert corpus.rejected_counts == {Reason.OTHER_CLASS: 4}
    assert corpus.headlines[0] == Headline("春的标题0", "warm")


def test_a_label_that_the_mapping_does_not_name_is_left_out():
    assert mapped(four_seasons(), {"春": "a", "夏": "b"}).class_counts == {"a": 4, "b": 4}


def test_our_classes_come_first_then_the_others_by_frequency_whatever_the_order_of_the_mapping():
    intake = intake_of(table(*numbered(春=3, 夏=5, 体育=3, 科技=3)), "a.csv")
    mapping = intake.proposal
    assert mapped(intake, mapping).labels == ("tech", "sports", "夏", "春")
    assert mapped(intake, dict(reversed(mapping.items()))) == mapped(intake, mapping)


def test_a_contradiction_is_none_once_both_labels_are_one_class():
    intake = intake_of(table(*numbered(春=4, 夏=4, 秋=4), ("同一条", "春"), ("同一条", "夏")), "a.csv")
    apart = mapped(intake, {"春": "a", "夏": "b"})
    together = mapped(intake, {"春": "a", "夏": "a", "秋": "b"})
    assert apart.rejected_counts[Reason.CONFLICT] == 2
    assert together.rejected_counts == {Reason.DUPLICATE: 1}
    assert together.class_counts == {"a": 9, "b": 4}


def test_class_names_that_differ_in_case_or_spaces_are_one():
    corpus = mapped(four_seasons(), {"春": "Warm  days", "夏": "warm days ", "秋": "cool"})
    assert corpus.class_counts == {"Warm days": 8, "cool": 4}


def test_every_class_has_enough_headlines_to_be_split():
    corpus = mapped(four_seasons(SMALLEST_CLASS), dict(zip(SEASONS, "abcd", strict=True)))
    split = stratified_split(corpus)
    assert set(split.train.class_counts.values()) == {2}
    assert set(split.held_out.class_counts.values()) == {1}


def test_the_toy_corpus_comes_through_unchanged(tmp_path: Path):
    path = toy.write_csv(tmp_path / "toy.csv")
    intake = intake_of(path.read_bytes(), path.name)
    assert mapped(intake, intake.proposal).headlines == read_corpus(path).headlines


@pytest.mark.parametrize("name", ["thucnews_titles_3class.csv", "nlpcc2017_headlines_3class.csv"])
def test_real_files_give_the_same_corpus_as_the_command_line_reads(shared_data: Path, name: str):
    path = shared_data / name
    intake, expected = intake_of(path.read_bytes(), name), read_corpus(path)
    corpus = mapped(intake, intake.proposal)
    assert (corpus.headlines, corpus.labels) == (expected.headlines, LABELS)
    assert corpus.rejected == expected.rejected


# -- bad input --


def test_a_class_too_few_or_one_too_many_gets_one_sentence():
    intake = intake_of(table(*numbered(**{f"第{n}类": 3 for n in range(11)})), "a.csv")
    each = {label.written: label.written for label in intake.labels}
    assert "11 classes, and 10 is the most" in not_mapped(intake, each, "many_classes")
    assert "only one class (甲)" in not_mapped(intake, dict.fromkeys(each, "甲"), "only_class")
    assert "no label that belongs to a class" in not_mapped(intake, {}, "no_class")


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "长" * (MAX_CLASS_CHARS + 1)])
def test_a_class_name_that_cannot_be_shown_gets_one_sentence(name: str):
    assert "write 1 to 20 characters" in not_mapped(four_seasons(), {"春": name, "夏": "b"}, "class_name")


def test_a_file_of_one_class_says_what_is_missing():
    intake = intake_of(table(*numbered(春=9)), "a.csv")
    assert "only one class (春)" in not_mapped(intake, intake.proposal, "only_class")


def test_a_file_of_two_lines_says_how_many_more_headlines_a_class_needs():
    intake = intake_of(table(("苹果发布", "科技"), ("湖人赢球", "体育")), "a.csv")
    assert intake.proposal == {"科技": "tech", "体育": "sports"}
    message = not_mapped(intake, intake.proposal, "too_few")
    assert "class tech (1) to hold out 20% of them; add at least 2 more" in message


def test_a_class_that_lost_all_headlines_to_contradictions_is_too_small():
    rows = [(text, label) for text, _ in numbered(春=3) for label in ("甲", "乙")]
    intake = intake_of(table(*rows, *numbered(丙=3)), "a.csv")
    assert "(0)" in not_mapped(intake, {"甲": "甲", "乙": "乙", "丙": "丙"}, "too_few")


def test_a_file_over_the_limit_is_refused_before_it_is_read():
    message = refused(b"\0" * (MAX_UPLOAD_BYTES + 1), "too_large")
    assert str(MAX_UPLOAD_BYTES) in message


def test_the_server_takes_files_up_to_the_same_limit():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["server"]["maxUploadSize"] * 2**20 == MAX_UPLOAD_BYTES


def test_two_hundred_thousand_lines_are_refused_with_the_limit():
    rows = "".join(f"标题{n},春\n" for n in range(200_000))
    assert str(MAX_UPLOAD_ROWS) in refused(f"text,label\n{rows}".encode(), "too_many_rows")


def test_as_many_lines_as_the_limit_are_taken(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(intake_module, "MAX_UPLOAD_ROWS", 8)
    assert len(intake_of(table(*numbered(春=4, 夏=4)), "a.csv").rows) == 8
    refused(table(*numbered(春=4, 夏=5)), "too_many_rows")


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"", "empty", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "binary", "line 3: this is not text"),
        (b"PK\x03\x04rest", "archive", "unpack it"),
        ("标题,类\n".encode(), "header", "put text,label"),
        (b"text,label\n,a\nb,\n", "no_labelled", "(no text: 1, no label: 1); give each headline both"),
        (b"text,label\n", "no_labelled", "no row at all"),
        (b'text,label\n"a,b\n', "quote", "line 2: a quotation mark"),
    ],
)
def test_a_file_that_cannot_be_used_gets_one_sentence(data: bytes, code: str, says: str):
    assert says in refused(data, code)


def test_mixed_encodings_are_told_with_the_line_where_they_change():
    first, second = "苹果发布新款手机,科技\n", "湖人赢得总冠军,体育\n"
    start = b"text,label\n"
    utf8_then_gbk = start + first.encode() * 2 + second.encode("gbk") * 3
    gbk_then_utf8 = start + first.encode("gbk") * 9 + second.encode()
    assert "line 4: this line is GBK, but the lines before it are UTF-8" in refused(utf8_then_gbk, "mixed")
    assert "line 11: this line is UTF-8, but the lines before it are GBK" in refused(gbk_then_utf8, "mixed")
    assert "line 4:" in refused(codecs.BOM_UTF8 + utf8_then_gbk, "mixed")


def test_a_gbk_word_that_could_be_utf8_makes_no_file_mixed():
    data = "text,label\n联通,a\n苹果发布新款手机,a\n联通,b\n".encode("gbk")
    assert intake_of(data, "a.csv").encoding == "GBK"


def test_a_class_may_be_called_other(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes(table(*numbered(other=3, 春=3)))
    assert read_corpus(path, labels=("other", "春")).class_counts == {"other": 3, "春": 3}

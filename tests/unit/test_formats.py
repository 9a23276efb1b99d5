"""Reading labelled headlines: formats, encodings, labels, and one clear sentence for every unusable file."""

import json
import os
from pathlib import Path

import pytest

from moe_demo.text import files
from moe_demo.text.corpus import (
    CorpusError,
    Headline,
    Reason,
    corpus_from_bytes,
    read_corpus,
    read_labelled_or_plain,
)
from moe_demo.text.errors import CORPUS_SENTENCES
from tests.unit.corpus_files import TWO_HEADLINES, TWO_ROWS, one_sentence, read, write


def sentence_about(folder: Path, name: str, content: str | bytes, code: str) -> str:
    """The message of the error that reading this file ends in: one sentence that names the file."""
    with pytest.raises(CorpusError) as caught:
        read(folder, name, content)
    assert caught.value.code == code
    return one_sentence(caught.value, name)


# -- formats --


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plain.csv", TWO_ROWS),
        ("windows.csv", TWO_ROWS.replace("\n", "\r\n")),
        ("swapped.csv", "label,text\ntech,苹果发布新款手机\nsports,火箭客场险胜湖人\n"),
        (
            "wide.csv",
            "id,Text,date,LABEL\n7,苹果发布新款手机,2024-01-02,tech\n8,火箭客场险胜湖人,,sports\n",
        ),
        ("quoted.csv", '"text","label"\n"苹果发布新款手机","tech"\n"火箭客场险胜湖人","sports"\n'),
        ("blank_lines.csv", "\n\n" + TWO_ROWS.replace("\n", "\n\n")),
        ("tabs.tsv", TWO_ROWS.replace(",", "\t")),
        ("tabs.txt", TWO_ROWS.replace(",", "\t")),
        ("aliases.csv", "标题,类别\n苹果发布新款手机,科技\n火箭客场险胜湖人,体育\n"),
        ("thucnews.txt", "苹果发布新款手机\t4\n火箭客场险胜湖人\t7\n"),
        (
            "toutiao.txt",
            "1_!_109_!_news_tech_!_苹果发布新款手机_!_苹果\n2_!_103_!_news_sports_!_火箭客场险胜湖人_!_\n",
        ),
    ],
)
def test_the_same_headlines_are_read_from_every_format(tmp_path, name, content):
    corpus = read(tmp_path, name, content)
    assert corpus.headlines == TWO_HEADLINES
    assert corpus.rejected == ()
    assert corpus.source == str(tmp_path / name)


@pytest.mark.parametrize(
    "keys",
    [("text", "label"), ("title", "category"), ("sentence", "label_desc")],
)
def test_jsonl_keys_have_aliases(tmp_path, keys):
    rows = [dict(zip(keys, (h.text, h.label), strict=True)) for h in TWO_HEADLINES]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    assert read(tmp_path, "a.jsonl", lines).headlines == TWO_HEADLINES
    assert read(tmp_path, "by_content.txt", lines).headlines == TWO_HEADLINES


def test_tnews_lines_use_the_codes_of_toutiao(tmp_path):
    lines = (
        '{"label": "109", "label_desc": "news_tech", "sentence": "苹果发布新款手机", "keywords": ""}\n'
        '{"label": "103", "label_desc": "news_sports", "sentence": "火箭客场险胜湖人", "keywords": ""}\n'
        '{"label": "104", "label_desc": "news_finance", "sentence": "央行公布利率", "keywords": ""}\n'
    )
    corpus = read(tmp_path, "tnews.json", lines)
    assert corpus.headlines == TWO_HEADLINES
    assert corpus.rejected_counts == {Reason.OTHER_CLASS: 1}


def test_a_quoted_text_may_hold_commas_quotes_and_line_breaks(tmp_path):
    content = 'text,label\n"苹果,华为和""小米""\n同日发布",tech\n火箭赢球,sports\n'
    assert read(tmp_path, "q.csv", content).texts[0] == '苹果,华为和"小米"\n同日发布'


def test_thucnews_keeps_three_of_its_ten_classes_and_counts_the_others(tmp_path):
    lines = "".join(f"标题{class_id}\t{class_id}\n" for class_id in range(10))
    corpus = read(tmp_path, "train.txt", lines)
    assert corpus.headlines == (
        Headline("标题4", "tech"),
        Headline("标题7", "sports"),
        Headline("标题9", "entertainment"),
    )
    assert corpus.rejected_counts == {Reason.OTHER_CLASS: 7}


def test_toutiao_keeps_tech_sports_and_entertainment_by_category_or_code(tmp_path):
    lines = (
        "1_!_109_!_news_tech_!_科技标题_!_\n2_!_103_!__!_体育标题_!_\n"
        "3_!_102_!_news_entertainment_!_娱乐标题_!_\n4_!_114_!_stock_!_股票标题_!_\n"
        "5_!_116_!__!_游戏标题_!_\n坏行_!_没有标题\n"
    )
    corpus = read(tmp_path, "toutiao_cat_data.txt", lines)
    assert [h.label for h in corpus.headlines] == ["tech", "sports", "entertainment"]
    assert corpus.rejected_counts == {Reason.OTHER_CLASS: 2, Reason.BROKEN: 1}


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("科技", "tech"),
        ("Technology", "tech"),
        (" digital ", "tech"),
        ("体育", "sports"),
        ("SPORT", "sports"),
        ("news_sports", "sports"),
        ("娱乐", "entertainment"),
        ("Entertainment", "entertainment"),
    ],
)
def test_a_class_has_chinese_and_english_names(tmp_path, written, label):
    other = "sports" if label == "tech" else "tech"
    assert (
        read(tmp_path, "a.csv", f"text,label\n标题一,{written}\n标题二,{other}\n").headlines[0].label == label
    )


def test_labels_of_ones_own_may_be_asked_for(tmp_path):
    path = write(tmp_path, "own.csv", "text,label\n央行公布利率,finance\n苹果发布新款手机,tech\n")
    corpus = read_corpus(path, labels=("finance", "tech"))
    assert corpus.class_counts == {"finance": 1, "tech": 1}


# -- encodings --


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-32"])
def test_chinese_encodings_are_read(tmp_path, encoding):
    assert read(tmp_path, "a.csv", TWO_ROWS.encode(encoding)).headlines == TWO_HEADLINES


@pytest.mark.parametrize(
    "content",
    [
        "text,label\n蘋果公司發布了最新的手機,tech\n湖人隊贏得總冠軍,sports\n".encode("big5"),
        "text,label\nアップルは新しいスマートフォンを発表,tech\n".encode("shift-jis"),
        "text,label\nMüller schießt zwei Tore,sports\n".encode("latin-1"),
        "text,label\n苹果发布新款手机\n".encode()[:-2],  # torn inside a character
        b"\xff\xfe" + TWO_ROWS.encode("utf-16-le")[:-1],
    ],
    ids=["big5", "shift-jis", "latin-1", "torn utf-8", "torn utf-16"],
)
def test_other_encodings_get_a_clear_sentence(tmp_path, content):
    assert "UTF-8 nor GBK; save the file" in sentence_about(tmp_path, "a.csv", content, "encoding")


def test_the_sentence_names_the_line_with_the_wrong_encoding(tmp_path):
    content = TWO_ROWS.encode() + "Müller schießt,sports\n".encode("latin-1")
    assert "a.csv, line 4:" in sentence_about(tmp_path, "a.csv", content, "encoding")


# -- files that cannot be used --


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", "empty", "is empty"),
        (b"\xef\xbb\xbf \n\n", "empty", "is empty"),
        (b"PK\x03\x04\x14\x00rest of a zip", "archive", "unpack it or save it as CSV"),
        (b"\x1f\x8b\x08rest", "archive", "unpack it"),
        (b"%PDF-1.7 rest", "archive", "a document, not text"),
        (b"PAR1rest", "archive", "a document, not text"),
        (b"text,label\nab\0c,tech\n", "binary", "line 2: this is not text"),
        ("headline text;class\na;tech\n", "header", '"headline text;class"; put text,label'),
        ("苹果发布新款手机,甲\n火箭赢球,乙\n", "header", '"苹果发布新款手机,甲"'),
        ("text\n苹果发布新款手机\n", "header", "columns text and label"),
        ('{"body": "苹果", "label": "tech"}\n', "header", '"body, label"'),
        ('[\n{"text": "苹果", "label": "tech"}]\n', "json_array", "one JSON object a line"),
        (
            '{"data": [{"text": "苹果", "label": "tech"}]}',
            "json_object",
            "one JSON object a headline and line",
        ),
        ('{"text": {"0": "苹果"}, "label": {"0": "tech"}}', "json_object", "around all headlines"),
        ('{\n "text": ["苹果", "火箭"]\n}\n', "json_object", "line 1: this is one JSON object"),
        ('text,label\n苹果,tech\n"火箭赢球,sports\n湖人,sports\n', "quote", "line 3: a quotation mark"),
        ("text,label\n苹果发布,tech\n湖人赢球,tech\n", "one_class", "only one class (tech)"),
        ("text,label\n,tech\n苹果,\n", "nothing_left", "(no text: 1, no label: 1)"),
        ("text,label\n", "nothing_left", "no row at all"),
        ("财经标题\tnews_finance\n教育标题\tnews_edu\n", "nothing_left", "other class left out: 2"),
        ("财经标题\t0\n教育标题\t3\n", "unknown_label", '"0" in line 1, "3" in line 2'),
    ],
)
def test_an_unusable_file_gets_one_sentence(tmp_path, content, code, says):
    assert says in sentence_about(tmp_path, "data.csv", content, code)


def test_unknown_labels_are_listed_with_their_lines_and_the_accepted_ones(tmp_path):
    rows = "".join(
        f"标题{n},{label}\n" for n, label in enumerate(["tech", "finance", "x", "y", "z", "sports"])
    )
    message = sentence_about(tmp_path, "a.csv", "text,label\n" + rows, "unknown_label")
    assert '"finance" in line 3, "x" in line 4, "y" in line 5 and 1 more' in message
    assert "tech (科技), sports (体育), entertainment (娱乐)" in message


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    for path, code in [
        (tmp_path / "no.csv", "missing"),
        (tmp_path / "no" / "x.csv", "missing"),
        (tmp_path, "folder"),
    ]:
        with pytest.raises(CorpusError) as caught:
            read_corpus(path)
        assert caught.value.code == code
        one_sentence(caught.value, path.name)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (
            "XML or HTML",
            '<?xml version="1.0"?>\n<r>\n<d l="体育">火箭夺冠</d>\n<d l="科技">新机发布</d>\n</r>\n',
        ),
        ("XML or HTML", "<ul><li>火箭夺冠</li>\n<li>新机发布</li></ul>\n"),
        ("XML or HTML", "<体育>火箭夺冠</体育>\n<科技>新机发布</科技>\n"),
        ("YAML", "- text: 火箭夺冠\n  label: 体育\n- text: 新机发布\n  label: 科技\n"),
        ("YAML", "体育:\n  - 火箭夺冠\n科技:\n  - 新机发布\n"),
        ("SQL", "INSERT INTO t VALUES (1,'火箭夺冠','体育');\nINSERT INTO t VALUES (2,'新机发布','科技');\n"),
        ("Markdown", "| 标题 | 类别 |\n|---|:--|\n| 火箭夺冠 | 体育 |\n| 新机发布 | 科技 |\n"),
    ],
)
def test_what_is_written_in_another_language_is_refused_by_its_name(tmp_path, kind: str, content: str):
    assert f"is {kind}, not lines of headlines" in sentence_about(tmp_path, "a.txt", content, "markup")
    with pytest.raises(CorpusError, match=kind):
        read_labelled_or_plain(write(tmp_path, "a.txt", content))


def test_headlines_with_marks_of_such_languages_are_headlines(tmp_path):
    lines = ["<三体>动画开播", "- 火箭夺冠", "快讯: 新机发布", "update 来了", "a</b> 的用法", "| 一 | 二 |"]
    assert list(read_labelled_or_plain(write(tmp_path, "a.txt", "\n".join(lines))).texts)[:4] == lines[:4]


def test_a_path_through_a_file_is_missing(tmp_path):
    path = write(tmp_path, "a.csv", TWO_ROWS) / "b.csv"
    with pytest.raises(CorpusError, match="does not exist; check the path"):
        read_corpus(path)


def test_a_file_without_permission_says_so(tmp_path, monkeypatch):
    """Refused by a stand-in for `open`: the superuser may read everything."""

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, "secret.csv", TWO_ROWS)
    monkeypatch.setattr(files, "open", refuse, raising=False)
    with pytest.raises(CorpusError, match=r"secret.csv cannot be read \(Permission denied\); check"):
        read_corpus(path)


def test_too_large_files_are_refused_before_they_are_read(tmp_path):
    path = write(tmp_path, "big.csv", TWO_ROWS)
    with pytest.raises(CorpusError, match=r"big.csv is larger than 20 bytes.*keep a part of it"):
        read_corpus(path, max_bytes=20)
    with pytest.raises(CorpusError, match=r"big.csv has more than 1 rows.*keep a part of it"):
        read_corpus(path, max_rows=1)
    assert len(read_corpus(path, max_rows=2, max_bytes=path.stat().st_size)) == 2


def test_a_quoted_piece_of_a_file_is_short_and_printable(tmp_path):
    message = sentence_about(tmp_path, "a.csv", "\x1b[31m" + "长" * 500 + "\nx\n", "header")
    assert "\x1b" not in message
    assert len(message) < 300 + len(str(tmp_path))


def test_every_sentence_names_the_file_and_what_to_do():
    for code, sentence in CORPUS_SENTENCES.items():
        assert sentence.startswith("{file}"), code
        assert sentence.endswith("."), code
        assert sentence.count(";") == 1, code  # what is wrong; what to do


def test_an_uploaded_file_is_read_from_its_bytes():
    assert corpus_from_bytes(TWO_ROWS.encode(), "upload.csv").headlines == TWO_HEADLINES


@pytest.mark.skipif(os.name == "nt", reason="a pipe with a path is a Unix thing")
def test_a_pipe_is_read_like_a_file(tmp_path):
    reading, writing = os.pipe()
    os.write(writing, TWO_ROWS.encode())
    os.close(writing)
    with os.fdopen(reading):
        assert read_corpus(f"/dev/fd/{reading}").headlines == TWO_HEADLINES

"""Tables: whatever separates the columns, however marks are set, however wide and long; and advice one can follow."""

import csv
import io
import random

import pytest

from moe_demo.text.corpus import CorpusError, corpus_from_bytes, read_labelled_or_plain
from moe_demo.text.encodings import Decoded
from moe_demo.text.intake import MAX_LABEL_CHARS, intake_of
from moe_demo.text.separated import records
from tests.unit.corpus_files import TWO_HEADLINES, one_sentence, read, write

A, B = (headline.text for headline in TWO_HEADLINES)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("comma.tsv", f"text,label\n{A},tech\n{B},sports\n"),
        ("header only.tsv", f"text,label\n{A}\ttech\n{B}\tsports\n"),
        ("wide.csv", f"text，label\n{A}，tech\n{B}，sports\n"),
        ("wide names.csv", f"ｔｅｘｔ，ＬＡＢＥＬ\n{A}，tech\n{B}，sports\n"),
        ("wide header.csv", f"text，label\n{A},tech\n{B},sports\n"),
        ("wide rows.csv", f"text,label\n{A}，tech\n{B}，sports\n"),
        ("wide semicolon.csv", f"标签；标题\ntech；{A}\nsports；{B}\n"),
        ("semicolon.csv", f"text;label\n{A};tech\n{B};sports\n"),
        ("quoted semicolon.csv", f'"text";"label"\n"{A}";"tech"\n"{B}";"sports"\n'),
        ("bar.txt", f"label|id|text\ntech|1|{A}\nsports|2|{B}\n"),
        ("hint.csv", f"sep=;\ntext;label\n{A};tech\n{B};sports\n"),
        ("hint in marks.csv", f'\n"sep=|"\ntext|label\n{A}|tech\n{B}|sports\n'),
        ("hint of a tab.csv", f"sep=\t\ntext\tlabel\n{A}\ttech\n{B}\tsports\n"),
        ("hint without a header.csv", f"sep=^\ntech^{A}\nsports^{B}\n"),
        ("old Mac.csv", f"text,label\r{A},tech\r{B},sports\r"),
        ("index.csv", f",text,label\n0,{A},tech\n1,{B},sports\n"),
        ("a name of two lines.csv", f'"id\n(no)",text,label\n1,{A},tech\n2,{B},sports\n'),
    ],
)
def test_the_separator_is_found(tmp_path, name, content):
    corpus = read(tmp_path, name, content)
    assert corpus.headlines == TWO_HEADLINES
    assert corpus.rejected == ()


def test_lines_keep_their_numbers_under_a_hint(tmp_path):
    corpus = read(tmp_path, "a.csv", f"sep=;\ntext;label\n{A};tech\n{B};sports\n;tech\n")
    assert [row.line for row in corpus.rejected] == [5]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('text\tlabel\n"火箭"夺冠\tsports\n', '"火箭"夺冠'),
        ('text,label\n"火箭"夺冠,sports\n', '"火箭"夺冠'),
        ('text\tlabel\n"火箭夺冠\tsports\n', '"火箭夺冠'),
        ('text\tlabel\n"火箭夺冠\tsports\n湖人"输了\tsports\n', '"火箭夺冠'),
        ('text,label\n"火箭""夺冠""",sports\n', '火箭"夺冠"'),
        ('text,label\n火箭"夺冠",sports\n', '火箭"夺冠"'),
        ('sports\t"火箭"夺冠\n', '"火箭"夺冠'),
        ('sports,"火箭"夺冠\n', '"火箭"夺冠'),
        ("text,label\n{火箭}夺冠,sports\n", "{火箭}夺冠"),
        ('"火箭"夺冠\t7\n', '"火箭"夺冠'),
        ("[视频]火箭夺冠\t7\n", "[视频]火箭夺冠"),
        ("{快讯}火箭夺冠\t7\n", "{快讯}火箭夺冠"),
        ('{"快讯"}火箭夺冠\tsports\n', '{"快讯"}火箭夺冠'),
    ],
)
def test_a_headline_may_begin_with_a_mark(tmp_path, content, text):
    path = write(tmp_path, "a.txt", content)
    assert read_labelled_or_plain(path).texts[0] == text
    assert intake_of(content.encode(), "a.txt").rows[0].text == text


@pytest.mark.parametrize("n_chars", [131_073, 1_000_000])
def test_a_field_of_any_length_is_a_field(n_chars):
    long = "长" * n_chars
    for field in (long, f'"{long}"'):
        corpus = corpus_from_bytes(f"text,label\n{field},tech\n{B},sports\n".encode(), "a.csv")
        assert corpus.texts == (long, B)
        [row] = intake_of(f"text,label\n{field},tech\n{B},sports\n".encode(), "a.csv").unusable
        assert row.detail == f"{n_chars} characters, 10000 at most; an article is no headline"


def test_a_label_too_long_is_told():
    [row] = intake_of(f"text,label\n{A},{'长' * (MAX_LABEL_CHARS + 1)}\n{B},b\n".encode(), "a.csv").unusable
    assert row.detail == "a label of 501 characters, 500 at most; a label is a word or two"


def test_the_line_of_a_mark_that_is_never_closed_is_told(tmp_path):
    with pytest.raises(
        CorpusError, match="line 3: a quotation mark is opened here and closed nowhere"
    ) as caught:
        read(tmp_path, "a.csv", f'text,label\n{A},tech\n"{B},sports\n' + f"{A},tech\n" * 20_000)
    one_sentence(caught.value, "a.csv")


@pytest.mark.parametrize(
    "content", [",,,", ",,,\n,,,\n", ";;;\n;\n", '"",""\n', "sep=;\n", "sep=;\n;;\n", "\t,\t", "，，"]
)
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.txt"])
def test_a_table_of_nothing_gets_one_sentence(tmp_path, name, content):
    with pytest.raises(CorpusError) as caught:
        read(tmp_path, name, content)
    one_sentence(caught.value, name)
    assert caught.value.code == "header"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [*",;|\t，"])
def test_what_the_csv_module_writes_is_read_as_it_was(separator: str, ending: str):
    draw = random.Random(0)
    breaks = ["\n", "\r\n", *(["\r"] if ending == "\r\n" else [])]  # at "\n", it leaves "\r" without marks
    pieces = ["a", "标题", '"', '""', " ", separator, *breaks, "x" * 50]
    rows = [["".join(draw.choices(pieces, k=draw.randint(0, 6))) + "." for _ in range(4)] for _ in range(500)]
    if separator == "\t":  # no program writes line breaks and tabs into one field
        rows = [[field.replace("\t", " ") for field in row] for row in rows]
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL):
        file = io.StringIO(newline="")
        csv.writer(file, delimiter=separator, quoting=quoting, lineterminator=ending).writerows(rows)
        lines = Decoded(file.getvalue(), "UTF-8").lines
        assert [fields for _, fields in records(lines, separator, "a.csv")] == rows


def test_a_hundred_thousand_columns_are_no_work_for_every_row(tmp_path):
    """Ten seconds, when each of 2,000 short rows was made as long as the header."""
    names = ",".join(f"c{n}" for n in range(100_000))
    rows = "".join(f"标题{n},{'tech' if n % 2 else 'sports'}\n" for n in range(2_000))
    assert len(read(tmp_path, "a.csv", f"text,label,{names}\n{rows}")) == 2_000
    with pytest.raises(CorpusError, match="header must name"):
        read(tmp_path, "b.csv", ("1," * 100_000 + "\n") * 20)


def test_following_the_advice_helps(tmp_path):
    """Columns of which nothing is known, with the line that the sentence asks for above them."""
    rows = f"甲\t{A}\n乙\t{B}\n"
    with pytest.raises(CorpusError, match="a name for every column, separated as the lines below are"):
        read_labelled_or_plain(write(tmp_path, "a.tsv", rows))
    assert read_labelled_or_plain(write(tmp_path, "a.tsv", "label\ttext\n" + rows)).texts == (A, B)
    whole = f"甲,{A}\n乙,{B}\n丙,{A}\n"
    with pytest.raises(CorpusError, match="put text in the first line"):
        read_labelled_or_plain(write(tmp_path, "b.txt", whole))
    assert read_labelled_or_plain(write(tmp_path, "b.txt", "text\n" + whole)).texts == tuple(whole.split())


@pytest.mark.parametrize("names", ["text{}label", "标题{}类别"])
@pytest.mark.parametrize("separator", ["^", "~", "：", " -> ", "###", "\u3000", "  ", "\x1f"])
def test_a_header_is_known_at_any_separator_that_the_rows_may_have(tmp_path, separator: str, names: str):
    rows = [(A, "tech"), (B, "sports")]
    lines = [names.format(separator), *(f"{text}{separator}{label}" for text, label in rows)]
    corpus = read(tmp_path, "a.csv", "\n".join(lines))
    assert corpus.headlines == TWO_HEADLINES
    assert corpus.rejected == ()


def test_comments_before_a_header_are_no_headlines(tmp_path):
    corpus = read(
        tmp_path, "a.csv", f"# made by hand\n\n# in 2024\ntext,label\n{A},tech\n{B},sports\n,tech\n"
    )
    assert corpus.headlines == TWO_HEADLINES
    assert [row.line for row in corpus.rejected] == [7]
    plain = write(tmp_path, "b.txt", f"#夺冠 火箭赢了\n标题 内容\n{A}\n")
    assert read_labelled_or_plain(plain).texts == ("#夺冠 火箭赢了", "标题 内容", A)

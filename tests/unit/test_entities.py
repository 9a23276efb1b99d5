"""HTML's way of writing characters: undone in files and in what is typed, and left alone where it is none."""

import pytest

from moe_demo.text.corpus import read_labelled_or_plain
from moe_demo.text.entities import unescape, without_tags
from moe_demo.text.segmentation import MAX_CHARS, normalize, tokenize
from tests.unit.corpus_files import read, write

PAIRS = [
    ("&quot;火箭&quot;夺冠&nbsp;进球", '"火箭"夺冠\xa0进球'),
    ("&ldquo;火箭&rdquo;&hellip;", "“火箭”…"),
    ("&#39;&#x27;&#X27;&apos;", "''''"),
    ("&#160;&#xA0;", "\xa0\xa0"),
    ("&amp;quot;&amp;#39;&amp;amp;nbsp;", "\"'\xa0"),
    ("AT&amp;T", "AT&T"),
    ("&lt;b&gt;", "<b>"),
    ("&QUOT;&NBSP;", '"\xa0'),
    ("&quot火箭&quot夺冠&nbsp进球", '"火箭"夺冠\xa0进球'),
    ("&quot；", '"'),
    ("&#128512;&#xff21;", "😀Ａ"),
    ("&#0;", "\ufffd"),
]
NONE = [
    "AT&T",
    "R&D",
    "&foo;",
    "&;",
    "&#;",
    "&#x;",
    "A&B;",
    "?a=1&copy=2&quot=3",
    "&amp",
    "&" * 50,
    "&#" + "9" * 5000 + ";",
]


@pytest.mark.parametrize(("written", "meant"), PAIRS)
def test_the_characters_that_are_meant(written: str, meant: str):
    assert unescape(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<em>火箭</em>夺冠", "火箭夺冠"),
        ('<font color="red">火箭</FONT>夺冠<br/>进球', "火箭夺冠 进球"),
        ("<a href=http://a.b/c?d=e>火箭</a>", "火箭"),
        ("&lt;b&gt;火箭<b >夺冠</b>", "<b>火箭夺冠"),
        ("<三体>动画 1<2 a<b <basketball> <", "<三体>动画 1<2 a<b <basketball> <"),
    ],
)
def test_the_tags_of_running_text_go_and_other_angle_brackets_stay(tmp_path, written: str, meant: str):
    assert unescape(without_tags(written)) == meant
    assert read_labelled_or_plain(write(tmp_path, "a.txt", f"{written}\n山高水长\n")).texts[0] == meant


@pytest.mark.parametrize("text", [text for text in NONE if text != "&amp"])
def test_what_is_no_such_character_stays(text: str):
    assert unescape(text) == text


@pytest.mark.parametrize(
    "layout", ["text,label\n{},tech\nb,sports\n", "{}\t4\nb\t7\n", "tech\t{}\nsports\tb\n"]
)
def test_files_are_read_as_they_are_meant(tmp_path, layout: str):
    written, meant = PAIRS[0]
    assert read(tmp_path, "a.txt", layout.format(written)).texts[0] == meant
    assert read_labelled_or_plain(write(tmp_path, "a.txt", layout.format(written))).texts[0] == meant


def test_labels_and_json_as_well(tmp_path):
    content = '{"text": "R&amp;D", "label": "&#x4f53;育"}\n{"text": "b", "label": "tech"}\n'
    assert [(h.text, h.label) for h in read(tmp_path, "a.json", content).headlines] == [
        ("R&D", "sports"),
        ("b", "tech"),
    ]


@pytest.mark.parametrize(("written", "meant"), PAIRS)
def test_a_typed_headline_has_the_words_that_are_meant(written: str, meant: str):
    text = f"湖人{written}赢球"
    found = tokenize(text).tokens
    assert [token.text for token in found] == [token.text for token in tokenize(f"湖人{meant}赢球").tokens]
    for token in found:
        assert normalize(text[token.start : token.end]) == token.text


def test_the_limit_does_not_cut_one_in_two():
    assert tokenize("a" * (MAX_CHARS - 3) + "&quot;b").tokens[-1].text == "a" * (MAX_CHARS - 3)


def test_a_headline_of_nothing_but_spaces_is_blank(tmp_path):
    assert len(read(tmp_path, "a.csv", "text,label\n&nbsp;&#32;,tech\na,tech\nb,sports\n").rejected) == 1

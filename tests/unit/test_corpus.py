"""A corpus of labelled headlines: what is left out and why, texts without labels, and the fixed split."""

import random
import re

import numpy as np
import pytest

from moe_demo.text.corpus import (
    LABELS,
    Corpus,
    CorpusError,
    Headline,
    Reason,
    held_out_size,
    read_labelled_or_plain,
    stratified_split,
    text_key,
)
from tests.unit.corpus_files import TWO_ROWS, one_sentence, read, write

# -- rows that are left out --


def test_bad_rows_are_left_out_with_line_and_reason(tmp_path):
    content = (
        'text,label\n苹果发布,tech\n   ,tech\n"两行的\n标题",\n\u200b,sports\n'
        "火箭,赢球,sports\n湖人赢球,sports\n"
    )
    corpus = read(tmp_path, "a.csv", content)
    assert corpus.texts == ("苹果发布", "湖人赢球")
    assert [(row.line, row.reason) for row in corpus.rejected] == [
        (3, Reason.BLANK_TEXT),
        (4, Reason.NO_LABEL),
        (6, Reason.BLANK_TEXT),
        (7, Reason.BROKEN),
    ]
    assert "3 fields, 2 columns" in corpus.rejected[-1].detail


def test_a_line_that_is_not_json_is_left_out(tmp_path):
    good = '{"text": "苹果发布", "label": "tech"}\n{"text": "湖人赢球", "label": "sports"}\n'
    bad = [
        '{"text": "半行',
        "[1, 2]",
        '{"text": ["x"], "label": "tech"}',
        '{"text": "x", "label": null}',
        "[" * 99999,
    ]
    corpus = read(tmp_path, "a.jsonl", good + "\n".join(bad))
    assert corpus.rejected_counts == {Reason.BROKEN: 3, Reason.BLANK_TEXT: 1, Reason.NO_LABEL: 1}


def test_a_repeated_headline_is_kept_once(tmp_path):
    content = "text,label\niPhone 15发布,tech\n湖人赢球,sports\nＩＰＨＯＮＥ　15 发布,tech\n湖人赢球,sports\n"
    corpus = read(tmp_path, "a.csv", content)
    assert corpus.texts == ("iPhone 15发布", "湖人赢球")
    assert [(row.line, row.detail) for row in corpus.rejected] == [(4, "line 2"), (5, "line 3")]


def test_a_headline_with_two_labels_is_left_out_altogether(tmp_path):
    content = "text,label\n火箭升空,tech\n火箭升空,sports\n苹果发布,tech\n湖人赢球,sports\n"
    corpus = read(tmp_path, "a.csv", content)
    assert corpus.texts == ("苹果发布", "湖人赢球")
    assert corpus.rejected_counts == {Reason.CONFLICT: 2}
    assert corpus.rejected[0].detail == "tech in line 2, sports in line 3"


def test_html_is_text_like_any_other(tmp_path):
    corpus = read(tmp_path, "a.csv", "text,label\n<script>alert(1)</script>,tech\n&lt;b&gt;,sports\n")
    assert corpus.texts == ("<script>alert(1)</script>", "<b>")


def test_label_ids_and_counts_follow_the_order_of_the_labels(tmp_path):
    corpus = read(tmp_path, "a.csv", "text,label\n甲,entertainment\n乙,tech\n丙,entertainment\n")
    np.testing.assert_array_equal(corpus.label_ids, [2, 0, 2])
    assert corpus.label_ids.dtype == np.int64
    assert corpus.class_counts == {"tech": 1, "sports": 0, "entertainment": 2}
    assert len(corpus) == 3


# -- texts to be classified --


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lines.txt", "苹果发布新款手机\n\n火箭客场险胜湖人\n"),
        ("lines", "苹果发布新款手机\n火箭客场险胜湖人"),
        ("column.csv", "text\n苹果发布新款手机\n火箭客场险胜湖人\n"),
        ("labelled.csv", TWO_ROWS),
        ("foreign_labels.csv", TWO_ROWS.replace("tech", "whatever")),
        ("keyed.jsonl", '{"text": "苹果发布新款手机"}\n{"text": "火箭客场险胜湖人"}\n'),
        ("thucnews.txt", "苹果发布新款手机\t4\n火箭客场险胜湖人\t0\n"),
    ],
)
def test_texts_to_classify_need_no_labels(tmp_path, name, content):
    assert read_labelled_or_plain(write(tmp_path, name, content)).texts == (
        "苹果发布新款手机",
        "火箭客场险胜湖人",
    )


def test_every_text_to_classify_gets_its_turn_and_blank_ones_are_reported(tmp_path):
    texts = read_labelled_or_plain(write(tmp_path, "a.csv", "text\n苹果\n苹果\n\u200b\n"))
    assert texts.texts == ("苹果", "苹果")
    assert [(row.line, row.reason) for row in texts.rejected] == [(4, Reason.BLANK_TEXT)]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.txt", "", "empty"),
        ("a.csv", "id,body\n1,苹果\n", "text_header"),
        ("a.csv", "text\n\u200b\n", "no_text"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\0\0", "binary"),
    ],
)
def test_a_file_without_texts_gets_one_sentence(tmp_path, name, content, code):
    with pytest.raises(CorpusError) as caught:
        read_labelled_or_plain(write(tmp_path, name, content))
    assert caught.value.code == code
    one_sentence(caught.value, name)


# -- the split --


def numbered_corpus(**sizes: int) -> Corpus:
    headlines = tuple(Headline(f"{label} {n}", label) for label, size in sizes.items() for n in range(size))
    return Corpus(headlines, LABELS, source="numbered")


def test_the_split_is_stratified_and_complete():
    split = stratified_split(numbered_corpus(tech=100, sports=50, entertainment=11), 0.2)
    assert split.held_out.class_counts == {"tech": 20, "sports": 10, "entertainment": 2}
    assert split.train.class_counts == {"tech": 80, "sports": 40, "entertainment": 9}
    assert not set(split.train.headlines) & set(split.held_out.headlines)


def test_the_split_does_not_depend_on_the_order_of_the_rows():
    corpus = numbered_corpus(tech=60, sports=60)
    shuffled = random.Random(0).sample(corpus.headlines, len(corpus))
    again = Corpus(tuple(shuffled), LABELS, source="shuffled")
    assert stratified_split(again).train.headlines == stratified_split(corpus).train.headlines
    assert stratified_split(again).held_out.headlines == stratified_split(corpus).held_out.headlines


def test_the_split_is_the_same_on_every_machine():
    """Known by heart: a change of this set would make old and new accuracies incomparable."""
    held_out = stratified_split(numbered_corpus(tech=10, sports=10)).held_out
    assert set(held_out.texts) == {"tech 0", "tech 2", "sports 0", "sports 6"}


def test_a_headline_added_moves_at_most_one_other_to_the_other_side():
    corpus = numbered_corpus(tech=40, sports=40)
    before = set(stratified_split(corpus).held_out.headlines)
    for n in range(20):
        added = Headline(f"新标题 {n}", "tech")
        larger = Corpus((*corpus.headlines, added), LABELS, source="larger")
        after = set(stratified_split(larger).held_out.headlines) - {added}
        assert len(before ^ after) <= 1


def test_a_class_too_small_to_split_is_named():
    with pytest.raises(CorpusError) as caught:
        stratified_split(numbered_corpus(tech=50, sports=2), 0.2)
    message = one_sentence(caught.value, "numbered")
    assert "class sports (2) to hold out 20% of them; add at least 1 more" in message
    assert len(stratified_split(numbered_corpus(tech=50, sports=3), 0.2).held_out) == 11


@pytest.mark.parametrize("fraction", [0, 1, -0.5])
def test_a_split_without_a_side_is_refused(fraction):
    with pytest.raises(ValueError, match=re.escape(f"held_out_fraction must be in (0, 1), got {fraction}")):
        stratified_split(numbered_corpus(tech=10), fraction)


def test_the_key_of_a_headline_ignores_width_case_and_spaces():
    assert text_key("ｉＰｈｏｎｅ　１５\u200b 发布") == text_key("iPhone15发布") == "iphone15发布"
    assert text_key("苹果。") != text_key("苹果")


@pytest.mark.parametrize("fraction", [1e-12, 5e-324, 1 - 1e-16, 1e-3, 0.01, 0.2, 0.9, 0.99, 0.999])
def test_the_missing_headlines_of_a_class_are_computed(fraction: float):
    """For the small ones counted here, one by one."""
    with pytest.raises(CorpusError) as caught:
        held_out_size("a.csv", "tech", 2, fraction)
    enough = 2 + caught.value.values["missing"]
    if enough < 10**4:
        assert enough == next(n for n in range(2, 10**4) if 0 < round(n * fraction) < n)
    else:
        assert fraction in (1e-12, 5e-324, 1 - 1e-16)
        assert enough == pytest.approx(0.5 / min(fraction, 1 - fraction), rel=1e-3) or fraction == 5e-324

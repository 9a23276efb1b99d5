"""Kinds of words: worked examples, and every word has one."""

import pytest

from moe_demo.text.segmentation import part_of_speech, tokenize
from moe_demo.text.word_kinds import KINDS, kind_of
from tests.toy import corpus


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("noun", "手机 电影 昨天 苹果"),
        ("verb", "发布 夺冠 看"),
        ("name", "中国 姚明 北京大学"),
        ("latin", "iPhone NBA 5G"),
        ("number", "15 3.5% 2-1 三"),
        ("function", "的 和 他 在 不"),
        ("punctuation", "， 》 ！ … 🏆"),
        ("other", "漂亮 个"),
    ],
)
def test_worked_examples(kind: str, words: str):
    assert {word: kind_of(word) for word in words.split()} == dict.fromkeys(words.split(), kind)


def test_every_word_of_a_corpus_has_a_kind():
    words = {token.text for headline in corpus().headlines for token in tokenize(headline.text).tokens}
    assert {kind_of(word) for word in words} <= set(KINDS)


def test_a_word_beside_the_dictionary_has_the_tag_of_its_last_part():
    assert part_of_speech("世俱杯") == part_of_speech("杯")
    assert part_of_speech(" ") == "x"

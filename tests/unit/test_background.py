"""The texts of no class: headlines of many topics, as varied as those of the classes, and nonsense made by rules."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from moe_demo.config import LABELS
from moe_demo.text.background import (
    BACKGROUND_PATH,
    HELD_OUT_TOPICS,
    background,
    held_out_background,
    training_outliers,
)
from moe_demo.text.corpus import builtin_corpus, read_corpus, text_key
from moe_demo.text.nonsense import nonsense
from moe_demo.text.segmentation import tokenize
from tests.unit.similarity import (
    COPIED,
    MOST_RELATED_PAIRS,
    NEAR_DUPLICATE,
    RELATED,
    letters,
    pairs_within,
    repeated,
    similar_pairs,
    skeleton,
)

TOPICS = """
    charity culture education farming fashion finance food health history law military politics property society
    stocks traffic travel weather
"""


@pytest.fixture(scope="module")
def texts() -> tuple[str, ...]:
    return tuple(one.text for one in background())


def test_there_are_at_least_800_and_40_of_every_large_topic(texts):
    assert len(texts) >= 800
    counts = Counter(one.topic for one in background())
    assert min(counts[topic] for topic in TOPICS.split()) >= 40
    assert len(counts) >= 25


def test_the_file_is_clean(texts):
    with BACKGROUND_PATH.open(encoding="utf-8", newline="") as file:
        assert csv.DictReader(file).fieldnames == ["text", "topic"]
    assert all(" ".join(text.split()) == text and text.isprintable() for text in texts)
    assert len(set(map(text_key, texts))) == len(texts)


def test_no_two_are_near_duplicates_and_few_tell_of_one_event(texts):
    related = pairs_within(texts, RELATED)
    assert [pair for pair in related if pair[0] > NEAR_DUPLICATE] == []
    assert len(related) <= MOST_RELATED_PAIRS * len(texts)


def test_no_sentence_opening_or_ending_is_a_template(texts):
    assert [text for text, count in Counter(map(skeleton, texts)).items() if count > 1] == []
    assert repeated([letters(text)[:6] for text in texts]) == {}
    assert repeated([letters(text)[-6:] for text in texts]) == {}


def test_none_is_near_a_headline_of_the_classes(texts):
    assert list(similar_pairs(texts, builtin_corpus().texts, COPIED)) == []


def test_none_is_copied_or_paraphrased_from_the_real_ones(texts, shared_data: Path):
    for path in sorted(shared_data.glob("*_3class.csv")):
        assert list(similar_pairs(texts, read_corpus(path).texts, COPIED)) == []


def shown(labels: Sequence[str] = LABELS) -> list[str]:
    return [text for group in training_outliers(labels) for text in group.texts]


def test_held_out_topics_are_never_trained_on():
    held_out, trained = held_out_background(), shown()
    assert {one.topic for one in background()} > set(HELD_OUT_TOPICS)
    assert len(held_out) >= 150
    assert not set(map(text_key, held_out)) & set(map(text_key, trained))


def test_with_other_classes_only_nonsense_is_an_outlier():
    """One of the topics may be a class there."""
    headlines = {one.text for one in background()}
    assert headlines & set(shown())
    assert shown(("finance", "law"))
    assert not headlines & set(shown(("finance", "law")))


def test_headlines_and_nonsense_are_shown_about_as_often_however_many_there_are():
    headlines, made = training_outliers()
    assert headlines.share + made.share == pytest.approx(1)
    assert abs(headlines.share - made.share) < 0.1
    assert len(made.texts) > 3 * len(headlines.texts)


def test_nonsense_follows_its_seed_and_never_repeats():
    assert nonsense(200, 3) == nonsense(200, 3)
    assert nonsense(50, 3) == nonsense(200, 3)[:50]
    assert len(set(map(text_key, nonsense(500, 3)))) == 500
    few = set(nonsense(200, 3)) & set(nonsense(200, 4))
    assert len(few) < 40  # short interjections and numbers meet again


def test_all_nonsense_can_be_read_and_is_of_many_kinds():
    texts = nonsense(300, 5)
    assert all(tokenize(text).tokens for text in texts)
    assert any(text.isascii() and text.replace(" ", "").isalpha() for text in texts)
    assert any(not any(character.isalnum() for character in text) for text in texts)
    assert any(len(set(text)) == 1 and len(text) > 2 for text in texts)

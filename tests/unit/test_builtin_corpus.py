"""The built-in headlines are many, different and broad, and none of them comes from the headlines we measure on.

What is near and what is not: `similarity.py`. Real news keeps its limits, as the last test shows.
"""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from moe_demo.text.corpus import (
    BUILTIN_PATH,
    LABELS,
    Corpus,
    builtin_corpus,
    read_corpus,
    stratified_split,
    text_key,
)
from tests.unit.similarity import (
    COPIED,
    MOST_RELATED_PAIRS,
    NEAR_DUPLICATE,
    RELATED,
    Pair,
    letters,
    pairs_within,
    repeated,
    similar_pairs,
    skeleton,
)

HARD_WORDS = ("苹果", "火箭", "流量", "小米", "明星", "直播", "冠军")
STYLES = {
    "a space in the middle": (r"\S \S", 0.2),
    "a comma": (r"，", 0.2),
    "a digit": (r"\d", 0.03),
    "a Latin word": (r"[A-Za-z]{2}", 0.04),
    "a question": (r"？", 0.02),
    "an exclamation": (r"！", 0.002),
    "a colon": (r"：", 0.02),
    "quotation marks": (r"“.+”", 0.005),
    "brackets": (r"[（(【].+[）)】]", 0.005),
}


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return builtin_corpus()


@pytest.fixture(scope="module")
def related_pairs(corpus: Corpus) -> list[Pair]:
    return pairs_within(corpus.texts, RELATED)


def real_corpora(folder: Path) -> list[Corpus]:
    return [read_corpus(path) for path in sorted(folder.glob("*_3class.csv"))]


def test_similarity_of_two_headlines():
    """甲乙丙丁 has the pairs 甲乙 乙丙 丙丁, 乙丙丁！ has 乙丙 丙丁: two of three in common."""
    assert list(similar_pairs(["甲乙丙丁"], ["乙 丙丁！", "戊己"], 0.1)) == [(2 / 3, "甲乙丙丁", "乙 丙丁！")]


# -- many and different --


def test_every_class_has_at_least_1200_headlines(corpus):
    assert corpus.labels == LABELS
    assert min(corpus.class_counts.values()) >= 1200


def test_the_file_is_clean(corpus):
    """No row is left out by the reader: none blank, repeated, or with two labels; and none needs trimming."""
    assert corpus.rejected == ()
    with BUILTIN_PATH.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(row["text"] for row in rows) == corpus.texts
    assert all(" ".join(text.split()) == text and text.isprintable() for text in corpus.texts)


def test_no_two_headlines_are_near_duplicates(related_pairs):
    assert [pair for pair in related_pairs if pair[0] > NEAR_DUPLICATE] == []


def test_few_headlines_are_about_the_same_event(corpus, related_pairs):
    assert len(related_pairs) <= MOST_RELATED_PAIRS * len(corpus), related_pairs


def test_no_sentence_is_used_again_with_another_number_or_name(corpus):
    repeats = [text for text, count in Counter(map(skeleton, corpus.texts)).items() if count > 1]
    assert repeats == []


def test_no_family_of_headlines_opens_or_ends_alike(corpus):
    assert repeated([letters(text)[:6] for text in corpus.texts]) == {}
    assert repeated([letters(text)[-6:] for text in corpus.texts]) == {}


def test_no_long_run_of_characters_is_used_again_and_again(corpus):
    lines = [letters(text) for text in corpus.texts]
    runs = [run for line in lines for run in {line[place : place + 8] for place in range(len(line) - 7)}]
    assert repeated(runs) == {}


# -- broad --


@pytest.mark.parametrize("word", HARD_WORDS)
def test_a_word_of_two_meanings_is_in_two_classes(corpus, word):
    counts = Counter(headline.label for headline in corpus.headlines if word in headline.text)
    assert sum(count >= 3 for count in counts.values()) >= 2, counts


@pytest.mark.parametrize("style", STYLES)
def test_a_style_is_used_in_every_class(corpus, style):
    pattern, least = STYLES[style]
    found = Counter(h.label for h in corpus.headlines if re.search(pattern, h.text))
    shares = {label: found[label] / count for label, count in corpus.class_counts.items()}
    assert min(shares.values()) >= least, shares


def test_sports_has_scores(corpus):
    scores = [h for h in corpus.headlines if h.label == "sports" and re.search(r"\d+[-:：比]\d+", h.text)]
    assert len(scores) >= 20


@pytest.mark.parametrize("label", LABELS)
def test_terse_and_long_headlines_are_in_every_class(corpus, label):
    lengths = sorted(len(headline.text) for headline in corpus.headlines if headline.label == label)
    assert lengths[0] <= 14
    assert lengths[len(lengths) // 10] <= 19
    assert lengths[len(lengths) * 9 // 10] >= 23
    assert lengths[-1] >= 30


def test_the_label_is_not_given_away_by_length(corpus):
    """The classes differ in what they say; a model that counts characters learns next to nothing."""
    means = [
        sum(len(h.text) for h in corpus.headlines if h.label == label) / count
        for label, count in corpus.class_counts.items()
    ]
    assert max(means) - min(means) < 4


# -- for measuring --


def test_a_fifth_of_every_class_is_held_out(corpus):
    split = stratified_split(corpus)
    assert split.held_out.class_counts == {k: round(0.2 * n) for k, n in corpus.class_counts.items()}
    assert len(split.train) + len(split.held_out) == len(corpus)
    assert not set(map(text_key, split.train.texts)) & set(map(text_key, split.held_out.texts))


def test_no_headline_is_copied_or_paraphrased_from_the_real_ones(corpus, shared_data):
    for real in real_corpora(shared_data):
        assert list(similar_pairs(corpus.texts, real.texts, COPIED)) == []


def test_real_news_keeps_these_limits(shared_data):
    """The measure is fair: real headlines pass it, and two unrelated files share nothing that looks copied."""
    one, two = real_corpora(shared_data)
    assert list(similar_pairs(one.texts, two.texts, COPIED)) == []
    for real in (one, two):
        related = pairs_within(real.texts, RELATED)
        assert [pair for pair in related if pair[0] > NEAR_DUPLICATE] == []
        assert len(related) <= MOST_RELATED_PAIRS * len(real)
        assert repeated([letters(text)[:6] for text in real.texts]) == {}
        assert repeated([letters(text)[-6:] for text in real.texts]) == {}

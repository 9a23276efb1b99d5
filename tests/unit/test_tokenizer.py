"""From words to numbers: the vocabulary and its file, hashed character n-grams, the encoder."""

import numpy as np
import pytest

from moe_demo.text.errors import EmptyTextError, VocabularyError
from moe_demo.text.segmentation import Token, Truncation
from moe_demo.text.tokenizer import MAX_WORD_CHARS, UNSEEN_NGRAM, NgramHasher, TextEncoder, Vocabulary

EXAMPLE = "苹果公司发布了最新的iPhone 15"

# -- vocabulary --


def test_word_ids_fall_with_frequency_and_0_is_any_unknown_word():
    vocabulary = Vocabulary.from_texts(["苹果 手机 苹果", "手机 苹果 火箭"], min_count=2)
    assert vocabulary.words == ("苹果", "手机")
    assert [vocabulary.id_of(word) for word in ("苹果", "手机", "火箭", "")] == [1, 2, 0, 0]
    assert len(vocabulary) == 3  # with the row of unknown words


def test_the_shown_word_keeps_its_case_and_the_lookup_ignores_it():
    encoded = TextEncoder(Vocabulary(["iphone"]), NgramHasher(8, 1, 1)).encode("IPHONE和iPhone")
    assert [token.text for token in encoded.tokens] == ["IPHONE", "和", "iPhone"]
    assert encoded.word_ids_T.tolist() == [1, 0, 1]


def test_the_vocabulary_does_not_depend_on_the_order_of_the_texts():
    texts = ["手机 苹果", "火箭 湖人", "A b", "a B"]
    assert Vocabulary.from_texts(texts) == Vocabulary.from_texts(texts[::-1])
    assert Vocabulary.from_texts(texts).id_of("A") == Vocabulary.from_texts(texts).id_of("a") == 1


def test_a_vocabulary_file_has_word_n_in_line_n_plus_1(tmp_path):
    vocabulary = Vocabulary.from_texts([EXAMPLE, "苹果公司👨‍👩‍👧‍👦"])
    path = tmp_path / "vocab.txt"
    path.write_bytes(vocabulary.to_text().encode())
    lines = path.read_text(encoding="utf-8").split("\n")
    assert all(lines[vocabulary.id_of(word)] == word for word in vocabulary.words)
    assert Vocabulary.load(path) == vocabulary


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"", "has lost its beginning or its end"),
        (b"<unknown>", "has lost its beginning or its end"),
        ("<unknown>\n苹果\n手".encode(), "has lost its beginning or its end"),
        ("苹果\n".encode(), "has lost its beginning or its end"),
        ("<unknown>\n苹果\n".encode()[:-2], "is not UTF-8 text"),
        ("<unknown>\n苹果\n手机\n苹果\n".encode(), "has the word '苹果' more than once"),
        (b"<unknown>\n\n", "an empty line"),
    ],
)
def test_a_damaged_vocabulary_file_gets_one_sentence(tmp_path, content, problem):
    path = tmp_path / "vocab.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(VocabularyError) as caught:
        Vocabulary.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path} ")
    assert problem in message
    assert message.endswith("; restore it from a copy or train the run again.")


# -- character n-grams --


def test_ngrams_of_a_word_the_shortest_first():
    hasher = NgramHasher(100, 1, 3)
    assert hasher.ngrams("苹果") == ["苹", "果", "苹果"]
    assert hasher.ngrams("的") == ["的"]
    assert NgramHasher(100, 3, 3).ngrams("where") == ["whe", "her", "ere"]
    assert NgramHasher(100, 4, 5).ngrams("的") == ["的"]  # too short for any: it stands for itself


def test_an_ngram_that_no_known_word_has_gets_no_row():
    plain, known = NgramHasher(100, 1, 2), NgramHasher(100, 1, 2, words=["火箭", "Apple"])
    assert known.ids("火箭").tolist() == plain.ids("火箭").tolist()
    assert known.ids("火山").tolist() == [plain.ids("火山")[0], UNSEEN_NGRAM, UNSEEN_NGRAM]
    assert known.shown("火山") == ["火", "0", "0"]
    assert UNSEEN_NGRAM not in known.ids("APPLE")
    assert UNSEEN_NGRAM in NgramHasher(100, 1, 2, words=[]).ids("火箭")


def test_words_that_look_alike_share_ngrams_whatever_their_case():
    hasher = NgramHasher(2**40, 1, 3)
    assert len(np.intersect1d(hasher.ids("苹果"), hasher.ids("苹果公司"))) == 3
    np.testing.assert_array_equal(hasher.ids("IPHONE"), hasher.ids("iphone"))


def test_buckets_are_the_same_on_every_machine():
    """Known by heart: trained runs hold one row for each of these buckets."""
    assert NgramHasher(8192, 1, 2).ids("苹果").tolist() == [6327, 4724, 7000]


def test_buckets_are_in_range_and_evenly_filled():
    hasher = NgramHasher(64, 1, 1)
    buckets = np.concatenate([hasher.ids(chr(code)) for code in range(0x4E00, 0x4E00 + 64 * 50)])
    assert buckets.min() >= 0
    assert buckets.max() < 64
    assert np.bincount(buckets, minlength=64).min() > 20  # 50 on average, standard deviation 7


def test_a_very_long_word_has_no_more_ngrams_than_one_of_the_limit():
    hasher = NgramHasher(8192, 1, 3)
    np.testing.assert_array_equal(hasher.ids("ab" * 5000), hasher.ids("ab" * (MAX_WORD_CHARS // 2)))


def test_ngrams_are_hashed_once_per_word_and_cannot_be_changed(monkeypatch):
    hasher = NgramHasher(8192, 1, 3)
    first = hasher.ids("苹果")
    monkeypatch.delattr(NgramHasher, "_bucket")
    assert hasher.ids("苹果") is first
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 0


def test_the_memory_for_words_is_bounded(monkeypatch):
    monkeypatch.setattr("moe_demo.text.tokenizer._MAX_CACHED_WORDS", 10)
    hasher = NgramHasher(8192, 1, 3)
    for number in range(100):
        hasher.ids(str(number))
    assert len(hasher._ids_of_word) <= 10


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ((0, 1, 3), "n_buckets must be at least 1, got 0"),
        ((8, 0, 3), "min_n"),
        ((8, 3, 2), r"1..max_n=2, got 3"),
    ],
)
def test_impossible_hasher_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        NgramHasher(*settings)


# -- the encoder --


def test_a_headline_as_numbers():
    """苹果 is known, 火箭 is not; both have their n-grams, where `ngram_offsets_T` says."""
    hasher = NgramHasher(8192, 1, 3)
    encoded = TextEncoder(Vocabulary(["苹果"]), hasher).encode("苹果 火箭")
    assert encoded.word_ids_T.tolist() == [1, 0]
    assert encoded.ngram_offsets_T.tolist() == [0, 3]
    np.testing.assert_array_equal(encoded.ngram_ids[:3], hasher.ids("苹果"))
    np.testing.assert_array_equal(encoded.ngram_ids[3:], hasher.ids("火箭"))
    assert encoded.tokens == (Token("苹果", 0, 2), Token("火箭", 3, 5))
    assert encoded.truncated is None
    assert {encoded.word_ids_T.dtype, encoded.ngram_ids.dtype, encoded.ngram_offsets_T.dtype} == {
        np.dtype("int64")
    }


def test_the_encoder_keeps_its_token_limit_and_says_so():
    encoder = TextEncoder(Vocabulary([]), NgramHasher(8, 1, 1), max_tokens=3)
    encoded = encoder.encode(EXAMPLE)
    assert [token.text for token in encoded.tokens] == ["苹果公司", "发布", "了"]
    assert encoded.truncated == Truncation(len(EXAMPLE) - 7, 4)
    with pytest.raises(ValueError, match="max_tokens must be at least 1, got 0"):
        TextEncoder(Vocabulary([]), NgramHasher(8, 1, 1), max_tokens=0)


def test_the_encoder_refuses_a_text_without_words():
    with pytest.raises(EmptyTextError):
        TextEncoder(Vocabulary([]), NgramHasher(8, 1, 1)).encode(" \u200b")

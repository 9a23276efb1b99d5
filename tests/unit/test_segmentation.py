"""From text to words: laws of every text, worked examples, limits, and jieba kept in its place."""

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import jieba
import pytest

from moe_demo.text import segmentation
from moe_demo.text.errors import EmptyTextError
from moe_demo.text.segmentation import MAX_CHARS, MAX_TOKENS, Token, Truncation, normalize, segment, tokenize

EXAMPLE = "苹果公司发布了最新的iPhone 15"
FAMILY, CHINA, THUMB, SCOTLAND = "👨‍👩‍👧‍👦", "🇨🇳", "👍🏽", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"


def words(text: str) -> list[str]:
    return [token.text for token in tokenize(text).tokens]


# -- worked examples --


def test_the_example_sentence():
    assert "/".join(words(EXAMPLE)) == "苹果公司/发布/了/最新/的/iPhone/15"
    assert tokenize(EXAMPLE).tokens[0] == Token("苹果公司", 0, 4)
    assert tokenize(EXAMPLE).tokens[-2:] == (Token("iPhone", 10, 16), Token("15", 17, 19))
    assert tokenize(EXAMPLE).truncated is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("iPhone15发布", "iPhone15/发布"),
        ("iPhone 15 发布", "iPhone/15/发布"),
        ("ｉＰｈｏｎｅ　１５", "iPhone/15"),
        ("涨３．５％，很好！", "涨/3.5%/，/很/好/！"),
        ("他说：“你好”（笑）", "他/说/：/“/你好/”/（/笑/）"),
        ("听Beyoncé的歌", "听/Beyoncé/的/歌"),
        ("e\u0301te\u0301", "été"),
        ("初音ミク1️⃣", "初音/ミク/1️⃣"),
        ("Привет мир", "Привет/мир"),
        ("苹\u200b果\u202e手\ufeff机", "苹果/手机"),
        ("\x1b[31m苹果\x07", "[/31m/苹果"),
        ("C++之父AT&T谈5G", "C++/之/父/AT&T/谈/5G"),
        ("湖人112:108勇士", "湖人/112/:/108/勇士"),
        (f"好{FAMILY}{CHINA}{CHINA}{THUMB}1️⃣❤️", f"好/{FAMILY}/{CHINA}/{CHINA}/{THUMB}/1️⃣/❤️"),
        (f"{SCOTLAND}队", f"{SCOTLAND}/队"),
        ("<b>苹果", "</b/>/苹果"),
    ],
)
def test_mixed_texts(text, expected):
    assert words(text) == expected.split("/")


def test_an_unknown_name_is_found_only_with_the_hidden_markov_model():
    text = "他来到了网易杭研大厦"
    assert "杭研" in segment(text)
    assert "杭研" not in segment(text, hmm=False)
    assert [token.text for token in tokenize(text, hmm=False).tokens] == segment(text, hmm=False)


def test_right_to_left_words_stay_whole_and_in_reading_order():
    assert words("مرحبا بالعالم، שלום") == ["مرحبا", "بالعالم", "،", "שלום"]


# -- laws of every text --

PIECES = [
    *(
        "苹果",
        "公司",
        "iPhone",
        "15",
        "３．５",
        "ＡＩ",
        "é",
        "e\u0301",
        "q\u0303\u0301",
        "ミク",
        "مرحبا",
        "Ⅲ",
        "𠮷",
        "㎡",
    ),
    *(
        FAMILY,
        CHINA,
        "🇨",
        "🇳",
        THUMB,
        SCOTLAND,
        "1️⃣",
        "１\u20e3",
        "❤",
        "\ufe0f",
        "\u200d",
        "\u0301",
        "<\u0338",
    ),
    *(
        " ",
        "　",
        "\t",
        "\r\n",
        "\u2028",
        "\u200b",
        "\u202e",
        "\ufeff",
        "\x00",
        "\ud83d",
        "，",
        "!",
        "<",
        "-",
        "_",
    ),
]


@pytest.mark.parametrize("seed", range(10))
def test_every_word_is_found_again_at_its_place_and_nothing_is_lost(seed):
    generator = random.Random(seed)
    for _ in range(100):
        text = "".join(generator.choices(PIECES, k=30)) + "果"
        tokens = tokenize(text, max_tokens=MAX_CHARS).tokens
        for token in tokens:
            assert normalize(text[token.start : token.end]) == token.text, ascii(text)
            assert not any(char.isspace() for char in token.text), ascii(text)
        for left, right in pairwise(tokens):
            assert left.start < left.end <= right.start, ascii(text)
        assert "".join(token.text for token in tokens) == normalize(text).replace(" ", ""), ascii(text)


def test_normalizing_twice_changes_nothing():
    for text in (EXAMPLE, "ＡＩ　e\u0301\u200b", FAMILY + CHINA + THUMB):
        assert normalize(normalize(text)) == normalize(text)


# -- limits and bad input --


@pytest.mark.parametrize("text", ["", " ", "\n\t　", "\u200b\ufeff", "\x00\x07"])
def test_a_text_without_words_is_refused_in_one_sentence(text):
    with pytest.raises(EmptyTextError, match=r"^The text has no words; write [^.]*\.$"):
        tokenize(text)


def test_ten_thousand_characters_are_cut_and_said_to_be():
    text = "好" * 10_000
    result = tokenize(text)
    assert len(result.tokens) == MAX_TOKENS
    assert result.truncated.n_chars_left_out == 10_000 - result.tokens[-1].end
    n_words_read = len(tokenize(text[:MAX_CHARS], max_tokens=MAX_CHARS).tokens)
    assert result.truncated.n_tokens_left_out == n_words_read - MAX_TOKENS > 0


def test_a_word_longer_than_the_limit_is_cut_and_said_to_be():
    result = tokenize("a" * 10_000)
    assert result.tokens == (Token("a" * MAX_CHARS, 0, MAX_CHARS),)
    assert result.truncated.n_chars_left_out == 10_000 - MAX_CHARS
    assert result.truncated.n_tokens_left_out == 0


def test_the_limit_itself_is_not_a_cut():
    text = " ".join(["a"] * MAX_TOKENS)
    assert tokenize(text).truncated is None
    assert tokenize(text + " \n").truncated is None
    assert tokenize(text + " ，").truncated == Truncation(2, 1)
    assert tokenize("a" * MAX_CHARS + " " * 100).truncated is None


@pytest.mark.parametrize("shift", range(len(FAMILY)))
def test_no_emoji_is_cut_in_half(shift):
    text = "a" * (MAX_CHARS - shift) + FAMILY * 3
    tokens = tokenize(text).tokens
    assert {token.text for token in tokens[1:]} <= {FAMILY}
    assert tokenize(text).truncated.n_chars_left_out == len(text) - tokens[-1].end


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert('苹果')</script>",
        "https://example.com/a?b=1&text=%E8%8B%B9#top",
        "'; DROP TABLE headlines; --",
        "😀" * 3,
        "{}%s\\n$PATH",
    ],
)
def test_code_and_addresses_are_only_text(text):
    assert "".join(words(text)) == text.replace(" ", "")


# -- jieba: own dictionary, no files, no chatter, safe to start anywhere --

PROBE = """
import os, sys
written = []
def watch(event, args):
    if event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        written.append(args[0])
    elif event in ("os.mkdir", "os.rename", "tempfile.mkstemp", "tempfile.mkdtemp"):
        written.append((event, args))
sys.addaudithook(watch)
from moe_demo.text.segmentation import segment
assert "jieba" not in sys.modules, "importing the module has loaded jieba"
print("/".join(segment("苹果公司发布了最新的iPhone 15")))
assert not written, written
import jieba
assert not jieba.dt.initialized, "the tokenizer that others may use was touched"
"""


def start_probe(root: Path, scratch: Path) -> subprocess.Popen[str]:
    """A new process whose temporary and home folder is `scratch`, with every warning on."""
    folders = dict.fromkeys(("TMPDIR", "TEMP", "TMP", "HOME", "XDG_CACHE_HOME"), str(scratch))
    return subprocess.Popen(
        [sys.executable, "-B", "-X", "utf8", "-W", "always", "-c", PROBE],
        cwd=root,
        env=os.environ | folders,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


@pytest.mark.parametrize("mode", [0o700, 0o500], ids=["empty folder", "read-only folder"])
def test_four_processes_start_cold_at_once_and_write_nothing(repo_root, tmp_path, mode):
    """Nothing to write means nothing to race for, and no folder that has to be writable."""
    scratch = tmp_path / "scratch"
    scratch.mkdir(mode=mode)
    processes = [start_probe(repo_root, scratch) for _ in range(4)]
    answers = [process.communicate(timeout=60) for process in processes]
    assert answers == [("苹果公司/发布/了/最新/的/iPhone/15\n", "")] * 4
    assert list(scratch.iterdir()) == []


def test_threads_that_come_first_together_load_the_dictionary_once(monkeypatch):
    loads = []
    build = jieba.Tokenizer.gen_pfdict
    monkeypatch.setattr(segmentation, "_jieba_tokenizer", None)
    monkeypatch.setattr(
        jieba.Tokenizer, "gen_pfdict", staticmethod(lambda file: loads.append(1) or build(file))
    )
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(segment, [EXAMPLE] * 8))
    assert answers == [segment(EXAMPLE)] * 8
    assert len(loads) == 1

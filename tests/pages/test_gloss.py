"""What Chinese means for a reader who knows none: all of the built-in examples, and nothing that nobody wrote."""

import re

import pytest

from moe_demo.insight.routing_diff import MINIMAL_PAIRS
from moe_demo.releases.examples import read_examples
from moe_demo.text.segmentation import tokenize
from moe_demo.ui.frame.data import PRESETS
from moe_demo.ui.kit import gloss
from moe_demo.ui.kit.i18n import speaking
from tests.pages import app

PAIRS = [text for pair in MINIMAL_PAIRS for text in pair]
EXAMPLES = list(dict.fromkeys([*PRESETS, *(one.text for one in read_examples()), *PAIRS]))
CHINESE = re.compile(r"[\u3400-\u9fff]")


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_built_in_example_and_its_words_are_glossed_in_english(text: str):
    with speaking("en"):
        assert gloss.of_sentence(text)
        words = [token.text for token in tokenize(text).tokens if CHINESE.search(token.text)]
        assert [word for word in words if not gloss.of_word(word)] == []
    with speaking("zh"):
        assert not gloss.of_sentence(text)
        assert not any(gloss.of_words(words))


def test_what_nobody_wrote_has_no_gloss():
    with speaking("en"):
        assert gloss.of_sentence("这句话没有人写过解释") == ""
        assert gloss.of_word("囧囧囧") == ""


def test_a_gloss_is_english():
    with speaking("en"):
        said = [gloss.of_sentence(text) for text in PRESETS] + gloss.of_words(["火箭", "的", "流量"])
    assert not any(CHINESE.search(text) for text in said)


def test_the_strip_and_the_picture_show_them():
    at = app.opened(lang="en", s="火箭升空")
    assert app.strip(at)["gloss"] == "A rocket lifts off"
    assert all(token["gloss"] for token in app.strip(at)["tokens"] + app.routes(at)["tokens"])
    assert all(example["gloss"] for example in app.strip(at)["examples"])
    assert not app.strip(app.opened(s="火箭升空"))["gloss"]

"""The line beside an answer: there when the sentence is unlike what was learned, and only then."""

from dataclasses import replace

import numpy as np
import pytest

from moe_demo.insight.run import load_run
from moe_demo.insight.trace import ForwardTrace
from moe_demo.ui.kit.i18n import speaking, text_in
from moe_demo.ui.kit.unfamiliar import unfamiliar_line

RUN = load_run("deepseek")


def trace_of(text: str, *, familiarity: float, unknown: int) -> ForwardTrace:
    trace = RUN.trace(text)
    known_T = np.arange(len(trace.tokens)) >= unknown
    return replace(trace, familiarity=familiarity, known_T=known_T)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_mostly_unknown_words_are_counted_and_otherwise_the_classes_are_named(lang: str):
    with speaking(lang):
        unknown = unfamiliar_line(RUN, trace_of("火箭夺冠", familiarity=-9.0, unknown=2))
        few = unfamiliar_line(RUN, trace_of("火箭夺冠火箭", familiarity=-9.0, unknown=1))
        named = unfamiliar_line(RUN, trace_of("华为手机芯片发布火箭夺冠", familiarity=-9.0, unknown=1))
    assert unknown == text_in(lang, "unfamiliar.unknown", n=2, unknown=2)
    assert few == text_in(lang, "unfamiliar.few", n=2)
    words = [text_in(lang, f"classes.{label}") for label in RUN.labels]
    assert named == text_in(lang, "unfamiliar.named", classes=text_in(lang, "common.comma").join(words))


def test_a_familiar_sentence_has_no_line():
    assert unfamiliar_line(RUN, trace_of("火箭夺冠", familiarity=99.0, unknown=2)) == ""


def test_a_run_without_a_threshold_says_nothing():
    run = load_run("document")
    trace = replace(run.trace("asdf qwer zxcv"), familiarity=-99.0)
    assert unfamiliar_line(run, trace) == ""


@pytest.mark.parametrize(
    "text",
    [
        "asdf qwer zxcv",
        "哈哈",
        "，。！？",
        "2024年我国GDP同比增长5.0%",
        "今天天气不错",
        "hello world",
        "1234567",
    ],
)
def test_nonsense_and_other_topics_get_one(text: str):
    trace = RUN.trace(text)
    assert unfamiliar_line(RUN, trace)
    assert trace.probabilities_C.max() < 0.9


def test_most_headlines_of_the_classes_get_none():
    texts = ["国足三比零完胜对手", "新款手机搭载三千万像素摄像头", "歌手新专辑首周销量夺冠", "湖人夺冠"]
    assert [text for text in texts if unfamiliar_line(RUN, RUN.trace(text))] == []


def test_a_headline_of_two_known_words_that_fit_two_classes_is_said_to_be_too_short():
    """火箭 is a rocket and a team."""
    with speaking("zh"):
        line = unfamiliar_line(RUN, RUN.trace("火箭夺冠"))
        assert line == text_in("zh", "unfamiliar.few", n=2)

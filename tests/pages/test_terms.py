"""One name for one thing: the terms of the glossary, and the names that are not used beside them."""

import re

import pytest

from moe_demo.ui.kit import glossary, i18n
from tests.pages import app

NOT = {
    "zh": {
        "accuracy": r"正确率|答对率|精度",
        "held_out": r"没见过的(标题|数据)|验证集|测试集",
        "batch_wise": r"整批",
        "sequence_wise": r"逐句|逐条标题|句级|序列(?!级)",
        "gate": r"门控(?!值|加权)|权重最大|门控权重",
        "affinity": r"(?<!选取)分数|打分|匹配度",
        "idle": r"饿死|(?<!从)未用|没干活|太闲|死专家",
        "fair": r"公平",
        "random": r"乱选|随机分配|随机选择",
        "piece": r"字的组合|字组合|(?<!e)n-?gram",
        "checkpoint": r"时间机器",
    },
    "en": {
        "accuracy": r"(?<!loss and accuracy of )\bmarks of\b|hit rate|precision",
        "held_out": r"unseen|validation set|test set",
        "batch_wise": r"\bbatch loss|whole-batch loss",
        "sequence_wise": r"\bsequence loss|headline-wise|faint loss|sequence balance",
        "gate": r"gate weight|largest weight",
        "affinity": r"(?<!choice )\bscores?\b",
        "idle": r"\bdead\b|starv|\bunused\b|idlest|idler",
        "fair": r"just share",
        "random": r"\bblind|by chance alone|× chance",
        "piece": r"n-gram",
        "checkpoint": r"time slider",
    },
}
"""Glossary entry -> what else it might be called."""


def test_the_terms_are_those_of_the_glossary():
    entries = {key.split(".")[1] for key in i18n.texts("zh") if key.startswith("glossary.")}
    for spoken in i18n.LANGUAGES:
        assert NOT[spoken].keys() <= entries


@pytest.mark.parametrize("spoken", i18n.LANGUAGES)
def test_one_thing_has_one_name(spoken: str):
    texts = {key: re.sub(r"\{[^}]*\}", "", text) for key, text in i18n.texts(spoken).items()}
    texts |= {path.name: path.read_text("utf-8") for path in (i18n.LOCALES / spoken).glob("*.md")}
    found = {
        (key, name): other.group()
        for name, pattern in NOT[spoken].items()
        for key, text in texts.items()
        if (other := re.search(pattern, text, re.IGNORECASE))
    }
    assert found == {}


@pytest.mark.parametrize("spoken", i18n.LANGUAGES)
def test_a_text_is_explained_by_its_terms_the_longer_one_first(spoken: str):
    text = {"zh": "共享专家的门控值", "en": "the gate of a shared expert"}[spoken]
    with i18n.speaking(spoken):
        shared, gate = (i18n.t(f"glossary.{name}.term") for name in ("shared_expert", "gate"))
        lines = str(glossary.help_for(text)).split("\n\n")
        assert glossary.help_for("…") is None
        assert glossary.meaning("gate") == lines[1 if spoken == "zh" else 0].replace("**", "")
    assert [line.split("**")[1] for line in lines] == ([shared, gate] if spoken == "zh" else [gate, shared])


@pytest.mark.parametrize("page", ["router", "training", "balance", "mixture", "experts"])
def test_a_caption_explains_its_terms_beside_it(page: str):
    helped = [caption.proto.help for caption in app.opened(page).caption if caption.proto.help]
    terms = {
        i18n.t(f"glossary.{key.split(chr(46))[1]}.term")
        for key in i18n.texts("zh")
        if key.startswith("glossary.")
    }
    assert helped
    assert {line.split("**")[1] for text in helped for line in text.split("\n\n")} <= terms


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_what_a_stranger_cannot_know_is_explained_under_the_pointer(lang: str):
    at = app.opened(lang=lang)
    words, strip = app.routes(at)["words"], app.strip(at)["words"]
    with i18n.speaking(lang):
        for hint, names in {
            "layer_hint": ["layer"],
            "group_hint": ["group"],
            "line_hint": ["expert", "look_up"],
            "badge_hint": ["step", "seed"],
            "legend_hint": ["unknown"],
        }.items():
            assert all(glossary.meaning(name) in words[hint] for name in names)
        assert all(glossary.meaning(name) in strip["legend_hint"] for name in ("gate", "unknown"))
    assert strip["route_hint"]
    assert strip["time_hint"]

"""What the pages really send to their pictures is what the types of both sides say."""

from __future__ import annotations

import pytest

from scripts.picture_types import picture_types
from tests.pages.app import opened, sent
from tests.typed import mismatches

TYPES = picture_types()
STATES: list[tuple[str, dict[str, str]]] = [
    ("", {}),
    ("", {"lang": "en", "t": "2", "l": "1", "run": "deepseek"}),
    ("", {"run": "document", "s": "很长" * 200}),
    ("journey", {}),
    ("journey", {"s": "火箭夺冠 🏆", "stage": "classes", "lang": "en"}),
    ("balance", {}),
    ("balance", {"reveal": "yes", "guess": "1", "way": "seq_aux_loss", "lang": "en"}),
    ("training", {}),
    ("training", {"with": "document", "step": "0", "lang": "en"}),
    ("router", {}),
    ("router", {"k": "2", "bias": "0.5", "be": "3", "t": "1", "lang": "en"}),
    ("router", {"run": "document", "s": "山"}),
    ("experts", {}),
    (
        "experts",
        {"lang": "en", "l": "1", "t": "2", "e": "3", "col": "5", "named": "1-3-5-a", "cells": "count"},
    ),
    ("experts", {"run": "document", "s": "山"}),
    ("router", {"why": "logit", "lang": "en"}),
    ("nodes", {}),
    ("nodes", {"limit": "1", "t": "2", "l": "1", "stay": "yes", "spare": "2", "lang": "en"}),
    ("nodes", {"run": "document", "s": "山"}),
    ("mixture", {}),
    ("mixture", {"of": "sentence", "run": "document", "lang": "en"}),
    ("whatif", {}),
    ("whatif", {"off": "0-1", "mute": "1-2", "cap": "2", "act": "force", "lang": "en"}),
    ("whatif", {"run": "document", "act": "bias", "alone": "0-1", "beside": "苹果大跌", "predict": "yes"}),
    ("mixture", {"why": "removal-0-1", "l": "1", "s": "山"}),
    ("scale", {}),
    ("workbench", {}),
    ("workbench", {"with": "document", "run": "deepseek", "lang": "en"}),
    ("scale", {"lang": "en", "model": "kimi-k3", "wide": "yes", "prompt": "yes"}),
]


@pytest.mark.parametrize(("page", "address"), STATES)
def test_a_picture_is_sent_what_its_type_says(page: str, address: dict[str, str]):
    wrong = {
        path: found
        for path, data in sent(opened(page, **address))
        if (found := list(mismatches(data, TYPES[path])))
    }
    assert wrong == {}


def test_slow_motion_is_sent_what_its_type_says():
    at = opened("training")
    at.toggle(key="slow.open").set_value(True).run()
    data = dict(sent(at))["training/slow_step"]
    assert list(mismatches(data, TYPES["training/slow_step"])) == []

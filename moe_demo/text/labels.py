"""The names that files give to classes, and which of our classes they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from moe_demo.config import LABELS

LABEL_NAMES_ZH = {"tech": "科技", "sports": "体育", "entertainment": "娱乐"}

OTHER_CLASS = "other"
"""A class of a known data set that is none of ours; its headlines are left out, not refused."""

THUCNEWS_NAMES = {
    "0": "finance",
    "1": "realty",
    "2": "stocks",
    "3": "education",
    "4": "tech",
    "5": "society",
    "6": "politics",
    "7": "sports",
    "8": "game",
    "9": "entertainment",
}
TOUTIAO_NAMES = {
    "100": "news_story",
    "101": "news_culture",
    "102": "news_entertainment",
    "103": "news_sports",
    "104": "news_finance",
    "106": "news_house",
    "107": "news_car",
    "108": "news_edu",
    "109": "news_tech",
    "110": "news_military",
    "112": "news_travel",
    "113": "news_world",
    "114": "stock",
    "115": "news_agriculture",
    "116": "news_game",
}
_ALIASES = {
    "tech": ("科技", "technology", "science", "digital", "数码", "互联网", "it"),
    "sports": ("体育", "sport", "运动"),
    "entertainment": ("娱乐", "ent", "showbiz"),
}


def _class_of(name: str) -> str:
    """What a class of THUCNews or Toutiao is to us."""
    return name if name in LABELS else OTHER_CLASS


THUCNEWS_IDS = {number: _class_of(name) for number, name in THUCNEWS_NAMES.items()}
TOUTIAO_IDS = {code: _class_of(name.removeprefix("news_")) for code, name in TOUTIAO_NAMES.items()}
_CLASS_OF_NAME = {name: label for label, names in _ALIASES.items() for name in (label, *names)}
_CLASS_OF_NAME |= {name: TOUTIAO_IDS[code] for code, name in TOUTIAO_NAMES.items()}


def resolve_label(written: str, labels: Sequence[str], class_ids: Mapping[str, str]) -> str | None:
    """The class that a file means: one of `labels`, or OTHER_CLASS, or None for a name nobody knows.

    Args:
        written: as it stands in the file, in any case.
        labels: the classes that are kept; they may be other classes than ours.
        class_ids: the meaning of numbers in this format, THUCNEWS_IDS or TOUTIAO_IDS or nothing.
    """
    name = written.strip().casefold()
    for label in labels:
        if name == label.casefold():
            return label
    known = _CLASS_OF_NAME.get(name) or class_ids.get(name)
    return known if known in labels or known is None else OTHER_CLASS


def accepted_labels(labels: Sequence[str]) -> str:
    """The classes as a person may write them: `tech (科技), sports (体育)`."""
    in_chinese = {label: f" ({name})" for label, name in LABEL_NAMES_ZH.items()}
    return ", ".join(label + in_chinese.get(label, "") for label in labels)

"""The names that files give to classes, and which of our classes they mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from moe_demo.config import LABELS
from moe_demo.text.rows import Format, clean_label, is_number

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


# Traditional characters of the names below as simplified ones.
_SIMPLIFIED = str.maketrans(
    "體娛樂運動數碼聯網財經濟證會時國際軍戲電競車遊歷農氣藝綜資訊聞頻類",
    "体娱乐运动数码联网财经济证会时国际军戏电竞车游历农气艺综资讯闻频类",
)

_CLASS_OF_NAME = {name: label for label, names in _ALIASES.items() for name in (label, *names)}
_CLASS_OF_NAME |= {name: _class_of(name.removeprefix("news_")) for name in TOUTIAO_NAMES.values()}

# Names of classes that news are sorted into, ours or not: a column of them is one of labels.
# fmt: off
_TOPICS = (
    "财经", "金融", "经济", "股票", "证券", "基金", "彩票", "房产", "家居", "教育", "社会", "时政", "政治",
    "国内", "国际", "军事", "游戏", "电竞", "动漫", "时尚", "星座", "汽车", "旅游", "文化", "历史", "健康",
    "美食", "法律", "法治", "农业", "三农", "天气", "气象", "科学", "科普", "生活", "情感", "育儿", "故事",
    "民生", "搞笑", "综艺", "电影", "音乐", "足球", "篮球", "其他", "其它", "finance", "business",
    "economy", "stock", "stocks", "realty", "education", "society", "politics", "world", "military", "game",
    "games", "gaming", "fashion", "auto", "car", "cars", "travel", "culture", "history", "health", "food",
    "law", "agriculture", "weather", "lifestyle", "story", "movie", "music", "football", "basketball",
    "other",
)
# fmt: on
_CLASS_NAMES = {*_CLASS_OF_NAME, *_TOPICS, *THUCNEWS_NAMES.values()}
_CLASS_ENDINGS = ("新闻", "资讯", "频道", "类")
BRACKETS = " \u3000\"'“”【】[]［］()（）<>〈〉「」#"
"""What may stand around a label, as in 【体育】."""
# Other data sets number theirs from 0 to 118, 0 to 8 or 1 to 9, and have some of these numbers too.
_LEAST_CODES = 10  # of Toutiao's fifteen
_LEAST_IDS = 8  # of THUCNews' ten


def is_class_name(written: str) -> bool:
    """Whether this is a usual name of a class of news, in brackets or not, one of ours or another."""
    name = _known_name(written.strip(BRACKETS))
    is_numbered = name.startswith(("label_", "class_")) and is_number(name[6:])
    return is_numbered or name in _CLASS_NAMES or _without_ending(name) in _CLASS_NAMES


def _known_name(written: str) -> str:
    return clean_label(written).casefold().translate(_SIMPLIFIED)


def _without_ending(name: str) -> str:
    """体育新闻 and 体育类 are 体育."""
    return next((name.removesuffix(ending) for ending in _CLASS_ENDINGS if name.endswith(ending)), name)


def published_names(form: Format, written: Iterable[str]) -> Mapping[str, str]:
    """What the class ids of a file mean, by the data set's authors; nothing where that is not certain.

    Many data sets number their classes. Toutiao's codes are taken as such in Toutiao's own layout, or where most of
    them are there and no other. THUCNews has its layout in common with others, such as stars and numbers of clicks:
    there, its ids are all there but one or two, or nothing but those of our classes.

    Args:
        form: the layout.
        written: every label of the file.
    """
    ids = {label.strip() for label in written if is_number(label)}
    if not ids:
        return {}
    if ids <= TOUTIAO_NAMES.keys() and (form is Format.TOUTIAO or len(ids) >= _LEAST_CODES):
        return TOUTIAO_NAMES
    is_whole = len(ids) >= _LEAST_IDS and {"0", "9"} <= ids <= THUCNEWS_NAMES.keys()
    is_ours = len(ids) > 1 and all(THUCNEWS_NAMES.get(class_id) in LABELS for class_id in ids)
    return THUCNEWS_NAMES if form is Format.THUCNEWS and (is_whole or is_ours) else {}


def resolve_label(written: str, labels: Sequence[str], published: Mapping[str, str]) -> str | None:
    """The class that a file means: one of `labels`, or OTHER_CLASS, or None for a name nobody knows.

    Args:
        written: as it stands in the file, in any case.
        labels: the classes that are kept; they may be other classes than ours.
        published: the meaning of its class ids, as `published_names` finds it.
    """
    for label in labels:
        if clean_label(written).casefold() == clean_label(label).casefold():
            return label
    name = _known_name(written)
    known = _CLASS_OF_NAME.get(name) or _CLASS_OF_NAME.get(_without_ending(name))
    if known is None and name in published:
        known = _class_of(published[name].removeprefix("news_"))
    return known if known in labels or known is None else OTHER_CLASS


def accepted_labels(labels: Sequence[str]) -> str:
    """The classes as a person may write them: `tech (科技), sports (体育)`."""
    in_chinese = {label: f" ({name})" for label, name in LABEL_NAMES_ZH.items()}
    return ", ".join(label + in_chinese.get(label, "") for label in labels)

"""Class ids mean something only where the file itself says so: by names beside them, or by which ids there are."""

import json
from pathlib import Path

import pytest

from moe_demo.text.corpus import CorpusError, Headline, Reason, read_corpus
from moe_demo.text.intake import intake_of
from moe_demo.text.labels import TOUTIAO_NAMES, is_class_name, published_names, resolve_label
from moe_demo.text.rows import Format, clean_label
from tests.unit.corpus_files import read, write


def json_lines(*rows: dict[str, object]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def headlines(*labels: object, **more: object) -> str:
    """JSON lines of these labels, three of each."""
    return json_lines(
        *({"label": label, "sentence": f"标题{label}的第{n}条", **more} for label in labels for n in range(3))
    )


@pytest.mark.parametrize("labels", [(102, 103, 109), range(119), ("100", "103", "105", "109"), (103, 107)])
def test_numbers_of_another_data_set_are_not_taken_for_toutiaos(tmp_path: Path, labels):
    """IFLYTEK numbers 119 kinds of apps: 102, 103 and 109 are none of entertainment, sports and tech."""
    path = write(tmp_path, "a.json", headlines(*labels))
    with pytest.raises(CorpusError, match="labels that are not known"):
        read_corpus(path)
    intake = intake_of(path.read_bytes(), "a.json")
    assert {label.published_name for label in intake.labels} == {""}
    assert "sports" not in intake.proposal.values()


def test_the_whole_set_of_toutiaos_codes_speaks_for_itself(tmp_path: Path):
    corpus = read(tmp_path, "a.json", headlines(*TOUTIAO_NAMES))
    assert corpus.class_counts == {"tech": 3, "sports": 3, "entertainment": 3}
    assert corpus.rejected_counts == {Reason.OTHER_CLASS: 36}


def test_names_beside_the_numbers_count_whatever_the_numbers_are(tmp_path: Path):
    """Copies of TNEWS number the classes from 0; 103 may then be anything."""
    rows = [
        {"label": 2, "label_desc": "news_entertainment", "sentence": "新片上映"},
        {"label": 8, "label_desc": "news_tech", "sentence": "苹果发布新款手机"},
        {"label": 103, "label_desc": "news_tech", "sentence": "华为发布新款手机"},
        {"label": 8, "label_desc": "", "sentence": "小米发布新款手机"},  # as the other 8
        {"label": "", "label_desc": "news_sports", "sentence": "火箭客场险胜湖人"},
        {"label": None, "label_desc": "news_sports", "sentence": "国足晋级"},
    ]
    assert [h.label for h in read(tmp_path, "a.json", json_lines(*rows)).headlines] == [
        *("entertainment", "tech", "tech", "tech", "sports", "sports")
    ]


def test_a_table_may_have_names_beside_numbers_as_well(tmp_path: Path):
    content = "label,label_desc,text\n8,news_tech,苹果发布\n3,news_sports,湖人赢球\n8,,华为发布\n"
    assert [h.label for h in read(tmp_path, "a.csv", content).headlines] == ["tech", "sports", "tech"]


def test_iflyteks_names_are_read(tmp_path: Path):
    content = json_lines(
        *(
            {"label": n, "label_des": name, "sentence": f"{name}{n}"}
            for n, name in enumerate(["tech", "体育"])
        )
    )
    assert read(tmp_path, "a.json", content).headlines == (
        Headline("tech0", "tech"),
        Headline("体育1", "sports"),
    )


@pytest.mark.parametrize("ids", ["01", "012", "12", "01234", "12345"])
def test_a_numbering_of_ones_own_is_not_taken_for_thucnews(tmp_path: Path, ids: str):
    """Five stars, two moods: a title, a tab and a number is the layout of many data sets."""
    content = "".join(f"标题{n}号{class_id}\t{class_id}\n" for class_id in ids for n in range(3))
    with pytest.raises(CorpusError, match=r"labels that are not known .*line 1"):
        read(tmp_path, "a.txt", content)
    assert [*intake_of(content.encode(), "a.txt").proposal.values()] == [*ids]


@pytest.mark.parametrize("ids", ["479", "47", "49", "0123456789", "01234679"])
def test_thucnews_ids_are_known_by_the_set(ids: str):
    """All of them but one or two, or those of our classes alone."""
    assert published_names(Format.THUCNEWS, ids)["4"] == "tech"
    assert published_names(Format.TABLE, ids) == {}


@pytest.mark.parametrize("ids", ["4", "04", "457", "2479", "149", "12345678", "012345678", "123456789"])
def test_clicks_stars_and_moods_are_no_ids_of_thucnews(ids: str):
    assert published_names(Format.THUCNEWS, ids) == {}


@pytest.mark.parametrize(
    "written",
    ["体育", "Sports", "news_tech", "【娱乐】", "财经新闻", "__label__体育", "体育类", "LABEL_2", '"game"'],
)
def test_names_of_classes(written: str):
    assert is_class_name(written)


@pytest.mark.parametrize("written", ["", "春", "火箭", "新闻", "102", "体育场馆"])
def test_what_is_no_name_of_a_class(written: str):
    assert not is_class_name(written)


def test_kinds_of_news_are_their_classes():
    assert resolve_label("体育新闻", ("tech", "sports"), {}) == "sports"
    assert resolve_label("科技类", ("tech", "sports"), {}) == "tech"


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        *[
            ("体\u200b育", "体育"),
            ("\ufeff体育\u00a0", "体育"),
            ("Ｓｐｏｒｔｓ", "Sports"),
            ("__LABEL__tech", "tech"),
        ],
        *[
            ("3.0", "3"),
            ("0.00", "0"),
            ("v1.0", "v1.0"),
            ("NaN", ""),
            ("NULL", ""),
            ("None", ""),
            ("-", ""),
            (" ", ""),
        ],
    ],
)
def test_labels_that_look_the_same_are_the_same(written: str, clean: str):
    assert clean_label(written) == clean


def test_one_class_does_not_become_two(tmp_path: Path):
    rows = "苹果发布,科技\n湖人赢球,体育\u200b\n国足晋级,體育\n新片上映,ｅｎｔ\n演唱会,娛樂\n空着的,nan\n"
    corpus = read(tmp_path, "a.csv", "text,label\n" + rows)
    assert corpus.class_counts == {"tech": 1, "sports": 2, "entertainment": 2}
    assert corpus.rejected_counts == {Reason.NO_LABEL: 1}
    numbered = "".join(f"标题{n},{label}\n" for n, label in enumerate(["0", "0.0", "1", "1.0", "NULL", "-"]))
    intake = intake_of(("text,label\n" + numbered).encode(), "a.csv")
    assert [(label.written, label.count) for label in intake.labels] == [("0", 2), ("1", 2)]


@pytest.mark.parametrize(
    "name", ["label_text", "label_zh", "labels", "target", "tag", "类目", "新闻类别", "label\u200b"]
)
def test_names_of_a_column_of_labels(tmp_path: Path, name: str):
    rows = "苹果发布,科技\n湖人赢球,体育\n"
    assert read(tmp_path, "a.csv", f"text,{name}\n{rows}").class_counts["sports"] == 1
    lines = json_lines({"text": "苹果", "label": 0, name: "科技"}, {"text": "湖人", "label": 1, name: "体育"})
    if name.isprintable():
        assert read(tmp_path, "a.jsonl", lines).class_counts["sports"] == 1

"""Files without a header: the label is found wherever it stands, or the file is refused; it is never read as text."""

import random
from pathlib import Path

import pytest

from moe_demo.text.corpus import CorpusError, Reason, builtin_corpus, read_corpus, read_labelled_or_plain
from moe_demo.text.formats import parse
from moe_demo.text.intake import intake_of
from moe_demo.text.rows import Format
from tests.unit.corpus_files import one_sentence, read, write

ROWS = (
    ("sports", "火箭客场险胜湖人"),
    ("tech", "苹果发布新款手机"),
    ("entertainment", "周杰伦新专辑大卖"),
    ("sports", "国足1:0战胜对手"),
    ("tech", "华为，小米同日发布"),
    ("entertainment", "新片票房破十亿"),
)
TEXTS = tuple(text for _, text in ROWS)
CHINESE = {"sports": "体育", "tech": "科技", "entertainment": "娱乐"}
THUCNEWS = {"sports": 7, "tech": 4, "entertainment": 9}
TOUTIAO = {"sports": 103, "tech": 109, "entertainment": 102}


def lines(pattern: str, rows: tuple[tuple[str, str], ...] = ROWS) -> str:
    """A line of every row: {n} its number, {label}, {zh}, {thu} and {tou} its class, {text} its text."""
    values = (
        {
            "n": n,
            "label": label,
            "zh": CHINESE[label],
            "thu": THUCNEWS[label],
            "tou": TOUTIAO[label],
            "text": text,
        }
        for n, (label, text) in enumerate(rows)
    )
    return "".join(pattern.format(**value) + "\n" for value in values)


SURE = {
    "a label, a tab, a title": "{zh}\t{text}",
    "in English": "{label}\t{text}",
    "the label last": "{text}\t{zh}",
    "fastText": "__label__{zh} {text}",
    "fastText after a tab": "{text}\t__label__{label}",
    "fastText at the end": "{text} __label__{label}",
    "fastText with a comma": "__label__{label} , {text}",
    "fastText in a column": "{n}\t__label__{label}\t{text}",
    "old Toutiao": "{n}|,|{label}|,|{text}|,|苹果,手机|,|",
    "old Toutiao with codes": "65524316134378{n}|,|{tou}|,|news_{label}|,|{text}|,|",
    "row, title, id": "{n}\t{text}\t{thu}",
    "row, label, title": "{n}\t{zh}\t{text}",
    "row, title, label, address": "{n}\t{text}\t{zh}\thttp://example.org/{n}",
    "date, label, title, source": "2024年1月{n}日\t{zh}\t{text}\t新浪",
    "code, name, title": "{tou}\tnews_{label}\t{text}",
    "kinds of news": "{zh}新闻\t{text}",
    "label,title": "{label},{text}",
    "title,label": "{text},{zh}",
    "in quotation marks": '"{zh}","{text}"',
    "semicolon": "{zh};{text}",
    "bar": "{text}|{zh}",
    "bar between spaces": "{zh} | {text}",
    "brackets": "【{zh}】{text}",
    "square brackets": "[{zh}] {text}",
    "angle brackets": "<{zh}>{text}",
    "hash tags": "#{zh}# {text}",
    "double tab": "{zh}\t\t{text}",
}
TOGETHER = {  # one such line may be a headline, several are not
    "full-width comma": "{zh}，{text}",
    "colon": "{zh}：{text}",
    "space": "{zh} {text}",
    "space and label": "{text} {zh}",
    "underscore": "{text}_{zh}",
    "arrow": "{zh} -> {text}",
    "hashes": "{text}##{label}",
    "numbered": "{n}、{zh}：{text}",
    "numbered with spaces": "{n} {zh} {text}",
    "two colons": "news_{label}::{text}",
    "hyphen": "{label} - {text}",
    "brackets at the end": "{text}（{zh}）",
}


@pytest.mark.parametrize("n_rows", [1, 2, 6])
@pytest.mark.parametrize("pattern", SURE.values(), ids=SURE.keys())
def test_a_label_anywhere_is_no_part_of_the_text_to_classify(tmp_path: Path, pattern: str, n_rows: int):
    path = write(tmp_path, "a.txt", lines(pattern, ROWS[:n_rows]))
    assert read_labelled_or_plain(path).texts == TEXTS[:n_rows]


@pytest.mark.parametrize("n_rows", [2, 6])
@pytest.mark.parametrize("pattern", TOGETHER.values(), ids=TOGETHER.keys())
def test_several_lines_with_a_class_at_one_end_are_labelled(tmp_path: Path, pattern: str, n_rows: int):
    path = write(tmp_path, "a.txt", lines(pattern, ROWS[:n_rows]))
    assert read_labelled_or_plain(path).texts == TEXTS[:n_rows]
    assert [headline.label for headline in read_corpus(path).headlines] == [
        label for label, _ in ROWS[:n_rows]
    ]


@pytest.mark.parametrize("n_rows", [2, 6])
@pytest.mark.parametrize("pattern", SURE.values(), ids=SURE.keys())
@pytest.mark.parametrize("name", ["a.txt", "a.csv"])
def test_the_label_is_learned_wherever_it_stands(tmp_path: Path, name: str, pattern: str, n_rows: int):
    corpus = read(tmp_path, name, lines(pattern, ROWS[:n_rows]))
    assert [(headline.label, headline.text) for headline in corpus.headlines] == [*ROWS[:n_rows]]
    assert corpus.rejected == ()


@pytest.mark.parametrize("pattern", [*SURE.values(), *TOGETHER.values()], ids=[*SURE, *TOGETHER])
def test_a_file_that_is_brought_is_read_in_the_same_way(pattern: str):
    intake = intake_of(lines(pattern, ROWS * 2).encode(), "a.txt")
    assert [row.text for row in intake.rows[:6]] == [*TEXTS]
    assert {label.proposed for label in intake.labels} == {"sports", "tech", "entertainment"}


OWN = (
    "{own}\t{text}",
    "{text}\t{own}",
    "{own},{text}",
    "{own};{text}",
    "__label__{own} {text}",
    "{n}\t{own}\t{text}",
)


@pytest.mark.parametrize("pattern", OWN)
def test_labels_nobody_knows_are_known_by_coming_back(tmp_path: Path, pattern: str):
    content = "".join(
        pattern.format(n=n, own="春夏"[n % 2], text=f"{'花开雪落'[n % 4]}的第{'一二三四五六七八'[n]}天")
        + "\n"
        for n in range(8)
    )
    assert [(label.written, label.count) for label in intake_of(content.encode(), "a.txt").labels] == [
        ("春", 4),
        ("夏", 4),
    ]
    path = write(tmp_path, "a.txt", content)
    assert read_labelled_or_plain(path).texts[:2] == ("花的第一天", "开的第二天")
    with pytest.raises(CorpusError, match=r'labels that are not known .*"春" in line 1') as caught:
        read_corpus(path)
    one_sentence(caught.value, "a.txt")


REFUSED = {
    "two texts": "{text}\t又一个标题{text}",
    "a label that nothing speaks for": "甲乙{n}\t{text}",
    "number, number, title": "{n}\t{thu}{n}\t{n}",
    "a comma in every line": "春{n},{text}",
    "a class within a column": "{n}\t{zh}：{text}",
    "no two columns alike": "{text}|又{text}|再{text}",
}


@pytest.mark.parametrize("pattern", REFUSED.values(), ids=REFUSED.keys())
def test_columns_that_say_nothing_are_refused_with_one_sentence(tmp_path: Path, pattern: str):
    path = write(tmp_path, "a.txt", lines(pattern, ROWS[:4]))
    for reader in (read_labelled_or_plain, read_corpus):
        with pytest.raises(
            CorpusError, match="a name for every column, separated as the lines below are"
        ) as caught:
            reader(path)
        one_sentence(caught.value, "a.txt")


def test_a_few_lines_without_a_label_do_not_make_the_others_text(tmp_path: Path):
    path = write(tmp_path, "a.txt", lines("{zh} {text}", ROWS * 3) + "湖人 夺冠\n")
    with pytest.raises(CorpusError, match="holds more than a headline"):
        read_labelled_or_plain(path)


NUMBERED = (
    "{thu},{text}",
    "{thu} {text}",
    "{text},{thu}",
    "{n},{text},{thu}",
    "{n}. {text}",
    "{n}、{text}",
    "{thu}\t{text}",
)


@pytest.mark.parametrize("pattern", NUMBERED)
def test_numbers_of_lines_or_classes_are_no_part_of_a_headline(tmp_path: Path, pattern: str):
    """Nobody can say which they are, so that nothing can be learned from them."""
    path = write(tmp_path, "a.txt", lines(pattern))
    assert read_labelled_or_plain(path).texts == TEXTS
    with pytest.raises(CorpusError, match=r"header must name|labels that are not known"):
        read_corpus(path)


def test_a_file_name_or_kind_begins_with_the_class(tmp_path: Path):
    for pattern in ("{zh}/{n}.txt\t{text}", "{label}_{n}\t{text}", "{zh}/足球\t{text}"):
        path = write(tmp_path, "a.txt", lines(pattern))
        assert read_labelled_or_plain(path).texts == TEXTS
        with pytest.raises(CorpusError, match="labels that are not known"):
            read_corpus(path)


HEADLINES = {
    "commas": "{text},{text}",
    "Chinese commas": "{text}，又{text}",
    "colons": "{text}：又{text}",
    "brackets that are no class": "【视频】{text}",
    "braces": "{{快讯}}{text}",
    "square brackets": "[图]{text}",
    "quotation marks": '"{text}"又赢了',
    "an opening mark": '"{text}',
    "a script": '{{"{text}"}}又赢了',
}


@pytest.mark.parametrize("pattern", HEADLINES.values(), ids=HEADLINES.keys())
def test_headlines_stay_whole(tmp_path: Path, pattern: str):
    content = lines(pattern, ROWS[:2])
    path = write(tmp_path, "a.txt", content)
    assert read_labelled_or_plain(path).texts == tuple(content.splitlines())


@pytest.mark.parametrize("n_lines", [2, 3, 10, 100])
def test_the_headlines_of_the_corpus_without_their_labels_stay_whole(n_lines: int):
    texts, draw = builtin_corpus().texts, random.Random(0)
    for _ in range(1000 // n_lines):
        drawn = draw.sample(texts, n_lines)
        parsed = parse("\n".join(drawn).encode(), "a.txt", 1000, need_label=False)
        assert (parsed.form, [row.text for row in parsed.rows]) == (Format.PLAIN, drawn)


def test_a_headline_that_is_the_name_of_a_column_is_no_header(tmp_path: Path):
    path = write(tmp_path, "a.txt", "体育\t标题\n科技\t第二个标题\n")
    assert read_labelled_or_plain(path).texts == ("标题", "第二个标题")


def test_several_labels_of_fasttext_are_told(tmp_path: Path):
    corpus = read(
        tmp_path, "a.txt", lines("__label__{zh} {text}") + "__label__a __label__b 标题\n__label__体育\n"
    )
    assert corpus.rejected_counts == {Reason.BROKEN: 1, Reason.BLANK_TEXT: 1}
    assert corpus.rejected[0].detail == "2 labels; keep one of them"


def test_a_line_with_another_number_of_columns_is_told(tmp_path: Path):
    corpus = read(tmp_path, "a.txt", lines("{n}\t{zh}\t{text}") + "只有标题\n")
    assert [(row.line, row.detail[:19]) for row in corpus.rejected] == [(7, "1 fields, 3 columns")]

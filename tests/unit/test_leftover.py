"""Whatever a file is like, a label is read as one or the file is refused; none is a part of a headline in silence."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from moe_demo.text.corpus import CorpusError, builtin_corpus, read_corpus, read_labelled_or_plain
from moe_demo.text.formats import parse
from moe_demo.text.leftover import has_heads, holds_more
from tests.unit.corpus_files import one_sentence, write

ROWS = (
    ("sports", "火箭主场大胜湖人"),
    ("tech", "华为发布新款折叠屏手机"),
    ("entertainment", "周杰伦新专辑上线"),
    ("sports", "国足小组赛首战告负"),
    ("tech", "量子计算机突破千比特"),
    ("entertainment", "春节档票房破纪录"),
    ("sports", "梅西上演帽子戏法"),
    ("tech", "小米汽车正式交付"),
    ("entertainment", "某顶流官宣恋情"),
)
ZH = {"sports": "体育", "tech": "科技", "entertainment": "娱乐"}
MOOD = {"sports": "负面", "tech": "正面", "entertainment": "中性"}
MISSPELT = {"sports": "体育", "tech": "科支", "entertainment": "娱乐"}
ID = {"sports": "7", "tech": "4", "entertainment": "9"}
ONE_HOT = {"sports": "0,1,0", "tech": "1,0,0", "entertainment": "0,0,1"}

LEFT_INSIDE = {
    "under one name, a colon": ("text", "{zh}：{text}"),
    "under one name, a tab": ("text", "{zh}\t{text}"),
    "under one name, the class last": ("标题", "{text}_{zh}"),
    "under one name, columns": ("text", "{n}\t{text}\t{zh}"),
    "under one name, fastText": ("text", "__label__{zh} {text}"),
    "beside an id, fastText": ("id,text", "{n},__label__{zh} {text}"),
    "beside an id, brackets": ("id,text", "{n},【{zh}】{text}"),
    "beside a label, brackets": ("label,text", "{zh},【{zh}】{text}"),
    "beside a label, at the end": ("text,label", "{text}｜{zh},{zh}"),
    "beside a label, a word nobody knows": ("label,text", "{zh},{mood}：{text}"),
    "JSON, a tab": ("", '{{"text": "{zh}\\t{text}"}}'),
    "JSON, brackets": ("", '{{"text": "[{zh}] {text}", "label": "{zh}"}}'),
    "at both ends, tags": ("", "[{zh}]{text}[/{zh}]"),
    "at both ends": ("", "【{zh}】{text}_{zh}"),
    "twice, a tab": ("", "{zh}\t【{zh}】{text}"),
    "twice, THUCNews": ("", "{zh}：{text}\t{id}"),
    "twice, Toutiao": ("", "{n}_!_109_!_news_tech_!_【{zh}】{text}_!_"),
    "misspelt in brackets": ("", "【{misspelt}】{text}"),
    "misspelt at the end": ("", "{text}（{misspelt}）"),
    "a word nobody knows in brackets": ("", "【{mood}】{text}"),
    "a word nobody knows, a colon": ("", "{mood}：{text}"),
    "a word nobody knows, a blank": ("", "{mood} {text}"),
    "a word nobody knows at the end": ("", "{text}#{mood}"),
    "a word nobody knows in angle brackets at the end": ("", "{text}<{mood}>"),
    "a number at the end": ("", "{text} {id}"),
    "alternating": ("", "{zh}\n{text}"),
    "alternating, nobody knows": ("", "{text}\n{mood}"),
    "heads": ("", "== {zh} ==\n{text}\n{text}"),
    "heads nobody knows": ("", "{mood}：\n{text}\n又{text}"),
    "fastText in the middle": ("", "{text} __label__{zh} {text}"),
    "fastText after a date": ("", "2024-01-01 __label__{zh} {text}"),
    "tuples": ("", "('{text}', '{zh}')"),
    "tuples with commas": ("", '("{text}", "{zh}"),'),
    "arrays": ("", '["{text}", "{zh}"]'),
    "dictionaries": ("", "{{'text': '{text}', 'label': '{zh}'}}"),
    "SQL of many rows": ("INSERT INTO news (text, label) VALUES", "('{text}', '{zh}'),"),
    "pairs": ("", "标题：{text} 类别：{zh}"),
    "pairs, the label first": ("", "label={zh} text={text}"),
    "pairs, tabs": ("", "text={text}\tlabel={zh}"),
    "TOML": ("", '[[news]]\ntext = "{text}"\nlabel = "{zh}"'),
    "ARFF": ("@relation a\n@attribute text string\n@attribute label {{a,b}}\n@data", "'{text}',{zh}"),
    "printed by pandas": ("      text label", "{n}  {text}  {zh}"),
    "columns, the title in digits": ("", "112-108 128-119 {n}{n}{n}{n}{n}{n}湖人胜\t{author}\t{zh}"),
}
READ = {
    "a column for every class": ("text,tech,sports,entertainment", "{text},{one_hot}"),
    "a column for every class, in Chinese": ("id,科技,体育,娱乐,标题", "{n},{one_hot},{text}"),
    "a full-width bar": ("", "{text}｜{zh}"),
    "a tab as programs write it": ("", "{text}\\t{zh}"),
    "<sep>": ("", "{text}<sep>{zh}"),
    "[SEP]": ("", "{zh} [SEP] {text}"),
    "a hash": ("", "{text}#{zh}"),
    "after a date": ("", "2024-01-{n} {zh} {text}"),
    "after a date in Chinese": ("", "2024年1月{n}日 {zh}：{text}"),
    "fastText after a number": ("", "{n} __label__{zh} {text}"),
    "fastText in capitals": ("", "__LABEL__{zh} {text}"),
    "fastText by another word": ("", "{text}\t__class__{zh}"),
    "in traditional characters": ("", "【{zh_hant}】{text}"),
}
NEEDS_A_LABEL = ("a column for every class", "a column for every class, in Chinese")


def content_of(head: str, pattern: str, n_rows: int = len(ROWS)) -> str:
    """A file of these rows."""
    values = [
        {
            "n": n,
            "text": text,
            "zh": ZH[label],
            "mood": MOOD[label],
            "misspelt": MISSPELT[label],
            "id": ID[label],
            "one_hot": ONE_HOT[label],
            "author": "王李张"[n % 3] + "小" + "一二三四五六七八九"[n],
            "zh_hant": {"体育": "體育", "娱乐": "娛樂"}.get(ZH[label], ZH[label]),
        }
        for n, (label, text) in enumerate(ROWS[:n_rows])
    ]
    return "".join(line.format(**values[0]) + "\n" for line in [head] if head) + "".join(
        pattern.format(**value) + "\n" for value in values
    )


@pytest.mark.parametrize(("head", "pattern"), LEFT_INSIDE.values(), ids=LEFT_INSIDE.keys())
@pytest.mark.parametrize("reader", [read_labelled_or_plain, read_corpus])
def test_a_label_in_the_text_is_refused_with_one_sentence(
    tmp_path: Path, reader: Callable, head: str, pattern: str
):
    with pytest.raises(CorpusError) as caught:
        reader(write(tmp_path, "a.txt", content_of(head, pattern)))
    one_sentence(caught.value, "a.txt")


@pytest.mark.parametrize(("head", "pattern"), READ.values(), ids=READ.keys())
@pytest.mark.parametrize("n_rows", [3, 9])
def test_a_label_that_can_be_told_from_the_text_is(tmp_path: Path, head: str, pattern: str, n_rows: int):
    path = write(tmp_path, "a.txt", content_of(head, pattern, n_rows))
    assert read_labelled_or_plain(path).texts == tuple(text for _, text in ROWS[:n_rows])


@pytest.mark.parametrize(
    ("head", "pattern"), [value for key, value in READ.items() if key not in NEEDS_A_LABEL]
)
def test_and_it_is_learned(tmp_path: Path, head: str, pattern: str):
    corpus = read_corpus(write(tmp_path, "a.txt", content_of(head, pattern)))
    assert [(headline.label, headline.text) for headline in corpus.headlines] == [*ROWS]


@pytest.mark.parametrize("name", NEEDS_A_LABEL)
def test_columns_of_one_and_nought_are_no_labels(tmp_path: Path, name: str):
    with pytest.raises(CorpusError, match="must name the columns text and label"):
        read_corpus(write(tmp_path, "a.csv", content_of(*READ[name])))


ENDS = ["\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("end", ENDS, ids=ascii)
@pytest.mark.parametrize("last", ["", "\n"], ids=ascii)
@pytest.mark.parametrize(
    ("head", "pattern"), [("text,label", "{text},{zh}"), ("", "{zh}\t{text}"), ("", "{text}\t{id}")]
)
def test_lines_may_end_in_any_way(tmp_path: Path, end: str, last: str, head: str, pattern: str):
    content = content_of(head, pattern).strip().replace("\n", end) + last
    corpus = read_corpus(write(tmp_path, "a.csv", content))
    assert [(headline.label, headline.text) for headline in corpus.headlines] == [*ROWS]


def test_lines_of_one_file_may_end_in_several_ways(tmp_path: Path):
    texts = [text for _, text in ROWS]
    content = "".join(text + end for text, end in zip(texts, [*ENDS, "\r\r\n"], strict=True))
    assert read_labelled_or_plain(write(tmp_path, "a.txt", content)).texts == tuple(texts)


def test_an_end_in_quotation_marks_or_a_string_is_part_of_the_text(tmp_path: Path):
    for end in ENDS:
        table = write(tmp_path, "a.csv", f'text,label\n"一{end}二",tech\n')
        assert read_labelled_or_plain(table).texts == (f"一{end}二",)
    for end in "\x85\u2028\u2029":
        lines = write(tmp_path, "a.jsonl", f'{{"text": "一{end}二"}}\n')
        assert read_labelled_or_plain(lines).texts == (f"一{end}二",)


@pytest.mark.parametrize(
    "content",
    [
        'text,label\n"火箭夺冠,sports\n苹果发布,tech\n明星官宣",entertainment\n湖人,sports\n',
        'label,text\nsports,"火箭夺冠\ntech,苹果发布\nsports,国足"\ntech,华为\n',
    ],
)
def test_a_quoted_text_that_holds_rows_is_a_mark_left_open(tmp_path: Path, content: str):
    with pytest.raises(CorpusError) as caught:
        read_labelled_or_plain(write(tmp_path, "a.csv", content))
    assert caught.value.code == "quote"


@pytest.mark.parametrize("names", ["headline_cn,kind", "a,b", "新闻,归属"])
def test_names_of_columns_that_are_not_known_are_no_headline(tmp_path: Path, names: str):
    for reader in (read_labelled_or_plain, read_corpus):
        with pytest.raises(CorpusError, match="header must name"):
            reader(write(tmp_path, "a.csv", content_of(names, "{text},{zh}")))


@pytest.mark.parametrize(
    "ending", ["{text} 1{n}", "{text}10{n}-9{n}", "{text}0:{n}", "{n}:3 {text}", "{text}201{n}年"]
)
def test_numbers_of_headlines_stay_theirs(tmp_path: Path, ending: str):
    content = content_of("", ending)
    assert read_labelled_or_plain(write(tmp_path, "a.txt", content)).texts == tuple(content.splitlines())


def test_a_title_of_toutiao_that_has_the_separator_is_told(tmp_path: Path):
    lines = content_of("", "{n}_!_109_!__!_{text}_!_") + "9_!_103_!_news_sports_!_火箭_!_夺冠_!_\n"
    texts = read_labelled_or_plain(write(tmp_path, "a.txt", lines))
    assert len(texts.texts) == len(ROWS)
    assert [row.detail for row in texts.rejected] == [
        "more than five fields between _!_; take _!_ out of the title"
    ]


HEADLINES = (
    ["电影《夺冠》女排姑娘出演", "电影《投名状》曝海报", "电影《余罪》收官", "电影《赤壁》杀青"],
    [
        "范冰冰年底开拍(组图)",
        "张可颐想开画展(图)",
        "藏歌会出炉(组图)",
        "男友渡难关(图)",
        "某人大婚(图)",
        "新片(组图)",
    ],
    ["娱乐圈十大女星", "娱乐圈姐弟恋", "娱乐圈的阔太", "娱乐圈小三横行"],
    ["【视频】火箭夺冠", "【快讯】新机发布", "【视频】国足", "【快讯】湖人", "【视频】梅西", "【快讯】华为"],
    ["苹果", "苹果", "火箭", "苹果"],
    ["IT 男的一天", "科技改变生活", "体育精神", "娱乐至死"],
)


@pytest.mark.parametrize("texts", HEADLINES, ids=lambda texts: texts[0])
def test_what_headlines_have_in_common_is_no_label(texts: list[str]):
    assert not holds_more(texts)
    assert not has_heads(texts)


@pytest.mark.parametrize("head", ["", "text\n", "id,text\n"])
def test_headlines_under_a_name_stay_whole(head: str):
    corpus, draw = builtin_corpus().texts, random.Random(1)
    plain = [text for text in corpus if "," not in text and '"' not in text]
    for n_lines in (1, 2, 3, 6, 20, 200):
        for _ in range(60):
            drawn = draw.sample(plain, n_lines)
            rows = [f"{n},{text}" if "id" in head else text for n, text in enumerate(drawn)]
            parsed = parse((head + "\n".join(rows)).encode(), "a.txt", 1000, need_label=False)
            assert [row.text for row in parsed.rows] == drawn


def test_heads_are_told_from_headlines():
    texts = [text for _, text in ROWS]
    assert has_heads(["一、科技", *texts[:3], "二、体育", *texts[3:]])
    assert has_heads(["【科技】", *texts])
    assert has_heads(["正面：", *texts[:3], "负面：", *texts[3:]])
    assert not has_heads(texts)
    for single in ("科技", "2024", "3:0", "现场：", "[图]"):
        assert not has_heads([single, *texts])
    assert not has_heads(["3:0", "2:1", *texts])

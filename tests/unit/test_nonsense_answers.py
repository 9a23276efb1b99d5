"""How sure the bundled run is of texts that say nothing, and of headlines of two or three words."""

import numpy as np
import pytest

from moe_demo.insight.familiarity import CONFIDENT
from moe_demo.insight.run import load_run
from moe_demo.text.background import training_outliers
from moe_demo.text.corpus import text_key
from moe_demo.text.nonsense import nonsense

# Written by hand, of other kinds than `text.nonsense` makes as well; a visitor's first attempts.
BY_HAND = """
asdf qwer zxcv|qwertyuiop|asdfghjkl;|jkl jkl|qwe rty|wasd|fjdksla|sdfsdf sdfsdf|dfgdfg|aaaaaaa|aaaa bbbb cccc|a|A B C|x
哈哈|哈哈哈哈哈哈|呵呵呵|嘻嘻嘻嘻|啊啊啊啊|嗯嗯|呜呜呜|哼|额|哎呀|哇|天哪|么么哒|啦啦啦|咕咕咕|喵喵喵|汪汪|嗡嗡嗡|叮咚|啾啾
hhhhhh|233333|666|lol|orz|yyds|emmm|awsl|。。。。。。|!!!???|，。！？|～～～～|@#$%^&*|-----|……|、、、|（）|“”|《》|%%%
😀😀😀|🍎🍎|👍|❤️❤️|🤷‍♂️|¯\\_(ツ)_/¯|┻━┻|123456|0 0 0 0|3.1415926|1+1=2|12345 67890|+86 138 0000 0000|1|100|0.5
lorem ipsum dolor sit amet|the quick brown fox jumps over the lazy dog|hello world|foo bar baz|bonjour|guten tag|hola
в чащах юга|здравствуйте|あいうえお|안녕하세요|สวัสดี|שלום|مرحبا|नमस्ते|αβγ|ㄅㄆㄇ|null|undefined|NaN|' OR 1=1 --|<script>
测试|test test test|你好|谢谢|再见|晚安|好的|随便|不知道|今天天气不错|我饿了|吃了吗|为什么|什么|没有|是不是不是是
的的的的|了|他她它|这那这那|吗吗吗|的了着过|一个一个一个|我我我你你你|一二三四五|甲乙丙丁|天地玄黄宇宙洪荒
乱七八糟|叽里呱啦|噼里啪啦|稀里糊涂|阿斯顿发|锟斤拷烫烫烫|口口口|丨丿乀|壹贰叁|鑫鑫鑫|龘靐齉|魑魅魍魉|彳亍|犇猋骉|氕氘氚
"""
# Written later, before the trainings that were chosen by it: repeats, keyboard rows, signs, digits, rare characters.
LATER = """
zzzz xxxx|mmmm nnnn oooo|bbbb|cc dd ee ff|abab abab|xyxyxy|qq qq qq|kkkk llll
ttttt uuuuu vvvvv wwwww|eee fff ggg hhh iii|jjjj|ABCABC|aabbcc ddeeff|ppp qqq|槑槑槑
囧囧囧|囧囧囧囧囧|嘦嘦嘦|烎烎|呵呵哒哒哒|圐圙圐圙|嫑嫑嫑嫑|巭孬嫑|嘤嘤嘤|咩咩咩|鸭鸭鸭鸭|猫猫猫猫猫|树树树|水水水水|啪啪啪|天天天天天天|人人人人|九九九
红红红红|大大大大大大大|走走走走|gfds trew|poiuy lkjhg|mnbv cxz|zaq xsw cde|1qaz 2wsx 3edc
qazwsx edcrfv|uiop uiop jkl|ghjkl ghjkl ghjkl|wertyui|yhn ujm|asdasdasd qweqweqwe
fghfghfgh|987654321|11111111|22 33 44 55|7777 8888 9999|3.3.3.3|1a2b3c4d|a1 b2 c3
x9 y8 z7|000-000-000|12:34:56|007 007|5 5 5 5 5|#####|&&&& ****|<<<>>>|+-+-+-+-|???
，，，，，|：：；；|♪♪♪|★★★★|→→→←←←|■■■□□□|①②③④|🐔🐔🐔|🌧🌧🌈|🥒🥕🌽|(((o(*ﾟ▽ﾟ*)o)))|T_T T_T
^_^ ^_^ ^_^|>_<|xswl hhh|nmsl|blah blah blah|la la la la|ding dong ding
wo bu zhi dao|ma ma ma ma|e e e e|鏖龖龗|嬲嫐嬲|饕餮饕餮|踽踽踉踉
魃魈魉|㗊㗊|𠮷𠮷|丂丂丂|ぬぬぬ|がががが|ㅋㅋㅋㅋ|ㅠㅠㅠ
ыыыы|фыва олдж|йцукен|wszystko dobrze|kiitos paljon|tack så mycket
teşekkür ederim|ne ne ne|cogito ergo sum|return 0;|SELECT 1|rm -rf ./|<html><body>
x = x + 1|if (x) { y }|\\n\\t\\r|%20%20%E4|ÄÖÜ äöü|Ã¤Ã¶Ã¼|锘锘锘|烫烫烫烫烫|嗯嗯嗯嗯嗯嗯好|哦豁|唔唔唔唔
啦啦啦啦啦啦啦|呃呃|诶嘿|我我我|好好好好好|行行行行吧|这这这这|吧吧吧吧|那个那个那个|然后然后然后然后|可是可是|因为因为因为|帮我倒杯水|我想睡觉了
外面下雨了没带伞|妈妈叫我回家吃饭|明天早上几点起床|这个苹果真甜|桌上有两本书|门口有只小猫
"""
LATER_TEXTS = [text for line in LATER.strip().splitlines() for text in line.split("|")]
TEXTS = [text for line in BY_HAND.strip().splitlines() for text in line.split("|")]
SHORT = {
    "sports": "火箭夺冠 国足输了 梅西进球 湖人夺冠 女排夺金 库里受伤 皇马逆转 中超开赛",
    "tech": "华为发布新机 苹果降价 小米手机开售 微软裁员 安卓系统升级 芯片涨价 谷歌推出新浏览器",
    "entertainment": "明星离婚 新剧开播 歌手发新专辑 导演获奖 演员出轨 电影票房破亿 周杰伦开演唱会",
}


@pytest.fixture(scope="module")
def run():
    return load_run("deepseek")


def confidence(run, texts) -> np.ndarray:
    return np.array([max(answer.probabilities.values()) for answer in run.classify(texts)])


@pytest.mark.parametrize("texts", [TEXTS, LATER_TEXTS])
def test_no_nonsense_written_by_hand_is_classified_with_confidence(run, texts):
    assert len(texts) > 100
    assert confidence(run, texts).max() <= CONFIDENT


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_no_nonsense_of_another_seed_is_classified_with_confidence(run, seed):
    shown = {text_key(text) for group in training_outliers() for text in group.texts}
    texts = [text for text in nonsense(3000, seed) if text_key(text) not in shown]
    assert len(texts) > 1500
    assert confidence(run, texts).max() <= CONFIDENT


def test_a_headline_of_two_words_is_still_an_answer(run):
    labels = [label for label, texts in SHORT.items() for _ in texts.split()]
    answers = run.classify([text for texts in SHORT.values() for text in texts.split()])
    right = [answer.label == label for answer, label in zip(answers, labels, strict=True)]
    assert np.mean(right) >= 0.9
    assert np.mean([max(answer.probabilities.values()) for answer in answers]) > 0.75

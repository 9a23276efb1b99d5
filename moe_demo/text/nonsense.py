"""Texts that say nothing, made by rules and a seed: what people type who only want to see what happens.

Keys struck at random, laughter, punctuation, emoji, numbers, other languages, pieces of code, characters drawn blindly,
everyday talk put together from lists. Each is as likely as the others; every text comes once.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from moe_demo.text.corpus import text_key


def nonsense(count: int, seed: int) -> tuple[str, ...]:
    """`count` different texts that say nothing, of every kind in turn; the same for the same seed."""
    rng = random.Random(seed)
    found: dict[str, str] = {}
    kinds = tuple(_KINDS)
    while len(found) < count:
        text = kinds[len(found) % len(kinds)](rng)
        found.setdefault(text_key(text), text)
    return tuple(found.values())


_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890")
_INTERJECTIONS = tuple("哈呵嘿嘻呜啊哦嗯唉喂咦哇呀噢哎嗷嘎噗啦咯哼呃喔")
_PARTICLES = "的 了 是 在 不 我 你 就 也 都 这 那 嘛 吧 呢 好的 行"
_PUNCTUATION = "，。！？、；：…—·～!?.,;:-_=+*#@%&^~|/\\()[]{}<>《》“”‘’（）【】「」"
_EMOJI = "😀😂😊😍😭😡😱🤔👍👏🙏💪❤💔🌹🎉🎁🐶🐱🐷🌞🌙⭐🔥💧🍎🍉🍚🍺🏠🚗🚀⚽🎬📱💰✅❓"
_LOREM = """
    lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna
    aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat
"""
_FOREIGN = """
    the of and to in is was for that with on are this from have not but they which one all there were
    house river window yesterday morning bread letter quiet mountain garden winter evening because always
    der die das und nicht eine Haus Garten gestern Brot schnell immer
    le la une maison jardin hier pain toujours demain rue et pas
    el los casa jardín ayer pan siempre mañana calle pero muy
    дом река вчера хлеб всегда улица утро зима окно письмо
    これ それ わたし きのう まち かわ ゆき ありがとう です ました
    오늘 어제 집 강 빵 겨울 아침 그리고 항상 거리
"""
_COMMON_CHARACTERS = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多"
    "定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还"
)
_INITIALS = "b p m f d t n l g k h j q x zh ch sh r z c s y w"
_FINALS = "a o e i u ai ei ao ou an en ang eng ong ia ie iu ian in iang ing"
_CODE = """
    for i in range(10): print("x") return None; if (a > b) { x = 0; } else: def f(x): import os <div> </p> <br/> null
    0x3f true && || != === a[i] += 1 SELECT * FROM t; http://www.a.com/b?c=d .txt /usr/bin ls -la #include <stdio.h>
    C:\\temp user@mail.com %d %s NaN undefined {"a":1} [0,1,2] README.md v1.0.2
"""
_WHEN = "今天 明天 昨天 晚上 早上 现在 等会儿 刚才 周末 下午 这会儿"
_WHO = "我 我 我 你 他 她 我们 你们 咱们 大家 妈妈 爸爸 孩子 老师 奶奶 谁"
_HOW = "想 要 不想 正在 去 刚 先 又 还没 能不能 想不想 打算 喜欢 爱 帮我"
_WHAT_OF_VERB = {
    "吃": "火锅 面条 米饭 早饭 饺子 什么 药 烧烤 西瓜 包子 鱼 水果 冰淇淋 蛋糕",
    "喝": "水 茶 咖啡 牛奶 酒 汤 粥 果汁 奶茶 可乐",
    "买": "菜 衣服 鞋 票 房子 书 花 水果 伞 牙膏 东西",
    "去": "超市 学校 医院 公园 上班 北京 厕所 银行 海边 爬山 外婆家 散步",
    "看": "书 医生 天气 月亮 孩子 花 一下 海 日出",
    "做": "饭 作业 家务 梦 什么 菜 手工 针线",
    "洗": "碗 澡 衣服 头 脸 手 车 被子",
    "睡": "觉 午觉 着了 过头了 不着",
    "写": "字 信 作业 日记 名字",
    "找": "钥匙 工作 人 房子 眼镜 你",
    "等": "车 你 人 一下 电话 雨停",
    "学": "英语 开车 做饭 画画 钢琴 数学",
    "打扫": "房间 卫生 院子 厨房",
    "养": "猫 狗 花 鱼 鸡 乌龟",
    "回": "家 老家 学校 宿舍 信息",
    "坐": "地铁 公交 飞机 火车 下来 一会儿",
    "说": "话 什么 一遍 再见 真的",
    "知道": "了 吗 这件事 为什么 怎么走",
}
_ENDINGS = "了 吗 吧 呢 啊 ？ ！ 。 了吗 好不好"
_DEGREES = "好 很 太 有点 不太 真 特别 越来越 一点也不"
_FEELINGS = "累 困 饿 渴 冷 热 忙 烦 开心 难过 无聊 想家 疼 舒服 生气 害怕 高兴 紧张 胖 瘦 远 贵 吵 香 甜 慢"
_THINGS = """
    桌子 椅子 窗户 门 杯子 筷子 碗 勺子 被子 枕头 毛巾 肥皂 雨伞 钥匙 书包 铅笔 本子 树 花 草 山 河 石头 云 风 雨 雪
    太阳 月亮 星星 猫 狗 鸟 鱼 牛 羊 马 鸡 鸭 香蕉 西瓜 白菜 萝卜 鸡蛋 豆腐 米饭 面包 红色 蓝色 左边 右边 上面 一个 两只
    三条 哥哥 姐姐 弟弟 爷爷 邻居 春天 夏天 早晨 夜里
"""
_SAID = """
    你好 谢谢 再见 晚安 早安 您好 对不起 没关系 不客气 好的 是的 不是 可以 不行 随便 知道了 为什么 怎么办 在吗
    在哪 什么 谁 多少 几点了 真的吗 没有 不要 等等 快点 慢点 加油 救命 我爱你 讨厌 无聊 测试 内容 标题 文字 空
    无 没了 一 二 三 第一 最后 然后 但是 因为 所以 如果 已经 也许 大概 一定 天气 时间 地方 东西 事情 问题 test
    hello hi ok yes no bye name title text
"""


def _one(rng: random.Random, words: str, chance: float = 1.0) -> str:
    """One of these words, or nothing."""
    return rng.choice(words.split()) if rng.random() < chance else ""


def _letters(rng: random.Random) -> str:
    """Words of letters drawn blindly: `xkq vbo tt`."""
    words = [
        "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(1, 8)))
        for _ in range(rng.randint(1, 5))
    ]
    return " ".join(words)


def _keys(rng: random.Random) -> str:
    """A hand rolled over the keyboard: `sdfg uiop`."""
    rolls = []
    for _ in range(rng.randint(1, 5)):
        row = rng.choice(_KEYBOARD)
        begin = rng.randrange(len(row) - 2)
        rolls.append(row[begin : begin + rng.randint(3, 6)] * rng.choice((1, 1, 1, 2)))
    return rng.choice((" ", " ", "")).join(rolls)


def _laughter(rng: random.Random) -> str:
    """One sound again and again, or several."""
    sounds = [rng.choice(_INTERJECTIONS) * rng.randint(1, 6) for _ in range(rng.choice((1, 1, 2, 3)))]
    return rng.choice(("", " ", "，")).join(sounds) + rng.choice(("", "", "！", "~", "。"))


def _repeated(rng: random.Random) -> str:
    """One character or two, again and again: `囧囧囧`."""
    rows = (
        _COMMON_CHARACTERS,
        [chr(rng.randrange(0x4E00, 0x9FA6))],
        "abcdefghijklmnopqrstuvwxyz",
        _PUNCTUATION,
    )
    unit = "".join(rng.choices(rng.choice(rows), k=rng.choice((1, 1, 2))))
    return unit * rng.randint(2, 5)


def _particles(rng: random.Random) -> str:
    """Words that carry no content: `好的 那就这了`."""
    return "".join(rng.choices(_PARTICLES.split(), k=rng.randint(1, 6)))


def _marks(rng: random.Random) -> str:
    """Punctuation alone."""
    return "".join(rng.choices(_PUNCTUATION, k=rng.randint(1, 12)))


def _pictures(rng: random.Random) -> str:
    """Emoji alone."""
    return "".join(rng.choices(_EMOJI, k=rng.randint(1, 6)))


def _digits(rng: random.Random) -> str:
    """Numbers alone, some with signs between them."""
    return rng.choice(("", " ", "-", ".", ":")).join(
        str(rng.randrange(10 ** rng.randint(1, 6))) for _ in range(rng.randint(1, 5))
    )


def _lorem(rng: random.Random) -> str:
    """A printer's dummy text."""
    return " ".join(rng.choices(_LOREM.split(), k=rng.randint(2, 8)))


def _foreign(rng: random.Random) -> str:
    """Everyday words of other languages, without a sentence."""
    return " ".join(rng.choices(_FOREIGN.split(), k=rng.randint(1, 6)))


def _characters(rng: random.Random) -> str:
    """The most frequent Chinese characters, drawn blindly."""
    return "".join(rng.choices(_COMMON_CHARACTERS, k=rng.randint(2, 16)))


def _rare_characters(rng: random.Random) -> str:
    """Any Chinese characters, most of which nobody uses: `䶮鸢躞`."""
    return "".join(chr(rng.randrange(0x4E00, 0x9FA6)) for _ in range(rng.randint(1, 10)))


def _pinyin(rng: random.Random) -> str:
    """Syllables of Chinese in Latin letters: `ni hao ma`."""
    syllables = [_one(rng, _INITIALS) + _one(rng, _FINALS) for _ in range(rng.randint(1, 6))]
    return rng.choice((" ", " ", "")).join(syllables)


def _code(rng: random.Random) -> str:
    """Pieces of programs and addresses: `for i in range(10):`."""
    return rng.choice((" ", "")).join(rng.choices(_CODE.split(), k=rng.randint(1, 6)))


def _misread(rng: random.Random) -> str:
    """UTF-8 read as Latin-1, or GBK read as UTF-8: `ä½ å¥½`."""
    characters = "".join(rng.choices(_COMMON_CHARACTERS, k=rng.randint(1, 6)))
    if rng.random() < 0.5:
        return "".join(one for one in characters.encode().decode("latin-1") if one.isprintable())
    return rng.choice(("锟斤拷", "烫烫烫", "屯屯屯", "\ufffd")) * rng.randint(1, 3)


def _talk(rng: random.Random) -> str:
    """A short everyday sentence: `我想吃火锅`."""
    verb = rng.choice(tuple(_WHAT_OF_VERB))
    who = _one(rng, _WHEN, 0.6) + _one(rng, _WHO, 0.9) + _one(rng, _HOW, 0.9)
    return who + verb + _one(rng, _WHAT_OF_VERB[verb]) + _one(rng, _ENDINGS, 0.7)


def _feeling(rng: random.Random) -> str:
    """How somebody is: `今天我好累啊`."""
    who = _one(rng, _WHEN, 0.6) + _one(rng, _WHO, 0.8)
    return who + _one(rng, _DEGREES) + _one(rng, _FEELINGS) + _one(rng, _ENDINGS, 0.6)


def _things(rng: random.Random) -> str:
    """Names of everyday things side by side."""
    return rng.choice(("", " ", "，", "和")).join(rng.choices(_THINGS.split(), k=rng.randint(1, 5)))


def _said(rng: random.Random) -> str:
    """What one says without a sentence, once or twice: `谢谢`."""
    return _one(rng, _SAID) + rng.choice(("", "，", " ")) + _one(rng, _SAID, 0.5) + _one(rng, _ENDINGS, 0.3)


_KINDS: tuple[Callable[[random.Random], str], ...] = (
    _letters,
    _keys,
    _laughter,
    _repeated,
    _particles,
    _marks,
    _pictures,
    _digits,
    _lorem,
    _foreign,
    _characters,
    _rare_characters,
    _pinyin,
    _code,
    _misread,
    _talk,
    _talk,
    _feeling,
    _things,
    _said,
)

"""The same word in two sentences: does it go to the same experts?

    found = routing_diff(load_run("deepseek"), "火箭夺冠", "火箭升空")
    found.frame()                           one row per shared word and layer

Words are matched by their spelling: the first 火箭 of one sentence with the first of the other, and so on. Where a MoE
layer stands before all attention, its router sees a word's own vector and nothing else, so that a word always takes the
same route there (`by_word_alone`).

Letters: T tokens, K chosen, L MoE layers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moe_demo.config import ModelConfig
from moe_demo.insight.run import Run
from moe_demo.insight.trace import ForwardTrace

if TYPE_CHECKING:
    import pandas as pd

MINIMAL_PAIRS = (
    ("火箭夺冠", "火箭升空"),
    ("苹果发布", "苹果大跌"),
    ("流量明星", "手机流量"),
    ("快船客场取胜", "快船驶出港口"),
    ("太阳主场获胜", "太阳照常升起"),
    ("勇士逆转晋级", "勇士票房破亿"),
    ("黑马杀入决赛", "黑马剧集热播"),
    ("直播世界杯决赛", "直播带货口红"),
    ("球队官宣转会", "影星官宣恋情"),
    ("芯片今天发布", "新歌今天发布"),
    ("系统免费升级", "球场免费升级"),
    ("游戏今日上线", "电影今日上线"),
    ("球队首轮出局", "歌手首轮出局"),
)
"""Two headlines each that share a word and little else: 火箭 is a rocket or the Rockets."""


@dataclass(frozen=True, kw_only=True)
class SharedWord:
    """One word that both sentences have."""

    text: str
    token_a: int
    token_b: int
    experts_a: tuple[tuple[int, ...], ...]
    """Of each layer: the chosen experts, the best choice first."""
    experts_b: tuple[tuple[int, ...], ...]

    @property
    def moved(self) -> tuple[bool, ...]:
        """Of each layer: whether the two sets of experts differ."""
        return tuple(set(a) != set(b) for a, b in zip(self.experts_a, self.experts_b, strict=True))


@dataclass(frozen=True, kw_only=True)
class RoutingDiff:
    """Two sentences through one model."""

    a: ForwardTrace
    b: ForwardTrace
    words: tuple[SharedWord, ...]
    """In the order of the first sentence; empty where they share none."""

    def frame(self) -> pd.DataFrame:
        """A tidy table, one row per shared word and layer."""
        import pandas as pd

        columns = ["layer", "token", "token_a", "token_b", "experts_a", "experts_b", "n_same", "moved"]
        rows = [
            (layer, word.text, word.token_a, word.token_b, list(a), list(b), len({*a} & {*b}), {*a} != {*b})
            for word in self.words
            for layer, (a, b) in enumerate(zip(word.experts_a, word.experts_b, strict=True))
        ]
        return pd.DataFrame(rows, columns=columns)


def routing_diff(run: Run, text_a: str, text_b: str) -> RoutingDiff:
    """The routes of all words that two sentences share. Raises EmptyTextError where one has no word."""
    a, b = run.trace(text_a), run.trace(text_b)
    places_b = _places(b.tokens)
    words = [
        SharedWord(
            text=text, token_a=at, token_b=other, experts_a=_routes(a, at), experts_b=_routes(b, other)
        )
        for text, places in _places(a.tokens).items()
        for at, other in zip(places, places_b.get(text, ()), strict=False)
    ]
    return RoutingDiff(a=a, b=b, words=tuple(sorted(words, key=lambda word: word.token_a)))


def by_word_alone(model: ModelConfig, layer: int) -> bool:
    """Whether the router of this layer sees a word's own vector, before any attention has mixed in its neighbours."""
    return layer == 0 and model.block_order == "moe_transformer"


def _routes(trace: ForwardTrace, token: int) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(layer.topk_idx_TK[token].tolist()) for layer in trace.layers)


def _places(tokens: Sequence[str]) -> dict[str, list[int]]:
    found = defaultdict(list)
    for place, token in enumerate(tokens):
        found[token].append(place)
    return dict(found)

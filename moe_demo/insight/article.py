"""The worked example of the source article, as it is printed there, slips included.

A blog post of early 2025, 「DeepSeek-V3 的核心架构: DeepSeekMoE」, explains mixture of experts with one sentence and
three experts. These are the only numbers in the app that no model computed. They are shown beside the live ones,
always under the article's name; everything else on screen comes from a record.

Tokens are counted from 0 here and written T1, T2, ... on screen. Experts carry the article's own numbers 1, 2, 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

TITLE = "DeepSeek-V3 的核心架构: DeepSeekMoE"
"""What the post is called."""

Stage = Literal[
    "tokens", "vectors", "router", "choice", "experts", "gates", "transformer", "pooling", "classes"
]
STAGES: tuple[Stage, ...] = get_args(Stage)
"""The article's stages in its order; the names stand in the page's address."""


@dataclass(frozen=True, kw_only=True)
class ArticleExpert:
    """An expert as the article introduces it: with a topic given in advance."""

    number: int
    label: str


@dataclass(frozen=True, kw_only=True)
class ArticleScores:
    """What the article's router says of one token; the other tokens get no numbers."""

    token: int
    scores_E: tuple[float, ...]
    chosen: int


@dataclass(frozen=True, kw_only=True)
class ArticleOutput:
    """One expert output: only its first coordinates are printed, then an ellipsis."""

    token: int
    written: str
    expert: int
    """The expert the article's words name; `written` says otherwise once."""
    meant: str
    values: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class ArticleWeighted:
    """One term of the weighted sum."""

    token: int
    gate: float
    written: str
    expert: int


TEXT = "苹果公司发布了最新的iPhone 15"  # stages "tokens" and on
TOKENS = ("苹果公司", "发布", "最新", "的", "iPhone", "15")  # stage "tokens": 了 is missing
VECTOR_NAMES = ("T1", "T2", "T3", "T4", "T5", "T6")  # stage "vectors": no numbers are printed
EXPERTS = (  # stage "router"
    ArticleExpert(number=1, label="tech"),
    ArticleExpert(number=2, label="sports"),
    ArticleExpert(number=3, label="entertainment"),
)
SCORES = (  # stages "router" and "choice"
    ArticleScores(token=0, scores_E=(0.8, 0.1, 0.1), chosen=1),
    ArticleScores(token=4, scores_E=(0.9, 0.05, 0.05), chosen=1),
)
OUTPUTS = (  # stage "experts"
    ArticleOutput(token=0, written="E1(T1)", expert=1, meant="E1(T1)", values=(0.9, 0.2)),
    ArticleOutput(token=1, written="E1(T2)", expert=2, meant="E2(T2)", values=(0.3, 0.8)),
    ArticleOutput(token=4, written="E1(T5)", expert=1, meant="E1(T5)", values=(0.95, 0.1)),
)
WEIGHTED = tuple(  # stages "gates" and "choice": here every token is with expert 1, T2 too
    ArticleWeighted(token=token, gate=gate, written=f"E1(T{token + 1})", expert=1)
    for token, gate in enumerate((0.8, 0.7, 0.6, 0.5, 0.9, 0.8))
)
CONTEXT = "Transformer(MoE output)"  # stage "transformer"
POOLING = "MeanPooling(context)"  # stage "pooling"
PROBABILITIES = (("tech", 0.92), ("sports", 0.05), ("entertainment", 0.03))  # stage "classes"

"""The shape of `insight.journey`'s record: JSON types only, a dictionary for each of the nine stages.

Letters: T tokens, E routed experts, C classes, V coordinates shown (the first of D).
"""

from __future__ import annotations

from typing import Literal, TypedDict

Facts = dict[str, str | int | float | None]
"""What a stage's sentence is filled with."""
Coordinates = list[list[float]]
"""T x V."""


class Piece(TypedDict):
    """A part of the sentence: a token, or what stands between two."""

    text: str
    token: int | None


class TokensStage(TypedDict):
    """The sentence cut into words."""

    id: Literal["tokens"]
    facts: Facts
    spans: list[list[int]]
    """Begin and end of each token."""
    pieces: list[Piece]


class VectorsStage(TypedDict):
    """A vector for each word."""

    id: Literal["vectors"]
    facts: Facts
    values: Coordinates
    limit: float
    known: list[bool]
    ngrams: list[list[str]]


class MostLift(TypedDict):
    """The cell of experts x classes that stands out most."""

    expert: int
    label: str
    lift: float | None


class HeldOutLoad(TypedDict):
    """What every expert took of every class on held-out headlines: E x C."""

    n_headlines: int
    chance: list[float]
    load: list[int]
    load_share: list[float | None]
    count: list[list[int]]
    share: list[list[float | None]]
    lift: list[list[float | None]]
    small: list[list[bool]]
    """Too few tokens to say anything."""
    most: MostLift | None


class RouterStage(TypedDict):
    """The router's scores: T x E."""

    id: Literal["router"]
    facts: Facts
    logits: list[list[float]]
    scores: list[list[float]]
    held_out: HeldOutLoad | None


class ChoiceStage(TypedDict):
    """Who got whom."""

    id: Literal["choice"]
    facts: Facts
    expert: list[int]
    gate: list[float]
    scores: list[list[float]]
    bias: list[float]
    choice: list[list[float]]
    load: list[int]
    swayed: list[bool]
    """Tokens that the bias sent elsewhere than their highest score."""


class ExpertsStage(TypedDict):
    """What the chosen experts make of their words."""

    id: Literal["experts"]
    facts: Facts
    expert: list[int]
    input: Coordinates
    input_limit: float
    values: Coordinates
    limit: float


class GatesStage(TypedDict):
    """The experts' outputs times their gates."""

    id: Literal["gates"]
    facts: Facts
    expert: list[int]
    gate: list[float]
    output: Coordinates
    values: Coordinates
    limit: float


class TransformerStage(TypedDict):
    """The vectors that enter, what is added to each, and the vectors that leave."""

    id: Literal["transformer"]
    facts: Facts
    entered: Coordinates
    added: Coordinates
    values: Coordinates
    change: list[float]
    looks_at: list[int | None]
    """The other word at which attention looks most; null where there is none."""
    looks: list[float | None]
    """How much, mean over heads."""
    limit: float


class PoolingStage(TypedDict):
    """The columns, their mean, and the sentence vector; they differ where a norm stands behind the mean."""

    id: Literal["pooling"]
    facts: Facts
    values: Coordinates
    mean: list[float]
    count: float
    pooled: list[float]
    normed_after: bool
    limit: float


class ClassesStage(TypedDict):
    """The class of the sentence."""

    id: Literal["classes"]
    facts: Facts
    pooled: list[float]
    limit: float
    logits: list[float]
    probabilities: list[float]
    label: str


StageRecord = (
    TokensStage
    | VectorsStage
    | RouterStage
    | ChoiceStage
    | ExpertsStage
    | GatesStage
    | TransformerStage
    | PoolingStage
    | ClassesStage
)


class PaperExpert(TypedDict):
    """An expert as the article introduces it."""

    number: int
    label: str


class PaperScores(TypedDict):
    """What the article's router says of one token."""

    token: int
    scores_E: list[float]
    chosen: int


class PaperOutput(TypedDict):
    """The first coordinates of one expert's output, as printed."""

    token: int
    written: str
    expert: int
    meant: str
    values: list[float]


class PaperTerm(TypedDict):
    """One term of the article's weighted sum."""

    token: int
    gate: float
    written: str
    expert: int


class PaperProbability(TypedDict):
    """The article's probability of a class."""

    label: str
    value: float


class Paper(TypedDict):
    """The article's numbers, and under which of this headline's tokens each of its own stands."""

    text: str
    same_text: bool
    words: list[str]
    names: list[str]
    columns: list[int]
    left_out: list[int]
    """This headline's tokens that the article leaves out."""
    experts: list[PaperExpert]
    scores: list[PaperScores]
    outputs: list[PaperOutput]
    weighted: list[PaperTerm]
    context: str
    pooling: str
    probabilities: list[PaperProbability]


class JourneyRecord(TypedDict):
    """One headline's way through the nine stages."""

    text: str
    run: str
    step: int
    words: list[str]
    dim: int
    shown: int
    n_experts: int
    labels: list[str]
    article: Paper
    stages: list[StageRecord]
    """In the article's order."""

"""What the journey's picture is given: the record of the nine stages, and its words in the reader's language."""

from __future__ import annotations

from typing import TypedDict, cast

from moe_demo.insight.article import STAGES
from moe_demo.insight.journey import journey
from moe_demo.insight.journey_record import (
    ChoiceStage,
    ClassesStage,
    ExpertsStage,
    GatesStage,
    JourneyRecord,
    Paper,
    PoolingStage,
    RouterStage,
    StageRecord,
    TokensStage,
    TransformerStage,
    VectorsStage,
)
from moe_demo.insight.specialisation import specialisation
from moe_demo.ui.journey.settings import JourneySettings
from moe_demo.ui.kit.gloss import of_words
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import ClassLook, ExpertLook, Ramp, class_looks, expert_looks, signed_ramp
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_word


class Said(TypedDict):
    """The sentences of a stage: what the numbers say, and what the article says of it."""

    claim: str
    note: str


class Tokens(TokensStage, Said):
    """The sentence cut into words."""


class Vectors(VectorsStage, Said):
    """A vector for each word."""


class Router(RouterStage, Said):
    """The router's scores."""


class Choice(ChoiceStage, Said):
    """Who got whom."""


class Experts(ExpertsStage, Said):
    """What the chosen experts make of their words."""


class Gates(GatesStage, Said):
    """The experts' outputs times their gates."""


class Transformer(TransformerStage, Said):
    """What attention and the dense FFN add."""


class Pooling(PoolingStage, Said):
    """The mean of the columns."""


class Classes(ClassesStage, Said):
    """The class of the sentence."""


Stages = tuple[Tokens, Vectors, Router, Choice, Experts, Gates, Transformer, Pooling, Classes]
"""In the article's order."""


class JourneyPictureData(TypedDict):
    """One sentence's way through the nine stages, the article's numbers beside the live ones."""

    text: str
    run: str
    step: int
    words: list[str]
    glosses: list[str]
    dim: int
    shown: int
    """How many of the `dim` coordinates of a vector are here."""
    n_experts: int
    labels: list[str]
    article: Paper
    stages: Stages
    key: str
    """Another one where the sentence, the run or the language is another."""
    stage: int
    """The stage on show, from 1."""
    token: int | None
    serial: int
    """Of the last click that came through."""
    lang: str
    text_of: dict[str, str]
    experts: list[ExpertLook]
    classes: list[ClassLook]
    ramps: Ramp


def picture_data(view: View, serial: int) -> JourneyPictureData:
    """The record and its words; `serial` is the number of the reader's last click that came through."""
    record = record_of(view)
    said = ({**stage, "claim": _claim(stage), "note": _note(stage, record)} for stage in record["stages"])
    return {
        **record,
        "glosses": of_words(record["words"]),
        "stages": cast(Stages, tuple(said)),
        "key": f"{view.run.run_id} {view.trace.step} {language()} {view.trace.text}",
        "stage": STAGES.index(view.selection.of(JourneySettings).stage) + 1,
        "token": view.selection.token,
        "serial": serial,
        "lang": language(),
        "text_of": labels("journey.words")
        | {f"class.{name}": word for name, word in labels("classes").items()},
        "experts": expert_looks(view.run.config.model),
        "classes": class_looks(view.trace.labels),
        "ramps": signed_ramp(),
    }


def record_of(view: View) -> JourneyRecord:
    """The numbers of the nine stages."""
    run, trace = view.run, view.trace
    evaluation = run.last_eval
    experts = None if evaluation is None else specialisation(evaluation, 0, run.labels)
    return journey(trace, experts, [run.encoder.hasher.shown(token) for token in trace.tokens])


def _claim(stage: StageRecord) -> str:
    name, facts = stage["id"], dict(stage["facts"])
    if stage["id"] == "classes":
        facts["label"] = class_word(stage["label"])
    variants = {
        "vectors": "_unknown" if facts.get("unknown") else "",
        "choice": "_swayed" if facts.get("swayed") else "",
        "transformer": "_one" if facts.get("n") == 1 else "",
        "pooling": _pooling_variant(stage),
        "tokens": "_one" if facts.get("n") == 1 else "",
    }
    return t(f"journey.claim.{name}{variants.get(name, '')}", **facts)


def _pooling_variant(stage: StageRecord) -> str:
    """Which words say how the columns become one: smoothed, normalised, one alone, or averaged."""
    if stage["facts"].get("added"):
        return "_smoothed_normed" if stage.get("normed_after") else "_smoothed"
    return "_normed" if stage.get("normed_after") else "_one" if stage["facts"].get("n") == 1 else ""


def _note(stage: StageRecord, record: JourneyRecord) -> str:
    name, article = stage["id"], record["article"]
    if name == "tokens":
        words = t("common.comma").join(record["words"][i] for i in article["left_out"])
        kind = "other" if not article["same_text"] else "missing" if words else "same"
        return t(f"journey.note.tokens_{kind}", n=len(article["words"]), words=words, text=article["text"])
    if stage["id"] == "router" and stage["held_out"] is None:
        return t("journey.note.router_bare")
    return t(f"journey.note.{name}", **stage["facts"])

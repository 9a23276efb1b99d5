"""What the mixture page's picture is given: a layer's output in pieces."""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from moe_demo.insight.article import TEXT, TITLE, TOKENS, WEIGHTED
from moe_demo.insight.mixture import (
    Array,
    LayerMixture,
    Toward,
    first_sight,
    mixture,
    removal_effects,
    sentence_sight,
    toward,
)
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import ClassLook, ExpertLook, Ramp, class_looks, expert_looks, signed_ramp
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import (
    badge,
    badge_hint,
    class_word,
    expert_name,
    layer_name,
    layer_title,
    sentences,
)
from moe_demo.ui.mixture.settings import MixtureSettings, Of

DIGITS = 6


class Row(TypedDict):
    """One piece: a chosen expert's output times its gate, or a shared expert's output."""

    label: str
    expert: int | None
    """None: a shared expert."""
    gate: float
    output: list[float]
    """Before the gate."""
    piece: list[float]
    norm: float
    so_far: float
    """Length of the sum up to here."""
    cosine: list[float]
    """To each class direction."""
    effect: list[float]
    """Measured: each class logit less that without the piece."""
    direct: list[float] | None
    """Exact: what it adds to each class logit; null where that way is not linear."""


class WordRow(TypedDict):
    """One word's pieces, by their length and what they cause."""

    word: str
    norms: list[float]
    experts: list[int]
    effects: list[float]
    """Toward the answer, piece by piece."""


class ArticleTerm(TypedDict):
    """One term of the article's line, with the live one."""

    word: str
    token: int
    written: str
    gate: float
    live_expert: int
    live_gate: float


class MixturePictureData(TypedDict):
    """One layer's output for a word, taken apart; and all words' pieces."""

    of: Of
    token: int
    word: str
    layer: int
    layers: list[str]
    rows: list[Row]
    total: list[float]
    total_norm: float
    sentence: list[WordRow]
    article: list[ArticleTerm]
    """Empty unless the run and the sentence are those of the article's example."""
    answer: int
    output_limit: float
    """Largest value in the strips of outputs, of either sign."""
    piece_limit: float
    """The same for the pieces and their sum."""
    norm_limit: float
    effect_limit: float
    sentence_norm_limit: float
    experts: list[ExpertLook]
    classes: list[ClassLook]
    ramp: Ramp
    title: str
    badge: str
    badge_hint: str
    claim: str
    says: str
    """The whole picture in a sentence, for those who do not see it."""
    measured: str
    """How the columns of effects were made, in one sentence."""
    words: dict[str, str]
    lang: str


def picture_data(view: View) -> MixturePictureData:
    """What the picture draws for the selected word and layer."""
    token, chosen = view.selection.token or 0, view.selection
    layer = mixture(view.trace).layers[chosen.layer]
    effect_TPC = removal_effects(view.run, view.trace.text)[chosen.layer]
    straight, answer = toward(view.run, view.trace, layer), int(view.trace.logits_C.argmax())
    rows = _rows(layer, token, straight, effect_TPC)
    word, of = view.trace.tokens[token], chosen.of(MixtureSettings).of
    if of == "word":
        title = t("mixture.title_label", word=word, layer=layer_title(layer.layer))
        claim = t("mixture.claim.of", word=word, claim=_claim(layer, token))
    else:
        title = t("mixture.title_label_sentence", layer=layer_title(layer.layer))
        claim = _sentence_claim(layer, view.trace.tokens)
    return {
        "of": of,
        "token": token,
        "word": word,
        "layer": layer.layer,
        "layers": [layer_name(index) for index in range(len(view.trace.layers))],
        "rows": rows,
        "total": rounded(layer.output_TD[token]),
        "total_norm": float(layer.output_norm_T[token]),
        "sentence": _sentence(view, layer, effect_TPC[..., answer]),
        "article": _article(view, layer),
        "answer": answer,
        "output_limit": float(np.abs(layer.outputs_TPD[token]).max()),
        "piece_limit": float(
            max(np.abs(layer.pieces_TPD[token]).max(), np.abs(layer.output_TD[token]).max())
        ),
        "norm_limit": float(max(layer.norm_TP[token].max(), layer.output_norm_T[token])),
        "effect_limit": float(np.abs(effect_TPC[token]).max()),
        "sentence_norm_limit": float(layer.norm_TP.sum(1).max()),
        "experts": expert_looks(view.run.config.model),
        "classes": class_looks(view.run.labels),
        "ramp": signed_ramp(),
        "title": title,
        "badge": badge(view.run),
        "badge_hint": badge_hint(),
        "claim": claim,
        "says": sentences(title, claim),
        "measured": _measured(straight, view.trace.pooling_count, class_word(view.trace.label)),
        "words": labels("mixture.words") | {"title": TITLE},
        "lang": language(),
    }


def piece_label(layer: LayerMixture, token: int, piece: int) -> str:
    """What a piece of a word is called: its expert."""
    kind, index = layer.name(token, piece)
    return expert_name(index) if kind == "expert" else t("mixture.shared", n=index)


def rounded(values: Array) -> list[float]:
    """Few enough digits to be sent at every click, more than anybody sees."""
    found: list[float] = values.astype(float).round(DIGITS).tolist()
    return found


def _rows(layer: LayerMixture, token: int, straight: Toward, effect_TPC: Array) -> list[Row]:
    rows: list[Row] = []
    for p in range(layer.gates_TP.shape[1]):
        kind, index = layer.name(token, p)
        measured = min(p, effect_TPC.shape[1] - 1)  # several shared experts are measured together
        rows.append(
            {
                "label": piece_label(layer, token, p),
                "expert": index if kind == "expert" else None,
                "gate": round(float(layer.gates_TP[token, p]), DIGITS),
                "output": rounded(layer.outputs_TPD[token, p]),
                "piece": rounded(layer.pieces_TPD[token, p]),
                "norm": float(layer.norm_TP[token, p]),
                "so_far": float(layer.running_norm_TP[token, p]),
                "cosine": rounded(straight.cosine_TPC[token, p]),
                "effect": rounded(effect_TPC[token, measured]),
                "direct": None if straight.direct_TPC is None else rounded(straight.direct_TPC[token, p]),
            }
        )
    return rows


def _sentence(view: View, layer: LayerMixture, effect_TP: Array) -> list[WordRow]:
    return [
        {
            "word": word,
            "norms": rounded(layer.norm_TP[t]),
            "experts": layer.experts_TK[t].tolist(),
            "effects": rounded(effect_TP[t]),
        }
        for t, word in enumerate(view.trace.tokens)
    ]


def _article(view: View, layer: LayerMixture) -> list[ArticleTerm]:
    """The article's line beside the live one: its words are found by their text, since it leaves 了 out."""
    if view.run.config.preset != "document" or view.trace.text != TEXT:
        return []
    live = {word: t for t, word in enumerate(view.trace.tokens)}
    return [
        {
            "word": word,
            "token": live[word],
            "written": term.written,
            "gate": term.gate,
            "live_expert": int(layer.experts_TK[live[word], 0]),
            "live_gate": float(layer.gates_TP[live[word], 0]),
        }
        for term, word in zip(WEIGHTED, TOKENS, strict=True)
        if word in live
    ]


def _claim(layer: LayerMixture, token: int) -> str:
    """What the numbers on show say at once, and nothing that they do not say."""
    sight, k = first_sight(layer, token), layer.n_chosen
    values = {
        "loud": expert_name(int(layer.experts_TK[token, sight.loudest])),
        "gate": float(layer.gates_TP[token, sight.loudest]),
        "loud_norm": float(layer.norm_TP[token, sight.loudest]),
        "long": expert_name(int(layer.experts_TK[token, sight.longest])),
        "long_gate": float(layer.gates_TP[token, sight.longest]),
        "long_norm": float(layer.norm_TP[token, sight.longest]),
    }
    if k == 1:
        return t("mixture.claim.one", **values)
    said = t("mixture.claim.other" if sight.loudest != sight.longest else "mixture.claim.same", **values)
    if sight.longest_of_all >= k:
        said += t("mixture.claim.shared", norm=float(layer.norm_TP[token, sight.longest_of_all]))
    return said


def _sentence_claim(layer: LayerMixture, tokens: tuple[str, ...]) -> str:
    """The same of all words together."""
    sight, n = sentence_sight(layer), len(tokens)
    if layer.n_chosen == 1:
        places = {"long": sight.longest_word, "short": sight.shortest_word}
        values: dict[str, object] = {name: tokens[place] for name, place in places.items()}
        values |= {f"{name}_gate": float(layer.gates_TP[place, 0]) for name, place in places.items()}
        values |= {f"{name}_norm": float(layer.output_norm_T[place]) for name, place in places.items()}
        return t("mixture.claim.sentence_one", **values)
    said = t(
        "mixture.claim.sentence_other" if sight.n_other else "mixture.claim.sentence_same",
        n=sight.n_other,
        all=n,
    )
    return said + (t("mixture.claim.sentence_shared", n=sight.n_shared, all=n) if sight.n_shared else "")


def _measured(straight: Toward, pooling_count: float, answer: str) -> str:
    return t(
        "mixture.measured" if straight.direct_TPC is None else "mixture.measured_direct",
        n=f"{pooling_count:g}",
        answer=answer,
    )

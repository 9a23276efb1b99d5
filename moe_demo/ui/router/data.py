"""What the router page's pictures are given: one word's way from logits to gates, and all words' scores."""

from __future__ import annotations

import math
from typing import NotRequired, TypedDict

from moe_demo.insight.interventions import Rerouted
from moe_demo.insight.router_path import (
    ExpertStep,
    Fate,
    GroupStep,
    PathChange,
    RouterPath,
    class_shifts,
    logit_limit,
    path_change,
)
from moe_demo.text.word_kinds import kind_of
from moe_demo.ui.kit.gloss import of_word
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import (
    AFFINITY_SIGNS,
    ClassLook,
    ExpertLook,
    Ramp,
    class_looks,
    expert_looks,
    sequential_ramp,
)
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import badge, badge_hint, expert_name, key_help, layer_name
from moe_demo.ui.router.controls import Asked
from moe_demo.ui.router.data_lines import Lines, lines


class Row(TypedDict):
    """One expert's numbers on the way from logit to gate; `choice` and `rank` are null where its group was left out."""

    e: int
    logit: float
    score: float
    bias: float
    biased: float
    choice: float | None
    group: int
    kept: bool
    """Whether its group stays in the choice."""
    counted: bool
    """Whether its group's score sums this expert's biased score."""
    rank: int | None
    chosen: bool
    gate: float
    fate: Fate
    trained: NotRequired[TrainedRow]
    """The same expert under the trained rule; only where the rule was changed."""


class TrainedRow(TypedDict):
    """What a changed row is held against."""

    score: float
    bias: float
    choice: float | None
    gate: float


class Group(TypedDict):
    """One group's place in the choice."""

    group: int
    members: tuple[int, ...]
    counted: tuple[int, ...]
    score: float
    kept: bool


class Scales(TypedDict):
    """Ends of the axes; those of logit and bias stand on both sides of 0."""

    logit: float
    score: float
    bias: float
    choice: tuple[float, float]
    gate: float


class ShiftedClass(ClassLook):
    """A class with its probability for the whole sentence, under the trained and under the changed rule."""

    label: str
    before: float
    after: float
    difference: float


class Head(TypedDict):
    """A column's header: what it is called, how it is computed, what that means."""

    word: str
    formula: str
    hint: str


class RouterPictureData(TypedDict):
    """One word's way through one router, expert by expert."""

    word: str
    gloss: str
    token: int
    n_tokens: int
    title: str
    says: str
    """The whole picture in a sentence, for those who do not see it."""
    badge: str
    badge_hint: str
    rows: list[Row]
    """In seat order."""
    groups: list[Group]
    """Empty where there is one group only."""
    order: list[int]
    """All experts: those that may be chosen, the best first, then the others."""
    top_k: int
    cut: float | None
    """None where a table chooses: no score has to reach anything."""
    score_sum: float
    gate_sum: float
    normalised: bool
    route_scale: float
    scales: Scales
    experts: list[ExpertLook]
    classes: list[ShiftedClass]
    changed: bool
    selected: int | None
    heads: dict[str, Head]
    """By column; no group column where there is one group only."""
    fates: dict[str, str]
    lines: Lines
    words: dict[str, str]
    keys: dict[str, str]
    lang: str


class RouterMapData(TypedDict):
    """The layer's scores of every word and expert (T x E), and who was chosen (T x K)."""

    tokens: list[str]
    scores: list[list[float]]
    chosen: list[list[int]]
    gates: list[list[float]]
    experts: list[ExpertLook]
    group_size: int
    token: int
    expert: int | None
    ramp: Ramp
    end: float
    """The affinity at the end of the ramp."""
    words: dict[str, str]
    lang: str


def picture_data(view: View, shown: Rerouted, asked: Asked) -> RouterPictureData:
    """What the path draws: the record's numbers, looks of the theme, words of the locale."""
    path, rule = shown.path, shown.path.rule
    change = path_change(path, shown.trained_path)
    everyone = [*path.order, *(step.expert for step in path.experts if step.rank is None)]
    return {
        "word": view.trace.tokens[path.token],
        "gloss": of_word(view.trace.tokens[path.token]),
        "token": path.token,
        "n_tokens": len(view.trace.tokens),
        "title": t("router.title_label", word=view.trace.tokens[path.token], layer=layer_name(path.layer)),
        "says": _says(view.trace.tokens[path.token], path),
        "badge": badge(view.run),
        "badge_hint": badge_hint(),
        "rows": [
            _row(step, shown.trained_path.experts[step.expert], change, changed=shown.changed)
            for step in path.experts
        ],
        "groups": [_group(group) for group in path.groups],
        "order": everyone,
        "top_k": rule.top_k,
        "cut": None if path.row else path.cut,
        "score_sum": path.score_sum,
        "gate_sum": path.gate_sum,
        "normalised": path.normalised,
        "route_scale": rule.route_scale,
        "scales": _scales(shown),
        "experts": expert_looks(view.run.config.model),
        "classes": _classes(shown),
        "changed": shown.changed,
        "selected": view.selection.expert,
        "heads": _heads(path, view.trace.tokens[path.token] if shown.layer.kind_bias_TE is not None else ""),
        "fates": labels("router.fates"),
        "lines": lines(shown, change, asked),
        "words": labels("router.words") | ({"sum_out": t("router.hash.sum_out")} if path.row else {}),
        "keys": key_help("router.keys"),
        "lang": language(),
    }


def map_data(view: View, shown: Rerouted, asked: Asked) -> RouterMapData:
    """What the map draws: scores of every word and expert, and who was chosen."""
    layer = shown.layer
    return {
        "tokens": list(view.trace.tokens),
        "scores": layer.scores_TE.tolist(),
        "chosen": layer.topk_idx_TK.tolist(),
        "gates": layer.gates_TK.tolist(),
        "experts": expert_looks(view.run.config.model),
        "group_size": shown.path.rule.group_size,
        "token": asked.token,
        "expert": view.selection.expert,
        "ramp": sequential_ramp(),
        "end": (end := _score_end(shown)),
        "words": labels("router.map") | {"high": f"{end:g}"},
        "lang": language(),
    }


def _says(word: str, path: RouterPath) -> str:
    """Who is chosen, and with which gates."""
    chosen = [path.experts[expert] for expert in path.chosen]
    gates = t("common.comma").join(f"{expert_name(step.expert)} {step.gate:.3f}" for step in chosen)
    return t("router.says", word=word, layer=layer_name(path.layer), n=path.rule.n_routed, gates=gates)


def _row(step: ExpertStep, trained: ExpertStep, change: PathChange, *, changed: bool) -> Row:
    row: Row = {
        "e": step.expert,
        "logit": step.logit,
        "score": step.score,
        "bias": step.bias,
        "biased": step.biased,
        "choice": step.choice,
        "group": step.group,
        "kept": step.group_kept,
        "counted": step.counted,
        "rank": step.rank,
        "chosen": step.chosen,
        "gate": step.gate,
        "fate": change.fate(step.expert),
    }
    if changed:
        row["trained"] = {
            "score": trained.score,
            "bias": trained.bias,
            "choice": trained.choice,
            "gate": trained.gate,
        }
    return row


def _group(group: GroupStep) -> Group:
    return {
        "group": group.group,
        "members": group.members,
        "counted": group.counted,
        "score": group.score,
        "kept": group.kept,
    }


def _scales(shown: Rerouted) -> Scales:
    """Ends of the axes: round numbers, the same for every word, so that a picture can be compared with the next."""
    paths = (shown.path, shown.trained_path)
    choices = [step.biased for path in paths for step in path.experts]
    bias = max(abs(step.bias) for path in paths for step in path.experts)
    return {
        "logit": logit_limit(shown.layer),
        "score": _score_end(shown),
        "bias": next((end for end in (0.1, 0.2, 0.5) if bias <= end), max(1.0, math.ceil(bias))),
        "choice": (min(0.0, math.floor(min(choices) * 4) / 4), max(1.0, math.ceil(max(choices) * 4) / 4)),
        "gate": _gate_end(shown),
    }


def _score_end(shown: Rerouted) -> float:
    """The end of the scale of affinities: 1, or a round number above the largest of all words where there is no end."""
    layers = (shown.layer, shown.trained_trace.layers[shown.path.layer])
    return max(1.0, *(math.ceil(float(layer.scores_TE.max()) * 4) / 4 for layer in layers))


def _gate_end(shown: Rerouted) -> float:
    """Half of the scale where no word's gate passes it, else all of it."""
    layers = (shown.layer, shown.trained_trace.layers[shown.path.layer])
    half = shown.path.rule.route_scale / 2
    return half if max(float(layer.gates_TK.max()) for layer in layers) <= half else 2 * half


def _classes(shown: Rerouted) -> list[ShiftedClass]:
    shifts = class_shifts(shown.trace, shown.trained_trace)
    looks = class_looks(shown.trace.labels)
    return [
        {
            **look,
            "label": shift.label,
            "before": shift.before,
            "after": shift.after,
            "difference": shift.difference,
        }
        for look, shift in zip(looks, shifts, strict=True)
    ]


def _heads(path: RouterPath, of_kind: str) -> dict[str, Head]:
    """Column headers: the formula this rule really uses; `of_kind` is the word where its kind has biases of its own."""
    rule, words = path.rule, labels("router.heads")
    if rule.score_fn == "sqrt_softplus":
        words["score_hint"] = words["score_hint_open"]
    if path.row:
        words |= labels("router.hash.heads")
    kind = t(f"experts.kinds.{kind_of(of_kind)}") if of_kind else ""
    if kind:
        words["bias_hint"] = t("router.heads.bias_hint_kind", kind=kind)
    tempered = "u⋅eᵢ" if rule.temperature == 1.0 else f"u⋅eᵢ / {rule.temperature:g}"
    affinity = AFFINITY_SIGNS[rule.score_fn]
    scale = "" if rule.route_scale == 1.0 else f" × {rule.route_scale:g}"
    formulas = {
        "logit": "u⋅eᵢ",
        "score": f"s = {affinity}({tempered})",
        "bias": t("router.heads.bias_formula_kind", kind=kind) if kind else "+ bᵢ",
        "group": t(
            "router.heads.group_formula",
            n=rule.counted_per_group,
            kept=rule.topk_groups,
            groups=rule.n_groups,
        ),
        "choice": t(f"router.{'hash.' if path.row else ''}heads.choice_formula", k=rule.top_k),
        "gate": ("g = sᵢ / Σ s" if path.normalised else "g = sᵢ") + scale,
    }
    ids = [id_ for id_ in formulas if id_ != "group" or path.groups]
    return {id_: {"word": words[id_], "formula": formulas[id_], "hint": words[f"{id_}_hint"]} for id_ in ids}

"""What the picture of one training step in slow motion is given: the step's numbers, and its words at every stage."""

from __future__ import annotations

from typing import Any, Literal, TypedDict, get_args

import numpy as np

from moe_demo.figures.theme import DIVERGING, RUN_HUES
from moe_demo.insight.run import Run
from moe_demo.insight.step_record import SlowLayer, SlowStep, joint_norm
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
from moe_demo.ui.kit.words import expert_name, layer_name, layer_title, method_key

StageName = Literal["batch", "scores", "dispatch", "loss", "gradient", "bias"]
STAGES: tuple[StageName, ...] = get_args(StageName)
PART_ORDER = ("words", "ngrams", "attention", "router", "experts", "shared", "ffn", "norms", "head")
WITH_CARD = ("batch", "scores", "dispatch", "loss")
MOST_HEADLINES = 64  # lines that can be read on one picture; the others are counted below it
MOST_RATES = 160


class SlowHeadlineRow(TypedDict):
    """One headline of the batch: its words, which of them this step did not see whole, what came of it."""

    text: str
    words: tuple[str, ...]
    hidden: tuple[bool, ...]
    silenced: tuple[bool, ...]
    left_out: tuple[bool, ...]
    read: tuple[int, ...]
    """The words that were not left out, by place: those that have scores."""
    n_hidden: int
    n_silenced: int
    n_left_out: int
    label: int
    predicted: int
    loss: float


class Factors(TypedDict):
    """f and P of every expert, over one headline or over the batch."""

    name: str
    f: list[float]
    P: list[float]
    product: list[float]
    even: float
    """P where affinity is even."""


class Pull(TypedDict):
    """Norm of a gradient, and what clipping leaves of it."""

    norm: float
    clipped: float


class GradientRow(Pull):
    """The gradient of one part of the network."""

    word: str
    why: str | None
    """The key of its norm; of a part's own weights no gradient is kept."""


class SlowStage(TypedDict):
    """The words of one stage, with this step's numbers in them."""

    id: StageName
    name: str
    value: str
    claim: str
    formula: str
    note: str
    why: list[str | None]
    """For each line of the formula the key of the number it ends in."""
    card: bool
    """Whether one headline is shown large."""


class Gradients(TypedDict):
    """What the loss asks of the weights, and how far they go."""

    gradients: list[GradientRow]
    pull: list[Pull]
    """Gradient of every expert."""
    lr: float
    rates: list[tuple[int, float]]
    """Step and learning rate over the whole training, thinned."""


class Biases(TypedDict):
    """The router's biases of every expert, before and after the step."""

    rate: float
    """Step of the bias; 0 without one."""
    sign: list[int]
    """Direction of each: +1 for an idle expert."""
    before: list[float]
    after: list[float]


class StageColours(TypedDict):
    """What is below and above the fair share, and the parts of the loss."""

    below: str
    above: str
    share: str
    entropy: str
    balance: str


COLOURS: StageColours = {
    "below": DIVERGING[1],
    "above": DIVERGING[5],
    "share": RUN_HUES[0],
    "entropy": RUN_HUES[0],
    "balance": RUN_HUES[1],
}


class TrainingSlowStepData(Gradients, Biases):
    """One training step, taken apart; scores and choices are those of one headline in one layer."""

    key: str
    """Another one where the run, the checkpoint or the language is another."""
    step: int
    headline: int
    layer: int
    layers: list[str]
    batch: list[SlowHeadlineRow]
    most_headlines: int
    classes: list[ClassLook]
    experts: list[ExpertLook]
    group_size: int
    scores: list[list[float]]
    chosen: list[list[int]]
    load: list[int]
    mean: float
    f: list[float]
    mine: list[int]
    """How often the headline's words chose each expert."""
    mine_f: list[float]
    """The same, by fair share."""
    random_f: float
    """Load by fair share of the busiest expert if words chose blindly."""
    ce: float
    balance: float
    balance_share: float
    """Of the whole loss."""
    factors: Factors
    stages: list[SlowStage]
    badge: str
    badge_hint: str
    colours: StageColours
    ramp: Ramp
    words: dict[str, str]
    lang: str


def slow_step_data(run: Run, step: SlowStep, layer: int, headline: int) -> TrainingSlowStepData:
    """What the component draws: the numbers of the step, those of one layer and headline in full."""
    shown, picked = step.layers[layer], step.headlines[headline]
    here = picked.tokens
    return {
        "key": f"{run.run_id} {run.step} {language()}",
        "step": step.metrics.step,
        "headline": headline,
        "layer": layer,
        "layers": [layer_title(place) for place in range(len(step.layers))],
        "batch": _batch(step),
        "most_headlines": MOST_HEADLINES,
        "classes": class_looks(run.labels),
        "experts": expert_looks(run.config.model),
        "group_size": step.group_size,
        "scores": shown.scores_TE[here].astype(float).round(4).tolist(),
        "chosen": shown.topk_idx_TK[here].tolist(),
        "load": shown.load_E.tolist(),
        "mean": shown.mean_load,
        "f": shown.f_E.astype(float).tolist(),
        "mine": step.headline_load(layer, headline).tolist(),
        "mine_f": step.headline_f(layer, headline).tolist(),
        "random_f": shown.random_f,
        "ce": step.metrics.ce_loss,
        "balance": step.metrics.balance_loss,
        "balance_share": step.balance_share,
        "factors": _factors(step, layer, headline),
        **_gradients(step, layer),
        **_biases(step, shown),
        "stages": _stages(run, step, layer, headline),
        "badge": _badge(run, step),
        "badge_hint": _origin(run, step),
        "colours": COLOURS,
        "ramp": sequential_ramp(),
        "words": labels("slow.words")
        | {"no_bias": t(f"slow.words.no_bias{_bias_variant(run, step, layer) or '_none'}")},
        "lang": language(),
    }


def _batch(step: SlowStep) -> list[SlowHeadlineRow]:
    return [
        {
            "text": headline.text,
            "words": headline.words,
            "hidden": headline.hidden,
            "silenced": headline.silenced,
            "left_out": headline.left_out,
            "read": headline.read,
            "n_hidden": headline.n_hidden,
            "n_silenced": headline.n_silenced,
            "n_left_out": headline.n_left_out,
            "label": headline.label,
            "predicted": headline.predicted,
            "loss": headline.loss,
        }
        for headline in step.headlines
    ]


def _factors(step: SlowStep, layer: int, headline: int) -> Factors:
    found = step.factors(layer, headline)
    terms = found.terms
    return {
        "name": t(f"slow.factors.{found.kind}", n=headline + 1, sum=terms.total, mean=found.loss),
        "f": terms.f_E.astype(float).tolist(),
        "P": terms.share_E.astype(float).tolist(),
        "product": terms.product_E.astype(float).tolist(),
        "even": found.even_P,
    }


def _gradients(step: SlowStep, layer: int) -> Gradients:
    """The parts without a layer and those of this layer by name, all other layers as one part."""
    ours, others = step.parts_of(layer)
    ours.sort(key=lambda part: PART_ORDER.index(part.name))
    rows = [(part.name, part.norm, "slow_experts_norm" if part.norm_E else None) for part in ours]
    if others:
        rows.append(("others", joint_norm(others), "slow_others_norm"))
    places = np.unique(np.linspace(0, len(step.lr_S) - 1, MOST_RATES).round().astype(int))
    return {
        "gradients": [
            {"word": t(f"slow.parts.{name}"), "norm": norm, "clipped": step.clipped(norm), "why": why}
            for name, norm, why in rows
        ],
        "pull": [{"norm": norm, "clipped": step.clipped(norm)} for norm in step.experts_part(layer).norm_E],
        "lr": step.metrics.lr,
        "rates": [(int(place) + 1, float(step.lr_S[place])) for place in places],
    }


def _bias_variant(run: Run, step: SlowStep, layer: int) -> str:
    """Which words tell of a layer's biases: they move, or not, or each kind of word has its own."""
    by_words = "_hash" if layer < run.config.model.n_hash_layers else "_kinds"
    return "_none" if step.balance.bias_step == 0 else "" if step.layers[layer].moves_by_load else by_words


def _biases(step: SlowStep, layer: SlowLayer) -> Biases:
    return {
        "rate": step.balance.bias_step if layer.moves_by_load else 0.0,
        "sign": layer.bias_sign_E.tolist(),
        "before": layer.bias_before_E.tolist(),
        "after": layer.bias_after_E.tolist(),
    }


def _badge(run: Run, step: SlowStep) -> str:
    return t("slow.badge", run=run.run_id, step=step.metrics.step, seed=run.config.seed)


def _origin(run: Run, step: SlowStep) -> str:
    """How this step stands to what training wrote."""
    if step.recorded is not None:
        kind, loss = "same" if step.as_recorded else "rounded", step.recorded.loss
        return t(f"slow.origin.{kind}", step=step.metrics.step, loss=loss, now=step.metrics.loss)
    status = run.store.status()
    if not status.active and run.step >= status.step:
        return t("slow.origin.beyond", step=run.step)
    return t("slow.origin.bundled" if run.bundled else "slow.origin.unwritten", step=step.metrics.step)


def _stages(run: Run, step: SlowStep, layer: int, headline: int) -> list[SlowStage]:
    """The words of every stage, with this step's numbers in them."""
    values = _values(run, step, layer, headline)
    method = step.balance.method
    variants: dict[StageName, str] = {
        "loss": f"_{method_key(method)}",
        "gradient": "_clipped" if step.clip_scale < 1 else "",
        "bias": _bias_variant(run, step, layer),
        "scores": "_hash" if layer < run.config.model.n_hash_layers else "",
        "batch": "" if step.metrics.step <= step.n_steps else "_beyond",
    }
    stages: list[SlowStage] = []
    for name in STAGES:
        variant = variants.get(name, "")
        aside = variant if name == "bias" else ""  # a method without a bias has its own number and note
        stages.append(
            {
                "id": name,
                "name": t(f"slow.stage.{name}"),
                "value": t(f"slow.value.{name}{aside}", **values),
                "claim": t(f"slow.claim.{name}{variant}", **values) + _outlier_claim(step, name),
                "formula": t(f"slow.formula.{name}{variant}", **values).replace("-0.", "−0."),
                "why": _why(step, name),
                "note": _origin(run, step) if name == "batch" else t(f"slow.note.{name}{aside}", **values),
                "card": name in WITH_CARD,
            }
        )
    return stages


def _why(step: SlowStep, stage: StageName) -> list[str | None]:
    """For each line of a stage's formula the key of the number it ends in."""
    if stage == "dispatch":
        return ["slow_max_vio"]
    if stage == "loss":
        has_term = step.balance.method not in ("none", "loss_free")
        return ["slow_balance", "slow_loss"] if has_term else ["slow_loss", None]
    if stage == "gradient":
        return ["slow_clipped_norm" if step.clip_scale < 1 else "slow_norm", "slow_rate"]
    return []


def _outlier_claim(step: SlowStep, stage: str) -> str:
    """What the texts of no class add to the loss; nothing where training has none, or at another stage."""
    if stage != "loss" or not step.n_outliers:
        return ""
    return t("slow.claim.outliers", outlier=step.metrics.outlier_loss, n_outliers=step.n_outliers)


def _outlier_term(step: SlowStep) -> str:
    """Their term of the loss, in a formula."""
    return t("slow.formula.outliers", outlier=step.metrics.outlier_loss) if step.n_outliers else ""


def _covered(step: SlowStep) -> str:
    """How many words of the batch training did not show as they are, each way that there were any."""
    counts = {"hidden": step.n_hidden, "silenced": step.n_silenced, "left_out": step.n_left_out}
    found = [t(f"slow.covered.{kind}", n=n) for kind, n in counts.items() if n]
    return t("slow.covered.joint").join(found) or t("slow.covered.none")


def _values(run: Run, step: SlowStep, layer: int, headline: int) -> dict[str, Any]:
    shown, metrics, picked = step.layers[layer], step.metrics, step.headlines[headline]
    top, idle = shown.busiest, shown.idlest
    return {
        "step": metrics.step,
        "epoch": metrics.epoch + 1,
        "place": step.place_in_epoch,
        "per_epoch": step.steps_per_epoch,
        "n": len(step.headlines),
        "tokens": metrics.n_tokens,
        "covered": _covered(step),
        "words": len(picked.read),
        "routed": len(shown.load_E),
        "k": shown.topk_idx_TK.shape[1],
        "layer": layer_name(layer),
        "top": expert_name(top),
        "top_load": int(shown.load_E[top]),
        "mean": shown.mean_load,
        "assignments": int(shown.load_E.sum()),
        "max_vio": metrics.max_vio_L[layer],
        "idle": expert_name(idle),
        "idle_load": int(shown.load_E[idle]),
        "idle_before": float(shown.bias_before_E[idle]),
        "idle_after": float(shown.bias_after_E[idle]),
        "top_before": float(shown.bias_before_E[top]),
        "top_after": float(shown.bias_after_E[top]),
        "u": step.balance.bias_step,
        "loss": metrics.loss,
        "ce": metrics.ce_loss,
        "balance": metrics.balance_loss,
        "outliers": _outlier_term(step),
        "right": step.n_right,
        "parts": _parts_line(step),
        "norm": metrics.grad_norm,
        "clip": step.grad_clip,
        "clipped": step.clipped_norm,
        "lr": metrics.lr,
        "smoothing": step.label_smoothing,
        "score_fn": AFFINITY_SIGNS[run.config.model.score_fn],
    }


def _parts_line(step: SlowStep) -> str:
    """0.0001 x (1.127 + 1.127) for every balance loss of the method, the layers in order."""
    return " + ".join(
        f"{part.weight:g} × ({' + '.join(f'{value:.3f}' for value in part.value_L)})" for part in step.losses
    )

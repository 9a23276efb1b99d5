"""Numbers of one training step taken apart (`insight.slow_step`): its scores, loads, losses, gradients and biases.

Letters: T words of the batch, E routed experts, B headlines, C classes, L MoE layers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moe_demo.config import RoutingRule, RunConfig
from moe_demo.insight.balance_terms import BiasUpdate, LossTerms
from moe_demo.insight.lineage.balance import BATCH, SEQUENCE, f_of, product_of, sum_of, updated_bias
from moe_demo.insight.lineage.held_out import load_of, vio_of
from moe_demo.insight.lineage.random_load import RANDOM, random_of
from moe_demo.insight.lineage.record import Array, Lineage
from moe_demo.insight.lineage.routing import affinity
from moe_demo.insight.step_record import SlowLayer, SlowStep, joint_norm

_TRAINER = "moe_demo/training/trainer.py: Trainer.forward_backward"
_CLIP = "moe_demo/training/trainer.py: Trainer.update"
_CE_LINES = [
    "shifted = logits - logits.max(1, keepdims=True)",
    "log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))",
    "of_true = log_p[np.arange(len(labels)), labels]",
    "losses = -(1 - smoothing) * of_true - smoothing * log_p.mean(1)",
]
_CE = r"-(1-\epsilon) \ln p_y - \frac{\epsilon}{C} \sum_c \ln p_c"


@dataclass(frozen=True, kw_only=True, eq=False)
class SlowCase:
    """A step taken apart: one layer and expert of it."""

    step: SlowStep
    config: RunConfig
    """In force at the step."""
    layer: int
    expert: int

    @property
    def rule(self) -> RoutingRule:
        """Of the router."""
        return self.config.model.routing_rule

    @property
    def shown(self) -> SlowLayer:
        """The layer."""
        return self.step.layers[self.layer]


# -- scores and dispatch ---------------------------------------------------------------------------------------------


def slow_score(case: SlowCase, headline: int, nth: int) -> Lineage:
    """Affinity of the nth word that was read to an expert, as training saw the word."""
    t, shown = case.step.headlines[headline].begin + nth, case.shown
    arrays = {"u": shown.input_TD[t], "directions": shown.directions_ED}
    return affinity("slow_score", case.rule, case.expert, shown.logits_TE[t], shown.scores_TE[t], arrays)


def slow_count(case: SlowCase) -> Lineage:
    """Assignments of an expert over the batch."""
    return _counted("slow_count", case, case.shown.topk_idx_TK, float(case.shown.load_E[case.expert]))


def slow_mine(case: SlowCase, headline: int) -> Lineage:
    """Assignments of an expert among the words of one headline."""
    one = case.step.headlines[headline]
    chosen_TK = case.shown.topk_idx_TK[one.tokens]
    expected = float(case.step.headline_load(case.layer, headline)[case.expert])
    return _counted("slow_mine", case, chosen_TK, expected)


def slow_mean(case: SlowCase) -> Lineage:
    """The fair share: assignments an expert."""
    shown = case.shown
    return Lineage(
        name="slow_mean",
        equation=r"\bar c = \frac{K\,T}{E}",
        filled=rf"\frac{{{int(shown.load_E.sum())}}}{{{len(shown.load_E)}}} = {shown.mean_load:.4f}",
        source="DeepSeekMoE, arXiv 2401.06066, Eq. 13",
        arrays={"chosen": shown.topk_idx_TK, "n_experts": np.asarray(len(shown.load_E))},
        snippet="result = chosen.size / n_experts",
        expected=shown.mean_load,
    )


def slow_load(case: SlowCase) -> Lineage:
    """Load over fair share."""
    return load_of("slow_load", case.shown.load_E, case.expert)


def slow_max_vio(case: SlowCase) -> Lineage:
    """MaxVio of the layer over the batch."""
    return vio_of("slow_max_vio", case.shown.load_E, case.step.metrics.max_vio_L[case.layer])


def slow_random(case: SlowCase) -> Lineage:
    """Load over fair share of the busiest expert under random routing."""
    (n_words, k), n_routed = case.shown.topk_idx_TK.shape, len(case.shown.load_E)
    arrays = {"n_words": np.asarray(n_words), "n_experts": np.asarray(n_routed), "k": np.asarray(k)}
    return random_of(
        "slow_random",
        arrays,
        "1 + random_max_vio(n_words, n_experts, k)",
        case.shown.random_f,
        f"1 + {RANDOM}",
    )


def _counted(name: str, case: SlowCase, chosen_TK: Array, expected: float) -> Lineage:
    return Lineage(
        name=name,
        equation=r"c_i = \sum_t [\,i \in \mathrm{TopK}(t)\,]",
        source="DeepSeekMoE, arXiv 2401.06066, Eq. 13",
        arrays={"chosen": chosen_TK},
        snippet=f"result = (chosen == {case.expert}).sum()",
        expected=expected,
    )


# -- loss ------------------------------------------------------------------------------------------------------------


def slow_headline_loss(case: SlowCase, headline: int) -> Lineage:
    """Cross-entropy of one headline against its smoothed class."""
    return _cross_entropy(
        "slow_headline_loss", case, _CE, f"losses[{headline}]", case.step.headlines[headline].loss
    )


def slow_ce(case: SlowCase) -> Lineage:
    """Its mean over the batch."""
    equation = rf"\frac{{1}}{{B}} \sum_b \Big({_CE}\Big)"
    return _cross_entropy("slow_ce", case, equation, "losses.mean()", case.step.metrics.ce_loss)


def slow_balance(case: SlowCase) -> Lineage:
    """What the balance losses add: each one's weight times its values of all layers."""
    parts = case.step.losses
    learned = case.step.layers[case.config.model.n_hash_layers :]
    if learned and len(parts) == 1 and parts[0].name in ("expert", "sequence"):
        return _one_balance_loss(case)
    return Lineage(
        name="slow_balance",
        equation=r"\sum_n \alpha_n \sum_l L_{n,l}",
        source="DeepSeekMoE, arXiv 2401.06066, Eq. 12-17; DeepSeek-V3, arXiv 2412.19437, Eq. 17",
        arrays={
            "alpha": np.array([part.weight for part in parts]),
            "values": np.array([part.value_L for part in parts]),
        },
        snippet="result = (alpha * values.sum(1)).sum()",
        expected=case.step.metrics.balance_loss,
    )


def _one_balance_loss(case: SlowCase) -> Lineage:
    """The loss of the layers that choose by affinity: a hash layer has none."""
    part, layers = case.step.losses[0], case.step.layers[case.config.model.n_hash_layers :]
    by_headline = part.name == "sequence"
    f = np.array([one.sequence_f_BE if by_headline else one.f_E for one in layers])
    P = np.array([one.sequence_P_BE if by_headline else one.P_E for one in layers])
    sums = "(f * P).sum(-1).mean(1)" if by_headline else "(f * P).sum(-1)"
    mean = r"\frac{1}{B} \sum_b" if by_headline else ""
    return Lineage(
        name="slow_balance",
        equation=rf"\alpha \sum_l {mean} \sum_i f_i P_i",
        source=SEQUENCE if by_headline else BATCH,
        arrays={"alpha": np.asarray(part.weight), "f": f, "P": P},
        snippet=f"result = alpha * {sums}.sum()",
        expected=case.step.metrics.balance_loss,
    )


def slow_loss(case: SlowCase) -> Lineage:
    """What is minimised: cross-entropy, balance losses, and what texts of no class add."""
    one = case.step.metrics
    return Lineage(
        name="slow_loss",
        equation=r"L = \mathrm{CE} + L_{\mathrm{balance}} + L_{\mathrm{outlier}}",
        filled=rf"{one.ce_loss:.4f} + {one.balance_loss:.6f} + {one.outlier_loss:.6f} = {one.loss:.4f}",
        source=_TRAINER,
        arrays={
            "ce": np.asarray(one.ce_loss),
            "balance": np.asarray(one.balance_loss),
            "outlier": np.asarray(one.outlier_loss),
        },
        snippet="result = ce + balance + outlier",
        expected=one.loss,
    )


def slow_f(case: SlowCase, headline: int) -> Lineage:
    """f of an expert, of one headline or of the batch, as the method takes it."""
    return f_of("slow_f", *_terms(case, headline))


def slow_push(case: SlowCase, headline: int) -> Lineage:
    """f P of an expert, likewise."""
    return product_of("slow_push", *_terms(case, headline))


def slow_sum(case: SlowCase, headline: int) -> Lineage:
    """Sum of f P over the experts, likewise."""
    terms, _, source = _terms(case, headline)
    return sum_of("slow_sum", terms, source)


def slow_share(case: SlowCase, headline: int) -> Lineage:
    """P of an expert, likewise: its mean share of a word's affinity."""
    terms, e, source = _terms(case, headline)
    one, scores_TE = case.step.headlines[headline], case.shown.scores_TE
    is_headline = case.step.factors(case.layer, headline).kind == "sequence"
    return Lineage(
        name="slow_share",
        equation=r"P_i = \frac{1}{T} \sum_t \frac{s_{i,t}}{\sum_j s_{j,t}}",
        source=source,
        arrays={"scores": scores_TE[one.tokens] if is_headline else scores_TE},
        snippet=f"result = (scores / scores.sum(1, keepdims=True)).mean(0)[{e}]",
        expected=float(terms.share_E[e]),
    )


def _terms(case: SlowCase, headline: int) -> tuple[LossTerms, int, str]:
    found = case.step.factors(case.layer, headline)
    return found.terms, case.expert, SEQUENCE if found.kind == "sequence" else BATCH


def _cross_entropy(name: str, case: SlowCase, equation: str, result: str, expected: float) -> Lineage:
    step = case.step
    return Lineage(
        name=name,
        equation=equation,
        source=_TRAINER,
        arrays={
            "logits": np.array([one.logits_C for one in step.headlines]),
            "labels": np.array([one.label for one in step.headlines]),
            "smoothing": np.asarray(step.label_smoothing),
        },
        snippet="\n".join([*_CE_LINES, f"result = {result}"]),
        expected=expected,
    )


# -- gradient and bias -----------------------------------------------------------------------------------------------


def slow_norm(case: SlowCase) -> Lineage:
    """Norm of the whole gradient: the squares of its parts add up."""
    norms = [part.norm for part in case.step.gradients]
    return _joint("slow_norm", norms, case.step.metrics.grad_norm)


def slow_experts_norm(case: SlowCase) -> Lineage:
    """Norm of the gradient of all routed experts of a layer."""
    part = case.step.experts_part(case.layer)
    return _joint("slow_experts_norm", part.norm_E, part.norm)


def slow_others_norm(case: SlowCase) -> Lineage:
    """Norm of the gradient of all other layers."""
    _, others = case.step.parts_of(case.layer)
    return _joint("slow_others_norm", [part.norm for part in others], joint_norm(others))


def slow_clipped(case: SlowCase) -> Lineage:
    """What clipping leaves of one expert's gradient."""
    norm = case.step.experts_part(case.layer).norm_E[case.expert]
    return _clipped("slow_clipped", case, norm)


def slow_clipped_norm(case: SlowCase) -> Lineage:
    """What clipping leaves of the whole gradient."""
    return _clipped("slow_clipped_norm", case, case.step.metrics.grad_norm)


def slow_rate(case: SlowCase) -> Lineage:
    """The learning rate of the step: linear warm-up, then half a cosine down to zero."""
    config, done = case.config, case.step.metrics.step - 1
    lines = [
        "warm = max(1, np.round(warmup * n_steps))",
        "progress = (done - warm) / max(1, n_steps - warm)",
        "cosine = 0.5 * (1 + np.cos(np.pi * progress))",
        "result = rate * ((done + 1) / warm if done < warm else cosine)",
    ]
    return Lineage(
        name="slow_rate",
        equation=r"\eta \cdot \min\Big(\frac{t+1}{T_w},\ \tfrac12\big(1 + \cos \pi\tfrac{t - T_w}{T - T_w}\big)\Big)",
        source="moe_demo/training/schedule.py: learning_rate",
        arrays={
            "rate": np.asarray(config.lr),
            "warmup": np.asarray(config.warmup_fraction),
            "n_steps": np.asarray(case.step.n_steps),
            "done": np.asarray(done),
        },
        snippet="\n".join(lines),
        expected=case.step.metrics.lr,
    )


def slow_bias(case: SlowCase) -> Lineage:
    """An expert's bias after the step."""
    shown = case.shown
    update = BiasUpdate(load_E=shown.load_E, after_E=shown.bias_after_E, rate=case.step.balance.bias_step)
    return updated_bias("slow_bias", update, case.expert)


def _joint(name: str, norms: list[float] | tuple[float, ...], expected: float) -> Lineage:
    return Lineage(
        name=name,
        equation=r"\|g\| = \sqrt{\sum_n \|g_n\|^2}",
        source="moe_demo/insight/slow_step.py",
        arrays={"norms": np.array(norms)},
        snippet="result = np.sqrt((norms**2).sum())",
        expected=expected,
    )


def _clipped(name: str, case: SlowCase, norm: float) -> Lineage:
    step = case.step
    return Lineage(
        name=name,
        equation=r"\|g_n\| \cdot \min\Big(1, \frac{\mathrm{clip}}{\|g\|}\Big)",
        filled=rf"{norm:.4f} \cdot {step.clip_scale:.4f} = {step.clipped(norm):.4f}",
        source=_CLIP,
        arrays={
            "norm": np.asarray(norm),
            "whole": np.asarray(step.metrics.grad_norm),
            "clip": np.asarray(step.grad_clip),
        },
        snippet="result = norm * min(1, clip / whole)",
        expected=step.clipped(norm),
    )

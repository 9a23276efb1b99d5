"""Any number back to the sum that made it: the dot product behind a router logit, and NumPy that does it again.

The terms are those of the model's own weights and of the recorded input; their sum is computed in float64 and
must agree with the logit of the forward pass, which a test checks by running the snippet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moe_demo.insight.router_path import RouterPath
from moe_demo.insight.run import Run
from moe_demo.insight.trace import Array, LayerTrace


@dataclass(frozen=True, kw_only=True)
class Term:
    """One feature's part in a dot product."""

    feature: int
    x: float
    """The token's value, after the block's RMSNorm."""
    w: float
    """The expert direction's value."""
    product: float


@dataclass(frozen=True, kw_only=True)
class LogitLineage:
    """u . e_i taken apart: the terms that weigh most, and the sum of all others."""

    layer: int
    token: int
    expert: int
    terms: tuple[Term, ...]
    """Largest |x w| first."""
    n_rest: int
    rest: float
    total: float
    """Sum of terms and rest, in float64."""
    logit: float
    """What the forward pass recorded."""
    x_D: Array
    w_D: Array


def router_directions(run: Run, layer: int) -> Array:
    """The expert directions e_i of a layer, shape (E, D)."""
    return np.asarray(run.model.moe_layers[layer].router.weight_ED.detach().cpu().numpy())


def logit_lineage(
    layer: LayerTrace, directions_ED: Array, token: int, expert: int, n_terms: int = 6
) -> LogitLineage:
    """The dot product behind one logit."""
    x_D, w_D = layer.input_TD[token], directions_ED[expert]
    product_D = x_D.astype(np.float64) * w_D.astype(np.float64)
    first = np.argsort(-np.abs(product_D), kind="stable")[:n_terms]
    terms = tuple(
        Term(feature=int(d), x=float(x_D[d]), w=float(w_D[d]), product=float(product_D[d])) for d in first
    )
    rest = float(np.delete(product_D, first).sum())
    return LogitLineage(
        layer=layer.layer,
        token=token,
        expert=expert,
        terms=terms,
        n_rest=len(product_D) - len(terms),
        rest=rest,
        total=sum(term.product for term in terms) + rest,
        logit=float(layer.logits_TE[token, expert]),
        x_D=x_D,
        w_D=w_D,
    )


def numpy_snippet(lineage: LogitLineage, path: RouterPath) -> str:
    """A program without any of our code that computes the logit, the choice and the gates again."""
    rule = path.rule
    lines = [
        "import numpy as np",
        "",
        f"# layer {path.layer}, token {path.token}, expert {lineage.expert}; every number is from the forward pass",
        f"x = np.array({_numbers(lineage.x_D)})",
        f"w = np.array({_numbers(lineage.w_D)})",
        "logit = x @ w",
        "",
        f"logits = np.array({_numbers([step.logit for step in path.experts])})",
        f"logits[{lineage.expert}] = logit",
        f"bias = np.array({_numbers([step.bias for step in path.experts])})",
        *_affinity_lines(rule.score_fn, rule.temperature),
        "choice = scores + bias",
        *_group_lines(path),
        f"chosen = np.argsort(-choice, kind='stable')[:{rule.top_k}]",
        "gates = scores[chosen]",
        *(["gates = gates / gates.sum()"] if path.normalised else []),
        *([f"gates = gates * {rule.route_scale!r}"] if rule.route_scale != 1.0 else []),
        "",
        "print(logit, dict(zip(chosen.tolist(), gates.round(4).tolist())))",
    ]
    return "\n".join(lines) + "\n"


def _affinity_lines(score_fn: str, temperature: float) -> list[str]:
    tempered = "logits" if temperature == 1.0 else f"(logits / {temperature!r})"
    if score_fn == "sigmoid":
        return [f"scores = 1 / (1 + np.exp(-{tempered}))"]
    return [f"scores = np.exp({tempered} - {tempered}.max())", "scores = scores / scores.sum()"]


def _group_lines(path: RouterPath) -> list[str]:
    if not path.groups:
        return []
    rule = path.rule
    return [
        f"best = -np.sort(-choice.reshape({rule.n_groups}, {rule.group_size}))[:, :{rule.counted_per_group}]",
        f"kept = np.argsort(-best.sum(1), kind='stable')[:{rule.topk_groups}]",
        f"choice[~np.isin(np.arange({rule.n_routed}) // {rule.group_size}, kept)] = -np.inf",
    ]


def _numbers(values: Array | list[float]) -> str:
    return "[" + ", ".join(f"{float(value):.7g}" for value in values) + "]"

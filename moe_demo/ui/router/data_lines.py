"""The sentences below the router page's picture, made from the numbers on show."""

from __future__ import annotations

from typing import Any, TypedDict

from moe_demo.insight.interventions import Rerouted
from moe_demo.insight.router_path import PathChange, RouterPath, rerouted_tokens
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.words import expert_name, expert_names
from moe_demo.ui.router.controls import Asked

NEAR = 0.02  # a margin below this is called a close one


class Lines(TypedDict):
    """Sentences made from the numbers on show."""

    change: str
    claim: str
    evidence: str
    margin: str


def lines(shown: Rerouted, change: PathChange, asked: Asked) -> Lines:
    """What has changed, the claim, its evidence, and how narrow the cut is."""
    return {
        "change": _change_line(shown, change),
        "claim": t("router.hash.claim" if shown.path.row else "router.lines.claim"),
        "evidence": _evidence(shown, change, asked),
        "margin": _margin(shown.path),
    }


def _change_line(shown: Rerouted, change: PathChange) -> str:
    if not shown.changed:
        table = "hash.trained" if shown.path.row else "lines.trained"
        return t(f"router.{table}", k=shown.path.rule.top_k, n=shown.path.rule.n_routed)
    parts = [
        t(f"router.lines.{name}", experts=expert_names(experts))
        for name, experts in (
            ("entered", change.entered),
            ("left", change.left),
            ("reweighted", change.reweighted),
        )
        if experts
    ]
    others = rerouted_tokens(shown.layer, shown.trained_trace.layers[shown.path.layer])
    n_others = len([token for token in others if token != shown.path.token])
    line = t("router.lines.semicolon").join(parts) or t("router.lines.nothing")
    return line + (t("router.lines.others", n=n_others) if n_others else t("router.lines.stop"))


def _evidence(shown: Rerouted, change: PathChange, asked: Asked) -> str:
    """The claim held against the numbers on screen: the pushed expert, else the first of the chosen."""
    path = shown.path
    if path.row:
        return t("router.hash.evidence", row=expert_names(path.row))
    step = path.experts[path.order[0] if asked.pushed is None or not shown.changed else asked.pushed]
    values: dict[str, Any] = {
        "expert": expert_name(step.expert),
        "score": step.score,
        "bias": step.bias,
        "biased": step.biased,
    }
    values |= {"gate": step.gate, "sum": path.score_sum, "push": asked.push}
    way = "norm" if path.normalised else "plain"
    if asked.pushed is None or not shown.changed:
        return t(f"router.lines.{'rest' if step.bias else 'unbiased'}_{way}", **values)
    if step.chosen:
        return t(f"router.lines.pushed_in_{way}", **values)
    if not step.group_kept:
        return t("router.lines.pushed_out_group", group=step.group, **values)
    return t("router.lines.pushed_out", rank=step.rank + 1 if step.rank is not None else 0, **values)


def _margin(path: RouterPath) -> str:
    if path.row:
        return t("router.hash.no_margin")
    if path.margin is None or path.next_in_line is None:
        return t("router.lines.no_margin", k=path.rule.top_k)
    values = {
        "last": expert_name(path.chosen[-1]),
        "next": expert_name(path.next_in_line),
        "margin": path.margin,
        "k": path.rule.top_k,
    }
    return t("router.lines.near" if path.margin < NEAR else "router.lines.margin", **values)

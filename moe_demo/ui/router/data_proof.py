"""The formulas of one expert's gate with this word's numbers."""

from __future__ import annotations

from moe_demo.insight.router_path import ExpertStep, RouterPath

MAX_WRITTEN = 4  # longer sums of a softmax are written with a sign


def formulas(path: RouterPath, step: ExpertStep) -> list[str]:
    """The path of one expert in KaTeX, each line with its numbers."""
    e, rule = step.expert, path.rule
    if path.row:
        row, relation = r",\ ".join(map(str, path.row)), r"\in" if step.chosen else r"\notin"
        taken = rf"{e} {relation} \mathrm{{row}}_{{{rule.top_k}}} = \{{{row}\}}"
        return [_score_line(path, step), taken, _gate_line(path, step) if step.chosen else rf"g_{{{e}}} = 0"]
    lines = [
        _score_line(path, step),
        rf"s_{{{e}}} + b_{{{e}}} = {step.score:.3f} {step.bias:+.3f} = {step.biased:.3f}",
    ]
    if not step.group_kept:
        return [*lines, _group_line(path, step), rf"g_{{{e}}} = 0"]
    relation = r"\ge" if step.chosen else "<"
    lines.append(
        rf"{step.biased:.3f} {relation} \underbrace{{{path.cut:.3f}}}_{{\mathrm{{top}}\text{{-}}{rule.top_k}}}"
    )
    return [*lines, _gate_line(path, step) if step.chosen else rf"g_{{{e}}} = 0"]


def _score_line(path: RouterPath, step: ExpertStep) -> str:
    e, rule = step.expert, path.rule
    tau = "" if rule.temperature == 1.0 else f" / {rule.temperature:g}"
    if rule.score_fn == "sigmoid":
        return (
            rf"s_{{{e}}} = \sigma(u \cdot e_{{{e}}}{tau}) = \sigma({step.logit:.3f}{tau}) = {step.score:.3f}"
        )
    if rule.score_fn == "sqrt_softplus":
        return (
            rf"s_{{{e}}} = \sqrt{{\ln(1 + e^{{u \cdot e_{{{e}}}{tau}}})}} = "
            rf"\sqrt{{\ln(1 + e^{{{step.logit:.3f}{tau}}})}} = {step.score:.3f}"
        )
    every = [rf"e^{{{other.logit:.3f}{tau}}}" for other in path.experts]
    below = " + ".join(every) if len(every) <= MAX_WRITTEN else rf"\sum_j e^{{u \cdot e_j{tau}}}"
    return rf"s_{{{e}}} = \mathrm{{softmax}}_{{{e}}} = \frac{{{every[e]}}}{{{below}}} = {step.score:.3f}"


def _group_line(path: RouterPath, step: ExpertStep) -> str:
    group = path.groups[step.group]
    terms = " + ".join(f"{path.experts[e].biased:.3f}" for e in group.counted)
    kept = r",\ ".join(f"{other.score:.3f}" for other in path.groups if other.kept)
    return rf"G_{{{step.group}}} = {terms} = {group.score:.3f} < \{{{kept}\}} \Rightarrow -\infty"


def _gate_line(path: RouterPath, step: ExpertStep) -> str:
    e, scale = step.expert, path.rule.route_scale
    times = "" if scale == 1.0 else rf"\times {scale:g}"
    if not path.normalised:
        return rf"g_{{{e}}} = s_{{{e}}} {times} = {step.gate:.3f}"
    terms = " + ".join(f"{path.experts[other].score:.3f}" for other in path.chosen)
    return (
        rf"g_{{{e}}} = \frac{{s_{{{e}}}}}{{\sum_j s_j}} {times} = "
        rf"\frac{{{step.score:.3f}}}{{{terms}}} {times} = {step.gate:.3f}"
    )

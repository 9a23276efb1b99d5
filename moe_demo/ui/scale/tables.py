"""The tables of the scale page: two models, a configuration, the article's figures, our own measurement."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from moe_demo.published import Claim, Configuration, Conventions, Count, claims, cost, count
from moe_demo.published.claims import Arithmetic, Quantity, closest_models
from moe_demo.published.count import COMPONENTS
from moe_demo.releases.dense import KINDS, Dense, read_dense
from moe_demo.runs.files import RunError
from moe_demo.ui.kit.cited import cited
from moe_demo.ui.kit.i18n import labels, t
from moe_demo.ui.kit.tables import markdown_table
from moe_demo.ui.scale.data import amount, percent
from moe_demo.ui.scale.models import counted, model_named

ARTICLE = {"total": "671B", "activated": "3.7 %", "speed": "2.1x", "cost": "67 %"}


def lines_table(name: str, other: str, conventions: Conventions) -> pd.DataFrame:
    """Two models part by part: all parameters, and those a token uses."""
    found = [counted(name, conventions), counted(other, conventions)]
    heads = _heads(name, other)
    rows = []
    for part in COMPONENTS:
        if any(any(one.of(part)) for one in found):
            rows.append(
                [t(f"scale.parts.{part}"), *(amount(value) for one in found for value in one.of(part))]
            )
    rows.append(
        [t("scale.table.sum"), *(amount(value) for one in found for value in (one.total, one.activated))]
    )
    rows += _cost_rows(found)
    return pd.DataFrame(rows, columns=heads)


def _heads(name: str, other: str) -> list[str]:
    titles = [model_named(one).title for one in (name, other)]
    second = titles[1] if titles[1] != titles[0] else f"{titles[1]} "
    return [
        t("scale.table.part"),
        *(t(f"scale.table.{side}", title=title) for title in (titles[0], second) for side in ("all", "used")),
    ]


def _cost_rows(found: list[Count]) -> list[list[str]]:
    costs = [cost(one.shape) for one in found]
    rows = {
        "share": [(percent(one.share), "") for one in found],
        "ffn_share": [(percent(one.ffn_share), "") for one in found],
        "flops": [("", f"{one.forward_flops:.3g}") for one in costs],
        "memory": [(_bytes(one.parameter_bytes), _bytes(one.touched_bytes)) for one in costs],
        "cache": [("", _bytes(one.cache_bytes)) for one in costs],
    }
    return [
        [t(f"scale.table.{key}"), *(cell for pair in pairs for cell in pair)] for key, pairs in rows.items()
    ]


def _bytes(value: float) -> str:
    for size, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value >= size:
            return f"{value / size:,.4g} {unit}"
    return f"{value:,.0f} B"


def about(name: str) -> str:
    """Where a model's sizes are from, what its makers say, and what is to be known about the count."""
    model = model_named(name)
    lines = [f"**{model.title}**"]
    if model.total and model.activated:
        said = t("scale.said", total=amount(model.total), activated=amount(model.activated))
        prompt = t("scale.said_prompt", prefill=amount(model.prefill)) if model.prefill else ""
        lines.append(f"{said}{prompt} `{cited(model.said_in)}`")
    lines += [t(f"scale.notes.{note}") for note in model.notes]
    lines += [f"`{cited(source)}`" for source in model.sources]
    return "\n".join(f"- {line}" if place else line + "\n" for place, line in enumerate(lines))


def configuration_table(found: Configuration, conventions: Conventions) -> pd.DataFrame:
    """A configuration part by part, with how each number comes about."""
    counts = count(found.shape, conventions)
    rows = [
        [
            t(f"scale.parts.{line.component}"),
            line.formula,
            f"{line.n:,}",
            f"{line.n_activated:,}",
            f"{line.total:,}",
            f"{line.activated:,}",
        ]
        for line in counts.lines
    ]
    rows.append([t("scale.table.sum"), "", "", "", f"{counts.total:,}", f"{counts.activated:,}"])
    names = ("part", "one", "n", "n_used", "total", "activated")
    return pd.DataFrame(rows, columns=[t(f"scale.table.{name}") for name in names])


@lru_cache(maxsize=8)
def claim_rows(key: str, lang: str) -> str:
    """What the reports say of a figure, and what gives a number like it; `lang` is what it is kept by."""
    claim = next(one for one in claims() if one.key == key)
    heads = [t(f"scale.claims.heads.{name}") for name in ("what", "sum", "result", "standing", "source")]
    rows = [_row(arithmetic) for arithmetic in claim.says + claim.nearest]
    return markdown_table(heads, [*rows, *_measured_row(key)], (0, 3, 4))


def _measured_row(key: str) -> list[list[str]]:
    """What our own recorded measurement has beside a figure, where it has something."""
    try:
        found = read_dense()
    except RunError:
        return []  # the section below says so
    results = {
        "activated": percent(found.share),
        "speed": f"{found.of('dense_total').mean_token_time:.2f}x",
        "cost": percent(found.step_saving),
    }
    if key not in results:
        return []
    words = labels("scale.claims.ours")
    standing = t("scale.claims.standing.measured")
    return [[words[key], "–", f"**{results[key]}**", standing, f"`{found.command}`"]]


def _row(arithmetic: Arithmetic) -> list[str]:
    sources = dict.fromkeys(
        cited(quantity.source)
        for quantity in (arithmetic.numerator, arithmetic.denominator)
        if quantity is not None and quantity.source is not None
    )
    return [
        t(f"scale.arithmetic.{arithmetic.key}"),
        _sum(arithmetic),
        f"**{result(arithmetic)}**",
        t(f"scale.claims.standing.{arithmetic.standing}"),
        "; ".join(sources) or t("scale.claims.counted_here"),
    ]


def _sum(arithmetic: Arithmetic) -> str:
    """`37B ÷ 671B`, or `1 − 172,800 ÷ 300,600`."""
    if arithmetic.denominator is None:
        return "–"
    quotient = f"{_quantity(arithmetic.numerator)} ÷ {_quantity(arithmetic.denominator)}"
    return f"1 − {quotient}" if arithmetic.form == "saving" else quotient


def _quantity(quantity: Quantity) -> str:
    if quantity.unit == "parameters":
        return amount(quantity.value)
    if quantity.unit == "flops":
        return f"{quantity.value / 1e12:.1f}T"
    return f"{quantity.value:,.0f}"


def result(arithmetic: Arithmetic) -> str:
    """As the article writes such a figure."""
    if arithmetic.form in ("share", "saving"):
        return percent(arithmetic.result)
    if arithmetic.form == "ratio":
        return f"{arithmetic.result:.3g}x"
    return amount(arithmetic.result)


def verdict(claim: Claim) -> str:
    """One sentence: whether a report has it."""
    return t(f"scale.claims.verdict.{'in_a_report' if claim.in_a_report else 'in_none'}")


def nearest_models() -> dict[str, str]:
    """The published model whose activated share is nearest to the article's, and the two after it."""
    first, *others = (f"{one.title} ({percent(one.share)})" for one in closest_models(0.037)[:3])
    return {"closest": first, "others": t("common.comma").join(others)}


def measured_table(found: Dense) -> pd.DataFrame:
    """The MoE model beside the two dense ones."""
    words = labels("scale.dense")
    rows = []
    for kind in KINDS:
        model = found.of(kind)
        rows.append(
            [
                words[kind],
                f"{model.total:,}",
                f"{model.activated:,}",
                _spread(model.mean_accuracy, model.accuracy, ".1%"),
                _spread(model.mean_step_time, model.step_time, ".2f"),
                _spread(model.mean_token_time, model.token_time, ".2f"),
            ]
        )
    heads = ("model", "total", "activated", "accuracy", "step_time", "token_time")
    return pd.DataFrame(rows, columns=[words[f"head_{name}"] for name in heads])


def _spread(mean: float, values: tuple[float, ...], form: str) -> str:
    """The mean of the seeds, and the least and the largest of them where they differ."""
    low, high = f"{min(values):{form}}", f"{max(values):{form}}"
    return f"{mean:{form}}" + (f" ({low}–{high})" if low != high else "")


def layers_table(found: Dense) -> pd.DataFrame:
    """One layer by itself at several widths: microseconds of a token."""
    words = labels("scale.dense")
    rows = [[f"{layer.dim}", *(f"{value:.2f}" for value in layer.microseconds)] for layer in found.layers]
    return pd.DataFrame(rows, columns=[words["head_width"], *(words[kind] for kind in KINDS)])

"""What the picture of the four accounts is given: one small chart each, every seed beside its chance."""

from __future__ import annotations

from typing import Literal, TypedDict

from moe_demo.insight.accounts import ACCOUNTS, Account, Figure
from moe_demo.insight.word_clusters import N_CLUSTERS
from moe_demo.ui.experts.seeds import Training, expert_clusters
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import expert_name, layer_name


class DotKeys(TypedDict):
    """Where the numbers of a mark come from."""

    value: str
    chance: str
    beside: str | None


class DebateDot(TypedDict):
    """One training."""

    name: str
    is_live: bool
    value: float
    chance: float
    beside: float | None
    why: DotKeys | None
    """Keys of its sums; none of a recorded training, whose weights are not kept."""
    layer: int | None


class DebateRow(TypedDict):
    """One layer, or all of them."""

    label: str
    dots: list[DebateDot]


class DebateChart(TypedDict):
    """One account."""

    account: Account
    title: str
    source: str
    measure: str
    form: Literal["percent", "number"]
    limit: float
    """End of the scale, which begins at 0."""
    rows: list[DebateRow]
    says: list[str]


class ExpertsDebateData(TypedDict):
    """The four charts."""

    charts: list[DebateChart]
    seeds: list[str]
    title: str
    words: dict[str, str]
    lang: str


_KEYS: dict[Account, DotKeys] = {
    "committee": {"value": "committee", "chance": "committee_chance", "beside": None},
    "topic": {"value": "information_share-0", "chance": "information_luck_share-0", "beside": None},
    "features": {"value": "features", "chance": "features_chance", "beside": None},
    "path": {"value": "path", "chance": "path_chance", "beside": "path_alone"},
}


def debate_data(view: View, trainings: list[Training], expert: int) -> ExpertsDebateData:
    """What the picture draws; `expert` is the one of the picked cell, whose clusters of words are listed."""
    return {
        "charts": [_chart(view, trainings, account, expert) for account in ACCOUNTS],
        "seeds": [one.name for one in trainings],
        "title": t("experts.debate_label"),
        "words": labels("experts.debate"),
        "lang": language(),
    }


def _chart(view: View, trainings: list[Training], account: Account, expert: int) -> DebateChart:
    layers = sorted({f.layer for f in trainings[0].figures if f.account == account}, key=lambda x: x or 0)
    rows = [_row(trainings, account, layer) for layer in layers]
    shown = [value for row in rows for dot in row["dots"] for value in (dot["value"], dot["chance"])]
    says = [_says(account, row, view) for row in rows] or [t("experts.debate_no_path")]
    if account == "features":
        says.append(_clusters(view, expert))
    return {
        "account": account,
        "title": t(f"experts.accounts.{account}"),
        "source": t(f"experts.account_sources.{account}"),
        "measure": t(f"experts.account_measures.{account}", k=view.run.config.model.top_k, n=N_CLUSTERS),
        "form": "number" if account == "features" else "percent",
        "limit": _end(max(shown, default=1.0)),
        "rows": rows,
        "says": says,
    }


def _end(value: float) -> float:
    """The first of these ends that the largest value does not pass."""
    return next(
        (end for end in (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 10.0, 20.0, 30.0) if end > value), float(N_CLUSTERS)
    )


def _row(trainings: list[Training], account: Account, layer: int | None) -> DebateRow:
    found = [(one, _figure(one, account, layer)) for one in trainings]
    return {
        "label": t("experts.debate.all_layers") if layer is None else layer_name(layer),
        "dots": [
            {
                "name": one.name,
                "is_live": one.is_live,
                "value": figure.value,
                "chance": figure.chance,
                "beside": figure.beside,
                "why": _KEYS[account] if one.is_live else None,
                "layer": layer,
            }
            for one, figure in found
        ],
    }


def _figure(one: Training, account: Account, layer: int | None) -> Figure:
    return next(f for f in one.figures if f.account == account and f.layer == layer)


def _says(account: Account, row: DebateRow, view: View) -> str:
    """The numbers of one row as a sentence: smallest and largest of the seeds, and their chance."""
    values, chances = ([dot[name] for dot in row["dots"]] for name in ("value", "chance"))
    beside = [dot["beside"] for dot in row["dots"] if dot["beside"] is not None]
    return t(
        f"experts.account_says.{account}",
        label=row["label"],
        range=_range(values, "{:.1f}" if account == "features" else "{:.1%}"),
        chance=max(chances),
        alone=max(beside, default=0.0),
        seeds=t("experts.account_seeds.one")
        if len(values) == 1
        else t("experts.account_seeds.many", n=len(values)),
        k=view.run.config.model.top_k,
    )


def _range(values: list[float], form: str) -> str:
    """One value, or the least and the largest."""
    low, high = form.format(min(values)), form.format(max(values))
    return low if len(values) == 1 else t("experts.account_seeds.range", low=low, high=high)


def _clusters(view: View, expert: int) -> str:
    """The clusters of words of the picked expert, with how much of what it takes they are."""
    layer = view.selection.layer
    listed = [
        t("experts.cluster", words=" ".join(one.words), share=one.share, lift=one.lift)
        for one in expert_clusters(view.run, layer, expert)
    ]
    name = f"{layer_name(layer)} {expert_name(expert)}"
    if not listed:
        return t("experts.no_cluster", expert=name)
    return t("experts.clusters", expert=name, clusters=t("common.semicolon").join(listed))

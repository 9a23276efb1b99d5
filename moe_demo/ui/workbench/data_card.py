"""The model card as Markdown: the same on the page and in the file."""

from __future__ import annotations

from collections.abc import Sequence

from moe_demo.insight.model_card import ModelCard
from moe_demo.insight.run_checks import RunCheck
from moe_demo.insight.run_summary import flat
from moe_demo.published import count
from moe_demo.published.ours import shape_of
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.tables import markdown_table
from moe_demo.ui.kit.words import class_words, layer_name, method_word, plain

LIMITS = ("answers", "small", "topics", "values", "length")


def card_markdown(card: ModelCard, checks: Sequence[RunCheck] | None = None, level: int = 1) -> str:
    """The whole card; `checks` as they have just been found, None where nobody has asked for them."""
    head = "#" * level
    parts = [f"{head} {t('workbench.card.title', run=plain(card.name), step=card.step)}", _says(card)]
    for name, text in (
        ("data", _data(card)),
        ("metrics", _metrics(card)),
        ("parameters", _parameters(card)),
        ("checks", _checks(checks)),
        ("limits", _limits(card)),
        ("settings", _settings(card)),
    ):
        parts += [f"{head}# {t(f'workbench.card.heads.{name}')}", text]
    return "\n\n".join(parts) + "\n"


def _says(card: ModelCard) -> str:
    model = card.config.model
    return t(
        "workbench.card.says",
        classes=plain(t("common.comma").join(class_words(model.labels))),
        layers=model.n_layers,
        experts=model.n_routed,
        shared=model.n_shared,
        k=model.top_k,
        method=method_word(card.config.balance.method),
        seed=card.config.seed,
    )


def _data(card: ModelCard) -> str:
    data = card.data
    lines = [
        t(
            f"workbench.card.data.{card.data_kind}",
            source=plain(data.source),
        ),
        t("workbench.card.data.sizes", train=data.n_train, held_out=data.n_held_out),
        t("workbench.card.data.fingerprint", fingerprint=data.fingerprint),
        t(f"workbench.card.licence.{card.data_kind}"),
    ]
    return "\n".join(f"- {line}" for line in lines)


def _metrics(card: ModelCard) -> str:
    found = card.evaluation
    if found is None:
        return t("workbench.card.no_evaluation")
    rows = [
        [t("workbench.measures.accuracy"), f"{found.accuracy:.1%}"],
        [t("workbench.measures.loss"), f"{found.loss:.3f}"],
        *(
            [t("workbench.measures.vio", layer=layer_name(layer)), f"{value:.3f}"]
            for layer, value in enumerate(found.max_vio_L)
        ),
        [t("workbench.measures.floor"), f"{card.floor:.3f}"],
    ]
    head = [t("workbench.measure"), t("workbench.card.on", n=found.n_headlines, step=found.step)]
    return markdown_table(head, rows)


def _parameters(card: ModelCard) -> str:
    counts = count(shape_of(card.config.model))
    return t(
        "workbench.card.parameters",
        total=counts.total,
        activated=counts.activated,
        share=counts.share,
    )


def _checks(checks: Sequence[RunCheck] | None) -> str:
    if checks is None:
        return t("workbench.card.unchecked")
    marks = {True: "✓", False: "✗", None: "–"}
    return "\n".join(f"- {marks[one.passed]} {check_sentence(one)}" for one in checks)


def check_sentence(one: RunCheck) -> str:
    """What a check looked at, and what it found."""
    said = t(f"workbench.card.checks.{one.name}")
    if one.passed is None:
        return said + t("workbench.card.not_possible")
    return said + t(f"workbench.card.found.{one.name}", **one.values)


def _limits(card: ModelCard) -> str:
    model = card.config.model
    values = {
        "n": len(model.labels),
        "tokens": model.max_tokens,
        "classes": plain(t("common.comma").join(class_words(model.labels))),
    }
    return "\n".join(f"- {t(f'workbench.card.limits.{name}', **values)}" for name in LIMITS)


def _settings(card: ModelCard) -> str:
    rows = [[plain(name), plain(str(value))] for name, value in flat(card.config).items()]
    return markdown_table([t("workbench.card.setting"), t("workbench.card.value")], rows, texts=(0, 1))

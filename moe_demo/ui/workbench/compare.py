"""Two runs beside each other: in numbers, in their settings, and on this sentence word by word."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from moe_demo.insight.run_summary import RunSummary, unlike
from moe_demo.insight.sentence_sets import Pair, WordSets, side_by_side, word_sets
from moe_demo.runs.errors import RunError
from moe_demo.text.errors import EmptyTextError
from moe_demo.ui.kit import views
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.tables import markdown_table
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import expert_names, layer_name, plain
from moe_demo.ui.workbench.data import summary_of

NONE = "–"
SETS = "workbench.sets"
MAX_OPEN = 8
"""Settings that differ, above which their table is folded."""


def draw(view: View) -> None:
    """The chosen run and the one beside it; where there is none, a line that says how to get one."""
    st.header(t("workbench.compare_title"), anchor="compare")
    twin = view.selection.twin
    if twin is None:
        st.caption(t("workbench.compare_none"))
        return
    try:
        other = views.opened_run(twin)
        a, b = summary_of(view.run.store), summary_of(other.store)
        theirs = word_sets(views.traced(other, view.trace.text))
    except (RunError, EmptyTextError) as error:
        st.info(sentence(error))
        return
    st.markdown(measures_table(a, b))
    with st.expander(t("workbench.settings_title"), expanded=len(unlike(a.config, b.config)) <= MAX_OPEN):
        st.markdown(settings_table(a, b))
    _sets(word_sets(view.trace), theirs, (a.name, b.name))


def measures_table(a: RunSummary, b: RunSummary) -> str:
    """Accuracy, loss and MaxVio of both, as Markdown."""
    rows = [
        _row("accuracy", a, b, lambda one: _of(one, "accuracy"), ".1%"),
        _row("loss", a, b, lambda one: _of(one, "loss"), ".3f"),
    ]
    for layer in range(max(one.config.model.n_layers for one in (a, b))):
        rows.append(_row("vio", a, b, partial(_vio, layer=layer), ".3f", layer=layer_name(layer)))
    rows.append(_row("floor", a, b, lambda one: one.floor, ".3f"))
    return markdown_table([t("workbench.measure"), plain(a.name), plain(b.name)], rows)


def settings_table(a: RunSummary, b: RunSummary) -> str:
    """The settings in which they differ; a sentence where there are none."""
    differing = [[_named(name), plain(one), plain(two)] for name, one, two in unlike(a.config, b.config)]
    if not differing:
        return t("training.same_settings", a=plain(a.name), b=plain(b.name))
    head = [t("workbench.setting"), plain(a.name), plain(b.name)]
    return markdown_table(head, differing, texts=(0, 1, 2))


def _named(setting: str) -> str:
    """A setting in words, and the name that config.json and `--set` have for it."""
    words = t(f"settings.{setting.rpartition('.')[2]}")
    return f"{words} `{setting}`"


def _row(
    measure: str,
    a: RunSummary,
    b: RunSummary,
    value: Callable[[RunSummary], float | None],
    form: str,
    **names: str,
) -> list[str]:
    found = [value(one) for one in (a, b)]
    return [
        t(f"workbench.measures.{measure}", **names),
        *(NONE if one is None else format(one, form) for one in found),
    ]


def _of(found: RunSummary, name: str) -> float | None:
    return None if found.evaluation is None else float(getattr(found.evaluation, name))


def _vio(found: RunSummary, layer: int) -> float | None:
    values = found.evaluation.max_vio_L if found.evaluation else []
    return values[layer] if layer < len(values) else None


def _sets(one: WordSets, other: WordSets, names: tuple[str, str]) -> None:
    """Each word's experts in both runs; how different the sets are."""
    st.subheader(t("workbench.sets_title"), anchor=False)
    explained(t("workbench.sets_caption"))
    for name, found in zip(names, (one, other), strict=True):
        parts = [
            t("workbench.sets_of", layer=layer_name(layer), sets=value)
            for layer, value in enumerate(found.sets_per_word_L)
        ]
        st.markdown(t("workbench.sets_line", run=plain(name), what=t("common.comma").join(parts)))
    st.dataframe(
        sets_frame(side_by_side(one, other), (one, other), names),
        hide_index=True,
        key=SETS,
        alt=t("workbench.sets_alt"),
    )


def sets_frame(pairs: list[Pair], found: tuple[WordSets, WordSets], names: tuple[str, str]) -> pd.DataFrame:
    """One row a word, one column a run and layer."""
    columns: dict[str, list[str]] = {t("workbench.word"): [pair.word for pair in pairs]}
    for sets, name, side in zip(found, names, ("one_L", "other_L"), strict=True):
        for layer in range(len(sets.experts_LT)):
            chosen = [getattr(pair, side) for pair in pairs]
            columns[f"{name} {layer_name(layer)}"] = [
                NONE if one is None else expert_names(one[layer]) for one in chosen
            ]
    return pd.DataFrame(columns)

"""The papers' experiments in miniature, as recorded: variants, what they are held against, the paper's figures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import pandas as pd
import streamlit as st

from moe_demo.insight.paper_interventions import FEWER, GSHARD_LOSS, SHARED, TOP_OFF
from moe_demo.releases.experiments import (
    EXPERIMENTS,
    Experiment,
    Measure,
    read_experiment,
    recorded_names,
    reference_of,
)
from moe_demo.runs.errors import RunError
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import labels, language, number, t
from moe_demo.ui.kit.provenance import how_made
from moe_demo.ui.kit.tables import markdown_table

_PAPER: Mapping[str, Mapping[str, str]] = {
    "top-disabled": {
        **{f"fine-{part}": f"≈ {step.loss:.1f}" for part, step in enumerate(TOP_OFF)},
        "fine-unshared": f"{SHARED[-1].loss:.3f}",
        **{f"coarse-{part}": f"≈ {step.loss_beside:.1f}" for part, step in enumerate(TOP_OFF)},
    },
    "fewer-active": {
        **{f"fine-{step.at}": f"≈ {step.loss:.3f}" for step in FEWER},
        "coarse-2": f"{GSHARD_LOSS:.3f}",
    },
}
"""The paper's loss of what a variant stands for."""
_CLAIMS = {"top-disabled": ("fine-4", "coarse-4"), "fewer-active": ("fine-4", "coarse-2")}
"""Two variants of which the paper says something: the first loses more than the other; the first is as good as it."""


def draw() -> None:
    """A table and a sentence for each."""
    st.header(t("experiments.title"), anchor="experiments")
    explained(t("experiments.caption"))
    for name in recorded_names():
        st.subheader(t(f"experiments.{key(name)}.title"), anchor=False)
        try:
            found = read_experiment(name)
        except RunError as error:
            st.error(t("experiments.broken", reason=sentence(error)))
            continue
        said, rows = _told(name, language())
        st.markdown(f"{said} {t(f'experiments.{key(name)}.paper')}")
        st.markdown(rows)
        how_made(found, t("experiments.note", n=found.n_held_out))


@lru_cache(maxsize=32)
def _told(name: str, _language: str) -> tuple[str, str]:
    """The sentence and the table of a recording, which are the same at every run of the page in one language.

    The table as Markdown: seven data frames would take a quarter of the page's time at every run.
    """
    found = read_experiment(name)
    frame = table(found)
    return says(found), markdown_table(list(frame.columns), frame.to_numpy().tolist())


def key(name: str) -> str:
    """A name as it stands in the locales."""
    return name.replace("-", "_")


def says(found: Experiment) -> str:
    """Which variants differ from what they are held against in loss, beyond the seeds, and which in load."""
    first, words = next(iter(EXPERIMENTS[found.name])), variants(found.name)
    told = {"first": words[first], "n": len(found.seeds)}
    clear, uneven = _clear(found, "loss"), _clear(found, "max_vio")
    way = "says_switched" if found.name in _CLAIMS else "says"
    line = t(f"experiments.{way}", clear=clear, **told) if clear else t(f"experiments.{way}_none", **told)
    if found.name in _CLAIMS:  # whoever is sent elsewhere loads others: that is no news
        return line + _claim(found)
    return line + (t("experiments.says_vio", clear=uneven) if uneven else "")


def _claim(found: Experiment) -> str:
    """What the paper says of two variants, and whether ours can be told apart."""
    one, other = _CLAIMS[found.name]
    if found.name == "top-disabled":
        values = found.difference(one, "loss").mean, found.difference(other, "loss").mean
        apart = found.difference_in_change(one, other, "loss")
    else:
        values = found.mean(one, "loss"), found.mean(other, "loss")
        apart = found.difference(one, "loss", other)
    way = "unclear" if not apart.is_clear else "more" if apart.mean > 0 else "less"
    return t(
        f"experiments.{key(found.name)}.says_{way}",
        one=values[0],
        other=values[1],
        apart=apart.mean,
        low=apart.low,
        high=apart.high,
    )


def _clear(found: Experiment, measure: Measure) -> str:
    """The variants whose interval leaves 0 out, in words."""
    words = variants(found.name)
    return t("common.comma").join(
        t("experiments.quoted", word=word)
        for variant, word in words.items()
        if variant != reference_of(found.name, variant) and found.difference(variant, measure).is_clear
    )


def variants(name: str) -> dict[str, str]:
    """Every variant in the reader's language; those that are numbers stay as they are."""
    found = labels(f"experiments.{key(name)}.variants")
    return {
        variant: found.get(key(variant).replace("+", "_").replace(".", "_"), variant)
        for variant in EXPERIMENTS[name]
    }


def table(found: Experiment) -> pd.DataFrame:
    """A row for each variant: means over seeds, differences with their 95 % intervals, the paper's loss if any."""
    heads, words, paper = labels("experiments.heads"), variants(found.name), _PAPER.get(found.name, {})
    rows = []
    for variant in EXPERIMENTS[found.name]:
        held = variant != reference_of(found.name, variant)
        vio = f", {_difference(found, variant, 'max_vio', '+.2f')}" if held else ""
        row = {
            heads["variant"]: words[variant],
            heads["loss"]: f"{found.mean(variant, 'loss'):.4f}",
            heads["loss_difference"]: _difference(found, variant, "loss", "+.4f") if held else "–",
            heads["accuracy"]: f"{found.mean(variant, 'accuracy'):.2%}",
            heads["accuracy_difference"]: _difference(found, variant, "accuracy", "+.2%") if held else "–",
            heads["max_vio"]: f"{found.mean(variant, 'max_vio'):.2f}{vio}",
        }
        rows.append(row | ({heads["paper"]: paper.get(variant, "–")} if paper else {}))
    return pd.DataFrame(rows)


def _difference(found: Experiment, variant: str, measure: Measure, spec: str) -> str:
    """A difference and its interval, each number by a format."""
    one = found.difference(variant, measure)
    return f"{number(one.mean, spec)} ({number(one.low, spec)} … {number(one.high, spec)})"

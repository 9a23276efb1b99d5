"""The papers' experiments in miniature, as recorded: every variant beside the first, and the paper's figures."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd
import streamlit as st

from moe_demo.releases.experiments import (
    EXPERIMENTS,
    Experiment,
    Measure,
    read_experiment,
    recorded_names,
)
from moe_demo.runs.errors import RunError
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import labels, language, t


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
        alt = t(f"experiments.{key(name)}.title")
        st.dataframe(rows, hide_index=True, key=f"experiments.{name}", alt=alt)
        st.caption(
            t(
                "experiments.made",
                command=found.command,
                n=len(found.seeds),
                steps=found.n_steps,
                held_out=found.n_held_out,
                made=found.made[:10],
                seconds=found.seconds,
            )
        )


@lru_cache(maxsize=32)
def _told(name: str, _language: str) -> tuple[str, pd.DataFrame]:
    """The sentence and the table of a recording, which are the same at every run of the page in one language."""
    found = read_experiment(name)
    return says(found), table(found)


def key(name: str) -> str:
    """A name as it stands in the locales."""
    return name.replace("-", "_")


def says(found: Experiment) -> str:
    """Which variants differ from the first in their loss, beyond the seeds, and which in their load."""
    first, words = next(iter(EXPERIMENTS[found.name])), variants(found.name)
    told = {"first": words[first], "n": len(found.seeds)}
    clear, uneven = _clear(found, "loss"), _clear(found, "max_vio")
    line = t("experiments.says", clear=clear, **told) if clear else t("experiments.says_none", **told)
    return line + (t("experiments.says_vio", clear=uneven) if uneven else "")


def _clear(found: Experiment, measure: Measure) -> str:
    """The variants whose interval leaves 0 out, in words."""
    words, others = variants(found.name), list(EXPERIMENTS[found.name])[1:]
    return t("common.comma").join(
        t("experiments.quoted", word=words[variant])
        for variant in others
        if found.difference(variant, measure).is_clear
    )


def variants(name: str) -> dict[str, str]:
    """Every variant in the reader's language; those that are numbers stay as they are."""
    found = labels(f"experiments.{key(name)}.variants")
    return {
        variant: found.get(key(variant).replace("+", "_").replace(".", "_"), variant)
        for variant in EXPERIMENTS[name]
    }


def table(found: Experiment) -> pd.DataFrame:
    """A row for each variant: means over seeds, and the differences with their 95 % intervals."""
    heads, words = labels("experiments.heads"), variants(found.name)
    rows = []
    for place, variant in enumerate(EXPERIMENTS[found.name]):
        loss, accuracy = found.difference(variant, "loss"), found.difference(variant, "accuracy")
        vio = found.difference(variant, "max_vio")
        rows.append(
            {
                heads["variant"]: words[variant],
                heads["loss"]: f"{found.mean(variant, 'loss'):.4f}",
                heads["loss_difference"]: "–"
                if not place
                else f"{loss.mean:+.4f} ({loss.low:+.4f} … {loss.high:+.4f})",
                heads["accuracy"]: f"{found.mean(variant, 'accuracy'):.2%}",
                heads["accuracy_difference"]: "–"
                if not place
                else f"{accuracy.mean:+.2%} ({accuracy.low:+.2%} … {accuracy.high:+.2%})",
                heads["max_vio"]: f"{found.mean(variant, 'max_vio'):.2f}"
                + (f", {vio.mean:+.2f} ({vio.low:+.2f} … {vio.high:+.2f})" if place else ""),
            }
        )
    return pd.DataFrame(rows)

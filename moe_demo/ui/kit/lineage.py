"""Where a number comes from: the sum, its values and shapes, NumPy that does it again, and whether that agrees.

    show_lineage(offer, chosen)      at the end of a page: a list of its numbers, and the one that is asked for
    body(lineage, ...)               the same, in the page itself

A page says by an Offer which numbers it shows; a click on one of them (kit/why.js), or the list, puts its key into the
address as `why=…`, and the next run opens it. Nothing is computed until then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from moe_demo.insight.lineage import (
    QUANTITIES,
    Case,
    Check,
    Lineage,
    LoadedFrom,
    NumberKey,
    PlaceKind,
    SentenceCase,
    check,
    lineage_of,
    notebook,
)
from moe_demo.insight.trace import Array
from moe_demo.ui.kit import redraw, selection
from moe_demo.ui.kit.choice import choice
from moe_demo.ui.kit.cited import cited
from moe_demo.ui.kit.data import KitNumberTableData, dot_product_data
from moe_demo.ui.kit.i18n import language, number, t
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.kit.selection import Selection
from moe_demo.ui.kit.words import expert_name, layer_name, plain

LIST, DOWNLOAD = "lineage.list", "lineage.notebook"
_NONE = ""
STEPS = range(10**7)
"""Names of the steps of a training: their numbers."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """The numbers of a page, as it stands now."""

    keys: tuple[NumberKey, ...]
    buttons: tuple[NumberKey, ...] = ()
    """Those that are buttons in a picture: Tab reaches them there, and the list is spared them."""
    within: Callable[[NumberKey], bool] = lambda key: False
    """Whether a number is there that is not listed, since there are too many: those of every step of a training."""
    case: Callable[[NumberKey], Case]
    """What a number is asked of; called for the one that is opened."""
    layer: int
    expert: int | None = None
    word: str = ""
    names: Mapping[PlaceKind, Sequence[str | int]] = field(default_factory=dict)
    """What a reader calls the places that a key names: the classes, the pieces of the selected word, and so on."""

    def has(self, key: NumberKey) -> bool:
        """Whether the number is on the page."""
        return key in (*self.keys, *self.buttons) or self.within(key)

    def lineage(self, key: NumberKey) -> Lineage:
        """Where it comes from."""
        return lineage_of(key, self.case(key))

    def name(self, key: NumberKey) -> str:
        """What a reader calls it."""
        found = {
            "word": self.word,
            "layer": layer_name(self.layer),
            "expert": _NONE if self.expert is None else expert_name(self.expert),
        }
        for kind, place in zip(QUANTITIES[key.name].takes, key.at, strict=True):
            found[kind] = str(self.names[kind][place])
        return t(f"lineage.name.{key.name}", **found)


def show_lineage(offer: Offer | None, chosen: Selection) -> None:
    """The list, and the sum of the number in the address. Last on a page; None where it has no number now."""
    if offer is None:
        return
    key = chosen.why if chosen.why is not None and offer.has(chosen.why) else None
    listed = dict.fromkeys([*offer.keys, *([key] if key else [])])
    words = {_NONE: t("lineage.choose")} | {str(one): offer.name(one) for one in listed}
    choice(
        t("lineage.list"),
        words,
        _NONE if key is None else str(key),
        LIST,
        _choose,
        keep=False,
        width="stretch",
    )
    if chosen.why is not None and key is None:
        st.info(t("lineage.not_here"))
    if key is not None:
        _dialog(offer, key)


def _choose(picked: str) -> None:
    selection.update(why=NumberKey.read(picked) if picked else None)
    redraw.ask()


def _dialog(offer: Offer, key: NumberKey) -> None:
    title = offer.name(key)

    def shown() -> None:
        lineage = offer.lineage(key)
        body(lineage, title, loaded_from(offer.case(key)))

    st.dialog(plain(title), width="medium", on_dismiss=lambda: selection.update(why=None))(shown)()


def inline(offer: Offer, key: NumberKey) -> None:
    """One number's lineage in the page, below a line that opens it; nothing is computed before."""
    expander = st.expander(t("lineage.inline"), key=f"{LIST}.{key}", on_change="rerun")
    if expander.open:
        with expander:
            body(offer.lineage(key), offer.name(key), loaded_from(offer.case(key)), key=f"{DOWNLOAD}.{key}")


def loaded_from(case: Case) -> LoadedFrom | None:
    """Where a notebook finds the weights of the model."""
    return LoadedFrom(run=case.run.run_id, step=case.run.step) if isinstance(case, SentenceCase) else None


def body(lineage: Lineage, title: str, weights: LoadedFrom | None, *, key: str = DOWNLOAD) -> None:
    """Verdict, equation, terms, values and shapes, the snippet, and a notebook to take along."""
    found = check(lineage)
    (st.success if found.agrees else st.error)(verdict(lineage, found))
    st.latex(lineage.equation)
    if lineage.filled:
        st.latex(lineage.filled)
    st.caption(t("lineage.source", source=cited(lineage.source)))
    if lineage.dot is not None:
        picture("kit/dot_product", data=dot_product_data(lineage.dot), key=f"{key}.dot")
    picture("kit/number_table", data=_arrays_table(lineage), key=f"{key}.arrays")
    st.code(f"import numpy as np\n\n{lineage.snippet}", language="python", wrap_lines=True)
    if lineage.prelude:
        with st.expander(t("lineage.prelude")):
            st.code(lineage.prelude, language="python")
    st.download_button(
        t("lineage.notebook"),
        lambda: notebook(lineage, title, weights),
        file_name=f"{lineage.name}.ipynb",
        mime="application/x-ipynb+json",
        key=key,
        on_click="ignore",
    )


def verdict(lineage: Lineage, found: Check) -> str:
    """What NumPy has just found beside what is shown, in one sentence."""
    expected = np.asarray(lineage.expected)
    key = ("agrees" if found.agrees else "differs") + ("_vector" if expected.ndim else "")
    values: dict[str, Any] = {"difference": f"{found.difference:.1e}".replace("-", "−"), "n": expected.size}
    if not expected.ndim:
        values |= {"found": _digits(found.result), "shown": _digits(lineage.expected)}
    return t(f"lineage.{key}", **values)


def _digits(value: float | Array) -> str:
    return "−∞" if np.all(np.isneginf(value)) else number(float(value), ".6f")


def _arrays_table(lineage: Lineage) -> KitNumberTableData:
    """Every array by the name it has in the snippet: its shape, its first values, what it is."""
    rows = [
        (name, _shape(values), _first(values), t(f"lineage.array.{name}"))
        for name, values in lineage.arrays.items()
    ]
    if lineage.weights:
        rows.append(("w", "–", t("lineage.n_weights", n=len(lineage.weights)), t("lineage.array.all")))
    return {
        "label": t("lineage.arrays"),
        "heads": [t(f"lineage.columns.{name}") for name in ("name", "shape", "values", "meaning")],
        "rows": [
            {
                "head": name,
                "cells": [{"text": text, "why": None, "expert": None, "layer": None} for text in said],
            }
            for name, *said in rows
        ],
        "is_text": True,
        "lang": language(),
    }


def _shape(values: Array) -> str:
    return " × ".join(map(str, np.shape(values))) or "1"


def _first(values: Array) -> str:
    flat = np.asarray(values).ravel()
    first = ", ".join(f"{value:.3g}" for value in flat[:4])
    return f"{first}, …" if flat.size > 4 else first

"""The scale page: from our model to DeepSeek-V4.1, in parameters.

draw(asked)          the models side by side, with the ways of counting
beside(asked)        two of them part by part
own(asked)           a config.json of the reader's own
figures()            the article's four figures, each with its arithmetic and its source
measured()           our model beside two dense ones
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from moe_demo.published import PublishedError, claims, count, read_configuration
from moe_demo.published.configuration import MAX_BYTES
from moe_demo.releases.dense import read_dense
from moe_demo.runs.files import RunError
from moe_demo.ui.frame import navigation
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.choice import choice
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.i18n import language, t
from moe_demo.ui.kit.picture import event_of, picture
from moe_demo.ui.kit.provenance import how_made
from moe_demo.ui.scale import tables
from moe_demo.ui.scale.data import amount, percent, picture_data
from moe_demo.ui.scale.models import model_named, names
from moe_demo.ui.scale.settings import ScaleSettings

KEY, PASTED = "scale.picture", "scale.pasted"
_FLAGS = ("mtp", "prompt", "engram", "wide")


def draw(asked: ScaleSettings) -> None:
    """The picture; a click chooses a model or a way of counting."""
    picture("scale/picture", data=picture_data(asked), key=KEY, on_act_change=_act)
    st.caption(t("scale.which"))
    navigation.link("router", selection.current(ScaleSettings), t("scale.routers"))


def _act() -> None:
    """From the picture to the address."""
    asked: dict[str, Any] = event_of(KEY, "act") or {}
    changes = {name: value == "yes" if name in _FLAGS else value for name, value in asked.items()}
    if changes:
        selection.update(ScaleSettings, **changes)


def beside(asked: ScaleSettings) -> None:
    """Two models, part by part."""
    st.header(t("scale.beside_title"), anchor="compare")
    words = {name: model_named(name).title for name in names()}
    left, right = st.columns(2)
    with left:
        choice(
            t("scale.first"),
            words,
            asked.model,
            "scale.model",
            lambda name: selection.update(ScaleSettings, model=name),
            keep=False,
        )
    with right:
        choice(
            t("scale.second"),
            words,
            asked.compare,
            "scale.compare",
            lambda name: selection.update(ScaleSettings, compare=name),
            keep=False,
        )
    table = tables.lines_table(asked.model, asked.compare, asked.conventions)
    st.dataframe(
        table,
        hide_index=True,
        key="scale.lines",
        height="content",
        column_config={table.columns[0]: st.column_config.Column(width=290)},
        alt=t("scale.beside_label", first=words[asked.model], second=words[asked.compare]),
    )
    st.caption(t("scale.cost_caption"))
    with st.expander(t("scale.sources")):
        for name in dict.fromkeys((asked.model, asked.compare)):
            st.markdown(tables.about(name))


def own(asked: ScaleSettings) -> None:
    """A configuration that the reader pastes."""
    st.header(t("scale.own_title"), anchor="config")
    st.caption(t("scale.own_caption"))
    text = st.text_area(
        t("scale.own_label"), key=PASTED, height=140, max_chars=MAX_BYTES, placeholder='{"model_type": …}'
    )
    if not text.strip():
        return
    try:
        found = read_configuration(text)
    except PublishedError as error:
        st.error(sentence(error))
        return
    counts = count(found.shape, asked.conventions)
    st.markdown(
        t(
            "scale.own_claim",
            total=amount(counts.total),
            activated=amount(counts.activated),
            share=percent(counts.share),
        )
    )
    if found.same_as:
        st.markdown(t("scale.same_as", title=model_named(found.same_as).title))
    else:
        st.markdown(t("scale.same_as_none"))
    for note in found.notes:
        st.markdown(f"- {t(f'scale.notes.{note}')}")
    st.dataframe(
        tables.configuration_table(found, asked.conventions),
        hide_index=True,
        key="scale.own_lines",
        alt=t("scale.own_title"),
    )


def figures() -> None:
    """What the article ends with."""
    st.header(t("scale.claims.title"), anchor="figures")
    st.caption(t("scale.claims.caption"))
    nearest = tables.nearest_models()
    for claim in claims():
        st.subheader(t(f"scale.claims.{claim.key}.title", figure=tables.ARTICLE[claim.key]), anchor=False)
        st.markdown(f"**{tables.verdict(claim)}** {t(f'scale.claims.{claim.key}.text', **nearest)}")
        st.markdown(tables.claim_rows(claim.key, language()))


def measured() -> None:
    """Our own measurement, recorded."""
    st.header(t("scale.dense.title"), anchor="dense")
    try:
        found = read_dense()
    except RunError as error:
        st.error(t("scale.dense.broken", reason=sentence(error)))
        return
    st.caption(t("scale.dense.caption"))
    st.dataframe(tables.measured_table(found), hide_index=True, key="scale.dense", alt=t("scale.dense.title"))
    dense = found.of("dense_total")
    st.markdown(
        t(
            "scale.dense.says",
            share=percent(found.share),
            moe=found.of("moe").mean_accuracy,
            dense=dense.mean_accuracy,
            token=dense.mean_token_time,
            step=found.step_saving,
        )
    )
    st.dataframe(
        tables.layers_table(found), hide_index=True, key="scale.layers", alt=t("scale.dense.layers_label")
    )
    narrow, wide = found.layers[0], found.layers[-1]
    st.caption(
        t(
            "scale.dense.layers_caption",
            tokens=narrow.n_tokens,
            from_dim=narrow.dim,
            to_dim=wide.dim,
            narrow=narrow.times_of("dense_activated"),
            wide=wide.times_of("dense_activated"),
            narrow_share=narrow.times_of("dense_total"),
            wide_share=wide.times_of("dense_total"),
        )
    )
    how_made(found)

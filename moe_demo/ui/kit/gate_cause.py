"""Is the gate the cause? Every (word, expert) of the sentence, size against effect, on the pages that ask it.

    gate_cause.draw(view, "mixture.scatter", caption)                    the trained model
    gate_cause.draw(view, "whatif.scatter", caption, states={seat: "off"})

A click on a point picks its word and expert; the points furthest off the diagonal are links to their routes.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moe_demo.insight.gate_cause import off_diagonal
from moe_demo.insight.switches import Seat
from moe_demo.ui.frame import navigation
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.data_scatter import State, pieces_here, scatter_data
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import number, t
from moe_demo.ui.kit.picture import event_of, picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import expert_name, plain


def draw(view: View, key: str, caption: str, states: Mapping[Seat, State] | None = None) -> None:
    """The scatter of this sentence under its heading, and the routes of the points off its diagonal."""
    st.header(t("gate_cause.title"), anchor="gate-is-not-cause")
    explained(caption)

    def pick() -> None:
        if picked := event_of(key, "pick"):
            selection.update(**picked)

    picture("kit/scatter", data=scatter_data(view, states), key=key, on_pick_change=pick)
    _routes(view)


def _routes(view: View) -> None:
    """The points furthest off the diagonal, each a link to its route."""
    found = off_diagonal(pieces_here(view.run, view.trace.text)[view.selection.layer])
    columns = st.columns(2)
    for column, name in zip(columns, ("large_for_nothing", "small_and_decisive"), strict=True):
        pieces = getattr(found, name)
        with column:
            st.markdown(t(f"gate_cause.{name}" if pieces else f"gate_cause.no_{name}"))
            for piece in pieces:
                said = t(
                    "gate_cause.route_of",
                    word=plain(view.trace.tokens[piece.token]),
                    expert=expert_name(piece.expert),
                    gate=piece.gate,
                    norm=piece.norm,
                    effect=number(piece.effect, "+.3f"),
                )
                navigation.link("router", view.selection, said, token=piece.token, expert=piece.expert)

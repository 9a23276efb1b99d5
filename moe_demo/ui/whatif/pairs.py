"""The what-if page's minimal pairs: a word in two sentences, and the routes it takes."""

from __future__ import annotations

import streamlit as st

from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.routing_diff import MINIMAL_PAIRS, RoutingDiff, routing_diff
from moe_demo.insight.run import Run
from moe_demo.text.errors import EmptyTextError
from moe_demo.text.segmentation import MAX_CHARS
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.choice import choice
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.gloss import of_sentence
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import labels, language, speaking, t
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.kit.tables import markdown_table
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_word, layer_name, plain
from moe_demo.ui.whatif.data_pairs import pairs_data
from moe_demo.ui.whatif.settings import WhatIfSettings

BESIDE, PAIR = "whatif.beside", "whatif.pair"
_KEPT = 64


def draw(view: View) -> None:
    """The trained model alone: what is switched above does not count here."""
    st.header(t("whatif.pairs.title"), anchor="minimal-pairs")
    explained(t("whatif.pairs.caption"))
    beside = view.selection.of(WhatIfSettings).beside
    _choose(view, beside)
    if beside:
        try:
            found = _diff(view.run, view.trace.text, beside)
        except EmptyTextError as error:
            st.warning(sentence(error))
        else:
            picture("whatif/pairs", data=pairs_data(view.run.config.model, found), key="whatif.pairs")
    with st.expander(t("whatif.pairs.all", n=len(MINIMAL_PAIRS))):
        st.markdown(overview(view.run, language()))


def _choose(view: View, beside: str) -> None:
    """A pair from the list sets both sentences; the field sets the second."""
    pair = (view.trace.text, beside)
    chosen = str(MINIMAL_PAIRS.index(pair)) if pair in MINIMAL_PAIRS else ""
    words = {"": t("whatif.pairs.own")} | {str(i): _pair_word(*pair) for i, pair in enumerate(MINIMAL_PAIRS)}

    def pick(value: str) -> None:
        a, b = MINIMAL_PAIRS[int(value)] if value else (view.trace.text, "")
        selection.update(WhatIfSettings, text=a, beside=b)

    def write() -> None:
        selection.update(WhatIfSettings, beside=_fitting(st.session_state[BESIDE]))

    left, right = st.columns(2, gap="medium")
    with left:
        choice(t("whatif.pairs.choose"), words, chosen, PAIR, pick, keep=False)
    with right:
        st.session_state[BESIDE] = beside
        st.text_input(
            t("whatif.pairs.second"), key=BESIDE, on_change=write, placeholder=t("whatif.pairs.placeholder")
        )


def _fitting(text: str) -> str:
    """What can stand in the address: one line of characters that can be seen, not without end."""
    seen = "".join(char if char.isprintable() else " " for char in text)
    return selection.plain_text(seen)[:MAX_CHARS].strip()


def _pair_word(a: str, b: str) -> str:
    meaning = " / ".join(filter(None, (of_sentence(a), of_sentence(b))))
    return f"{a} / {b}" + (f" · {meaning}" if meaning else "")


@kept_with_run(_KEPT)
def _diff(run: Run, text_a: str, text_b: str) -> RoutingDiff:
    return routing_diff(run, text_a, text_b)


@kept_with_run(_KEPT)
def overview(run: Run, spoken: str) -> str:
    """All pairs: the shared word, in how many experts its two sets differ in each layer, the two answers.

    As Markdown and not as a data frame: that one takes a browser some 50 ms more at each click anywhere on the page.
    """
    with speaking(spoken):
        words, rows = labels("whatif.pairs_table"), []
        for a, b in MINIMAL_PAIRS:
            found = _diff(run, a, b)
            answers = f"{class_word(found.a.label)} / {class_word(found.b.label)}"
            for word in found.words:
                differ = [
                    f"{len({*left} - {*right})} / {len(left)}"
                    for left, right in zip(word.experts_a, word.experts_b, strict=True)
                ]
                rows.append([plain(_pair_word(a, b)), word.text, *differ, plain(answers)])
        layers = [words["differ"].format(layer=layer_name(at)) for at in range(run.config.model.n_layers)]
        return markdown_table([words["pair"], words["word"], *layers, words["answers"]], rows)

"""The numbers of the what-if page that tell where they come from: the answer under what is switched."""

from __future__ import annotations

from moe_demo.insight.lineage import NumberKey, SentenceCase, sentence_case
from moe_demo.insight.switches import Switches, WhatIfError
from moe_demo.insight.whatif import whatif
from moe_demo.ui.kit.lineage import Offer
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_words
from moe_demo.ui.whatif.settings import WhatIfSettings


def offered(view: View) -> Offer | None:
    """Of each class after the switches, its probability before them, and how many words an expert has.

    Where the switches cannot be had, all are those of the trained model.

    None while the visitor is still to predict the answer.
    """
    asked = view.selection.of(WhatIfSettings)
    if asked.predict and asked.verdict is None:
        return None
    labels = range(len(view.run.labels))
    return Offer(
        keys=(
            *(NumberKey(name, (c,)) for name in ("probability", "class_logit") for c in labels),
            *(NumberKey("trained_probability", (c,)) for c in labels),
            NumberKey("words_taken"),
            NumberKey("trained_words_taken"),
        ),
        case=lambda key: _case(view, before=key.name.startswith("trained_")),
        layer=view.selection.layer,
        expert=_expert(view),
        names={"label": class_words(view.run.labels)},
    )


def _expert(view: View) -> int:
    """The selected one, or the first."""
    return view.selection.expert or 0


def _case(view: View, *, before: bool) -> SentenceCase:
    switches = view.selection.of(WhatIfSettings).switches(view.run.config.model.n_routed)
    try:
        found = whatif(view.run, view.trace.text, switches)
    except WhatIfError:
        found = whatif(view.run, view.trace.text, Switches())
    trace = found.before if before else found.after
    return sentence_case(view.run, trace, token=0, layer=view.selection.layer, expert=_expert(view))

"""The what-if page: the switchboard with one sentence's answer before and after.

What the same changes do to all held-out headlines is in `held_out`, two sentences beside each other in `pairs`,
the paper's own interventions in `paper`.
"""

from __future__ import annotations

import streamlit as st

from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.predictions import verdict_of
from moe_demo.insight.random_seats import random_seats
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Switches, WhatIfError
from moe_demo.insight.whatif import WhatIf, whatif
from moe_demo.ui.kit import gate_cause, selection, views
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.picture import event_of, picture
from moe_demo.ui.kit.views import View
from moe_demo.ui.whatif import clicks, controls, predict
from moe_demo.ui.whatif.data import picture_data
from moe_demo.ui.whatif.data_board import switched
from moe_demo.ui.whatif.settings import WhatIfSettings

KEY, SCATTER = "whatif", "whatif.scatter"
_KEPT = 256


def draw(view: View) -> None:
    """Controls and picture; what cannot be asked is said in one sentence, and the trained model stays on show."""
    controls.draw(view)
    settings = view.selection.of(WhatIfSettings)
    switches = settings.switches(view.run.config.model.n_routed)
    try:
        found = answered(view.run, view.trace.text, switches)
    except WhatIfError as error:
        st.warning(sentence(error))
        switches = Switches()
        found = answered(view.run, view.trace.text, switches)
    predicts = settings.predict and switches.anything
    hidden = predicts and settings.verdict is None
    said = ""
    if predicts and settings.verdict is not None:
        said = predict.line("verdict", settings.verdict, verdict_of(found))
    shown = answered(view.run, view.trace.text, Switches()) if hidden else found

    def flip() -> None:
        if (clicked := event_of(KEY, "flip")) is not None:
            # not of the run that drew the picture: a click may come before the one before it has been answered
            now = selection.current(WhatIfSettings).clipped(view.run, len(view.trace.tokens))
            asked = now.of(WhatIfSettings)
            selection.update(WhatIfSettings, **clicks.changes(asked, clicked, now.token or 0))

    def pick() -> None:
        if (picked := event_of(KEY, "pick")) is not None:
            selection.update(token=picked["token"])

    luck = None if hidden else random_seats(view.run, view.trace.text, switches)
    data = picture_data(view, shown, luck, hidden=hidden, prediction=said)
    picture("whatif/picture", data=data, key=KEY, on_flip_change=flip, on_pick_change=pick)
    if hidden:
        question = (view.run.run_id, view.run.step, view.trace.text, switches)
        predict.ask("verdict", question, verdict_of(found))


def gates(view: View) -> None:
    """Size against effect of every expert in this sentence, with those marked that are switched."""
    states = switched(view, view.selection.of(WhatIfSettings))
    gate_cause.draw(view, SCATTER, t("whatif.scatter_caption"), states)


@kept_with_run(_KEPT)
def answered(run: Run, text: str, switches: Switches) -> WhatIf:
    """One sentence under the switches, answered once for all readers. Raises WhatIfError."""
    return whatif(run, text, switches, views.traced(run, text))

"""What comes in: a run folder as a zip, checked, and then a run of this browser alone."""

from __future__ import annotations

import streamlit as st

from moe_demo.errors import SaidError
from moe_demo.jobs.imports import MAX_ZIP_BYTES, bring
from moe_demo.jobs.jobs import Jobs
from moe_demo.ui.kit import caller, redraw, selection, streamlit_quirks
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.waiting import waiting
from moe_demo.ui.kit.words import plain

DROP, FILE = "workbench-drop", "workbench.zip"
_TRIES, _SAID = "workbench.tries", "workbench.said"
_MB = MAX_ZIP_BYTES // 1_000_000


@st.fragment
def draw() -> None:
    """The field; below it what came of the last file."""
    st.header(t("workbench.import_title"), anchor="import")
    st.caption(t("workbench.import_caption", mb=_MB))
    tries = st.session_state.setdefault(_TRIES, 0)  # a new key: the same file may be brought again
    with st.container(key=DROP):
        file = st.file_uploader(t("workbench.zip"), key=f"{FILE}.{tries}", max_upload_size=_MB)
    streamlit_quirks.upload_field_words(
        DROP,
        browse=t("own_data.browse"),
        limit=t("workbench.zip_limit", mb=_MB),
        refused=t("workbench.zip_refused", mb=_MB),
    )
    if file is not None:
        st.session_state[_TRIES] = tries + 1
        _bring(file.getvalue(), file.name)
    if said := st.session_state.pop(_SAID, ""):
        st.success(said)


def _bring(data: bytes, file: str) -> None:
    try:
        with waiting(t("workbench.importing")):
            name = bring(Jobs(), data, file, caller.current())
    except SaidError as error:
        st.error(sentence(error))
        return
    st.session_state[_SAID] = t("workbench.imported", name=plain(name))
    selection.update(run=name)
    redraw.now()

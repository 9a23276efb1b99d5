"""A table below a line that opens it; made and sent once somebody does."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st


@st.fragment
def folded_table(title: str, key: str, frame: Callable[[], pd.DataFrame], alt: str) -> None:
    """Whether it is open is kept under `key` with `.open` behind it."""
    expander = st.expander(title, key=f"{key}.open", on_change="rerun")
    if expander.open:
        with expander:
            st.dataframe(frame(), hide_index=True, key=key, alt=alt)

"""The end of every page: the code that ran, read from the running program."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from moe_demo.ui.kit.i18n import t

ROOT = Path(__file__).parents[3]


def show_source(*functions: Callable[..., Any]) -> None:
    """The live source of these functions or classes, in an expander, each under its file and line."""
    with st.expander(t("common.code_that_ran")):
        for function in functions:
            path = Path(inspect.getsourcefile(inspect.unwrap(function)) or "")
            _, line = inspect.getsourcelines(function)
            st.caption(f"{path.relative_to(ROOT).as_posix()} : {line}")
            st.code(inspect.getsource(function), language="python")

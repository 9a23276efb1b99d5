"""The end of every page: the code that ran, read from the running program."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from moe_demo.ui.kit.i18n import t

OPEN = "source"
ROOT = Path(__file__).parents[3]


@st.fragment
def show_source(*functions: Callable[..., Any]) -> None:
    """The live source of these functions or classes, each under its file and line; sent once somebody opens it."""
    expander = st.expander(t("common.code_that_ran"), key=OPEN, on_change="rerun")
    if not expander.open:
        return
    with expander:
        for function in functions:
            place, code = _read(function)
            st.caption(place)
            st.code(code, language="python")


@cache
def _read(function: Callable[..., Any]) -> tuple[str, str]:
    """File and line, and the code."""
    path = Path(inspect.getsourcefile(inspect.unwrap(function)) or "")
    lines, first = inspect.getsourcelines(function)
    return f"{path.relative_to(ROOT).as_posix()} : {first}", "".join(lines)

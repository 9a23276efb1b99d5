"""Every use of what Streamlit does not promise, with its reason: the one place to look when Streamlit changes.

Tried with streamlit 1.67. Nothing else in the project imports `streamlit.runtime` or `streamlit.web`; a test sees to
that.
"""

from __future__ import annotations

from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx


def pages_are_ours() -> None:
    """Say, before the first visitor comes, that the folder `pages` is not one of Streamlit's own kind.

    Streamlit takes any folder called `pages` for pages that it runs without app.py, until st.navigation has run once:
    a first visitor with a deep link would see "Page not found" for a moment.
    """
    PagesManager.uses_pages_directory = False


def in_a_script_run() -> bool:
    """Whether this code runs for a visitor. Anything that asks for the address elsewhere is warned in the log."""
    return get_script_run_ctx(suppress_warning=True) is not None

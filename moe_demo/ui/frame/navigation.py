"""What Streamlit is told of the pages, and the links between them.

entries()                       {"start": st.Page, …}: what st.navigation is given
link("router", chosen, token=4) a link element to a page with the selection in its address
go("router", chosen, token=4)   leave for a page at once
to(page, {"t": "4"})            a link to a page that is asked for this and nothing else
leave_for(page, {"t": "4"})     leave for it at once
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from functools import cache
from typing import Any

import streamlit as st

from moe_demo.ui.frame.pages import PAGES, Page, page_called
from moe_demo.ui.kit.i18n import language, speaking
from moe_demo.ui.kit.selection import Selection

_LEAVING: dict[str, Any] = {"why": None}
"""What a link does not take along: the sum of a number that the other page may not have."""


def entries() -> dict[str, st.Page]:
    """Every page by its name, in reading order; a run's own, since Streamlit marks the one that it runs."""
    return {page.name: copy(_entry(page, language())) for page in PAGES}


@cache
def _entry(page: Page, spoken: str) -> st.Page:
    """A page as it is linked to. Making one looks for its script on the disk, and every link needs one."""
    with speaking(spoken):
        title = page.window_title
    return st.Page(page.script, title=title, url_path=page.url_path or None, default=not page.url_path)


def link(name: str, chosen: Selection, said: str | None = None, **changes: Any) -> None:
    """A link to a page that takes the selection along, with changes: settings of that page among them.

    It reads as the page is called, or as is said.
    """
    page = page_called(name)
    to(page, chosen.params(page.settings, **_LEAVING | changes), said)


def go(name: str, chosen: Selection, **changes: Any) -> None:
    """Leave for a page, with the selection."""
    page = page_called(name)
    leave_for(page, chosen.params(page.settings, **_LEAVING | changes))


def leave_for(page: Page, params: Mapping[str, str]) -> None:
    """Leave for a page that is asked for this and nothing else."""
    st.switch_page(_entry(page, language()), query_params=dict(params))


def to(page: Page, params: Mapping[str, str], said: str | None = None) -> None:
    """A link to a page that is asked for this and nothing else."""
    st.page_link(_entry(page, language()), label=said or page.word, query_params=dict(params))

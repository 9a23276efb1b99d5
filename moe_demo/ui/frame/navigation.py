"""What Streamlit is told of the pages, and the links between them.

entries()                       {"start": st.Page, …}: what st.navigation is given
link("router", chosen, token=4) a link element to a page with the selection in its address
go("router", chosen, token=4)   leave for a page at once
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from moe_demo.ui.frame.pages import PAGES, page_called
from moe_demo.ui.kit.selection import Selection


def entries() -> dict[str, st.Page]:
    """Every page by its name, in reading order."""
    return {
        page.name: st.Page(
            page.script,
            title=page.window_title,
            url_path=page.url_path or None,
            default=not page.url_path,
        )
        for page in PAGES
    }


def link(name: str, chosen: Selection, **changes: Any) -> None:
    """A link to a page that takes the selection along, with changes: settings of that page among them."""
    page = page_called(name)
    st.page_link(entries()[name], label=page.word, query_params=chosen.params(page.settings, **changes))


def go(name: str, chosen: Selection, **changes: Any) -> None:
    """Leave for a page, with the selection."""
    st.switch_page(entries()[name], query_params=chosen.params(page_called(name).settings, **changes))

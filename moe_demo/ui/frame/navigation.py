"""The pages, their addresses and the links between them.

    entries()                       {"start": st.Page, …}: what st.navigation is given; only pages that exist
    link("router", chosen, token=4) a link element to a page with the selection in its address
    go("router", chosen, token=4)   leave for a page at once

An address (`url_path`) is never the stem of its file: beside a folder called `pages`, Streamlit would then run
that file without app.py for the first visitor of a fresh server.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.selection import Selection

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Entry:
    """One page: its name in the locales, its address, and the run it shows (None: the selected one)."""

    name: str
    url_path: str
    run: str | None = None


ENTRIES = (
    Entry("start", ""),
    Entry("journey", "stages", run="document"),
    Entry("router", "routing"),
    Entry("training", "learning"),
    Entry("balance", "evenness"),
)


def entries() -> dict[str, Any]:
    """The pages whose file exists, in reading order."""
    return {entry.name: _page(entry) for entry in ENTRIES if _file(entry).is_file()}


def entry_of(page: Any) -> Entry:
    """The table's entry of a Streamlit page."""
    return next(entry for entry in ENTRIES if entry.url_path == page.url_path)


def exists(name: str) -> bool:
    """Whether a page of this name is there."""
    return any(entry.name == name and _file(entry).is_file() for entry in ENTRIES)


def link(name: str, chosen: Selection, *, label: str | None = None, **changes: Any) -> None:
    """A link to a page that takes the selection along."""
    st.page_link(entries()[name], label=label or t(f"nav.{name}"), query_params=chosen.params(**changes))


def go(name: str, chosen: Selection, **changes: Any) -> None:
    """Leave for a page, with the selection."""
    st.switch_page(entries()[name], query_params=chosen.params(**changes))


def _page(entry: Entry) -> Any:
    return st.Page(
        f"pages/{entry.name}.py",
        title=f"{t(f'nav.{entry.name}')} · {t('nav.brand')}",
        url_path=entry.url_path or None,
        default=not entry.url_path,
    )


def _file(entry: Entry) -> Path:
    return ROOT / "pages" / f"{entry.name}.py"

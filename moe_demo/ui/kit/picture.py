"""The drawn parts of the pages: Streamlit v2 components, ES modules beside the page they belong to, offline.

    picture("router/picture", data={…}, key="score", on_pick_change=pick)      # else as Streamlit's own mount call

draws `ui/router/picture.js` with `ui/router/picture.css`. The browser fetches both once, and what they import
(`../kit/dom.js`) once for all pictures: no message carries code. `moe_demo/pyproject.toml` tells Streamlit the folder
and the one component, `kit/mount.js`, which fetches the picture; so the package must be installed, and a new
picture needs no name anywhere else.

A picture ends in `export default mounted(…)` (`kit/stage.js`). Whatever comes from a reader or from data is set with
textContent. Colours come with `data` from `moe_demo.figures.theme`; ground, text and border follow the theme by the CSS
variables --st-….
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import streamlit as st

from moe_demo.app_folder import PACKAGE
from moe_demo.insight.lineage import NumberKey
from moe_demo.ui.kit import redraw, selection
from moe_demo.ui.kit.i18n import labels

ROOT_HTML = '<div class="root"></div>'


def picture(path: str, *, data: Mapping[str, Any], key: str, **options: Any) -> Any:
    """Draw the picture at `ui/<path>.js`; returns the component's state. `options` are callbacks and sizes.

    A number in it that is marked with `whyMark` (kit/why.js) asks for its sum, which `kit.lineage` shows.
    """
    return component("mount", "kit/mount.js")(
        data=_addressed(key, packed({"picture": path, "data": data} | _saving(path))),
        key=key,
        on_why_change=lambda: ask_why(key),
        **options,
    )


def event_of(key: str, event: str) -> Any:
    """In a callback of the picture with this key: what the reader has done, the value of this event; else None.

    None as well where the picture is no longer there: what arrives while another page is being opened comes too late.
    """
    return getattr(st.session_state.get(key), event, None)


def _saving(path: str) -> dict[str, dict[str, str]]:
    """The words of the buttons that make a file of it: below the main picture of a page (kit/save.js)."""
    return {"save": labels("save")} if path.endswith("/picture") else {}


def ask_why(key: str) -> None:
    """A number was clicked: which one, and the places of the selection it stands for, go into the address."""
    if asked := event_of(key, "why"):
        places = {name: asked[name] for name in ("token", "layer", "expert") if asked.get(name) is not None}
        selection.update(**places, why=NumberKey.read(asked["why"]))
        redraw.ask()  # the sum is shown by the whole page


def packed(data: Mapping[str, Any]) -> bytes:
    """JSON in UTF-8, deflated: about a third of what Streamlit makes of a dictionary, in less time."""
    return zlib.compress(_json(data), level=1)


def _addressed(key: str, body: bytes) -> bytes:
    """What kit/packed.js takes apart: the address that this is drawn for, a zero byte, the packed data.

    By the address the browser knows what still arrives for a click that Back has undone. Data that have not changed
    keep the address they had: so the message is the one before, of which Streamlit sends no more than a mark.
    """
    drawn, checksum = f"{key}.drawn", zlib.crc32(body)
    if st.session_state.get(drawn, (None,))[0] != checksum:
        st.session_state[drawn] = checksum, _json(st.query_params.to_dict())
    return b"\0".join((st.session_state[drawn][1], body))


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def component(name: str, script: str, *, isolated: bool = True) -> Callable[..., Any]:
    """The mount command of a declared component, registered on first use and once per process.

    Not `isolated` is only what a library draws that puts its style into the document.
    """
    return st.components.v2.component(f"{PACKAGE}.{name}", html=ROOT_HTML, js=script, isolate_styles=isolated)

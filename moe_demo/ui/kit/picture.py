"""The drawn parts of the pages: Streamlit v2 components, ES modules beside the page they belong to, offline.

    picture("router/picture")(data={…}, key="score", on_pick_change=pick)      # Streamlit's own mount call

`picture("router/picture")` mounts `ui/router/picture.js` with `ui/router/picture.css`. Both are files that the
browser fetches once; they import what they share (`../kit/dom.js`) themselves, and no message carries code. Streamlit
knows the folder from `moe_demo/pyproject.toml`, where every picture has a name: the package must be installed.

A picture ends in `export default function ({ data, parentElement, setStateValue, setTriggerValue }) { … }`; its root
is `parentElement.querySelector(".root")`. Whatever comes from a reader or from data is set with textContent. Colours
come with `data` from `moe_demo.figures.theme`; ground, text and border follow the theme by the CSS variables --st-….
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

UI = Path(__file__).parents[1]
PACKAGE = "moe-demo"
ROOT_HTML = '<div class="root"></div>'


@cache
def picture(path: str, *, isolated: bool = True) -> Callable[..., Any]:
    """The mount command of the picture at `ui/<path>.js`, registered on first use and once per process.

    Not `isolated` is only what a library draws that puts its style into the document.
    """
    has_style = (UI / f"{path}.css").is_file()
    return st.components.v2.component(
        f"{PACKAGE}.{path.replace('/', '-')}",
        html=ROOT_HTML,
        js=f"{path}.js",
        css=f"{path}.css" if has_style else None,
        isolate_styles=isolated,
    )

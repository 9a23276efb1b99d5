"""The drawn parts of the pages: Streamlit v2 components in plain JavaScript, SVG and CSS, offline.

    draw = component("start/picture", parts=("kit/dom", "kit/textures"))      # once, at the top of a Python wrapper
    draw(data={…}, key="flow", on_token_change=lambda: None)        # Streamlit's own mount call

`component(name)` reads `<name>.js` and `<name>.css` beside this file. `parts` name shared pieces: `_<part>.js`
(plain functions and constants, no import or export) are put before the component's own code and `_<part>.css`
before its style, so that a component may be split into files one can read. `_base.css` always comes first.

The component's own file ends in `export default function ({ data, parentElement, setStateValue,
setTriggerValue }) { … }`; its root is `parentElement.querySelector(".root")`. Whatever comes from a reader or
from data is set with textContent. Colours come with `data` from `moe_demo.figures.theme`; the ground, text and
border follow the theme by the CSS variables --st-….
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

FOLDER = Path(__file__).parents[1]
ROOT_HTML = '<div class="root"></div>'


@cache
def component(name: str, parts: tuple[str, ...] = (), *, isolated: bool = True) -> Callable[..., Any]:
    """The mount command of a component, registered on first use and once per process.

    Not `isolated` is only what a library draws that puts its style into the document.
    """
    return st.components.v2.component(
        f"moe_{name.replace('/', '_')}",
        html=ROOT_HTML,
        js=source(name, parts, ".js"),
        css=source(name, ("kit/base", *parts), ".css") if isolated else None,
        isolate_styles=isolated,
    )


def source(name: str, parts: tuple[str, ...], suffix: str) -> str:
    """One component's code or style, with its shared parts before it; a part may have no file of that kind."""
    paths = [FOLDER / f"{part}{suffix}" for part in parts]
    texts = [path.read_text(encoding="utf-8") for path in paths if path.is_file()]
    return "\n".join([*texts, (FOLDER / f"{name}{suffix}").read_text(encoding="utf-8")])

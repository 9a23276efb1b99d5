"""What a step of a lesson leaves on its page: everything is there, and what it leaves out is not shown."""

from __future__ import annotations

import streamlit as st

from moe_demo.ui.frame.lesson import Step
from moe_demo.ui.frame.pages import Page
from moe_demo.ui.kit.selection import Depth

_ALWAYS = (
    "head",
    "class",
    "class-says",
    "class-says-last",
    "lesson",
    "lesson-says",
    "strip",
    "notices",
    "next_steps",
)
"""Keys of what every step leaves on its page, with the title."""
_TITLE_ROW = ".st-key-next_steps"
"""What stands beside the title of the start page, which has no key."""
_KEYED = '[class*="st-key-"]'
_BEFORE = 3
"""How many elements without a key, such as heading and caption, belong to the one with a key that follows them."""
_BELOW: dict[Depth, tuple[str, ...]] = {
    "look": (),
    "compute": ("lineage-list",),
    "prove": ("lineage-list", "source"),
}


def leave_out(step: Step, page: Page, depth: Depth) -> None:
    """Hide what the step does not show; on another page than its own, nothing."""
    if step.visible is None or page != step.page:
        return
    parts = [f".st-key-{key}" for key in (page.parts[0], *step.visible)]
    always = [f".st-key-{key}" for key in (*_ALWAYS, f"{page.name}-title")]
    below = [f'[class*="st-key-{key}"]' for key in _BELOW[depth]]
    headed, shown = f":is({', '.join(parts)})", f":is({', '.join([*parts, *always, *below])})"
    # A row or column that holds nothing to be shown is hidden; headings and captions right before a part stay.
    kept = [shown, f":has({shown})"]
    kept += [f":not(:has({_KEYED})):has({'+ ' + f':not({_KEYED}) + ' * n}{headed})" for n in range(_BEFORE)]
    rules = [
        f".stVerticalBlock:has({shown}) > :not({', '.join(kept)})",
        f".stHorizontalBlock:has({shown}):not(:has({_TITLE_ROW})) > :not({shown}, :has({shown}))",
    ]
    st.html(f"<style>.stMain :is({', '.join(rules)}) {{ display: none; }}</style>")

"""Where the app stands on its server: `--server.baseUrlPath`, however it was written."""

from __future__ import annotations

import streamlit as st


def base_path() -> str:
    """What goes before every address of ours: empty, or such as `/class/moe`."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""

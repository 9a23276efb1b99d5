"""What leaves: the sentence's trace, the run's numbers, its weights, its folder, its routes; and any page as code.

A file is made when somebody asks for it, and handed over below the button. What goes wrong is one sentence there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from moe_demo.errors import SaidError
from moe_demo.insight.exports import Form, forms, load_frame, record_frame, table_bytes, weights_bytes
from moe_demo.insight.routes_files import atlas_trace, vllm_answer
from moe_demo.runs.archive import packed
from moe_demo.ui.frame import navigation
from moe_demo.ui.frame.pages import page_called
from moe_demo.ui.kit.choice import choice
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.waiting import waiting
from moe_demo.ui.workbench.data_code import PAGES, link_of, notebook_of, page_code, run_code

MAKE, FILE, WHAT, FORM, PAGE, BOOK = (
    "workbench.make",
    "workbench.file",
    "workbench.what",
    "workbench.form",
    "workbench.page",
    "workbench.book",
)
_MIME = {
    "csv": "text/csv",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
    "safetensors": "application/octet-stream",
    "zip": "application/zip",
    "ipynb": "application/x-ipynb+json",
}


@dataclass(frozen=True, kw_only=True)
class Made:
    """A file to hand over."""

    content: bytes
    name: str

    @property
    def mime(self) -> str:
        """What a browser calls its kind."""
        return _MIME[self.name.rpartition(".")[2]]


TABLES = ("trace", "load", "record")
OTHERS = {"weights": "safetensors", "folder": "zip", "vllm": "json", "atlas": "jsonl"}
"""What has one form only, and that."""


@st.fragment
def draw(view: View) -> None:
    """What, in which form; and any page in a few lines."""
    st.header(t("workbench.exports_title"), anchor="exports")
    with st.container(key="workbench-exports", horizontal=True, vertical_alignment="bottom", gap="small"):
        words = {name: t(f"workbench.exports.{name}") for name in (*TABLES, *OTHERS)}
        what = choice(t("workbench.what"), words, TABLES[0], WHAT, width=360)
        form = ""
        if what in TABLES:
            form = choice(t("workbench.form"), {one: one.upper() for one in forms()}, "csv", FORM, width=130)
        asked = st.button(t("workbench.make"), key=MAKE, type="primary")
    st.caption(t(f"workbench.exports_say.{what}"))
    if asked:
        _hand_over(lambda: made(view, what, form), FILE)
    _any_page(view)


def made(view: View, what: str, form: str = "") -> Made:
    """A file of this run, checkpoint and sentence. Raises SaidError."""
    run = view.run
    stem = f"{run.run_id}-step{run.step}-{what}"
    if what in TABLES:
        return Made(content=_table(view, what, form), name=f"{stem}.{form}")  # type: ignore[arg-type]
    if what == "folder":
        return Made(content=packed(run.store), name=f"{run.run_id}.zip")
    content = {
        "weights": lambda: weights_bytes(run),
        "vllm": lambda: _vllm(view),
        "atlas": lambda: _atlas(view),
    }
    return Made(content=content[what](), name=f"{stem}.{OTHERS[what]}")


def _table(view: View, what: str, form: Form) -> bytes:
    if what == "load":
        return table_bytes(load_frame(view.run), form)
    if what == "record":
        return table_bytes(record_frame(view.run), form)
    return table_bytes(view.trace.frame(), form)


def _vllm(view: View) -> bytes:
    trace = view.trace
    experts_LTK = np.stack([layer.topk_idx_TK for layer in trace.layers])
    return vllm_answer(_model(view), view.run.config.model.n_routed, trace.tokens, experts_LTK)


def _atlas(view: View) -> bytes:
    trace = view.trace
    experts_LTK = np.stack([layer.topk_idx_TK for layer in trace.layers])
    gates_LTK = np.stack([layer.gates_TK for layer in trace.layers])
    n_routed = view.run.config.model.n_routed
    return atlas_trace(_model(view), n_routed, trace.text, trace.tokens, experts_LTK, gates_LTK)


def _model(view: View) -> str:
    return f"{view.run.run_id}@{view.run.step}"


def _hand_over(make: Callable[[], Made], key: str) -> None:
    """Make a file and offer it; or one sentence why there is none."""
    try:
        with waiting(t("workbench.making")):
            file = make()
    except SaidError as error:
        st.error(sentence(error))
        return
    st.download_button(
        t("workbench.download", name=file.name, kb=-(-len(file.content) // 1000)),
        file.content,
        file_name=file.name,
        mime=file.mime,
        key=key,
        on_click="ignore",
        type="primary",
    )


def _any_page(view: View) -> None:
    """A page by link, as a few lines of Python, and as a notebook of them."""
    st.subheader(t("workbench.any_title"), anchor=False)
    st.caption(t("workbench.any_caption"))
    words = {name: page_called(name).word for name in PAGES}
    name = choice(t("workbench.any_page"), words, PAGES[0], PAGE, width=360)
    code, link = page_code(name, view), link_of(name, view)
    st.code(link, language=None, wrap_lines=True)
    st.code(code, language="python", wrap_lines=True)
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = st.button(t("workbench.book"), key=BOOK, help=t("workbench.book_help"))
        navigation.link(name, view.selection, t("workbench.any_open", page=words[name]))
    if asked:
        _hand_over(lambda: _book(name, code, link), f"{FILE}.{name}")


def _book(name: str, code: str, link: str) -> Made:
    return Made(content=notebook_of(name, code, run_code(code), link), name=f"{name}.ipynb")

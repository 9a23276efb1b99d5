"""The one selection of a reader, and the address of the page that holds it.

    chosen = selection.current()               the Selection of this script run, checked; frozen
    selection.update(token=4, expert=None)     a click: writes the address; the next script run reads it

The address is the only place where the selection lives: the same link gives the same picture, a reload changes
nothing, and Back undoes the last click. What has its default value does not stand in the address. So call
`update` in a callback (`on_…=`), or follow it by `st.rerun()`; and give links to other pages
`query_params=chosen.params()`.

    s text · t token · l layer · e expert · run · step (checkpoint) · with (the run beside it) · lang,
    and the settings of single pages (PAGE)

Every value is checked against the run it speaks of. What is broken or foreign falls back to its default and is
named in `notices()`, which app.py shows in one sentence. Do not bind widgets to the address beside this
(`bind="query-params"`): two writers would overwrite each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import streamlit as st

from moe_demo.insight.run import Run
from moe_demo.text.segmentation import MAX_CHARS
from moe_demo.ui.kit.i18n import DEFAULT_LANGUAGE, LANGUAGES

DEFAULT_TEXT = "苹果公司发布了最新的iPhone 15"
DEFAULT_RUN = "deepseek"

KEYS = {
    "text": "s",
    "token": "t",
    "layer": "l",
    "expert": "e",
    "run": "run",
    "step": "step",
    "twin": "with",
    "lang": "lang",
}
"""Field of the selection -> parameter of the address."""

_BALANCE = ("guess", "reveal", "way", "moment", "alpha", "seqalpha", "rate")
PAGE = dict.fromkeys(("k", "temp", "bias", "be", "groups", "stage", *_BALANCE), float)
"""Parameters of single pages; read them with `Selection.setting`.

Router: k, temp, bias, be (the expert whose bias is pushed), groups; journey: stage; balance: guess, reveal,
way and moment (method and step of the formulas), alpha, seqalpha and rate (rungs of the ladders).
"""

_IGNORED = {"embed", "embed_options"}  # Streamlit's own


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What one reader looks at."""

    text: str = DEFAULT_TEXT
    token: int | None = None
    """None: no word picked. A page that needs one takes `token or 0`."""
    layer: int = 0
    expert: int | None = None
    run: str = DEFAULT_RUN
    step: int | None = None
    """A checkpoint of the run; None is the last one."""
    twin: str | None = None
    """The run shown beside it, where two are compared."""
    lang: str = DEFAULT_LANGUAGE
    settings: Mapping[str, str] = field(default_factory=dict)
    """Parameters of single pages as they stand in the address."""

    def params(self, **changes: Any) -> dict[str, str]:
        """The address of this selection, with changes: for links to other pages."""
        chosen = _changed(self, changes)
        standing = {f.name: getattr(chosen, f.name) for f in fields(Selection) if f.name in KEYS}
        defaults = Selection()
        params = {
            KEYS[name]: str(value) for name, value in standing.items() if value != getattr(defaults, name)
        }
        return params | dict(chosen.settings)

    def setting(self, name: str, default: float, low: float, high: float) -> float:
        """A page's own number, e.g. `setting("k", 4, 1, 16)`; outside low..high it is the default, and told."""
        raw = self.settings.get(name)
        if raw is None:
            return default
        value = _number(raw, PAGE[name])
        if value is None or not low <= value <= high:
            _tell(name)
            return default
        return value

    def clipped(self, run: Run, n_tokens: int) -> Selection:
        """Where another run than the selected one is shown: what that run does not have falls back silently."""
        model = run.config.model
        return replace(
            self,
            token=self.token if self.token is not None and self.token < n_tokens else None,
            layer=self.layer if self.layer < model.n_layers else 0,
            expert=self.expert if self.expert is not None and self.expert < model.n_routed else None,
        )


def current() -> Selection:
    """The selection in the address. Numbers are only read here; `checked` compares them with the run."""
    st.session_state["selection.notices"] = []
    params = st.query_params.to_dict()
    for name in params:
        if name not in KEYS.values() and name not in PAGE and name not in _IGNORED:
            _tell(name)
    lang = params.get("lang", DEFAULT_LANGUAGE)
    if lang not in LANGUAGES:
        _tell("lang")
    return Selection(
        text=plain_text(params.get("s", DEFAULT_TEXT)),
        token=_index(params, "t"),
        layer=_index(params, "l") or 0,
        expert=_index(params, "e"),
        run=params.get("run", DEFAULT_RUN),
        step=_index(params, "step"),
        twin=params.get("with"),
        lang=lang if lang in LANGUAGES else DEFAULT_LANGUAGE,
        settings={name: params[name] for name in PAGE if name in params},
    )


def plain_text(text: str) -> str:
    """A sentence as it may stand in an address: whole characters, no white space around, and not without end.

    One character more than is ever read is kept, so that the reader still sees that something was cut off.
    """
    return text.encode("utf-8", "ignore").decode().strip()[: MAX_CHARS + 1]


def checked(chosen: Selection, run: Run, n_tokens: int) -> Selection:
    """The selection with everything the run or the sentence does not have back at its default, and told."""
    fitting = chosen.clipped(run, n_tokens)
    for name in ("token", "layer", "expert"):
        if getattr(fitting, name) != getattr(chosen, name):
            _tell(KEYS[name])
    return fitting


def update(**changes: Any) -> None:
    """Write changed fields (and page settings, by name) into the address; one step of the browser's history.

    A new text drops the picked word, a new run also layer, expert and checkpoint, unless they are given too.
    """
    if "text" in changes:
        changes["text"] = plain_text(changes["text"])
    chosen = _changed(current(), changes)
    st.query_params.from_dict(chosen.params())


def notices() -> list[str]:
    """Parameters of the address that were not understood in this script run."""
    return list(dict.fromkeys(st.session_state.get("selection.notices", [])))


def forget(*names: str) -> None:
    """Tell a parameter of the address as not understood: for what only its reader can check (run, step, text)."""
    for name in names:
        _tell(name)


def _changed(chosen: Selection, changes: Mapping[str, Any]) -> Selection:
    if "text" in changes and changes["text"] != chosen.text:
        changes = {"token": None} | dict(changes)
    if "run" in changes and changes["run"] != chosen.run:
        changes = {"token": None, "layer": 0, "expert": None, "step": None} | dict(changes)
    own = {name: value for name, value in changes.items() if name in KEYS}
    settings = dict(chosen.settings)
    for name in changes.keys() - own.keys():
        if name not in PAGE:
            raise ValueError(f"{name} is no part of the selection; give it a place in selection.PAGE.")
        if changes[name] is None:
            settings.pop(name, None)
        else:
            settings[name] = f"{changes[name]:g}"
    return replace(chosen, settings=settings, **own)


def _index(params: Mapping[str, str], name: str) -> int | None:
    if name not in params:
        return None
    raw = params[name]
    if not (raw.isascii() and raw.isdigit() and len(raw) <= len(str(MAX_CHARS)) + 6):
        _tell(name)
        return None
    return int(raw)


def _number(raw: str, kind: type[float]) -> float | None:
    try:
        return kind(raw)
    except ValueError:
        return None


def _tell(name: str) -> None:
    st.session_state.setdefault("selection.notices", []).append(name)

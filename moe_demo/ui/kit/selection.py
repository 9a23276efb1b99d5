"""The one selection of a reader, and the address of the page that holds it.

    chosen = selection.current()                        the Selection in the address; frozen
    asked = selection.current(RouterSettings).of(RouterSettings)        the page's own settings, typed
    selection.update(token=4, expert=None)              a click: writes the address; the next script run reads it
    selection.update(RouterSettings, k=3)               the same for a setting of the page

The address is the only place where the selection lives: the same link gives the same picture, a reload changes
nothing, and Back undoes the last click. What has its default value does not stand in the address. So call
`update` in a callback (`on_…=`), or follow it by `redraw.now()`; and give links to other pages
`query_params=chosen.params()`.

    s text · t token · l layer · e expert · run · step (checkpoint) · with (the run beside it) · lang
    · why (the number whose sum is shown: insight.lineage.NumberKey) · lesson, n (its step, from 1), depth · present
    · class (that follows a presenter),
    and the settings of single pages (kit.page_settings), which other pages carry along untouched

Reading has no effect: an address is parsed once into a selection that carries its notices, the names of what was
broken or foreign and fell back to its default; `kit.views` adds what the run or the sentence does not have, and the
head of the page shows them in one sentence. Do not bind widgets to the address beside this (`bind="query-params"`):
two writers would overwrite each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any, Literal, get_args

import streamlit as st

from moe_demo.insight.lineage import NumberKey
from moe_demo.insight.run import Run
from moe_demo.text.segmentation import MAX_CHARS
from moe_demo.ui.kit import page_settings
from moe_demo.ui.kit.i18n import DEFAULT_LANGUAGE, LANGUAGES
from moe_demo.ui.kit.page_settings import PageSettings, Settings

DEFAULT_TEXT = "苹果公司发布了最新的iPhone 15"
DEFAULT_RUN = "deepseek"
Depth = Literal["look", "compute", "prove"]
"""Whether the numbers' sums and the code that ran stand below the page of a lesson's step."""
DEPTHS: tuple[Depth, ...] = get_args(Depth)

KEYS = {
    "text": "s",
    "token": "t",
    "layer": "l",
    "expert": "e",
    "run": "run",
    "step": "step",
    "twin": "with",
    "lang": "lang",
    "why": "why",
    "lesson": "lesson",
    "lesson_step": "n",
    "depth": "depth",
    "present": "present",
    "class_code": "class",
}
"""Field of the selection -> parameter of the address."""

_IGNORED = {"embed", "embed_options"}  # Streamlit's own
_MAX_ADDRESSES = 256
_MAX_KEPT_CHARS = 4000  # an address that is longer is read each time: strangers write addresses
_MAX_NOTICES = 8
_WRITTEN = "selection.written"  # the address before the last update, and after it
_MAX_NOTICE_CHARS = 40


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
    why: NumberKey | None = None
    """The number whose sum is on show; None: no sum is."""
    lesson: str | None = None
    """The lesson whose bar stands above the page (ui.frame.lessons); None: no lesson."""
    lesson_step: int = 1
    depth: Depth | None = None
    """How deep the step is looked into; None: as the lesson has it."""
    present: int = 0
    """1 where a class looks on: larger type, the keys of a clicker."""
    class_code: str | None = None
    """The class that this page leads or follows (ui.frame.class_bar); None: no class."""
    settings: PageSettings = field(default_factory=PageSettings)
    """The page's own; `of` gives them their type."""
    others: Mapping[str, str] = field(default_factory=dict)
    """Settings of other pages as they stand in the address."""
    notices: tuple[str, ...] = ()
    """Parameters of the address that were not understood, each once."""

    def of(self, kind: type[Settings]) -> Settings:
        """The settings of the page that this was read for."""
        assert isinstance(self.settings, kind), f"read for {type(self.settings)}, asked for {kind}"
        return self.settings

    def params(self, kind: type[PageSettings] = PageSettings, /, **changes: Any) -> dict[str, str]:
        """The address of this selection, with changes: for links to other pages; `kind` is whose settings change."""
        own = {name: value for name, value in changes.items() if name in KEYS}
        chosen = _changed(self, own)
        standing = {name: (getattr(chosen, name), getattr(_DEFAULTS, name)) for name in KEYS}
        shared = {KEYS[name]: str(value) for name, (value, default) in standing.items() if value != default}
        rest = page_settings.written(self.settings) | dict(self.others)
        if wanted := {name: value for name, value in changes.items() if name not in KEYS}:
            settings = page_settings.changed(page_settings.read(kind, rest)[0], wanted)
            rest = {name: value for name, value in rest.items() if name not in page_settings.names(kind)}
            rest |= page_settings.written(settings)
        return shared | rest

    def told(self, *names: str) -> Selection:
        """This selection, with more parameters named as not understood: the first few, the beginning of each."""
        known = dict.fromkeys((*self.notices, *(name[:_MAX_NOTICE_CHARS] for name in names)))
        return replace(self, notices=tuple(known)[:_MAX_NOTICES])

    def clipped(self, run: Run, n_tokens: int) -> Selection:
        """Where another run than the selected one is shown: what that run does not have falls back silently."""
        model = run.config.model
        return replace(
            self,
            token=self.token if self.token is not None and self.token < n_tokens else None,
            layer=self.layer if self.layer < model.n_layers else 0,
            expert=self.expert if self.expert is not None and self.expert < model.n_routed else None,
            settings=self.settings.fitting(run),
        )

    def checked(self, run: Run, n_tokens: int) -> Selection:
        """Everything that the run or the sentence does not have back at its default, and told."""
        fitting = self.clipped(run, n_tokens)
        own = [
            field.name
            for field in fields(self.settings)
            if _differ(field.name, self.settings, fitting.settings)
        ]
        shared = [KEYS[name] for name in ("token", "layer", "expert") if _differ(name, self, fitting)]
        return fitting.told(*shared, *own)


_DEFAULTS = Selection()


def current(kind: type[PageSettings] = PageSettings) -> Selection:
    """The selection in the address, read for a page with these settings. `kit.views` compares it with the run."""
    return kept_or_parsed(kind, tuple(st.query_params.to_dict().items()))


def kept_or_parsed(kind: type[PageSettings], pairs: tuple[tuple[str, str], ...]) -> Selection:
    """As `parsed`; from memory where somebody has had this address before, and it is no very long one."""
    if sum(len(name) + len(value) for name, value in pairs) > _MAX_KEPT_CHARS:
        return parsed.__wrapped__(kind, pairs)
    return parsed(kind, pairs)  # type: ignore[arg-type]  # a class is hashable: mypy takes the hash of its instances


@lru_cache(maxsize=_MAX_ADDRESSES)
def parsed(kind: type[PageSettings], pairs: tuple[tuple[str, str], ...]) -> Selection:
    """The selection in the parameters of an address."""
    params = dict(pairs)
    known = {*KEYS.values(), *page_settings.every_name(), *_IGNORED}
    settings, unread = page_settings.read(kind, params)
    lang = params.get("lang", DEFAULT_LANGUAGE)
    numbered = ("token", "layer", "expert", "step", "lesson_step", "present")
    indices = {KEYS[name]: _index(params.get(KEYS[name])) for name in numbered}
    broken = [name for name, index in indices.items() if index is None and name in params]
    deep = params.get(KEYS["depth"])
    broken += [KEYS["depth"]] if deep is not None and deep not in DEPTHS else []
    why = _number_key(params.get("why"))
    broken += ["why"] if why is None and "why" in params else []
    chosen = Selection(
        text=plain_text(params.get("s", DEFAULT_TEXT)),
        token=indices["t"],
        layer=indices["l"] or 0,
        expert=indices["e"],
        run=params.get("run", DEFAULT_RUN),
        step=indices["step"],
        twin=params.get("with"),
        lang=lang if lang in LANGUAGES else DEFAULT_LANGUAGE,
        why=why,
        lesson=params.get("lesson"),
        lesson_step=indices["n"] or 1,
        depth=next((one for one in DEPTHS if one == deep), None),
        present=min(indices["present"] or 0, 1),
        class_code=params.get("class"),
        settings=settings,
        others={n: params[n] for n in page_settings.every_name() - page_settings.names(kind) if n in params},
    )
    foreign = [name for name in params if name not in known]
    return chosen.told(*foreign, *(["lang"] if lang not in LANGUAGES else []), *broken, *unread)


def plain_text(text: str) -> str:
    """A sentence as it may stand in an address: whole characters, no white space around, and not without end.

    One character more than is ever read is kept, so that the reader still sees that something was cut off.
    """
    return text.encode("utf-8", "ignore").decode().strip()[: MAX_CHARS + 1]


def update(kind: type[PageSettings] = PageSettings, /, **changes: Any) -> None:
    """Write changed fields, and settings of the page whose settings these are, into the address: one step of Back.

    A new text drops the picked word, a new run also layer, expert and checkpoint, unless they are given too. None
    puts a setting back to its default. Raises ValueError for a setting that the page does not have.
    """
    keep()
    write(current(kind).params(kind, **changes))


def write(params: Mapping[str, str]) -> None:
    """Make these the whole address of the page."""
    before = st.query_params.to_dict()
    st.query_params.from_dict(params)
    st.session_state[_WRITTEN] = before, st.query_params.to_dict()


def keep() -> None:
    """First in a callback that writes no address: what was written last holds.

    Every request of the browser carries its address. One that was sent before the browser had heard of the newest
    address carries the one before it, and would take the reader back.
    """
    before, written = st.session_state.get(_WRITTEN, (None, None))
    if written is not None and before != written and st.query_params.to_dict() == before:
        st.query_params.from_dict(written)


def settle() -> None:
    """At the start of a run of the script: an address that is not the one written last is where the reader went."""
    if st.query_params.to_dict() != st.session_state.get(_WRITTEN, (None, None))[1]:
        st.session_state.pop(_WRITTEN, None)


def _changed(chosen: Selection, changes: Mapping[str, Any]) -> Selection:
    if "text" in changes:
        changes = dict(changes) | {"text": plain_text(changes["text"])}
        if changes["text"] != chosen.text:
            changes = {"token": None, "why": None} | changes
    if "run" in changes and changes["run"] != chosen.run:
        fresh = {"token": None, "layer": 0, "expert": None, "step": None, "why": None}
        changes = fresh | dict(changes)
    return replace(chosen, **changes)


def _number_key(raw: str | None) -> NumberKey | None:
    with suppress(ValueError):
        return None if raw is None else NumberKey.read(raw)
    return None


def _differ(name: str, a: object, b: object) -> bool:
    return bool(getattr(a, name) != getattr(b, name))


def _index(raw: str | None) -> int | None:
    if raw is None or not (raw.isascii() and raw.isdigit() and len(raw) <= len(str(MAX_CHARS)) + 6):
        return None
    return int(raw)

"""What the sentence strip is given: the sentence, its words as the model reads them, and the run's checkpoints."""

from __future__ import annotations

from typing import TypedDict

from moe_demo.text.segmentation import MAX_CHARS
from moe_demo.ui.kit.gloss import of_sentence, of_word
from moe_demo.ui.kit.glossary import meanings
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import ExpertLook, expert_looks
from moe_demo.ui.kit.selection import DEFAULT_TEXT
from moe_demo.ui.kit.views import View

PRESETS = (
    DEFAULT_TEXT,
    "苹果上市价格大跌",
    "火箭夺冠",
    "火箭升空",
    "流量明星参加综艺节目",
    "手机流量资费下调",
    "冠军做客直播间聊夺冠经历",
)
_LEFT_OUT_SHOWN = 80  # characters


class StripToken(TypedDict):
    """A word of the sentence, with the expert that counts most for it."""

    text: str
    gloss: str
    """Its meaning for a reader who knows no Chinese, where it is known."""
    known: bool
    expert: int


class StripExample(TypedDict):
    """A sentence of the menu."""

    text: str
    gloss: str


class FrameSentenceStripData(TypedDict):
    """The sentence on top of every page, and how far the model has been trained."""

    text: str
    gloss: str
    tokens: list[StripToken]
    experts: list[ExpertLook]
    picked: int | None
    left_out: str
    """The end of a sentence that is too long, cut."""
    cut: str
    """What was done about it, in words; empty where nothing was left out."""
    steps: list[int]
    """Of the run's checkpoints."""
    step: int
    run: str
    presets: list[StripExample]
    max_chars: int
    words: dict[str, str]
    lang: str


def sentence_strip_data(view: View) -> FrameSentenceStripData:
    """The words of this view's trace, in the selected layer."""
    trace, chosen = view.trace, view.selection
    layer = trace.layers[chosen.layer]
    return {
        "text": trace.text,
        "gloss": of_sentence(trace.text),
        "tokens": [
            {"text": token, "gloss": of_word(token), "known": bool(known), "expert": int(gates_E.argmax())}
            for token, known, gates_E in zip(trace.tokens, trace.known_T, layer.gates_TE, strict=True)
        ],
        "experts": expert_looks(view.run.config.model),
        "picked": chosen.token,
        "left_out": trace.left_out[:_LEFT_OUT_SHOWN],
        "cut": t("strip.cut", tokens=len(trace.tokens), chars=MAX_CHARS) if trace.left_out else "",
        "steps": list(view.run.steps),
        "step": view.run.step,
        "run": view.run.run_id,
        "presets": [{"text": text, "gloss": of_sentence(text)} for text in PRESETS],
        "max_chars": MAX_CHARS,
        "words": labels("strip")
        | {"legend_hint": f"{t('strip.legend_says')}\n{meanings('gate', 'unknown')}"},
        "lang": language(),
    }

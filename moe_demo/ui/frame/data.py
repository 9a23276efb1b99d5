"""What the sentence strip is given: the sentence, its words as the model reads them, and the run's checkpoints."""

from __future__ import annotations

from typing import TypedDict

from moe_demo.insight.run import Run
from moe_demo.insight.telling_headlines import TellingHeadline
from moe_demo.releases.examples import EXAMPLE_RUN, read_examples
from moe_demo.text.segmentation import MAX_CHARS
from moe_demo.ui.kit.gloss import of_sentence, of_word
from moe_demo.ui.kit.glossary import meanings
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import ExpertLook, expert_looks
from moe_demo.ui.kit.selection import DEFAULT_TEXT
from moe_demo.ui.kit.unfamiliar import unfamiliar_line
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_word, expert_name, layer_name

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
    """A sentence of the menu, what it means, and what it shows; empty where it says so itself."""

    text: str
    gloss: str
    why: str


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
    unfamiliar: str
    """Why not to rely on the answer; empty where the sentence is familiar."""
    steps: list[int]
    """Of the run's checkpoints."""
    step: int
    run: str
    examples: list[StripExample]
    max_chars: int
    words: dict[str, str]
    lang: str


def sentence_strip_data(view: View, *, warns: bool = True) -> FrameSentenceStripData:
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
        "unfamiliar": unfamiliar_line(view.run, trace) if warns else "",
        "steps": list(view.run.steps),
        "step": view.run.step,
        "run": view.run.run_id,
        "examples": _examples(view.run),
        "max_chars": MAX_CHARS,
        "words": labels("strip")
        | {"legend_hint": f"{t('strip.legend_says')}\n{meanings('gate', 'unknown')}"},
        "lang": language(),
    }


def _examples(run: Run) -> list[StripExample]:
    """The usual ones; then those found for the bundled run, which hold for it at its last checkpoint alone."""
    examples: list[StripExample] = [{"text": text, "gloss": of_sentence(text), "why": ""} for text in PRESETS]
    if run.bundled and run.run_id == EXAMPLE_RUN and run.step == run.steps[-1]:
        examples += [
            {"text": one.text, "gloss": of_sentence(one.text), "why": _why(one)} for one in read_examples()
        ]
    return examples


def _why(one: TellingHeadline) -> str:
    if one.why == "routes":
        sets = t("common.comma").join(
            t("strip.why_sets", layer=layer_name(place), n=n) for place, n in enumerate(one.sets)
        )
        return t("strip.why_routes", n=one.n_words, sets=sets)
    turned = t("strip.why_turns", before=class_word(one.before), after=class_word(one.after))
    expert = "" if one.expert is None else expert_name(one.expert)
    return t(f"strip.why_{one.why}", layer=layer_name(one.layer), k=one.top_k, expert=expert) + turned

"""The bar of a lesson below the head of every page: what to do, the question, Back and Next.

    lesson_bar.draw(page)      nothing where the address names no lesson

Lesson and step stand in the address, so Back in the browser goes a step back; answers stay with the visit. A step may
leave parts of its page out: they are there, and not shown until the reader wants the whole page.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from moe_demo.ui.frame import class_bar, navigation
from moe_demo.ui.frame.data_lesson import Seen, lesson_bar_data
from moe_demo.ui.frame.lesson import Lesson, Phase, Step
from moe_demo.ui.frame.lesson_parts import leave_out
from moe_demo.ui.frame.lessons import lesson_called
from moe_demo.ui.frame.pages import Page
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.i18n import language, t
from moe_demo.ui.kit.picture import event_of, picture
from moe_demo.ui.kit.selection import DEPTHS, Depth
from moe_demo.ui.kit.words import plain

KEY, WAYS = "lesson", "lesson-ways"
_ANSWERS, _WHOLE = "lesson.answers", "lesson.whole"
_MAX_NAME_CHARS = 40
_NOTHING = selection.Selection()
_OF_THE_FRAME = ("lesson", "lesson_step", "depth", "lang", "present", "class_code")
"""Fields of the selection that are no part of what a step opens."""
_TYPED: tuple[Phase, ...] = ("modify", "make")
"""Where learners bring sentences of their own; in the other phases a class looks at that of the step."""
_NO_FORM = ":root { --sentence-form: none; }"
_NO_EXTRAS = ":root { --extras: none; }"
"""Of the pictures themselves: buttons for tables, keys and files, and hints. The keys for them stay."""
PRESENT = Path(__file__).with_name("present.css").read_text(encoding="utf-8")
"""The style of a page that a class looks at."""


def draw(page: Page) -> None:
    """The bar for this page; says so where there is no such lesson or step."""
    chosen = selection.current(page.settings)
    if chosen.lesson is None:
        return
    lesson = lesson_called(chosen.lesson, language())
    if lesson is None:
        _say(t("lesson.unknown", name=plain(chosen.lesson[:_MAX_NAME_CHARS])))
        return
    number = chosen.lesson_step
    if not 1 <= number <= len(lesson.steps):
        _say(t("lesson.no_step", n=number, all=len(lesson.steps)))
        number = 1
    step = lesson.step(number)
    away = not _is_as_opened(step, page, chosen)
    whole = _is_whole(lesson, number) if step.visible is not None else None
    depth = chosen.depth or step.depth
    if not whole:
        leave_out(step, page, depth)
    if chosen.present:
        parts = (PRESENT, "" if step.phase in _TYPED else _NO_FORM, "" if whole else _NO_EXTRAS)
        st.html(f"<style>{''.join(parts)}</style>")
    seen = Seen(
        picked=_answer(lesson, number),
        away=away,
        whole=whole,
        depth=depth,
        present=bool(chosen.present),
        is_class=chosen.class_code is not None,
    )
    data = lesson_bar_data(lesson, number, seen)
    picture(
        "frame/lesson_bar",
        data=data,
        key=KEY,
        on_pick_change=lambda: _pick(lesson, number, chosen.class_code),
        on_whole_change=lambda: _see_whole(lesson, number),
        on_go_change=lambda: _go(lesson, chosen),
        on_depth_change=lambda: _deeper(page, depth),
        on_present_change=lambda: selection.update(page.settings, present=1 - chosen.present),
        on_class_change=lambda: class_bar.open_one(page),
    )
    _ways(page, lesson, number, chosen)


def _say(text: str) -> None:
    with st.container(key="lesson-says"):
        st.warning(text)


def _ways(page: Page, lesson: Lesson, number: int, chosen: selection.Selection) -> None:
    """Links to the steps around this one on other pages, which the bar's buttons click: not to be seen.

    A link is one step of Back, where leaving for another page from here would be two; but Streamlit's links do not lead
    to other states of the page that they stand on.
    """
    with st.container(key=WAYS):
        for to in range(max(number - 1, 1), min(number + 1, len(lesson.steps)) + 1):
            if lesson.step(to).page != page:
                with st.container(key=f"{WAYS}-{to}"):
                    navigation.to(lesson.step(to).page, _address(lesson, to, chosen))


def _go(lesson: Lesson, chosen: selection.Selection) -> None:
    """To another step on the page that is on show."""
    to = event_of(KEY, "go")
    if isinstance(to, int) and 1 <= to <= len(lesson.steps):
        selection.write(_address(lesson, to, chosen))


def _address(lesson: Lesson, to: int, chosen: selection.Selection) -> dict[str, str]:
    """Of another step, for this reader."""
    return lesson.address(to, chosen.lang, chosen.present, chosen.class_code)


def _is_as_opened(step: Step, page: Page, chosen: selection.Selection) -> bool:
    """Whether the page is what the step opens."""
    frame = {name: getattr(_NOTHING, name) for name in _OF_THE_FRAME}
    here = chosen.params(page.settings, **frame)
    return page == step.page and here == dict(step.params)


def _answers() -> dict[str, int]:
    """What this visit has answered, by lesson and step."""
    found: dict[str, int] = st.session_state.setdefault(_ANSWERS, {})
    return found


def _answer(lesson: Lesson, number: int) -> int | None:
    asked = lesson.asks(number)
    return None if asked is None else _answers().get(class_bar.ask_name(lesson.name, asked[0]))


def _pick(lesson: Lesson, number: int, class_code: str | None) -> None:
    """An answer. One whose outcome has been shown stays as it is."""
    selection.keep()
    step, place = lesson.step(number), event_of(KEY, "pick")
    if step.question is None or not isinstance(place, int) or not 0 <= place < len(step.question.answers):
        return
    if step.phase == "predict" or _answer(lesson, number) is None:
        ask = class_bar.ask_name(lesson.name, number)
        st.session_state[_ANSWERS] = _answers() | {ask: place}
        class_bar.vote(class_code, ask, place, final=step.phase != "predict")


def _is_whole(lesson: Lesson, number: int) -> bool:
    return bool(st.session_state.get(_WHOLE) == (lesson.name, number))


def _see_whole(lesson: Lesson, number: int) -> None:
    selection.keep()
    st.session_state[_WHOLE] = None if _is_whole(lesson, number) else (lesson.name, number)


def _deeper(page: Page, depth: Depth) -> None:
    """The next depth; after the last, the first. It stands in the address, so that a class goes along."""
    selection.update(page.settings, depth=DEPTHS[(DEPTHS.index(depth) + 1) % len(DEPTHS)])

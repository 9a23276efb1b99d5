"""The page for teachers: the lessons, the sheet of one of them, and lessons of one's own.

lessons_page.follow()        open a class, or go on with one
lessons_page.draw(asked)     the list; a lesson starts by its link, or its sheet is shown below
lessons_page.sheet(asked)    that sheet, ready to be printed
lessons_page.own()           bring a lesson file: checked, and then there for whoever has its link
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from moe_demo.jobs.classrooms import Classrooms
from moe_demo.jobs.lesson_files import LessonFiles, OwnLesson
from moe_demo.runs.store import RunError
from moe_demo.ui.frame import class_bar, navigation
from moe_demo.ui.frame.lesson import Lesson
from moe_demo.ui.frame.lesson_errors import LessonError
from moe_demo.ui.frame.lesson_file import MAX_BYTES, decoded, read_lesson
from moe_demo.ui.frame.lessons import lesson_called, shipped, source
from moe_demo.ui.frame.pages import page_called
from moe_demo.ui.kit import caller, redraw, selection, streamlit_quirks, views
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.i18n import language, t
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.kit.words import plain
from moe_demo.ui.lessons.data import sheet_data
from moe_demo.ui.lessons.settings import LessonsSettings, Sheet
from moe_demo.ui.server.visitor import has_cookie

KEY, FOR, FILE = "lessons-sheet", "lessons.for", "lessons.file"
STYLE = Path(__file__).with_name("print.css").read_text(encoding="utf-8")
_KEPT, _REFUSED, _TRIES = "lessons.kept", "lessons.refused", "lessons.tries"
_SHEETS: tuple[Sheet, ...] = ("teacher", "pupil")


def draw(asked: LessonsSettings) -> None:
    """The lessons that ship, two beside each other."""
    st.html(f"<style>{STYLE}</style>")
    found = shipped(language())
    for first in range(0, len(found), 2):
        for lesson, column in zip(found[first : first + 2], st.columns(2), strict=False):
            with column:
                _card(lesson, is_shown=lesson.name == asked.plan)


def follow() -> None:
    """Open a class that follows this browser, or go on with one of its own; nothing where the page is in a class."""
    if selection.current().class_code is not None:
        return
    with st.container(border=True, key="lessons-class", horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{t('class.open_title')}** {t('class.open_says')}", width=720)
        st.button(
            t("class.open"), key="lessons.class", on_click=lambda: class_bar.open_one(page_called("lessons"))
        )
        for room in Classrooms().of(caller.current()):
            st.button(
                t("class.go_on", code=room.code),
                key=f"lessons.class.{room.code}",
                on_click=lambda code=room.code: selection.update(LessonsSettings, class_code=code),
            )


def _card(lesson: Lesson, *, is_shown: bool) -> None:
    with st.container(border=True, key=f"lessons-card-{lesson.name}"):
        st.header(plain(lesson.plan.title), anchor=False)
        st.markdown(plain(lesson.plan.about))
        st.caption(
            t(
                "lessons.facts",
                level=plain(lesson.plan.level),
                periods=plain(lesson.plan.periods),
                n=len(lesson.steps),
            )
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            _begin(lesson)
            st.button(
                t("lessons.shown" if is_shown else "lessons.show"),
                key=f"lessons.show.{lesson.name}",
                on_click=lambda: selection.update(LessonsSettings, plan=lesson.name),
                disabled=is_shown,
            )


def _begin(lesson: Lesson) -> None:
    """Two links to the first step: for oneself, and for a class that looks on."""
    for present, said in enumerate(("begin", "present")):
        address = lesson.address(1, language(), present, selection.current().class_code)
        navigation.to(lesson.step(1).page, address, t(f"lessons.{said}"))


def sheet(asked: LessonsSettings) -> None:
    """One lesson on paper; one of somebody's own only where the address names it."""
    st.header(t("lessons.sheet_title"), anchor="sheet")
    lesson = lesson_called(asked.plan, language())
    if lesson is None:
        st.warning(t("lesson.unknown", name=plain(asked.plan)))
        return
    st.session_state[FOR] = asked.sheet
    st.segmented_control(
        t("lessons.for"),
        _SHEETS,
        key=FOR,
        required=True,
        format_func=lambda kind: t(f"lessons.sheets.{kind}"),
        on_change=lambda: selection.update(LessonsSettings, sheet=st.session_state[FOR]),
    )
    picture("lessons/sheet", data=sheet_data(lesson, asked.sheet), key=KEY)


@st.fragment
def own() -> None:
    """A teacher's own lesson files."""
    redraw.if_asked()
    st.header(t("lessons.own_title"), anchor="own")
    files = LessonFiles()
    st.markdown(t("lessons.own_says", days=files.limits.kept_days, most=files.limits.kept_lessons))
    st.download_button(
        t("lessons.template"),
        source("collapse", language()),
        file_name=f"collapse.{language()}.toml",
        mime="application/toml",
        key="lessons.template",
        on_click="ignore",
    )
    if not has_cookie():
        st.info(t("own_data.no_cookies"))
    _field(files)
    for lesson in files.of(caller.current()):
        _kept(files, lesson)


def _field(files: LessonFiles) -> None:
    """The field for a file: each try is a new field, so that the same file may be brought again."""
    tries = st.session_state.setdefault(_TRIES, 0)
    key = f"{FILE}.{tries}"

    def brought() -> None:
        if (file := st.session_state[key]) is not None:
            st.session_state[_TRIES] = tries + 1
            st.session_state[_REFUSED] = _bring(files, file.getvalue())

    with st.container(key="lessons-drop"):
        st.file_uploader(t("lessons.file"), type=["toml"], key=key, on_change=brought)
    streamlit_quirks.upload_field_words(
        "lessons-drop",
        browse=t("lessons.browse"),
        limit=t("lessons.limit", kb=MAX_BYTES // 1000),
        refused=t("lessons.too_large", kb=MAX_BYTES // 1000),
    )
    if refused := st.session_state.pop(_REFUSED, ""):
        st.error(refused)


def _bring(files: LessonFiles, raw: bytes) -> str:
    """Check and keep a file; what is wrong with it, or nothing."""
    try:
        text = decoded(raw)
        lesson = read_lesson(text, "own", views.opened_run)
        files.keep(text, lesson.plan.title, caller.current())
    except (LessonError, RunError) as error:
        return sentence(error)
    return ""


def _kept(files: LessonFiles, lesson: OwnLesson) -> None:
    def delete() -> None:
        try:
            files.delete(lesson.name, caller.current())
        except RunError as error:
            st.session_state[_REFUSED] = sentence(error)

    def show() -> None:
        selection.update(LessonsSettings, plan=lesson.name)
        redraw.ask()

    with st.container(border=True, key=f"lessons-card-{lesson.name}"):
        st.markdown(f"**{plain(lesson.title)}**")
        st.caption(t("lessons.own_link", link=f"?lesson={lesson.name}"))
        with st.container(horizontal=True, vertical_alignment="center"):
            if (opened := lesson_called(lesson.name, language())) is not None:
                _begin(opened)
            st.button(t("lessons.show"), key=f"lessons.show.{lesson.name}", on_click=show)
            st.button(t("lessons.delete"), key=f"lessons.delete.{lesson.name}", on_click=delete)

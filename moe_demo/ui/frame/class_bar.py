"""The bar of a class, above every page of a browser whose address names one: to lead it, or to follow.

    class_bar.draw(page)                              nothing where the address names no class
    class_bar.open_one(page)                          a button's callback: opens a class that looks at this page
    class_bar.vote(code, ask, place, final=False)     an answer of this browser

The bar asks the server for the class by itself (ui.server.class_routes). Where the class has moved, it opens that
address as the Back button would: one run of this script, as for a reader who clicks.
"""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from moe_demo.insight.held_out import DataGoneError
from moe_demo.jobs.classroom_errors import ClassroomError
from moe_demo.jobs.classrooms import Classroom, Classrooms, Place
from moe_demo.jobs.jobs import Jobs
from moe_demo.runs.errors import RunError
from moe_demo.text.errors import EmptyTextError
from moe_demo.ui.frame import class_wall
from moe_demo.ui.frame.data_class import Mine, MySeed, class_bar_data
from moe_demo.ui.frame.lesson import Question
from moe_demo.ui.frame.lessons import lesson_called
from moe_demo.ui.frame.pages import Page
from moe_demo.ui.kit import caller, selection
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.i18n import language, t
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.server import class_trainings
from moe_demo.ui.server.visitor import has_cookie, visit_id, visitor_id

KEY, SAYS = "class", "class-says"
_SAID = "class.said"
_OF_EACH_BROWSER = ("class_code", "lang", "present")
"""Fields of the selection that a class does not share."""


def draw(page: Page) -> None:
    """The bar for this page; says so where there is no such class."""
    chosen = selection.current(page.settings)
    if said := st.session_state.pop(_SAID, ""):
        with st.container(key=f"{SAYS}-last"):
            st.warning(said)
    if chosen.class_code is None:
        return
    try:
        room = Classrooms().room(chosen.class_code)
    except RunError as error:
        with st.container(key=SAYS):
            st.warning(sentence(error))
            st.button(t("class.words.leave"), key="class.leave", on_click=_leave)
        return
    leads, mine = caller.current().owns(room.owner), None
    if not leads:
        with suppress(RunError):  # the bar is told the same, and says it
            mine = _mine(room)
    picture(
        "frame/class_bar",
        data=class_bar_data(
            room,
            leads=leads,
            shows={"path": page.url_path, "params": st.query_params.to_dict()},
            visit=visit_id(),
            base_url=_base_url(page),
            asked=_asked(chosen),
            mine=mine,
        ),
        key=KEY,
        on_again_change=selection.keep,
        on_act_change=lambda: _act(room.code),
        on_leave_change=_leave,
    )


def open_one(page: Page) -> None:
    """Open a class that looks at this page, led from here."""
    chosen = selection.current(page.settings)
    if not has_cookie():
        st.session_state[_SAID] = t("class.no_cookies")
        return
    nobodys = {name: getattr(selection.Selection(), name) for name in _OF_EACH_BROWSER}
    place = Place(url_path=page.url_path, params=chosen.params(page.settings, **nobodys))
    try:
        code = Classrooms().open(caller.current(), place)
    except RunError as error:
        st.session_state[_SAID] = sentence(error)
    else:
        selection.update(page.settings, class_code=code)


def vote(code: str | None, ask: str, place: int, *, final: bool) -> None:
    """Count an answer of this browser in its class, where it follows one."""
    if code is None:
        return
    try:
        rooms, me = Classrooms(), caller.current()
        if not me.owns(rooms.room(code).owner):
            rooms.log(code).join(code, me.visitor)
            rooms.log(code).vote(code, me.visitor, ask, place, final=final)
    except RunError as error:
        st.session_state[_SAID] = sentence(error)


def _leave() -> None:
    selection.update(class_code=None)


def _asked(chosen: selection.Selection) -> tuple[str, Question] | None:
    """The question on show, by the name under which answers are counted."""
    lesson = None if chosen.lesson is None else lesson_called(chosen.lesson, language())
    if lesson is None or not 1 <= chosen.lesson_step <= len(lesson.steps):
        return None
    asked = lesson.asks(chosen.lesson_step)
    return None if asked is None else (ask_name(lesson.name, asked[0]), asked[1])


def ask_name(lesson: str, number: int) -> str:
    """The name of the question that a step of a lesson asks."""
    return f"{lesson} {number}"


def _mine(room: Classroom) -> Mine | MySeed | None:
    """The expert, or the seed, of this browser's seat."""
    if room.wall is None:
        return None
    log, me = Classrooms().log(room.code), visitor_id()
    seat = log.join(room.code, me)
    if room.wall.measure == "seeds":
        seconds = class_trainings.seconds_of(room.wall, log.counts())
        return MySeed(seed=room.wall.seed_of(seat), most=Jobs().most, seconds=seconds)
    layer, expert = room.wall.expert_of(seat)
    value = log.counts().results.get(room.wall.number, {}).get((layer, expert))
    return Mine(layer=layer, expert=expert, value=value)


def _act(code: str) -> None:
    """Switch this browser's expert off, and hand in what came of it; or train from its seed."""
    selection.keep()
    try:
        rooms, me = Classrooms(), visitor_id()
        room = rooms.room(code)
        mine = _mine(room)
        if isinstance(mine, MySeed):
            class_trainings.begin(room, caller.current())
            return
        if room.wall is None or mine is None:
            raise ClassroomError("no_wall")
        value = class_wall.value_of(room.wall, mine.layer, mine.expert)
        rooms.log(code).fill(code, me, room.wall.number, (mine.layer, mine.expert), value)
    except DataGoneError as error:
        st.session_state[_SAID] = t("whatif.data_gone", source=str(error.source))
    except (RunError, EmptyTextError) as error:
        st.session_state[_SAID] = sentence(error)


def _base_url(page: Page) -> str:
    """The app's own address as this browser has it: behind any proxy, host and base path."""
    url = str(st.context.url or "")
    return url.rstrip("/").removesuffix(f"/{page.url_path}") if page.url_path else url.rstrip("/")

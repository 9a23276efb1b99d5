"""The lesson bar and the page for teachers, without a browser."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from moe_demo.ui.frame import lessons
from moe_demo.ui.frame.data_lesson import Seen, lesson_bar_data
from moe_demo.ui.frame.lesson import Lesson
from moe_demo.ui.frame.pages import PAGES
from moe_demo.ui.kit.i18n import LANGUAGES, speaking, text_in
from moe_demo.ui.kit.words import plain
from moe_demo.ui.lessons.data import sheet_data
from tests.pages.app import drawn, opened, pictures
from tests.unit.test_lessons import SHIPPED


def bar(at: AppTest) -> dict:
    return drawn(at, "place")


def lesson_of(name: str, lang: str = "zh") -> Lesson:
    found = lessons.lesson_called(name, lang)
    assert found is not None
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_bar_stands_on_every_page_in_the_readers_language(lang: str):
    for page in ("", "balance", "scale", "lessons"):
        shown = bar(opened(page, lesson="collapse", n="2", lang=lang))
        lesson = lesson_of("collapse", lang)
        assert (shown["title"], shown["number"], shown["count"]) == (lesson.plan.title, 2, len(lesson.steps))
        assert shown["do"] == lesson.step(2).do
        assert shown["away"] is True


def test_without_a_lesson_there_is_no_bar():
    assert not [data for data in pictures(opened()) if "place" in data]


def test_a_page_as_the_step_opens_it_is_not_away():
    lesson = lesson_of("collapse")
    for number in (1, 2, 6):
        assert bar(opened("balance", **lesson.address(number)))["away"] is False
    changed = lesson.address(2) | {"way": "none"}
    assert bar(opened("balance", **changed))["away"] is True


def test_links_in_the_head_take_the_lesson_along():
    at = opened("balance", lesson="collapse", n="2", reveal="yes")
    links = {link.proto.label: link.proto.query_string for link in at.get("page_link")}
    assert "lesson=collapse&n=2" in links[text_in("zh", "router.nav")]


def test_a_prediction_is_kept_and_shown_beside_the_result():
    lesson = lesson_of("collapse")
    at = opened("balance", **lesson.address(1))
    assert bar(at)["question"]["picked"] is None
    at.session_state["lesson"] = {"pick": 2}
    at.session_state["lesson.answers"] = {"collapse 1": 2}
    before = bar(at.run())
    assert (before["question"]["picked"], before["question"]["right"], before["question"]["open"]) == (
        2,
        None,
        True,
    )
    for name, value in lesson.address(2).items():
        at.query_params[name] = value
    after = bar(at.run())["question"]
    assert (after["picked"], after["right"], after["open"]) == (2, 0, False)
    assert after["outcome"] == text_in("zh", "lesson.wrong", letter="C", right="A")
    assert after["why"]


def test_an_answer_is_not_told_before_it_is_given():
    lesson = lesson_of("collapse")
    with speaking("zh"):
        asked = lesson_bar_data(lesson, 3, Seen())
        assert (asked["known"], asked["question"]["right"]) == (False, None)
        given = lesson_bar_data(lesson, 3, Seen(picked=2))
        assert (given["known"], given["question"]["right"]) == (True, 2)
        assert given["question"]["outcome"] == text_in("zh", "lesson.right", letter="C")
        predicted = lesson_bar_data(lesson, 1, Seen(picked=0))
        assert predicted["question"]["right"] is None
        skipped = lesson_bar_data(lesson, 2, Seen())
        assert skipped["question"]["outcome"] == text_in("zh", "lesson.no_prediction", right="A")


def test_the_depth_that_was_chosen_stands_in_the_address_until_another_step_is_opened():
    lesson = lesson_of("collapse")
    assert lesson.step(1).depth == "look"
    at = opened("balance", **lesson.address(1))
    for depth in ("compute", "prove", "look"):
        before = bar(at)
        at.query_params["depth"] = depth
        after = bar(at.run())
        assert after["depth"] == text_in("zh", f"lesson.depths.{depth}")
        assert (after["away"], after["question"]) == (False, before["question"])
    assert "depth" not in lesson.address(2)
    at.query_params["depth"] = "deepest"
    at.run()
    assert bar(at)["depth"] == text_in("zh", "lesson.depths.look")
    assert "depth" in at.warning[0].value


@pytest.mark.parametrize(("name", "lang"), SHIPPED)
def test_the_teachers_sheet_has_every_answer_and_the_learners_none(name: str, lang: str):
    lesson = lesson_of(name, lang)
    with speaking(lang):
        teacher, pupil = sheet_data(lesson, "teacher"), sheet_data(lesson, "pupil")
    asked = [step for step in lesson.steps if step.question]
    assert [one["question"]["right"] for one in teacher["steps"] if one["question"]] == [
        "ABCD"[step.question.right] for step in asked
    ]
    assert len(teacher["goals"]) == 4
    for one in pupil["steps"]:
        assert not one["teacher"] + one["notice"]
        assert not one["question"] or not one["question"]["right"] + one["question"]["because"]
    assert [one["do"] for one in pupil["steps"]] == [step.do for step in lesson.steps]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_for_teachers_offers_every_lesson(lang: str):
    at = opened("lessons", lang=lang, plan="causes")
    assert [card.value for card in at.header][: len(lessons.NAMES)] == [
        plain(lesson.plan.title) for lesson in lessons.shipped(lang)
    ]
    begin = [link for link in at.get("page_link") if link.proto.label == text_in(lang, "lessons.begin")]
    assert [
        f"lesson={name}" in link.proto.query_string for name, link in zip(lessons.NAMES, begin, strict=True)
    ]
    assert drawn(at, "is_teachers")["name"] == "causes"
    at.button(key="lessons.show.data").click().run()
    assert drawn(at, "is_teachers")["name"] == "data"
    assert "".join(at.query_params["plan"]) == "data"


def test_a_plan_that_is_not_there_is_said_so():
    at = opened("lessons", plan="nobody")
    assert [warning.value for warning in at.warning] == [text_in("zh", "lesson.unknown", name="nobody")]


def test_every_page_has_a_main_picture_that_a_step_leaves():
    for page in PAGES:
        assert page.parts, page.name
        key = page.parts[0].replace("-", "[.-]")
        found = [element.proto.id for element in opened(page.name).get("bidi_component")]
        assert any(re.search(rf"-{key}$", one) for one in found), (key, found)

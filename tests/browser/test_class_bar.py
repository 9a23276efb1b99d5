"""The bar of a class by keyboard and by finger."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.classes import PHONE, class_bar, follow, present
from tests.browser.helpers import Server, box_of


def test_the_bar_of_a_class_shows_its_focus_and_is_high_enough_for_a_finger(
    fresh_server: Callable[..., Server], new_page: Callable[..., Page], tmp_path: Path
):
    class_server = fresh_server(env={"MOE_DEMO_RUNS": str(tmp_path / "runs")})
    teacher, learner = new_page(class_server, width=1280, height=720), new_page(class_server, **PHONE)
    code = present(teacher, lang="en")
    follow(learner, code, "en")
    teacher.keyboard.press("Shift")  # the presenter is at the keyboard: the focus is to be seen
    stops = class_bar(teacher).locator("button:visible").all()
    assert len(stops) >= 3
    for stop in stops:
        stop.focus()
        assert stop.evaluate("(node) => getComputedStyle(node).outlineStyle") != "none"
    for stop in class_bar(learner).locator("button:visible").all():
        assert box_of(stop)["height"] >= 43.5

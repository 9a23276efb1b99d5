"""The bar of a class by keyboard, by finger, and in a hurry."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.browser.classes import COMES, PHONE, button, class_bar, follow, present, say
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


def test_what_a_presenter_asks_for_while_the_page_is_still_told_is_done_afterwards(
    fresh_server: Callable[..., Server], new_page: Callable[..., Page], tmp_path: Path
):
    class_server = fresh_server(env={"MOE_DEMO_RUNS": str(tmp_path / "runs")})
    teacher, learner = new_page(class_server, unused=True), new_page(class_server)
    code = present(teacher)
    follow(learner, code)
    asked: list[Route] = []

    def hold_the_first(route: Route) -> None:
        asked.append(route)
        if len(asked) > 1:
            route.continue_()

    teacher.route("**/lead?**", hold_the_first)
    teacher.locator(".strip [role=option]").nth(1).click()
    while not asked:
        teacher.wait_for_timeout(20)
    assert asked[0].request.post_data_json["act"] == "steer"
    button(teacher, "release").click()
    asked[0].continue_()
    expect(class_bar(learner)).to_contain_text(say("zh", "words.released"), timeout=COMES)
    expect(button(teacher, "release")).to_have_text(say("zh", "words.gather"), timeout=COMES)

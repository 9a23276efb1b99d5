"""Back, also while answers to clicks are under way: what the reader has undone is not shown once more."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.helpers import expect_no_exception, wait_drawn
from tests.browser.late_answers import SEEN, LateAnswers


def words(page: Page) -> Locator:
    return page.locator("g.token")


def test_back_undoes_the_last_click(page: Page):
    page.goto("/")
    wait_drawn(page)
    words(page).nth(1).click()
    page.wait_for_url("**/?t=1")
    words(page).nth(2).click()
    page.wait_for_url("**/?t=2")
    page.go_back()
    expect(page.locator("g.token.picked")).to_have_attribute("data-t", "1")
    page.go_back()
    expect(page.locator("g.token.picked")).to_have_count(0)
    page.go_forward()
    expect(page.locator("g.token.picked")).to_have_attribute("data-t", "1")


def test_back_undoes_a_click_that_python_has_not_answered_yet(page: Page):
    page.goto("/")
    wait_drawn(page)
    words(page).nth(1).click()
    page.wait_for_url("**/?t=1")
    for _ in range(6):  # the address changes early in a run of the script; going back ends that run
        words(page).nth(2).click()
        page.wait_for_url("**/?t=2")
        page.go_back()
        expect(page.locator("g.token.picked")).to_have_attribute("data-t", "1")


@pytest.mark.parametrize(
    "shown", ["g.token.picked", ".strip [role=option][aria-selected=true]"], ids=["picture", "sentence strip"]
)
def test_the_late_answer_to_a_click_that_was_undone_is_not_shown(new_page: Callable[..., Page], shown: str):
    page = new_page(unused=True)  # a route of a web socket cannot be taken back
    answers = LateAnswers(page)
    page.goto("/?t=1")
    wait_drawn(page)
    before = page.locator(shown).inner_html()
    answers.keep_back()
    words(page).nth(2).click()
    page.wait_for_url("**/?t=2")
    undone = answers.whole()
    page.go_back()
    page.wait_for_url("**/?t=1")
    of_back = answers.whole()
    answers.bring(undone)
    page.wait_for_timeout(SEEN)
    assert page.locator(shown).inner_html() == before
    answers.bring(of_back)
    answers.flow()
    page.wait_for_timeout(SEEN)
    assert page.locator(shown).inner_html() == before
    words(page).nth(2).click()
    page.wait_for_url("**/?t=2")
    expect(page.locator("g.token.picked")).to_have_attribute("data-t", "2")
    expect_no_exception(page)

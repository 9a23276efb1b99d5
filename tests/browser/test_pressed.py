"""A click comes through where what it was pressed on is drawn anew before it is let go."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.helpers import expect_no_exception, wait_drawn
from tests.browser.late_answers import SEEN, LateAnswers

LONGEST = 1000  # milliseconds for which what arrives waits (kit/pressed.js)


def press_on_a_word_while_another_layer_arrives(page: Page) -> tuple[Locator, str]:
    """A chip of the strip, still pressed, and what was in it before the other layer's experts came."""
    answers = LateAnswers(page)
    page.goto("/")
    wait_drawn(page)
    chip = page.locator(".strip [role=option]").nth(2)
    before = chip.inner_html()
    answers.keep_back()
    page.locator(".layers button").nth(1).click()
    page.wait_for_url("**/?l=1")
    other_layer = answers.whole()
    answers.flow()
    chip.hover()
    page.mouse.down()
    answers.bring(other_layer)
    page.wait_for_timeout(SEEN)
    return chip, before


def test_what_arrives_while_the_pointer_is_down_takes_no_click(new_page: Callable[..., Page]):
    page = new_page(unused=True)  # a route of a web socket cannot be taken back
    chip, before = press_on_a_word_while_another_layer_arrives(page)
    assert chip.inner_html() == before
    page.mouse.up()
    page.wait_for_function("new URLSearchParams(location.search).get('t') === '2'")
    expect(chip).to_have_attribute("aria-selected", "true")
    assert chip.inner_html() != before
    expect_no_exception(page)


def test_who_holds_the_pointer_down_sees_what_arrives_all_the_same(new_page: Callable[..., Page]):
    page = new_page(unused=True)
    chip, before = press_on_a_word_while_another_layer_arrives(page)
    page.wait_for_timeout(LONGEST)
    assert chip.inner_html() != before
    page.mouse.up()
    expect_no_exception(page)

"""The what-if page in a browser: seats are switched by hand and by key, and the answer follows."""

import re

import pytest
from playwright.sync_api import Page, expect

from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import expect_no_exception, wait_ready


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_switch_does_what_it_says(page: Page, lang: str):
    page.goto(f"/interventions?lang={lang}")
    wait_ready(page)
    expect(page.get_by_text(text_in(lang, "whatif.claim.nothing"))).to_be_visible()
    seats = page.get_by_role("group", name=text_in(lang, "whatif.words.board")).get_by_role("button")
    expect(seats).to_have_count(34)
    seats.nth(3).click()
    expect(page).to_have_url(re.compile("off=0-3"))
    expect(seats.nth(3)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name=text_in(lang, "whatif.words.act_silence")).click()
    expect(page).to_have_url(re.compile("act=silence"))
    seats.nth(4).focus()
    seats.nth(4).press("Enter")
    expect(page).to_have_url(re.compile("mute=0-4"))
    seats.nth(3).click()
    expect(page).not_to_have_url(re.compile("off="))
    seats.nth(16).click()
    expect(page).to_have_url(re.compile("shared=0"))
    page.get_by_role("button", name=text_in(lang, "whatif.reset"), exact=True).click()
    expect(page).not_to_have_url(re.compile("mute|shared"))
    expect(page.get_by_text(text_in(lang, "whatif.claim.nothing"))).to_be_visible()
    expect_no_exception(page)


def test_every_expert_by_itself_is_measured_and_drawn(page: Page):
    page.goto("/interventions?run=document")
    wait_ready(page)
    page.get_by_text(text_in("zh", "whatif.every")).click()
    chart = page.get_by_role("img", name=text_in("zh", "whatif.map_label"))
    chart.scroll_into_view_if_needed(timeout=60_000)
    expect(chart.get_by_text("E2", exact=True)).to_be_visible(timeout=20_000)
    expect_no_exception(page)

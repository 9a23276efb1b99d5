"""The nodes page in a browser: words, layers and the limit are moved by hand and by key, in both languages."""

import re

import pytest
from playwright.sync_api import Page, expect

from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import expect_no_exception, wait_drawn, wait_ready


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_control_of_the_board_does_what_it_says(page: Page, lang: str):
    page.goto(f"/expert-parallel?lang={lang}")
    wait_ready(page)
    expect(page.locator("g.copy")).to_have_count(14)
    first = page.get_by_role("button", name=text_in(lang, "nodes.words.word", word="苹果公司", n=1))
    first.focus()
    first.press("ArrowDown")
    second = page.get_by_role("button", name=text_in(lang, "nodes.words.word", word="发布", n=2))
    expect(second).to_be_focused()
    second.press("Enter")
    expect(page).to_have_url(re.compile("t=1"))
    expect(page.locator("g.copy.picked")).to_have_count(2)
    page.get_by_role("button", name=re.compile("L1$")).click()
    expect(page).to_have_url(re.compile("l=1"))
    expect(page.get_by_role("button", name=re.compile("L1$"))).to_have_attribute("aria-pressed", "true")
    wait_drawn(page)
    slider = page.get_by_test_id("stSlider").first.get_by_role("slider")
    slider.focus()
    slider.press("ArrowLeft")
    expect(page).to_have_url(re.compile("limit=1"))
    expect(page.locator("g.copy")).to_have_count(7)
    page.go_back()
    expect(page.locator("g.copy")).to_have_count(14)
    expect_no_exception(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_tables_have_the_numbers_of_the_pictures(page: Page, lang: str):
    page.goto(f"/expert-parallel?lang={lang}")
    wait_ready(page)
    page.locator(".board ~ details summary").click()
    rows = page.get_by_role("row", name=re.compile("苹果公司"))
    expect(rows).to_have_text(re.compile(r"E\d+"))
    bars = page.locator(".bar.served small")
    expect(bars).to_have_count(8)
    page.locator(".devices ~ details summary").click()
    first = page.get_by_role("row", name=re.compile(text_in(lang, "nodes.device", n=1))).last
    expect(first).to_be_visible()
    _, _, served, _ = [cell.strip() for cell in first.get_by_role("cell").all_inner_texts()][:4]
    assert f"{float(served):.2f}" == bars.first.inner_text().strip()

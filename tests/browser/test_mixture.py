"""The mixture page in a browser: words, layers and points are picked by hand and by key, in both languages."""

import re

import pytest
from playwright.sync_api import Page, expect

from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import expect_no_exception, wait_ready


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_control_of_the_page_does_what_it_says(page: Page, lang: str):
    page.goto(f"/gated-sum?lang={lang}")
    wait_ready(page)
    pieces = page.get_by_role("table", name=re.compile("苹果公司"))
    expect(pieces.get_by_role("row")).to_have_count(7)  # head, four experts, one shared, the sum
    page.get_by_role("button", name="L1", exact=True).click()
    expect(page).to_have_url(re.compile(r"l=1"))
    page.get_by_role("button", name=text_in(lang, "mixture.words.sentence_view"), exact=True).click()
    expect(page).to_have_url(re.compile("of=sentence"))
    page.get_by_role("table").get_by_role("button", name="iPhone", exact=True).click()
    expect(page).to_have_url(re.compile("t=5"))
    expect(page.get_by_role("table", name=re.compile("iPhone"))).to_be_visible()
    point = page.get_by_role("button", name=re.compile("发布.*E")).first
    point.focus()
    point.press("Enter")
    expect(page).to_have_url(re.compile("t=1"))
    expect_no_exception(page)

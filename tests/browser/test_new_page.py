"""A page that was added as CONTRIBUTING.md says works in the browser like any other."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import Server, expect_no_exception, wait_ready
from tests.new_page import NAMES, TITLES, URL_PATH, copy_with_page


def test_a_new_page_has_address_entry_and_language_switch(
    fresh_server: Callable[..., Server], new_page: Callable[..., Page], tmp_path: Path
):
    root = copy_with_page(tmp_path / "copy")
    page = new_page(fresh_server(script=root / "app.py", env={"PYTHONPATH": str(root)}))
    page.goto(f"/{URL_PATH}?t=1&top=3")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(TITLES["zh"], timeout=30_000)
    expect(page.locator(".chip[aria-selected=true]")).to_have_count(1, timeout=30_000)
    page.get_by_role("button", name=text_in("zh", "nav.to_en")).click()
    expect(heading).to_have_text(TITLES["en"])
    page.get_by_role("link", name=text_in("en", "start.nav"), exact=True).click()
    expect(heading).to_have_text(text_in("en", "start.title"))
    page.get_by_role("link", name=NAMES["en"], exact=True).click()
    expect(heading).to_have_text(TITLES["en"])
    page.wait_for_url(f"**/{URL_PATH}?t=1&lang=en&top=3")
    wait_ready(page)
    expect_no_exception(page)

"""The scale page as a reader uses it: choose a model, count otherwise, paste a configuration, all by keyboard too."""

import json
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.helpers import expect_no_exception, wait_ready
from tests.unit.test_published_configuration import QWEN3_30B

PATH = "/parameters"


def opened(page: Page, address: str = f"{PATH}?lang=en") -> Page:
    page.goto(address)
    expect(cards(page).first).to_be_visible(timeout=30_000)
    wait_ready(page)
    expect_no_exception(page)
    return page


def cards(page: Page) -> Locator:
    return page.locator("button.card")


def claim(page: Page) -> Locator:
    return page.locator("p.claim")


def test_a_click_on_a_card_and_back(new_page: Callable[..., Page]):
    page = opened(new_page())
    expect(claim(page)).to_contain_text("DeepSeek-V3: 671B")
    cards(page).filter(has_text="V4-Pro").click()
    page.wait_for_url("**model=deepseek-v4-pro**")
    expect(claim(page)).to_contain_text("DeepSeek-V4-Pro: 1.573T")
    page.go_back()
    expect(claim(page)).to_contain_text("DeepSeek-V3")


def test_a_way_of_counting_changes_the_numbers(new_page: Callable[..., Page]):
    page = opened(new_page())
    page.get_by_role("group", name="MTP module").get_by_role("button", name="counted").click()
    page.wait_for_url("**mtp=yes**")
    expect(claim(page)).to_contain_text("682.6B")


def test_cards_are_walked_with_arrows_and_chosen_with_enter(new_page: Callable[..., Page]):
    page = opened(new_page())
    cards(page).first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**model=deepseek-v2**")
    expect(claim(page)).to_contain_text("DeepSeek-V2:")


def test_a_pasted_configuration_is_counted(new_page: Callable[..., Page]):
    page = opened(new_page())
    area = page.get_by_label("Content of the config.json")
    area.fill(json.dumps(QWEN3_30B))
    area.press("Control+Enter")
    expect(page.get_by_text("It has the sizes of Qwen3-30B-A3B")).to_be_visible(timeout=15_000)
    area.fill("nothing of the kind")
    area.press("Control+Enter")
    expect(page.get_by_text("is no JSON text")).to_be_visible(timeout=15_000)

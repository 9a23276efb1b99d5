"""A class as its people open it: what tests of following and of handing out share."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import wait_drawn
from tests.browser.test_lessons import bar

PHONE = {"width": 390, "height": 844, "has_touch": True}
COMES = 10_000  # milliseconds that a test grants; how long it takes is measured by `python -m benchmarks following`


def class_bar(page: Page) -> Locator:
    return page.locator(".st-key-class .bar")


def button(page: Page, name: str) -> Locator:
    return class_bar(page).locator(f"[data-stop={name}]")


def say(lang: str, key: str, **values: object) -> str:
    return text_in(lang, f"class.{key}", **values)


def code_of(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query)["class"][0]


def present(page: Page, lesson: str = "routing", lang: str = "zh", *, present: bool = False) -> str:
    """Open a lesson, and a class from its bar; the class's code."""
    page.goto(f"/?lesson={lesson}&lang={lang}{'&present=1' if present else ''}")
    wait_drawn(page)
    if present:
        page.keyboard.press("c")
    else:
        bar(page).locator("[data-stop=class]").click()
    page.wait_for_url("**class=*")
    wait_drawn(page)
    expect(button(page, "link")).to_be_visible()
    return code_of(page)


def follow(page: Page, code: str, lang: str = "zh") -> None:
    page.goto(f"/?class={code}&lang={lang}")
    wait_drawn(page)
    expect(class_bar(page)).to_contain_text(say(lang, "words.following"))

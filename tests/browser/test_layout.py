"""Every page keeps to the width of its window, on a phone, on a laptop and on a projector."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from moe_demo.ui.frame.pages import PAGES
from tests.browser.helpers import wait_drawn

WIDTHS = {390: 844, 1280: 720, 1920: 1080}
LONG = "苹果公司发布了最新的手机和平板电脑，球迷说冠军主场比赛的门票在演唱会之前就卖光了，导演和演员都没来"
# The main part of a page scrolls, not the document, which is as wide as the window whatever it holds.
TOO_WIDE = """() => {
    const wide = (node) => node.scrollWidth - node.clientWidth;
    const main = document.querySelector('[data-testid="stMain"]');
    return Math.max(wide(document.scrollingElement), wide(main), wide(main.firstElementChild));
}"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_no_page_scrolls_sideways(new_page: Callable[..., Page], row, width: int):
    page = new_page(width=width, height=WIDTHS[width])
    for asked in ("lang=zh", "lang=en", f"lang=zh&s={LONG}"):
        page.goto(f"{row.picture_address}{'&' if '?' in row.picture_address else '?'}{asked}")
        wait_drawn(page)
        assert page.evaluate(TOO_WIDE) <= 0, asked

"""The journey in a real browser: every station by click, key and link; any text; nothing overflows."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from moe_demo.insight.article import STAGES
from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import box_of, expect_no_exception, wait_ready

# What the article prints at each station, as a reader finds it in the upper row.
PRINTED = {
    "tokens": "漏「了」",
    "vectors": "文章没有印数字",
    "router": "0.05",
    "choice": "专家2",
    "experts": "[0.95, 0.1, …]",
    "gates": "0.7 · E1(T2)",
    "transformer": "Transformer(MoE output)",
    "pooling": "MeanPooling(context)",
    "classes": "0.92",
}
LONG = "北京时间今天凌晨国家航天局宣布探测器在月球背面成功着陆并采集样本，多国科学家表示祝贺，" * 2
SIZES = [(1280, 720), (1440, 900)]


def opened(page: Page, **params: str) -> Page:
    page.goto("/forward-pass?" + "&".join(f"{name}={quote(value)}" for name, value in params.items()))
    wait_ready(page)
    expect(page.locator(".tab")).to_have_count(9, timeout=30_000)
    return page


def expect_station(page: Page, number: int) -> None:
    station = page.locator(".tab[aria-selected=true]")
    expect(station).to_have_attribute("data-stage", STAGES[number - 1])
    expect(page.locator(".panel h2 .number")).to_have_text(str(number))


def expect_address(page: Page, part: str) -> None:
    page.wait_for_function("part => location.search.includes(part)", arg=part)


def test_every_station_opens_by_click_with_article_and_live_numbers(page: Page):
    opened(page)
    for number, name in enumerate(STAGES, start=1):
        page.locator(f".tab[data-stage={name}]").click()
        expect_station(page, number)
        expect(page.locator(".scroll svg")).to_contain_text(PRINTED[name])
        expect(page.locator(".claim")).not_to_be_empty()
        expect(page.locator(".formula")).not_to_be_empty()
        expect(page.locator(".panel .note")).to_contain_text("文章")
    expect_address(page, "stage=classes")
    expect_no_exception(page)


def test_every_station_opens_by_key(page: Page):
    opened(page)
    page.locator(".tab").first.focus()
    for number in range(2, 10):
        page.keyboard.press("ArrowRight")
        expect_station(page, number)
    page.keyboard.press("ArrowRight")
    expect_station(page, 9)
    page.keyboard.press("Home")
    expect_station(page, 1)
    page.keyboard.press("End")
    expect_station(page, 9)
    page.keyboard.press("ArrowLeft")
    expect_station(page, 8)
    expect(page.locator(".tab[aria-selected=true]")).to_have_count(1)
    expect_address(page, "stage=pooling")


def test_the_next_button_walks_on_and_keeps_the_focus(page: Page):
    opened(page, stage="vectors")
    page.locator(".panel .solid").click()
    expect_station(page, 3)
    expect(page.locator(".panel .solid")).to_be_focused()
    page.keyboard.press("Enter")
    expect_station(page, 4)


def test_a_link_opens_its_station_and_back_returns(page: Page):
    opened(page, stage="gates", t="5")
    expect_station(page, 6)
    expect(page.locator(".word.picked")).to_have_attribute("aria-label", "T6 iPhone")
    page.locator(".tab").nth(6).click()
    expect_address(page, "stage=transformer")
    page.go_back()  # at once: the browser may hear of the step forth and of the one back together
    expect_station(page, 6)
    expect_address(page, "stage=gates")


def test_a_picked_word_fills_the_formula_and_stays_from_station_to_station(page: Page):
    opened(page, stage="gates")
    page.locator(".word").nth(5).click()
    expect(page.locator(".formula .who")).to_have_text("T6 iPhone")
    expect_address(page, "t=5")
    page.locator(".tab").nth(4).click()
    expect(page.locator(".formula .who")).to_have_text("T6 iPhone")
    page.locator(".word.picked").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".formula .who")).to_have_text("T7 15")


def test_the_words_keep_their_columns_and_their_nodes(page: Page):
    opened(page)
    page.locator(".word").first.evaluate("node => { node.dataset.mine = 'yes'; }")
    before = [box_of(page.locator(".word").nth(i))["x"] for i in range(7)]
    for number in range(2, 10):
        page.locator(".tab").nth(number - 1).click()
        expect_station(page, number)
        after = [box_of(page.locator(".word").nth(i))["x"] for i in range(7)]
        assert after == pytest.approx(before, abs=2)
    expect(page.locator(".word").first).to_have_attribute("data-mine", "yes")


def test_the_picture_and_the_table_show_the_same_gates(page: Page):
    opened(page, stage="gates")
    page.locator(".foot button").click()
    rows = page.locator(".table tbody tr")
    expect(rows).to_have_count(7)
    expert, gate = rows.first.locator("td").nth(2).inner_text(), rows.first.locator("td").nth(3).inner_text()
    expect(page.locator(".scroll svg")).to_contain_text(f"{float(gate):.2f} × {expert}")
    numbers = page.locator(".formula div").nth(2).inner_text().replace("−", "-").split("]")[1]
    left, product = numbers.split("=")
    first, second = left.split("×")
    assert float(first) * float(second) == pytest.approx(float(product), abs=2e-3)


@pytest.mark.parametrize(
    "text", ["<script>document.title='owned'</script><img src=x onerror=alert(1)>", "山"]
)
def test_any_text_is_only_text(new_page: Callable[..., Page], text: str):
    page = new_page(unused=True)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    opened(page, s=text)
    for number in range(1, 10):
        page.locator(".tab").nth(number - 1).click()
        expect_station(page, number)
    assert page.title() != "owned"
    expect(page.locator(".gutter .other")).to_be_visible()
    expect_no_exception(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("text", ["", LONG], ids=["example", "long"])
def test_rail_and_both_rows_fit_the_first_screen(
    new_page: Callable[..., Page], width: int, height: int, lang: str, text: str
):
    page = new_page(width=width, height=height, color_scheme="dark" if width == 1280 else "light")
    opened(page, lang=lang, **({"s": text} if text else {}))
    for number in range(1, 10):
        page.locator(".tab").nth(number - 1).click()
        expect_station(page, number)
        for part in (".rail", ".scroll", ".panel .claim", ".formula"):
            box = box_of(page.locator(part))
            assert box["x"] >= 0, part
            assert box["x"] + box["width"] <= width, part
            assert box["y"] + box["height"] <= height, part
        sideways = "() => document.querySelector('[data-testid=stMain]').scrollWidth"
        assert page.evaluate(sideways) <= width


def test_scrolling_a_long_sentence_keeps_seats_and_classes_in_view(new_page: Callable[..., Page]):
    page = opened(new_page(width=1280, height=720), s=LONG, stage="choice")
    scroll = page.locator(".scroll")
    for number, part in ((4, ".seat"), (8, ".frame"), (9, ".bar.printed")):
        page.locator(".tab").nth(number - 1).click()
        expect_station(page, number)
        scroll.evaluate("node => { node.scrollLeft = 700; }")
        page.wait_for_timeout(100)
        view, box = box_of(scroll), box_of(page.locator(part).first)
        assert view["x"] - 1 <= box["x"]
        assert box["x"] + box["width"] <= view["x"] + view["width"] + 1


def test_motion_is_short_and_absent_where_the_reader_wants_none(new_page: Callable[..., Page]):
    duration = "node => getComputedStyle(node).transitionDuration"
    page = opened(new_page(reduced_motion="no-preference"))
    page.locator(".tab").nth(1).click()
    seconds = page.locator(".word").first.evaluate(duration).split(", ")
    assert all(0.2 <= float(value.removesuffix("s")) <= 0.4 for value in seconds)
    still = opened(new_page(reduced_motion="reduce"))
    still.locator(".tab").nth(1).click()
    assert set(still.locator(".word").first.evaluate(duration).split(", ")) == {"0s"}


@pytest.mark.parametrize(("page_name", "address"), [("router", "top-k"), ("training", "train")])
def test_the_last_stage_leads_on_to_the_next_pages(page: Page, page_name: str, address: str):
    page.goto("/forward-pass?stage=classes&t=2")
    wait_ready(page)
    page.get_by_role("button", name=text_in("zh", f"journey.words.to_{page_name}"), exact=True).click()
    expect(page).to_have_url(re.compile(rf"/{address}\?.*t=2"), timeout=30_000)
    expect_no_exception(page)

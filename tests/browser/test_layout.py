"""Every page keeps to the width of its window, on a phone, on a laptop and on a projector."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from moe_demo.ui.frame.pages import PAGES
from moe_demo.ui.kit.i18n import LANGUAGES
from tests.browser.helpers import box_of, go_inside, wait_drawn, wait_ready

WIDTHS = {390: 844, 1280: 720, 1920: 1080}
LONG = "苹果公司发布了最新的手机和平板电脑，球迷说冠军主场比赛的门票在演唱会之前就卖光了，导演和演员都没来"
# The main part of a page scrolls, not the document, which is as wide as the window whatever it holds.
TOO_WIDE = """() => {
    const wide = (node) => node.scrollWidth - node.clientWidth;
    const main = document.querySelector('[data-testid="stMain"]');
    return Math.max(wide(document.scrollingElement), wide(main), wide(main.firstElementChild));
}"""

WORDS_APART = Path(__file__).with_name("words_apart.js").read_text(encoding="utf-8")
TYPE = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
STOPS = 25  # of the Tab key
# Of the focused element, or of the label or list that stands for it; null where the page itself has the focus.
HAS_RING = """() => {
    let at = document.activeElement;
    while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    if (at === document.body) return null;
    const hasRing = (node) => node !== null && getComputedStyle(node).outlineStyle !== "none";
    return [at, at.closest("label"), at.closest("[data-baseweb=select]")].some(hasRing);
}"""


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_no_page_scrolls_sideways_and_no_words_stand_on_each_other(page: Page, row):
    address = f"{row.picture_address}{'&' if '?' in row.picture_address else '?'}lang="
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{address}zh")
        wait_drawn(page)
        assert page.evaluate(TOO_WIDE) <= 0, f"{width}, zh"
        assert page.evaluate(WORDS_APART) == [], f"{width}, zh"
        go_inside(page, f"{address}en")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        wait_drawn(page)
        assert page.evaluate(TOO_WIDE) <= 0, f"{width}, en"
        assert page.evaluate(WORDS_APART) == [], f"{width}, en"
        go_inside(page, f"{address}zh&s={LONG}")
        expect(page.locator("html")).to_have_attribute("lang", "zh")
        if row.has_sentence:
            expect(page.locator("input#sentence")).to_have_value(LONG)
        wait_drawn(page)
        assert page.evaluate(TOO_WIDE) <= 0, f"{width}, long"
        assert page.evaluate(WORDS_APART) == [], f"{width}, long"


LOW = """() => {
    const within = (root) => [...root.querySelectorAll("*")].flatMap((node) => [
        node, ...(node.shadowRoot ? within(node.shadowRoot) : []),
    ]);
    const controls = "button, summary, [data-testid=stPageLink-NavLink]";
    const dense = ".why, .flag, td *, th *, svg *, [data-testid=stTooltipIcon] *, [data-testid=stElementToolbar] *";
    const main = document.querySelector('[data-testid="stMain"]');
    const seen = (node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest(dense);
    return within(main).filter((node) => node.matches(controls) && seen(node))
        .filter((node) => node.getBoundingClientRect().height < 43.5).map((node) => node.outerHTML.slice(0, 200));
}"""


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_a_finger_finds_every_button_44_pixels_high(new_page: Callable[..., Page], row):
    page = new_page(width=390, height=844, has_touch=True, is_mobile=True)
    page.goto(row.picture_address)
    wait_drawn(page)
    assert page.evaluate(LOW) == []
    assert page.evaluate(TOO_WIDE) <= 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_layers_of_the_router_stand_whole_beside_its_sliders(new_page: Callable[..., Page], lang: str):
    page = new_page(width=1024, height=768)
    page.goto(f"/top-k?lang={lang}")
    wait_drawn(page)
    switch = page.locator(".st-key-router-layer")
    place = box_of(switch)
    for button in switch.get_by_role("radio").all():
        box = box_of(button)
        assert box["x"] + box["width"] <= place["x"] + place["width"] + 1
        assert button.evaluate(
            "(node) => document.elementFromPoint(node.getBoundingClientRect().right - 3, "
            "node.getBoundingClientRect().top + 9).closest('[role=radio]') === node"
        )


@pytest.mark.parametrize("address", ["/", "/train", "/interventions"])
def test_what_stands_below_a_picture_waits_for_it_and_moves_no_more(page: Page, address: str):
    held: list[Route] = []

    def hold(code: Route) -> None:
        held.append(code)

    page.route("**/picture.js", hold)
    with page.expect_request("**/picture.js"):
        page.goto(address)
    wait_ready(page)
    below = page.get_by_role("heading", level=2, include_hidden=True).last
    expect(below).to_be_attached()
    expect(below).to_have_css("visibility", "hidden")
    for code in held:
        code.continue_()
    wait_drawn(page)
    expect(below).to_be_visible()
    top = box_of(below)["y"]
    page.wait_for_timeout(500)
    assert abs(box_of(below)["y"] - top) < 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_head_stands_in_one_line_on_a_laptop(new_page: Callable[..., Page], lang: str):
    page = new_page(width=1280, height=720)
    page.goto(f"/?lang={lang}")
    wait_drawn(page)
    places = [box_of(link) for link in page.locator(".st-key-head a").all()]
    assert len(places) == len(PAGES)
    switch = box_of(page.locator(".st-key-head button"))
    middles = [box["y"] + box["height"] / 2 for box in (*places, switch)]
    assert max(middles) - min(middles) < 4
    assert places[-1]["x"] + places[-1]["width"] < switch["x"]


def test_a_projector_shows_the_same_page_larger(new_page: Callable[..., Page]):
    widths = {}
    for width in (1440, 1920):
        page = new_page(width=width, height=width * 9 // 16)
        page.goto("/?lang=en")
        wait_drawn(page)
        places = [page.get_by_role("heading", level=1), page.locator("g.token rect").first]
        widths[width] = [page.evaluate(TYPE), *(box_of(place)["height"] for place in places)]
    for laptop, projector in zip(widths[1440], widths[1920], strict=True):
        assert projector / laptop > 1.2
    assert box_of(page.locator(".stage svg").first)["width"] > 1700


def test_on_a_phone_the_verdict_stands_above_a_list_of_words(new_page: Callable[..., Page]):
    page = new_page(width=390, height=844)
    page.goto("/")
    wait_drawn(page)
    verdict, words = box_of(page.locator(".list .verdict")), page.locator(".list .token")
    assert words.count() == 7
    assert verdict["y"] + verdict["height"] <= box_of(words.first)["y"]
    assert words.first.locator(".route").count() == 4
    words.nth(2).click()
    page.wait_for_url("**/?t=2")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_formulas_of_the_columns_stay_apart_under_another_temperature(new_page: Callable[..., Page], lang):
    page = new_page(height=720)
    page.goto(f"/top-k?temp=0.25&lang={lang}")
    wait_drawn(page)
    boxes = [box_of(formula) for formula in page.locator(".head .formula").all()]
    for left, right in itertools.pairwise(boxes):
        assert left["x"] + left["width"] <= right["x"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_controls_of_training_stand_in_one_row(new_page: Callable[..., Page], lang: str):
    page = new_page(height=720)
    page.goto(f"/train?lang={lang}")
    wait_drawn(page)
    controls = page.locator(".st-key-training-controls > div").all()
    tops = {round(box_of(one)["y"] + box_of(one)["height"]) for one in controls if one.bounding_box()}
    assert len(tops) == 1


def test_a_ring_shows_where_the_keyboard_is(new_page: Callable[..., Page]):
    page = new_page(height=720)
    page.goto("/top-k")
    wait_drawn(page)
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        assert page.evaluate(HAS_RING) is not False

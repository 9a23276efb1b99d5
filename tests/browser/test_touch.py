"""A finger: a tap on a mark shows what a mouse sees by hovering, and does what a click does."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.helpers import box_of, scroll_to, wait_drawn
from tests.browser.test_layout import LOW, TOO_WIDE

PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
RUNG = """(node) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(node);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
}"""


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Callable[[str], Page]:
    def opened(path: str) -> Page:
        page = new_page(**PHONE)
        page.goto(path)
        wait_drawn(page)
        return page

    return opened


def tap(page: Page, mark: Locator, *, share: float = 0.5) -> None:
    """At the middle of its height, so far along its width."""
    scroll_to(mark)
    box = box_of(mark)
    page.touchscreen.tap(box["x"] + share * box["width"], box["y"] + box["height"] / 2)


@pytest.mark.parametrize(
    ("path", "mark", "goes"),
    [
        ("/top-k", ".st-key-map td:nth-child(4) button", r"[?&]e=2\b"),
        ("/specialization", "tr:nth-child(3) button.lift", r"[?&]e=2\b"),
        ("/gated-sum", ".st-key-mixture-scatter circle.point:not(.on)", r"[?&]t=\d"),
    ],
)
def test_a_tap_picks_a_mark_and_shows_its_numbers(
    phone: Callable[[str], Page], path: str, mark: str, goes: str
):
    page = phone(path)
    target = page.locator(mark).first
    says = target.get_attribute("aria-label") or ""
    tap(page, target)
    tip = page.locator(".tapped")
    expect(tip).to_have_text(says)
    expect(page).to_have_url(re.compile(goes))
    wait_drawn(page)
    expect(tip).to_be_visible()
    place = box_of(tip)
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= PHONE["width"]
    page.touchscreen.tap(5, 400)
    expect(tip).to_have_count(0)
    assert page.evaluate(TOO_WIDE) <= 0


def test_a_tap_on_a_cell_of_the_routes_in_training_shows_its_gates(phone: Callable[[str], Page]):
    page = phone("/train?lang=en")
    stage = page.locator(".st-key-training-picture .stage")
    scroll_to(stage)
    box = box_of(stage)
    tip = page.locator(".st-key-training-picture .tip")
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] - 24)
    expect(tip).to_contain_text(re.compile(r"step \d+: .+ → E\d+ 0\.\d\d"))
    page.wait_for_url("**step=*")
    expect(tip).to_be_visible()
    page.touchscreen.tap(5, 300)
    expect(tip).to_be_hidden()


def test_a_tap_on_a_load_asks_where_its_number_comes_from(phone: Callable[[str], Page]):
    page = phone("/load-balancing?reveal=yes&lang=en")
    picture = page.locator(".st-key-balance-picture")
    tap(page, picture.locator("g.card").first)
    expect(picture.locator(".read")).to_contain_text("has")
    page.wait_for_url("**why=eval_load*")


@pytest.mark.parametrize(
    "path", ["/?lesson=collapse&n=2", "/models-and-data?with=document", "/course?plan=tour"]
)
def test_a_finger_finds_what_a_visitor_opens_44_pixels_high(phone: Callable[[str], Page], path: str):
    page = phone(path)
    assert page.evaluate(LOW) == []
    assert page.evaluate(TOO_WIDE) <= 0


@pytest.mark.parametrize("path", ["/?lesson=collapse&n=2&lang=en", "/?lesson=tour&n=1&present=1"])
def test_a_ring_shows_the_focus_on_every_control_of_the_frame(new_page: Callable[..., Page], path: str):
    page = new_page(width=1280, height=720)
    page.goto(path)
    wait_drawn(page)
    page.keyboard.press("Shift")  # the reader is at the keyboard: focus from now on is to be seen
    stops = page.locator(
        ".st-key-lesson .bar button:not([disabled]), .st-key-head a, .st-key-head button, .save button"
    )
    seen = [stop for stop in stops.all() if stop.is_visible()]
    assert len(seen) >= (4 if "present" in path else 20)
    for stop in seen:
        stop.focus()
        assert stop.evaluate(RUNG), stop.evaluate("(node) => node.outerHTML")

"""The balance page as a reader uses it: look, guess, reveal the loads, read a tile, train it all again."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from moe_demo.config import METHODS
from moe_demo.insight.comparison import most_uneven, relative_loads, shuffled
from moe_demo.jobs.jobs import Jobs
from moe_demo.releases.recording import RECORDING, read_recording
from moe_demo.releases.recording_settings import SEEDS
from moe_demo.runs.owners import Caller
from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import box_of, expect_no_exception, wait_ready

PATH = "/load-balancing"


def opened(page: Page, address: str = PATH) -> Page:
    page.goto(address)
    expect(cards(page).first).to_be_visible(timeout=30_000)
    wait_ready(page)
    expect_no_exception(page)
    return page


def cards(page: Page) -> Locator:
    return page.locator("g.card")


def ask(page: Page) -> Locator:
    return page.locator("p.ask")


def asked(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1440, 900)])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("reveal", ["", "&reveal=yes&guess=0"])
def test_the_first_screen_holds_the_whole_comparison(
    new_page: Callable[..., Page], width: int, height: int, lang: str, reveal: str
):
    page = opened(new_page(width=width, height=height), f"{PATH}?lang={lang}{reveal}")
    expect(cards(page)).to_have_count(len(METHODS))
    for mark in (
        ask(page),
        cards(page).first,
        cards(page).last,
        page.locator("p.read"),
        page.locator(".badge").first,
    ):
        box = box_of(mark)
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height


def test_on_a_phone_the_curtains_stand_below_the_curves_in_the_window_s_width(page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page)
    curves, places = box_of(page.locator("g.curves")), [box_of(card) for card in cards(page).all()]
    assert len(places) == len(METHODS)
    assert all(place["x"] >= 0 and place["x"] + place["width"] <= 390 for place in places)
    tops = [curves["y"] + curves["height"], *(place["y"] for place in places)]
    assert tops == sorted(tops)
    cards(page).nth(4).click()
    expect(cards(page).nth(4)).to_have_class(re.compile("guessed"))


def test_a_click_guesses_and_the_button_reveals_the_loads(page: Page):
    runs = shuffled(read_recording(RECORDING).of_seed(SEEDS[0]))
    uneven = most_uneven(runs)
    opened(page)
    assert cards(page).first.locator("rect.cover").count() == 1
    cards(page).nth(uneven).click()
    expect(ask(page)).to_contain_text(text_in("zh", "balance.letters")[uneven])
    page.wait_for_url(re.compile(f"guess={uneven}"))
    page.locator("button.main-act").click()
    expect(ask(page)).to_contain_text(text_in("zh", "balance.ask.right"))
    assert asked(page) == {"guess": str(uneven), "reveal": "yes"}
    expect(page.locator("g.card.most-uneven")).to_have_attribute("data-run", str(uneven))
    expect(page.locator("rect.cover")).to_have_count(0)
    hidden = page.get_by_text(text_in("zh", "balance.cost.hidden"))
    expect(page.get_by_text(text_in("zh", "balance.cost.waiting")).first).to_be_visible()
    expect(hidden).to_have_count(0)  # below the picture, too
    page.locator("button.main-act").click()
    expect(hidden).to_be_visible()
    expect(page.locator("rect.cover")).to_have_count(len(METHODS))
    assert asked(page) == {}


def test_a_tile_says_whose_load_it_is(page: Page):
    run = shuffled(read_recording(RECORDING).of_seed(SEEDS[0]))[1]
    opened(page, f"{PATH}?reveal=yes")
    frame = box_of(page.locator('g.card[data-run="1"] rect.frame').first)
    n_experts = run.config.model.n_routed
    page.mouse.move(frame["x"] + frame["width"] - 2, frame["y"] + frame["height"] * 2.5 / n_experts)
    load = relative_loads(run.final)[0, 2]
    expect(page.locator("p.read")).to_contain_text(f"{load:.2f}")
    expect(page.locator("p.read")).to_contain_text("E2")
    expect(page.locator("p.read")).to_contain_text(str(run.final.step))


def test_the_keyboard_guesses_reveals_and_reads_the_table(page: Page):
    opened(page)
    cards(page).first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("guess=1"))
    page.keyboard.press("r")
    expect(page.locator("rect.cover")).to_have_count(0)
    page.keyboard.press("t")
    runs = read_recording(RECORDING).of_seed(SEEDS[0])
    expect(page.locator(".panel tbody tr")).to_have_count(sum(len(run.evaluations) for run in runs))
    page.keyboard.press("Escape")
    expect(page.locator(".panel").first).to_be_hidden()


def test_another_step_and_method_change_the_formula_and_the_address(page: Page):
    opened(page)
    page.get_by_role("radio", name=text_in("zh", "balance.methods.loss_free"), exact=True).click()
    expect(page.get_by_text("算法 1")).to_be_visible()
    page.wait_for_url(re.compile("way=loss_free"))


def test_all_five_train_again_live(new_page: Callable[..., Page], fresh_server: Callable, tmp_path: Path):
    runs = tmp_path / "runs"
    page = new_page(fresh_server(env={"MOE_DEMO_RUNS": str(runs)}), height=900)
    opened(page)
    try:
        page.get_by_role("button", name=text_in("zh", "balance.live.start")).click()
        expect(ask(page)).to_have_text(text_in("zh", "balance.ask.waiting"), timeout=15_000)
        expect(page.locator("g.curve").first).to_be_attached(timeout=90_000)
        expect(page.locator(".badge").first).to_contain_text(str(SEEDS.stop))
        assert len(Jobs(runs).names()) == len(METHODS)
        page.get_by_text(text_in("zh", "balance.live.recording"), exact=True).click()
        expect(page.locator("g.curve")).to_have_count(2 * len(METHODS))
    finally:
        for name in Jobs(runs).names():
            Jobs(runs).stop(name, Caller(operator=True))

"""The what-if page in a browser: seats are switched by hand and by key, and the answer follows."""

import functools
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from moe_demo import Seat, Switches, load_run, whatif
from moe_demo.insight.gate_cause import off_diagonal, pieces_of
from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import box_of, expect_no_exception, scroll_to, wait_drawn, wait_ready
from tests.pages.app import EXAMPLE


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_switch_does_what_it_says(page: Page, lang: str):
    page.goto(f"/interventions?lang={lang}")
    wait_ready(page)
    expect(page.get_by_text(text_in(lang, "whatif.claim.nothing"))).to_be_visible()
    seats = page.get_by_role("group", name=text_in(lang, "whatif.words.board")).get_by_role("button")
    expect(seats).to_have_count(len(load_run("deepseek").trace(EXAMPLE).layers) * 17)
    seats.nth(3).click()
    expect(page).to_have_url(re.compile("off=0-3"))
    expect(seats.nth(3)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name=text_in(lang, "whatif.words.act_silence"), exact=True).click()
    expect(page).to_have_url(re.compile("act=silence"))
    seats.nth(4).focus()
    seats.nth(4).press("Enter")
    expect(page).to_have_url(re.compile("mute=0-4"))
    seats.nth(3).click()
    expect(page).not_to_have_url(re.compile("off="))
    seats.nth(16).click()
    expect(page).to_have_url(re.compile("shared=0"))
    page.get_by_role("button", name=text_in(lang, "whatif.reset"), exact=True).click()
    expect(page).not_to_have_url(re.compile("mute|shared"))
    expect(page.get_by_text(text_in(lang, "whatif.claim.nothing"))).to_be_visible()
    expect_no_exception(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_word_is_forced_and_its_gate_moved_by_keys(page: Page, lang: str):
    page.goto(f"/interventions?lang={lang}&kept=4")
    wait_ready(page)
    at = functools.partial(page.get_by_role, "button", exact=True)
    at(name=text_in(lang, "whatif.words.act_force")).press("Enter")
    expect(page).to_have_url(re.compile("act=force"))
    page.get_by_role("group", name=text_in(lang, "whatif.words.words")).get_by_role("button").nth(3).press(
        "Enter"
    )
    expect(page).to_have_url(re.compile(r"\bt=3"))
    seats = page.get_by_role("group", name=text_in(lang, "whatif.words.board")).get_by_role("button")
    other = next(e for e in range(16) if "mine" not in (seats.nth(e).get_attribute("class") or ""))
    seats.nth(other).press("Enter")
    expect(page).to_have_url(re.compile(f"force=0-3-{other}"))
    expect(seats.nth(other)).to_have_class(re.compile("forced"))
    slider = page.locator(".sliders").first.get_by_role("slider").first
    slider.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"gate=0-3-\d+-\d+"))
    undo = page.get_by_role("group", name=text_in(lang, "whatif.words.changed")).get_by_role("button")
    expect(undo).to_have_count(2)
    undo.first.click()
    expect(page).not_to_have_url(re.compile("force="))
    expect(undo).to_have_count(1)
    expect_no_exception(page)


def test_a_word_is_dragged_onto_an_expert_and_a_bias_moved(page: Page):
    page.goto("/interventions?kept=4")
    wait_ready(page)
    words = page.get_by_role("group", name=text_in("zh", "whatif.words.words")).get_by_role("button")
    seats = page.get_by_role("group", name=text_in("zh", "whatif.words.board")).get_by_role("button")
    words.nth(2).drag_to(seats.nth(6))
    expect(page).to_have_url(re.compile("force=0-2-6"))
    page.get_by_role("button", name=text_in("zh", "whatif.words.act_bias"), exact=True).click()
    expect(page).to_have_url(re.compile("act=bias"))
    seats.nth(17 + 4).click()
    expect(page).to_have_url(re.compile(r"\be=4"))
    expect(page.locator(".panel")).to_contain_text("L1 E4")
    slider = page.locator(".panel").get_by_role("slider")
    slider.press("End")
    expect(page).to_have_url(re.compile("push=1-4-50"))
    slider.press("Home")
    expect(page).to_have_url(re.compile("push=1-4--50"))
    expect_no_exception(page)


def test_a_gate_is_dragged_with_the_mouse(page: Page):
    page.goto("/interventions?act=force")
    wait_ready(page)
    box = box_of(page.locator(".sliders").first.get_by_role("slider").first)
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.26 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], middle, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"gate=0-0-\d+-[78]\d"))
    expect(page.locator(".moved-by-hand output")).to_have_text(re.compile(r"0\.[78]\d"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_scatter_shows_what_is_switched_and_leads_to_a_route(page: Page, lang: str):
    run = load_run("deepseek")
    pieces = pieces_of(run, EXAMPLE)[1]
    page.goto(f"/interventions?lang={lang}&off=1-{pieces[0].expert}")
    wait_drawn(page)
    page.get_by_role("button", name="L1", exact=True).click()
    expect(page).to_have_url(re.compile(r"\bl=1"))
    crosses = page.locator("path.cross")
    expect(crosses).to_have_count(sum(piece.expert == pieces[0].expert for piece in pieces))
    last = pieces[-1]
    word = run.trace(EXAMPLE).tokens[last.token]
    point = page.get_by_role("button", name=re.compile(rf"{word}.*\bE{last.expert}\b.*{last.gate:.3f}"))
    point.focus()
    point.press("Enter")
    expect(page).to_have_url(re.compile(rf"\bt={last.token}\b"))
    expect(page).to_have_url(re.compile(rf"\be={last.expert}\b"))
    expect(page.locator(".word").nth(last.token)).to_have_attribute("aria-pressed", "true")
    found = off_diagonal(pieces)
    off = [*found.large_for_nothing, *found.small_and_decisive]
    if off:
        page.get_by_role("link", name=re.compile(rf"→ E{off[0].expert}\b")).first.click()
        expect(page).to_have_url(re.compile(rf"/top-k\?.*e={off[0].expert}\b"))
    expect_no_exception(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_others_are_switched_off_by_key(page: Page, lang: str):
    page.goto(f"/interventions?lang={lang}")
    wait_ready(page)
    page.get_by_role("button", name=text_in(lang, "whatif.words.act_alone"), exact=True).press("Enter")
    expect(page).to_have_url(re.compile("act=alone"))
    page.locator(".board .seat").nth(4).press("Enter")
    expect(page).to_have_url(re.compile("alone=0-4"))
    expect(page.locator(".board .seat.off")).to_have_count(15)
    band = page.get_by_text(re.compile(text_in(lang, "whatif.luck")[:8]))
    expect(band).to_be_visible()
    page.locator(".board .seat").nth(4).press("Enter")
    expect(page).not_to_have_url(re.compile("alone="))
    expect_no_exception(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_who_predicts_first_is_told_after(page: Page, lang: str):
    page.goto(f"/interventions?lang={lang}&predict=yes&off=0-0.0-1")
    wait_ready(page)
    expect(page.get_by_text(text_in(lang, "whatif.claim.hidden"))).to_be_visible()
    expect(page.locator(".slope")).to_have_count(0)
    page.get_by_role("button", name=text_in(lang, "whatif.predict.verdict_kept"), exact=True).click()
    expect(page.locator(".slope svg")).to_be_visible()
    expect(page.locator(".prediction")).to_contain_text(text_in(lang, "whatif.predict.verdict_kept"))
    expect_no_exception(page)


def test_a_seats_effect_on_the_sentence_is_drawn_before_the_server_answers(new_page: Callable[..., Page]):
    page, held = new_page(unused=True), []  # a route of a web socket cannot be taken back

    def hold(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        socket.on_message(lambda message: held.append(message) if held else server.send(message))
        server.on_message(socket.send)

    page.route_web_socket(re.compile("_stcore/stream"), hold)
    page.goto("/interventions?lang=en")
    wait_ready(page)
    seat = page.locator(".board .seat").nth(17 + 3)
    held.append("from here on nothing reaches the server")
    seat.click()
    expect(seat).to_have_attribute("aria-pressed", "true")
    after = whatif(load_run("deepseek"), EXAMPLE, Switches(off=(Seat(1, 3),))).after.probabilities
    slope = page.locator(".slope svg")
    for probability in after.values():
        expect(slope).to_have_attribute("aria-label", re.compile(f"→ {probability:.1%}"))
    expect(page.locator(".root.pending .board")).to_be_visible()


def test_every_expert_by_itself_is_measured_and_drawn(page: Page):
    page.goto("/interventions?run=document")
    wait_ready(page)
    page.get_by_text(text_in("zh", "whatif.every")).click()
    chart = page.get_by_role("img", name=text_in("zh", "whatif.map_label"))
    chart.scroll_into_view_if_needed(timeout=60_000)
    expect(chart.get_by_text("E2", exact=True)).to_be_visible(timeout=20_000)
    name = page.locator(".plotly-graph-div, .js-plotly-plot").last.evaluate("(plot) => plot.data[0].text[0]")
    point = chart.locator(".scatterlayer .point").first
    point.click(force=True)
    expect(page).to_have_url(re.compile(f"off=0-{name[1:]}"))
    said = page.get_by_text(text_in("zh", "whatif.map_sentence").split("{")[0])
    expect(said).to_be_visible()
    seat = page.locator(".board .seat").nth(int(name[1:]))
    expect(seat).to_have_attribute("aria-pressed", "true")
    point.click(force=True)
    expect(page).not_to_have_url(re.compile("off="))
    expect_no_exception(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_pair_is_chosen_and_a_second_sentence_written(page: Page, lang: str):
    page.goto(f"/interventions?lang={lang}")
    wait_drawn(page)
    pairs = page.get_by_role("combobox", name=text_in(lang, "whatif.pairs.choose"))
    scroll_to(pairs)
    pairs.click()
    page.get_by_role("option").filter(has_text="火箭夺冠 / 火箭升空").click()
    expect(page).to_have_url(re.compile("beside="))
    expect(page.locator(".sentence")).to_have_count(2)
    field = page.get_by_role("textbox", name=text_in(lang, "whatif.pairs.second"))
    field.fill(EXAMPLE)
    field.press("Enter")
    expect(page.locator(".sentence").nth(1)).to_contain_text("iPhone")
    expect_no_exception(page)


def test_the_papers_interventions_are_measured(page: Page):
    page.goto("/interventions?run=document&lang=en")
    wait_ready(page)
    page.get_by_text(text_in("en", "whatif.paper.measure")).click()
    expect(page.get_by_text(text_in("en", "whatif.paper.no_shared"))).to_be_visible(timeout=30_000)
    expect(page.get_by_role("table")).to_have_count(4)
    expect_no_exception(page)


@pytest.mark.parametrize("width", [390, 1280, 1440, 1920])
def test_what_a_visitor_opens_keeps_to_the_width_of_the_window(new_page: Callable[..., Page], width: int):
    page = new_page(width=width, height=900)
    page.goto("/interventions?lang=en&act=force&t=1&gate=0-0-1-50&push=0-3--20&cap=2&beside=苹果大跌发布会")
    wait_ready(page)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("(node) => node.scrollWidth - node.clientWidth") <= 0


def test_the_tab_key_goes_from_switch_to_switch_while_their_answers_come(page: Page):
    """What an answer brings neither moves nor hides the switch that the reader has gone on to meanwhile."""
    page.goto("/interventions?lang=en&off=0-1")
    wait_ready(page)
    names = ("measure", "every", "paper")
    switches = [page.locator(f".st-key-whatif-{name}").get_by_role("switch") for name in names]
    switches[0].focus()
    for switch in switches:
        for _ in range(20):  # links, question marks and what has just come stand between two of them
            if switch.evaluate("(node) => node === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Space", delay=40)
    for switch in switches:
        expect(switch).to_be_checked()
    expect(page.locator(".st-key-whatif-paper_lines")).to_be_visible(timeout=60_000)
    expect_no_exception(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_slider_and_toggle_is_reached_by_keys(page: Page, lang: str):
    page.goto(f"/interventions?lang={lang}&off=0-1")
    wait_ready(page)
    moves = {"topk": "ArrowLeft", "kept": "ArrowRight", "tau": "ArrowLeft", "cap": "ArrowRight"}
    for name, key in moves.items():
        page.locator(f".st-key-whatif-{name}").get_by_role("slider").press(key)
        expect(page).to_have_url(re.compile(rf"\b{name}="))
    for name in ("dice", "predict"):
        page.locator(f".st-key-whatif-{name}").get_by_role("switch").press("Space")
        expect(page).to_have_url(re.compile(rf"\b{name}="))
    page.locator(".st-key-whatif-verdict-flips").get_by_role("button").press("Enter")
    expect(page.locator(".prediction")).to_be_visible()
    for name, shown in (("measure", "fall-none"), ("every", "map"), ("paper", "paper_lines")):
        wait_ready(page)
        page.locator(f".st-key-whatif-{name}").get_by_role("switch").press("Space")
        expect(page.locator(f".st-key-whatif-{name}").get_by_role("switch")).to_be_checked()
        expect(page.locator(f".st-key-whatif-{shown}")).to_be_visible(
            timeout=60_000
        )  # what takes seconds is there
    page.locator(".st-key-whatif-fall-none").get_by_role("button").press("Enter")
    expect(page.locator(".st-key-whatif-effect")).to_be_visible(timeout=30_000)
    expect(page.get_by_text(text_in(lang, "whatif.paper.shared_caption"))).to_be_visible(timeout=60_000)
    assert "whatif." not in page.locator("body").inner_text()
    expect_no_exception(page)

"""The router page as a reader uses it: sliders, rows, hover, keys, addresses, both window sizes."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.helpers import box_of, expect_no_exception, wait_ready

PATH = "/top-k"


def opened(page: Page, address: str = PATH) -> Page:
    page.goto(address)
    expect(rows(page).first).to_be_visible(timeout=30_000)
    wait_ready(page)
    expect_no_exception(page)
    return page


def rows(page: Page) -> Locator:
    return page.locator("g.row")


def chosen(page: Page) -> list[int]:
    return sorted(
        int(e) for e in page.locator("g.row.chosen").evaluate_all("all => all.map(n => n.dataset.e)")
    )


def row(page: Page, expert: int) -> Locator:
    return page.locator(f'g.row[data-e="{expert}"]')


def slider(page: Page, key: str) -> Locator:
    return page.locator(f'.st-key-router-{key} input[type="range"]')


def asked(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def left_of(cut: Locator) -> float:
    return float(re.search(r"translate\(([-\d.]+)px", cut.get_attribute("style")).group(1))


def right_of(bar: Locator) -> float:
    return sum(float(bar.get_attribute(name)) for name in ("x", "width"))


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1440, 900)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_first_screen_holds_the_whole_picture(
    new_page: Callable[..., Page], width: int, height: int, lang: str
):
    page = opened(new_page(width=width, height=height), f"{PATH}?lang={lang}")
    expect(rows(page)).to_have_count(16)
    assert len(chosen(page)) == 4
    for mark in (rows(page).last, page.locator("p.sum"), page.locator(".side .class").last):
        expect(mark).to_be_visible()
        box = box_of(mark)
        assert box["y"] + box["height"] <= height
        assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    overflow = page.locator("svg:has(g.row) text").evaluate_all(
        "all => all.filter(n => n.getBoundingClientRect().right"
        " > n.ownerSVGElement.getBoundingClientRect().right + 1).length"
    )
    assert overflow == 0


def test_k_moves_the_cut_and_the_address_and_reset_brings_both_back(page: Page):
    opened(page)
    before, cut = chosen(page), page.locator("g.cut")
    text = cut.text_content()
    slider(page, "k").press("ArrowLeft")
    expect(page.locator("g.row.chosen")).to_have_count(3)
    expect(cut).not_to_have_text(text)
    numbers = page.locator("g.row.chosen .choice .number").all_text_contents()
    assert min(numbers) in cut.text_content()
    assert left_of(cut) == pytest.approx(
        min(right_of(bar) for bar in page.locator("g.row.chosen .choice rect.bar").all())
    )
    assert asked(page)["k"] == "3"
    page.locator(".st-key-router-reset button").click()
    expect(page.locator("g.row.chosen")).to_have_count(4)
    assert chosen(page) == before
    assert "k" not in asked(page)


def test_a_raised_bias_lets_an_expert_in_and_says_so(page: Page):
    opened(page)
    slider(page, "bias").press("End")
    came = page.locator('g.row[data-fate="entered"]')
    expect(came.first).to_be_visible()
    expect(page.locator(".side .change")).to_have_class(re.compile(r"\bis\b"))
    expect(page.locator(".side .change")).to_contain_text(f"E{asked(page)['be']}")
    expect(page.locator(".side .claim")).to_contain_text(f"E{asked(page)['be']}")
    assert page.locator("rect.ghost.on").count() > 0


def test_a_click_on_a_row_picks_the_expert_and_survives_a_reload(page: Page):
    opened(page)
    expert = chosen(page)[0]
    row(page, expert).click(position={"x": 50, "y": 8})
    expect(row(page, expert)).to_have_class(re.compile("picked"))
    expect(page.locator("#proof")).to_contain_text(f"E{expert}")
    assert asked(page)["e"] == str(expert)
    page.reload()
    expect(row(page, expert)).to_have_class(re.compile("picked"), timeout=30_000)
    expect(page.locator(".katex").first).to_be_visible()


def test_hover_tells_the_sum_and_a_factor_lights_its_cell(page: Page):
    opened(page)
    row(page, 3).locator("text.name").hover()
    expect(page.locator("p.sum b")).to_have_text("E3")
    page.mouse.move(5, 5)
    factor = page.locator('p.sum .factor[data-col="score"]').first
    factor.hover()
    expect(page.locator("g.cell.score.pointed")).to_have_count(1)
    expect(page.locator("g.cell.score.pointed .number")).to_have_text(factor.inner_text())
    expect(page.locator("rect.colback.hot")).to_have_count(1)


def test_the_keyboard_walks_experts_and_words(page: Page):
    opened(page)
    expect(page.locator('g.row[tabindex="0"]')).to_have_count(1)
    page.locator('g.row[tabindex="0"]').focus()
    page.keyboard.press("Home")
    expect(row(page, 0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(row(page, 1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(row(page, 1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".bar .token")).to_contain_text("2/7")
    expect(row(page, 1)).to_be_focused()
    assert asked(page)["t"] == "1"
    expect(page.locator('.chip[aria-selected="true"]')).to_have_count(1)
    page.keyboard.press("?")
    expect(page.locator(".panel dl")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator('g.row[aria-selected="true"]')).to_have_count(0)


def test_the_table_holds_the_numbers_of_the_picture(page: Page):
    opened(page)
    page.get_by_role("button", name="表格").click()
    table = page.locator(".panel table")
    expect(table.locator("tbody tr")).to_have_count(16)
    expect(table.locator("tr.chosen")).to_have_count(4)


def test_sorting_puts_the_chosen_first_with_a_line_below_them(page: Page):
    opened(page)
    page.get_by_role("button", name="按名次排").click()
    tops = rows(page).evaluate_all(
        "all => all.map(n => [n.classList.contains('chosen'), n.getBoundingClientRect().top])"
        ".sort((a, b) => a[1] - b[1])"
    )
    assert [is_chosen for is_chosen, _ in tops] == [True] * 4 + [False] * 12
    expect(page.locator("svg.sorted")).to_have_count(1)


def test_a_cell_of_the_map_picks_word_and_expert(page: Page):
    opened(page)
    page.locator('button[data-t="3"][data-e="6"]').click()
    expect(page.locator(".bar .token")).to_contain_text("4/7")
    expect(row(page, 6)).to_have_class(re.compile("picked"))
    assert (asked(page)["t"], asked(page)["e"]) == ("3", "6")


def test_equal_words_keep_rows_of_their_own(page: Page):
    opened(page, f"{PATH}?s=火箭火箭火箭夺冠")
    heads = page.locator(".scroll tbody th").all_inner_texts()
    assert heads.count("火箭") == 3


def test_markup_in_the_sentence_is_text(page: Page):
    opened(page, f"{PATH}?s=<img src=x onerror=alert(1)>苹果发布")
    assert page.locator("img[src='x']").count() == 0
    expect(rows(page)).to_have_count(16)


def test_three_experts_have_no_groups(page: Page):
    opened(page, f"{PATH}?run=document")
    expect(rows(page)).to_have_count(3)
    expect(page.locator("g.band")).to_have_count(0)
    expect(page.locator('g.head[data-col="gate"] .formula')).to_have_text("g = sᵢ")


def test_bars_move_unless_the_reader_wants_less_motion(new_page: Callable[..., Page]):
    for motion, expected in (("no-preference", True), ("reduce", False)):
        page = opened(new_page(reduced_motion=motion))
        bar = page.locator("g.row.chosen .score rect.bar").first
        check = expect(bar).not_to_have_css if expected else expect(bar).to_have_css
        check("transition-duration", "0s")

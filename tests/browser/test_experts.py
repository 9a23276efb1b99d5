"""The experts page in a browser: every control by hand and by key, in both languages."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import box_of, expect_no_exception, wait_drawn, wait_ready


def cell(page: Page, expert: int, column: str):
    return page.get_by_role("button", name=re.compile(rf"^E{expert} × {re.escape(column)}"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_control_of_the_map_does_what_it_says(page: Page, lang: str):
    def text(key: str, **values: object) -> str:
        return text_in(lang, f"experts.{key}", **values)

    page.goto(f"/specialization?lang={lang}")
    wait_drawn(page)
    sports = text_in(lang, "classes.sports")
    cell(page, 3, sports).click()
    expect(page).to_have_url(re.compile(r"(?=.*e=3)(?=.*col=1)"))
    expect(page.get_by_role("heading", name=f"L0 E3 × {sports}")).to_be_visible()
    cell(page, 11, text("kinds.latin")).click()
    expect(page.get_by_role("heading", name=f"L0 E11 × {text('kinds.latin')}")).to_be_visible()

    page.get_by_role("button", name=text("words.show_count"), exact=True).click()
    expect(page).to_have_url(re.compile("cells=count"))
    expect(cell(page, 11, text("kinds.latin"))).to_have_text(re.compile(r"^\d+$"))
    page.get_by_role("button", name=text("words.show_lift"), exact=True).click()
    expect(page).not_to_have_url(re.compile("cells="))

    page.get_by_role("textbox", name=text("words.name", expert="E11")).fill("<b>A</b>")
    page.get_by_role("button", name=text("words.give"), exact=True).click()
    expect(page).to_have_url(re.compile("named=0-11-6-b"))
    given = page.get_by_role("listitem").filter(has_text="b A b")
    expect(given).to_contain_text(re.compile(r"L0 E11.*n = \d+"))
    given.get_by_role("button").click()
    expect(page).not_to_have_url(re.compile("named="))

    first = page.locator(".headlines button").first
    headline = first.inner_text()
    first.click()
    expect(page).to_have_url(re.compile(r"(?=.*[?&]s=)(?=.*[?&]t=\d)(?=.*col=6)"))
    expect(page.get_by_label(text_in(lang, "strip.input"))).to_have_value(headline)
    page.get_by_role("button", name="L1", exact=True).click()
    expect(page).to_have_url(re.compile("l=1"))
    expect(page).not_to_have_url(re.compile(r"[?&](e|col)="))
    expect_no_exception(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_rows_stand_by_the_lift_of_a_column_and_by_their_numbers_again(page: Page, lang: str):
    page.goto(f"/specialization?lang={lang}")
    wait_drawn(page)
    heads = page.locator(".classes tbody th")
    column = page.locator(".classes thead button").first
    column.click()
    lifts = [float(text) for text in page.locator(".classes tbody td.cell:nth-child(3)").all_inner_texts()]
    assert lifts == sorted(lifts, reverse=True)
    assert heads.all_inner_texts() == page.locator(".kinds tbody th").all_inner_texts()
    page.locator(".classes thead").get_by_role(
        "button", name=text_in(lang, "experts.words.seats"), exact=True
    ).click()
    assert heads.all_inner_texts() == [f"E{e}" for e in range(16)]


def test_the_keyboard_alone_walks_through_both_halves_and_picks(page: Page):
    page.goto("/specialization?e=2&col=1")
    wait_drawn(page)
    start = cell(page, 2, "体育")
    expect(start).to_have_attribute("tabindex", "0")
    assert page.locator("button.lift[tabindex='0']").count() == 1
    start.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(cell(page, 3, text_in("zh", "experts.kinds.noun"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"(?=.*e=3)(?=.*col=3)"))
    expect(page.get_by_role("heading", name="L0 E3 × 名词")).to_be_visible()
    expect(cell(page, 3, "名词")).to_be_focused()
    field = page.get_by_role("textbox", name=re.compile("起的名字"))
    for _ in range(10):  # past the cell's own numbers
        if field.evaluate("(node) => node === node.getRootNode().activeElement"):
            break
        page.keyboard.press("Tab")
    expect(field).to_be_focused()
    page.keyboard.type("名")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("named=0-3-3"))


def test_a_name_of_no_letter_changes_nothing_and_says_why(page: Page):
    page.goto("/specialization")
    wait_drawn(page)
    page.get_by_role("textbox", name=re.compile("起的名字")).fill("★")
    page.keyboard.press("Enter")
    expect(page.get_by_text(text_in("zh", "experts.no_name"))).to_be_visible()
    expect(page).not_to_have_url(re.compile("named="))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_twin_has_every_number_of_the_map(page: Page, lang: str):
    page.goto(f"/specialization?lang={lang}")
    wait_drawn(page)
    twin = page.locator(".body ~ details")
    twin.get_by_text(text_in(lang, "experts.words.table"), exact=True).click()
    rows = twin.get_by_role("row").filter(has=page.get_by_role("rowheader"))
    expect(rows).to_have_count(16 * 11)
    lifts = page.locator("button.lift").all_inner_texts()
    assert sorted(rows.locator("td:nth-child(4)").all_inner_texts()) == sorted(lifts)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_whole_map_stands_on_the_first_screen(new_page: Callable[..., Page], lang: str):
    page = new_page(height=720)
    page.goto(f"/specialization?lang={lang}")
    wait_ready(page)
    wait_drawn(page)
    last = box_of(page.locator(".classes tbody tr").last)
    assert last["y"] + last["height"] <= 720
    for head in page.locator(".map thead th[scope=col]").all():
        assert box_of(head)["width"] >= 34


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_reader_votes_sees_the_numbers_and_votes_again_by_key_alone(page: Page, lang: str):
    def text(key: str) -> str:
        return text_in(lang, f"experts.{key}")

    page.goto(f"/specialization?lang={lang}")
    wait_drawn(page)
    before = page.get_by_role("radiogroup", name=text("debate_ask"))
    before.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("believe=committee"))
    for account in ("committee", "topic", "features", "path"):
        expect(page.get_by_role("heading", name=text(f"accounts.{account}"), exact=True)).to_be_visible()
    after = page.get_by_role("radiogroup", name=text("debate_again"))
    after.get_by_text(text("accounts.path"), exact=True).click()
    expect(page).to_have_url(re.compile("now=path"))
    votes = re.compile(rf"{text('accounts.committee')}.*{text('accounts.path')}")
    expect(page.get_by_role("paragraph").filter(has_text=votes)).to_be_visible()
    page.locator(".charts ~ details summary").click()
    expect(page.locator(".charts ~ details tbody tr")).to_have_count(3 * (2 + 2 + 2 + 1))
    expect_no_exception(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_numbers_without_a_vote_pairs_and_partners_stand_in_tables(page: Page, lang: str):
    page.goto(f"/specialization?lang={lang}&l=1")
    wait_drawn(page)
    page.get_by_role("button", name=text_in(lang, "experts.debate_skip")).click()
    expect(page).to_have_url(re.compile("believe=skip"))
    expect(page.locator("table.pairs tbody tr")).to_have_count(15)
    pairs = page.locator(".scroll:has(table.pairs) ~ details")
    pairs.get_by_text(text_in(lang, "experts.pairs.table"), exact=True).click()
    expect(pairs.get_by_role("rowheader")).to_have_count(16 * 15 // 2)
    expect(page.locator("table.partners tbody tr")).to_have_count(16)
    expect(page.locator("table.partners")).to_be_visible()  # what is hidden has no words yet
    assert len(set(page.locator("table.partners td:nth-child(2) .partner").all_inner_texts())) == 16
    assert not page.get_by_text(re.compile(r"experts\.[a-z_]+|\{[a-z_]+\}")).count()
    expect_no_exception(page)
